import CKernels
import TensorCore
import TestKit
import Testing

/// Both implementations of products against sums in float64.
struct MatrixProductTests {
  /// A matrix [rows, columns] a batch, laid out at random in a tensor with gaps that hold NaN.
  struct Laid {
    let tensor: Tensor
    let batchStride: Int
    let rowStride: Int
    let columnStride: Int

    init(batch: Int, rows: Int, columns: Int, _ random: inout SeededGenerator) throws {
      let transposed = Bool.random(using: &random)
      let step = (transposed ? rows : columns) + Int.random(in: 0...2, using: &random) * 3
      let size = step * (transposed ? columns : rows)
      // A batch may share one matrix.
      batchStride = Int.random(in: 0..<4, using: &random) == 0 ? 0 : size + Int.random(in: 0...5, using: &random)
      (rowStride, columnStride) = transposed ? (1, step) : (step, 1)
      var values = [Float](repeating: .nan, count: batchStride * batch + size + 1)
      for s in 0..<batch {
        for i in 0..<rows {
          for j in 0..<columns {
            values[s * batchStride + i * rowStride + j * columnStride] = Float.random(in: -1...1, using: &random)
          }
        }
      }
      tensor = try Tensor(values, shape: [values.count], as: .float32)
    }

    var operand: MatrixProduct.Operand {
      .init(
        UnsafePointer(tensor.pointer(Float.self)), batchStride: batchStride, rowStride: rowStride,
        columnStride: columnStride)
    }
  }

  private func multiply(
    _ library: MatrixProduct.Library?, _ batch: Int, _ rows: Int, _ columns: Int, _ inner: Int, _ a: Laid, _ b: Laid,
    plus bias: Tensor? = nil, act: Int32? = nil, into acted: Tensor? = nil
  ) throws -> [Float] {
    let out = try Tensor(full: 7, shape: [batch * rows * columns], .float32)
    withExtendedLifetime((a, b, bias, out, acted)) {
      MatrixProduct(
        batch: batch, rows: rows, columns: columns, inner: inner, a.operand, b.operand,
        bias: bias.map { UnsafePointer($0.pointer(Float.self)) },
        into: out.pointer(), act: act.map { .init($0, into: (acted ?? out).pointer()) }
      ).run(by: library)
    }
    return out.floats()
  }

  /// Sizes around the edges of vectors, tiles and blocks; some products are large enough to be cut in every direction.
  private static func sizes(_ random: inout SeededGenerator, _ round: Int) -> (Int, Int, Int, Int) {
    func small() -> Int { Int.random(in: 0...40, using: &random) }
    func edge() -> Int { [0, 1, 2, 15, 16, 17, 31, 33, 64, 97, 129].randomElement(using: &random) ?? 1 }
    switch round % 10 {
    case 0: return (1, edge(), edge(), [2047, 2048, 2049, 4500].randomElement(using: &random) ?? 1)
    case 1: return (1, [255, 257, 700].randomElement(using: &random) ?? 1, edge(), small() + 200)
    case 2: return (1, edge(), [1023, 1025, 2100].randomElement(using: &random) ?? 1, small())
    case 3: return (1, 520 + small(), 520 + small(), 40)
    case 4...6: return (small(), small() / 2, small() / 2, small())
    default: return (1, edge(), edge(), edge())
    }
  }

  @Test func agreesWithFloat64() throws {
    var random = SeededGenerator(seed: 41)
    var worst = 0.0
    for round in 0..<1500 {
      let (batch, rows, columns, inner) = Self.sizes(&random, round)
      let a = try Laid(batch: batch, rows: rows, columns: inner, &random)
      let b = try Laid(batch: batch, rows: inner, columns: columns, &random)
      let (left, right) = (a.tensor.floats(), b.tensor.floats())
      let added = round % 2 == 0 ? nil : (0..<columns).map { _ in Float.random(in: -1...1, using: &random) }
      let bias = try added.map { try Tensor($0, shape: [columns], as: .float32) }
      let results = try MatrixProduct.Library.allCases.map {
        try multiply($0, batch, rows, columns, inner, a, b, plus: bias)
      }
      for s in 0..<batch {
        // The whole of small results, a sample of large ones.
        for i in stride(from: 0, to: rows, by: 1 + rows * columns * inner / 2_000_000) {
          for j in 0..<columns {
            var sum = Double(added?[j] ?? 0)
            var size = abs(sum)
            for p in 0..<inner {
              let term =
                Double(left[s * a.batchStride + i * a.rowStride + p * a.columnStride])
                * Double(right[s * b.batchStride + p * b.rowStride + j * b.columnStride])
              sum += term
              size += abs(term)
            }
            for result in results {
              let error = abs(Double(result[(s * rows + i) * columns + j]) - sum) / max(size, 1e-30)
              // NaN must not pass.
              worst = error <= worst ? worst : error
            }
          }
        }
      }
      try #require(worst < 1e-5, "round \(round): \(batch) x [\(rows), \(inner)] x [\(inner), \(columns)]")
    }
  }

