import Autodiff
import NamedTensors
import TensorCore
import Testing

/// Cross entropy over more columns than one pass holds, and gradients that differ from row to row.
struct CrossEntropyTests {
  private static let rows = Dimension(Axes.batch, 70)
  private static let d = Dimension(Axes.d, 20)

  private static func numbers(_ dimensions: [Dimension], _ seed: UInt64) throws -> NamedTensor {
    let count = dimensions.compactMap(\.size.value).reduce(1, *)
    return try .doubles((0..<count).map { Random.uniform(seed, $0) - 0.5 }, dimensions)
  }

  /// The loss of each row times its weight, added up, and the gradients of both operands.
  private static func run(columns: Int, weights: NamedTensor) throws -> (Double, [[Double]]) {
    let item = Dimension(Axes.item, columns)
    let (a, b) = (try numbers([rows, d], 1), try numbers([item, d], 2))
    let truth = try NamedTensor.ints((0..<70).map { Int32($0 * 37 % columns) }, [rows])
    let tape = Tape()
    let leaves = [a, b].compactMap(\.variable).map { tape.leaf($0.tensor) }
    let losses = try NamedTensor.dotCrossEntropy(
      NamedTensor(variable: leaves[0], dimensions: a.dimensions),
      NamedTensor(variable: leaves[1], dimensions: b.dimensions), truth, over: [Axes.d], among: Axes.item)
    let whole = try NamedTensor.sum(.binary(.multiply, losses, weights), over: [Axes.batch])
    let gradients = try tape.backward(from: #require(whole.variable))
    return (try #require(whole.item), leaves.map { gradients[$0]?.doubles() ?? [] })
  }

  @Test(arguments: [300, 13_000], [true, false])
  func agreesWithDoublePrecision(columns: Int, even: Bool) throws {
    func weights() throws -> NamedTensor { even ? try .full(0.25, [Self.rows]) : try Self.numbers([Self.rows], 3) }
    let (exact, slopes) = try Precision.$scoped.withValue(.double) {
      try Self.run(columns: columns, weights: weights())
    }
    for level in Kernels.Level.allCases where level.isHere {
      let (found, found2) = try Kernels.$scoped.withValue(level) {
        try Precision.$scoped.withValue(.single) { try Self.run(columns: columns, weights: weights()) }
      }
      #expect(abs(found - exact) < 1e-5 * max(1, abs(exact)))
      for (single, double) in zip(found2, slopes) {
        let worst = zip(single, double).map { abs($0 - $1) }.max() ?? .infinity
        #expect(single.count == double.count && worst < 1e-6, "\(level), off by \(worst)")
      }
    }
  }

  @Test func refusesAnIndexOutside() throws {
    let (a, b) = (try Self.numbers([Self.rows, Self.d], 1), try Self.numbers([Dimension(Axes.item, 5), Self.d], 2))
    let truth = try NamedTensor.ints([Int32](repeating: 5, count: 70), [Self.rows])
    #expect(throws: AxisError.self) {
      try NamedTensor.dotCrossEntropy(a, b, truth, over: [Axes.d], among: Axes.item)
    }
    // A row that is left out may hold any index.
    let none = try NamedTensor.bools([Bool](repeating: false, count: 70), [Self.rows])
    let losses = try NamedTensor.dotCrossEntropy(a, b, truth, over: [Axes.d], among: Axes.item, rows: none)
    #expect(losses.doubleValues() == [Double](repeating: 0, count: 70))
  }
}
