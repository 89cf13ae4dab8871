import Autodiff
import NamedTensors
import TensorCore
import Testing

/// Where there is nothing to add up, and where minus infinity meets a gradient.
struct EdgeTests {
  /// The gradient of the sum of `f` with respect to x.
  private func gradient(
    _ values: [Double], _ dimensions: [Dimension], _ f: (NamedTensor) throws -> NamedTensor
  ) throws -> (NamedTensor, [Double]) {
    let tape = Tape()
    let leaf = tape.leaf(try #require(try NamedTensor.doubles(values, dimensions).variable?.tensor))
    let y = try f(NamedTensor(variable: leaf, dimensions: dimensions))
    let loss = try #require(try NamedTensor.sum(y, over: y.axes).variable)
    let found = try tape.backward(from: loss)[leaf]?.doubles()
    return (y, found ?? [Double](repeating: 0, count: values.count))
  }

  @Test(arguments: [Precision.single, .double])
  func nothingToAddUp(precision: Precision) throws {
    try Precision.$scoped.withValue(precision) {
      let (d, item) = (Dimension(Axes.d, 3), Dimension(Axes.item, 2))
      let none = try NamedTensor.bools([false, true, false, false, false, false], [item, d])
      let (mean, slope) = try gradient([1, 2, 3, 4, 5, 6], [item, d]) { try .mean($0, over: [Axes.d], where: none) }
      #expect(mean.doubleValues() == [2, 0])
      #expect(slope == [0, 1, 0, 0, 0, 0])
      let (whole, rise) = try gradient([1, 2, 3, 4, 5, 6], [item, d]) {
        try .logsumexp($0, over: [Axes.d], where: none)
      }
      #expect(whole.doubleValues() == [2, -.infinity])
      #expect(rise == [0, 1, 0, 0, 0, 0])
    }
  }

  @Test(arguments: [Precision.single, .double])
  func logaddexpWithMinusInfinity(precision: Precision) throws {
    try Precision.$scoped.withValue(precision) {
      let d = [Dimension(Axes.d, 3)]
      let other = try NamedTensor.doubles([-.infinity, 0, -.infinity], d)
      let (y, slope) = try gradient([1, 0, -.infinity], d) { try .binary(.logaddexp, $0, other) }
      #expect(y.doubleValues()[0] == 1 && y.doubleValues()[2] == -.infinity)
      #expect(slope == [1, 0.5, 0])
    }
  }

  @Test(arguments: [Precision.single, .double])
  func dotLogSumExpOfNothing(precision: Precision) throws {
    try Precision.$scoped.withValue(precision) {
      let (d, item, batch) = (Dimension(Axes.d, 2), Dimension(Axes.item, 2), Dimension(Axes.batch, 2))
      let keys = try NamedTensor.doubles([1, 2, 3, 4], [item, d])
      let free = try NamedTensor.bools([false, false, true, false], [batch, item])
      let (y, slope) = try gradient([1, 1, 1, 1], [batch, d]) {
        let whole = try NamedTensor.dotLogSumExp($0, keys, over: [Axes.d], among: Axes.item, where: free)
        return try .binary(.logaddexp, whole, .scalar(0))
      }
      #expect(y.doubleValues()[0] == 0)
      #expect(slope[0] == 0 && slope[1] == 0 && slope[3] > 1.8)
    }
  }

  @Test(arguments: [Precision.single, .double])
  func attentionToNothing(precision: Precision) throws {
    try Precision.$scoped.withValue(precision) {
      let dimensions = [Dimension(Axes.batch, 1), Dimension(Axes.step, 2), Dimension(Axes.d, 2)]
      let mask = try NamedTensor.bools([false, true], [Dimension(Axes.batch, 1), Dimension(Axes.step, 2)])
      let (y, slope) = try gradient([1, 2, 3, 4], dimensions) {
        try .attention($0, $0, $0, over: Axes.step, dim: Axes.d, mask: mask, causal: true)
      }
      #expect(y.doubleValues() == [0, 0, 3, 4])
      let isFinite = slope.allSatisfy { $0.isFinite }
      #expect(isFinite)
      #expect(slope[0] == 0 && slope[1] == 0)
    }
  }

  @Test func emptyAxes() throws {
    let (d, item) = (Dimension(Axes.d, 3), Dimension(Axes.item, 0))
    let x = try NamedTensor.doubles([], [item, d])
    #expect(try NamedTensor.sum(x, over: [Axes.item]).doubleValues() == [0, 0, 0])
    #expect(try NamedTensor.mean(x, over: [Axes.item, Axes.d]).item == 0)
    #expect(try NamedTensor.softmax(x, over: Axes.d).doubleValues().isEmpty)
    #expect(try NamedTensor.logsumexp(x, over: [Axes.item]).doubleValues() == [-.infinity, -.infinity, -.infinity])
    let y = try NamedTensor.dot(x, x, over: [Axes.item])
    #expect(y.doubleValues() == [0, 0, 0])
    #expect(throws: AxisError.self) { try NamedTensor.argmax(x, over: Axes.item) }
    #expect(throws: AxisError.self) { try NamedTensor.select(x, Axes.item, index: 0) }
  }

  @Test func integers() throws {
    let d = [Dimension(Axes.d, 4)]
    let a = try NamedTensor.ints([7, -7, .max, .min], d)
    let b = try NamedTensor.ints([2, 2, 1, -1], d)
    #expect(try NamedTensor.binary(.floorDivide, a, b).intValues() == [3, -4, .max, .min])
    #expect(try NamedTensor.binary(.remainder, a, b).intValues() == [1, 1, 0, 0])
    #expect(try NamedTensor.binary(.divide, a, b).doubleValues().first == 3.5)
    #expect(throws: AxisError.self) { try NamedTensor.binary(.floorDivide, a, .ints([0], [])) }
    #expect(try NamedTensor.cumsum(.bools([true, true, false, true], d), over: Axes.d).intValues() == [1, 2, 2, 3])
    #expect(try NamedTensor.binary(.add, a, .scalar(0.5)).kind == .float)
    #expect(throws: AxisError.self) {
      try NamedTensor.take(.doubles([1], [Dimension(Axes.item, 1)]), a, over: Axes.item)
    }
  }
}

/// Sizes that no memory holds are errors, never traps.
struct HugeSizeTests {
  private let huge = [Dimension(Axes.item, 1 << 40), Dimension(Axes.d, 1 << 40)]

  @Test func hugeSizes() throws {
    #expect(throws: AxisError.self) { try NamedTensor.full(1, huge) }
    #expect(throws: AxisError.self) { try NamedTensor.full(1, [Dimension(Axes.d, -1)]) }
    #expect(throws: AxisError.self) { try NamedTensor.floats([], [Dimension(Axes.step, 0)] + huge) }
    let long = try NamedTensor.full(1, [Dimension(Axes.item, 1 << 40)])
    #expect(throws: AxisError.self) { try NamedTensor.unary(.exp, long) }
    #expect(throws: AxisError.self) { try NamedTensor.outer(long, .full(1, [Dimension(Axes.d, 1 << 40)])) }
    #expect(throws: AxisError.self) { try NamedTensor.positions(over: Dimension(Axes.d, -3)) }
    let shape = NamedTensor.shape(huge, .float)
    #expect(try NamedTensor.join(shape, [Axes.item, Axes.d], to: Axes.out).size(of: Axes.out)?.value == nil)
    #expect(throws: AxisError.self) {
      try NamedTensor.split(shape, Axes.d, into: [Dimension(Axes.head, 1 << 40), Dimension(Axes.out, 1 << 40)])
    }
  }
}
