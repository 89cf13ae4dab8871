import TensorCore
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Times both implementations in turn on the shapes of recommenders and of encoders: `scripts/bench product`.
@Suite(.enabled(if: getenv("PMM_BENCHMARK_PRODUCT") != nil))
struct MatrixProductBenchmark {
  private static let shapes: [(name: String, batch: Int, rows: Int, columns: Int, inner: Int)] = [
    ("projection, width 32", 1, 12_800, 32, 32),
    ("patches to width 32", 1, 12_800, 32, 768),
    ("weight gradient, width 32", 1, 32, 32, 12_800),
    ("weight gradient, patches", 1, 768, 32, 12_800),
    ("projection, width 64", 1, 6_400, 64, 64),
    ("weight gradient, width 64", 1, 64, 64, 6_400),
    ("scores of a batch", 1, 1_280, 1_280, 32),
    ("many, 50 slots of width 64", 256, 50, 50, 64),
    ("many, 20 slots of width 16", 640, 20, 20, 16),
    ("many, 16 slots of width 32", 640, 16, 16, 32),
    ("many, 1 by 20 of width 32", 640, 1, 20, 32),
    ("many, 8 slots of width 8", 640, 8, 8, 8),
    ("projection, width 128", 1, 6_400, 128, 128),
    ("projection, width 256", 1, 3_200, 256, 256),
    ("weight gradient, width 256", 1, 256, 256, 3_200),
    ("projection, width 512", 1, 1_600, 512, 512),
    ("weight gradient, width 512", 1, 512, 512, 1_600),
    ("projection, width 768", 1, 1_600, 768, 768),
    ("up, width 768", 1, 1_600, 3_072, 768),
    ("down, width 768", 1, 1_600, 768, 3_072),
    ("weight gradient, width 768", 1, 768, 3_072, 1_600),
    ("square", 1, 2_048, 2_048, 2_048),
  ]

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  @Test func timesBoth() throws {
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = getenv("PMM_BENCHMARK_PRODUCT").flatMap { Int(String(cString: $0)) } ?? 1
    print("GF/s, best of 15 rounds in turn; \(Kernels.level), \(Threads.count) threads")
    print("shape                         batch   rows  columns   inner     own  openblas  own/openblas")
    for (name, batch, rows, columns, inner) in Self.shapes {
      // The gradient of a weight is the product of transposed inputs with gradients.
      let transposed = name.hasPrefix("weight")
      let a = try Tensor(full: 0.5, shape: [batch * rows * inner], .float32)
      let b = try Tensor(full: 0.5, shape: [batch * columns * inner], .float32)
      let out = try Tensor(full: 0, shape: [batch * rows * columns], .float32)
      let product = MatrixProduct(
        batch: batch, rows: rows, columns: columns, inner: inner,
        .init(
          UnsafePointer(a.pointer(Float.self)), batchStride: rows * inner, rowStride: transposed ? 1 : inner,
          columnStride: transposed ? rows : 1),
        .init(
          UnsafePointer(b.pointer(Float.self)), batchStride: columns * inner, rowStride: columns, columnStride: 1),
        into: out.pointer())
      let work = 2e-9 * Double(batch) * Double(rows) * Double(columns) * Double(inner)
      var best = [Double](repeating: .infinity, count: 2)
      for _ in 0..<15 {
        for (i, library) in MatrixProduct.Library.allCases.enumerated() {
          let repeats = max(1, Int(0.5 / work))
          let start = now()
          for _ in 0..<repeats { product.run(by: library) }
          best[i] = min(best[i], (now() - start) / Double(repeats))
        }
      }
      withExtendedLifetime((a, b, out)) {}
      func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
      }
      func tenths(_ x: Double) -> String { "\((x * 10).rounded() / 10)" }
      print(
        name + column("", 29 - name.count) + column("\(batch)", 6) + column("\(rows)", 7) + column("\(columns)", 9)
          + column("\(inner)", 8) + column(tenths(work / best[0]), 8) + column(tenths(work / best[1]), 10)
          + column("\((best[1] / best[0] * 100).rounded() / 100)", 14))
    }
  }
}
