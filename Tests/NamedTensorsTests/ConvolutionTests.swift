import Autodiff
import NamedTensors
import TensorCore
import TestKit
import Testing

#if canImport(Glibc)
  import Glibc
#endif

private let torch = Python.withModules("torch")

struct ConvolutionTests {
  private static let (item, channel, out) = (Axis("item"), Axis("channel"), Axis("out"))
  private static let (row, column, down, across) = (Axis("row"), Axis("column"), Axis("down"), Axis("across"))

  private static func numbers(_ sizes: [(Axis, Int)], _ seed: UInt64) throws -> NamedTensor {
    let count = sizes.map(\.1).reduce(1, *)
    // Sixteenths, so that text and float32 hold them exactly.
    return try .doubles(
      (0..<count).map { (Random.uniform(seed, $0) * 32).rounded(.down) / 16 - 1 },
      sizes.map { Dimension($0.0, $0.1) })
  }

  /// Values and gradients as PyTorch has them.
  @Test(
    .enabled(if: torch != nil, "needs python3 with torch"),
    arguments: [[1, 3, 8, 24, 24, 3, 3], [2, 5, 3, 7, 9, 1, 5], [1, 1, 1, 1, 1, 3, 3], [4, 8, 8, 5, 3, 7, 5]])
  func convolutionsAreThoseOfPyTorch(_ n: [Int]) throws {
    let (x, w, b, g) = try Precision.$scoped.withValue(.single) {
      (
        try Self.numbers([(Self.item, n[0]), (Self.channel, n[1]), (Self.row, n[3]), (Self.column, n[4])], 1),
        try Self.numbers([(Self.out, n[2]), (Self.channel, n[1]), (Self.down, n[5]), (Self.across, n[6])], 2),
        try Self.numbers([(Self.out, n[2])], 3),
        try Self.numbers([(Self.item, n[0]), (Self.out, n[2]), (Self.row, n[3]), (Self.column, n[4])], 4)
      )
    }
    let tape = Tape()
    let leaves = try [x, w, b].map {
      NamedTensor(variable: tape.leaf(try #require($0.variable).tensor), dimensions: $0.dimensions)
    }
    let y = try NamedTensor.conv2d(
      leaves[0], leaves[1], leaves[2], over: [Self.row, Self.column], dim: Self.channel, to: Self.out,
      taps: [Self.down, Self.across])
    let loss = try NamedTensor.sum(.binary(.multiply, y, g), over: y.axes)
    let gradients = try tape.backward(from: try #require(loss.variable))
    let found =
      try y.ordered([Self.item, Self.out, Self.row, Self.column]).doubleValues()
      + leaves.flatMap { $0.variable.flatMap { gradients[$0]?.doubles() } ?? [] }
    let tensor = { (t: NamedTensor) in
      "torch.tensor(\(t.doubleValues())).view(\(t.dimensions.compactMap(\.size.value)))"
    }
    let printed = try #require(torch).run(
      """
      import torch
      x, w, b, g = \(tensor(x)), \(tensor(w)), \(tensor(b)), \(tensor(g))
      for t in (x, w, b): t.requires_grad_()
      y = torch.nn.functional.conv2d(x, w, b, padding=(\(n[5] / 2), \(n[6] / 2)))
      (y * g).sum().backward()
      print(*torch.cat([t.flatten() for t in (y, x.grad, w.grad, b.grad)]).tolist())
      """)
    let expected = printed.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    #expect(found.count == expected.count && !found.isEmpty)
    let scale = max(1, expected.map(abs).max() ?? 1)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
  }

  /// The same axis cannot be summed over and gone over, and already shapes say so.
  @Test func anAxisHasOneRole() throws {
    let x = NamedTensor.shape([Dimension(Self.channel, 2), Dimension(Self.row, 3), Dimension(Self.column, 3)], .float)
    let w = NamedTensor.shape(
      [Dimension(Self.out, 2), Dimension(Self.channel, 2), Dimension(Self.down, 3), Dimension(Self.across, 3)], .float)
    for (over, taps) in [
      ([Self.row, Self.channel], [Self.down, Self.across]), ([Self.row, Self.column], [Self.down, Self.channel]),
    ] {
      #expect(throws: AxisError.self) {
        try NamedTensor.conv2d(x, w, nil, over: over, dim: Self.channel, to: Self.out, taps: taps)
      }
    }
    let y = try NamedTensor.conv2d(
      x, w, nil, over: [Self.row, Self.column], dim: Self.channel, to: Self.out, taps: [Self.down, Self.across])
    #expect(y.axes == [Self.out, Self.row, Self.column])
  }

  /// Times the images of the synthetic world beside the products that unrolled images would need, their unrolling left
  /// out: PMM_BENCHMARK_CONVOLUTION=1 runs it on one thread; nothing asserted.
  @Test(.enabled(if: getenv("PMM_BENCHMARK_CONVOLUTION") != nil)) func times() throws {
    Threads.count = getenv("PMM_BENCHMARK_CONVOLUTION").flatMap { Int(String(cString: $0)) } ?? 1
    print("milliseconds for 200 images, best of 10; \(Kernels.level), \(Threads.count) threads")
    for (planes, outs, side) in [(3, 8, 24), (8, 8, 24), (3, 8, 64), (16, 16, 64), (32, 32, 24)] {
      let x = try Self.numbers([(Self.item, 200), (Self.channel, planes), (Self.row, side), (Self.column, side)], 1)
      let w = try Self.numbers([(Self.out, outs), (Self.channel, planes), (Self.down, 3), (Self.across, 3)], 2)
      let (tall, wide) = (Axis("tall"), Axis("wide"))
      let unrolled = try Self.numbers([(Self.item, 200), (tall, 9 * planes), (wide, side * side)], 3)
      let flat = try Self.numbers([(Self.out, outs), (tall, 9 * planes)], 4)
      var best = [Double](repeating: .infinity, count: 4)
      for _ in 0..<10 {
        let tape = Tape()
        let leaves = try [x, w].map {
          NamedTensor(variable: tape.leaf(try #require($0.variable).tensor), dimensions: $0.dimensions)
        }
        var y = x
        best[0] = min(
          best[0],
          try Self.milliseconds {
            y = try .conv2d(
              leaves[0], leaves[1], nil, over: [Self.row, Self.column], dim: Self.channel, to: Self.out,
              taps: [Self.down, Self.across])
          })
        let loss = try #require(try NamedTensor.sum(y, over: y.axes).variable)
        best[1] = min(best[1], try Self.milliseconds { _ = try tape.backward(from: loss) })
        let parts = try [unrolled, flat].map {
          NamedTensor(variable: tape.leaf(try #require($0.variable).tensor), dimensions: $0.dimensions)
        }
        best[2] = min(best[2], try Self.milliseconds { y = try .dot(parts[0], parts[1], over: [tall]) })
        let other = try #require(try NamedTensor.sum(y, over: y.axes).variable)
        best[3] = min(best[3], try Self.milliseconds { _ = try tape.backward(from: other) })
      }
      let shown = best.map { "\(($0 * 100).rounded() / 100)" }
      print(
        "\(planes) to \(outs) planes of \(side): forward \(shown[0]), backward \(shown[1]); products \(shown[2]), \(shown[3])"
      )
    }
  }

  private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    let spent = clock.now - start
    return Double(spent.components.attoseconds) / 1e15 + Double(spent.components.seconds) * 1e3
  }
}