  /// What is applied while sums are near has the bits of the same applied afterwards, in place of them or beside them.
  @Test func actsAsIfAfterwards() throws {
    var random = SeededGenerator(seed: 17)
    for round in 0..<300 {
      let (batch, rows, columns, inner) = Self.sizes(&random, round)
      let a = try Laid(batch: batch, rows: rows, columns: inner, &random)
      let b = try Laid(batch: batch, rows: inner, columns: columns, &random)
      let bias = try Tensor(
        (0..<columns).map { _ in Float.random(in: -1...1, using: &random) }, shape: [columns], as: .float32)
      let act = Int32([CK_GELU, CK_RELU, CK_SOFTPLUS].randomElement(using: &random) ?? CK_TANH)
      for library in MatrixProduct.Library.allCases {
        let plain = try multiply(library, batch, rows, columns, inner, a, b, plus: bias)
        let (from, after) = (
          try Tensor(plain, shape: [plain.count], as: .float32), try Tensor(full: 7, shape: [plain.count], .float32)
        )
        let beside = try Tensor(full: 7, shape: [plain.count], .float32)
        Kernels.table.unary(act, plain.count, from.pointer(), after.pointer())
        let kept = try multiply(library, batch, rows, columns, inner, a, b, plus: bias, act: act, into: beside)
        let inPlace = try multiply(library, batch, rows, columns, inner, a, b, plus: bias, act: act)
        let shape = "round \(round): \(batch) x [\(rows), \(inner)] x [\(inner), \(columns)]"
        try #require(kept == plain && beside.floats() == after.floats() && inPlace == after.floats(), "\(shape)")
      }
    }
  }

  /// Operands without a stride of 1 and rows that repeat, which OpenBLAS cannot read: they are multiplied all the same.
  @Test func anyStridesWork() throws {
    let a = try Tensor((0..<24).map(Float.init), shape: [24], as: .float32)
    let out = try Tensor(uninitialized: [6], .float32)
    for library in MatrixProduct.Library.allCases {
      withExtendedLifetime((a, out)) {
        // [2, 3] with strides (12, 4) by [3, 3] whose rows all are 0, 1, 2.
        MatrixProduct(
          batch: 1, rows: 2, columns: 3, inner: 3,
          .init(UnsafePointer(a.pointer(Float.self)), batchStride: 0, rowStride: 12, columnStride: 4),
          .init(UnsafePointer(a.pointer(Float.self)), batchStride: 0, rowStride: 0, columnStride: 1),
          into: out.pointer()
        ).run(by: library)
      }
      #expect(out.floats() == [0, 12, 24, 0, 48, 96])
    }
  }

  /// The blocks depend on the shape alone.
  @Test func threadsDoNotChangeBits() throws {
    let before = Threads.count
    defer { Threads.count = before }
    var random = SeededGenerator(seed: 8)
    for (batch, rows, columns, inner) in [
      (1, 700, 530, 2500), (1, 64, 64, 6400), (3, 130, 1100, 90), (1, 1, 3000, 600), (40, 20, 20, 32),
    ] {
      let a = try Laid(batch: batch, rows: rows, columns: inner, &random)
      let b = try Laid(batch: batch, rows: inner, columns: columns, &random)
      for library in MatrixProduct.Library.allCases {
        let results = try [1, 2, 3].map { threads in
          Threads.count = threads
          return try multiply(library, batch, rows, columns, inner, a, b).map(\.bitPattern)
        }
        #expect(results[0] == results[1] && results[0] == results[2], "\(library), \(rows) x \(columns)")
      }
    }
  }
}
