import Autodiff
import NamedTensors
import TensorCore
import Testing

/// Runs a row of the table: values of the result, and gradients of its weighted sum.
func evaluate(_ row: OpRow, _ extents: Extents, changing input: Int? = nil, at place: Int = 0, by change: Double = 0)
  throws -> (loss: Double, values: [Double], gradients: [[Double]])
{
  let tape = Tape()
  var leaves: [Variable] = []
  var inputs: [NamedTensor] = []
  for (i, axes) in row.inputs.enumerated() {
    var numbers = try extents.numbers(axes, UInt64(100 + i), low: row.low)
    if input == i {
      var values = numbers.doubleValues()
      values[place] += change
      numbers = try .doubles(values, numbers.dimensions)
    }
    let tensor = try #require(numbers.variable?.tensor)
    leaves.append(tape.leaf(tensor))
    inputs.append(NamedTensor(variable: leaves[i], dimensions: numbers.dimensions))
  }
  let found = try row.apply(inputs, extents)
  let result = try found.ordered(found.axes.sorted { $0.label < $1.label })
  let count = result.dimensions.compactMap(\.size.value).reduce(1, *)
  let weights = try NamedTensor.doubles((0..<count).map { Random.uniform(55, $0) - 0.3 }, result.dimensions)
  let loss = try NamedTensor.sum(.binary(.multiply, result, weights), over: result.axes)
  let value = try #require(loss.item)
  if input != nil { return (value, [], []) }
  let variable = try #require(loss.variable)
  let gradients = try tape.backward(from: variable)
  return (
    value, result.doubleValues(),
    zip(leaves, inputs).map { leaf, x in
      gradients[leaf]?.doubles() ?? [Double](repeating: 0, count: x.doubleValues().count)
    }
  )
}

struct GradientTests {
  /// Every op against central differences, in float64.
  @Test(arguments: OpRow.all)
  func finiteDifferences(row: OpRow) throws {
    try Precision.$scoped.withValue(.double) {
      let extents = Extents()
      let (_, _, gradients) = try evaluate(row, extents)
      for i in row.inputs.indices {
        for place in gradients[i].indices {
          let h = 1e-6
          let up = try evaluate(row, extents, changing: i, at: place, by: h).loss
          let down = try evaluate(row, extents, changing: i, at: place, by: -h).loss
          let expected = (up - down) / (2 * h)
          let found = gradients[i][place]
          #expect(abs(found - expected) < 1e-7 + 1e-6 * abs(expected), "input \(i), element \(place)")
        }
      }
    }
  }

  /// The float32 kernels of every level that the processor has against the plain float64 twins, on odd and even shapes.
  @Test(arguments: OpRow.all, Kernels.Level.allCases.filter(\.isHere))
  func kernelsAgreeWithTwins(row: OpRow, level: Kernels.Level) throws {
    for (n, extents) in [
      Extents(), Extents(batch: 3, item: 37, step: 9, d: 16, head: 2),
      Extents(batch: 7, item: 70, step: 33, d: 23, head: 3),
      Extents(batch: 1, item: 1, step: 3, d: 1, head: 1), Extents(batch: 40, item: 130, step: 17, d: 32, head: 2),
    ].enumerated() {
      let single = try Kernels.$scoped.withValue(level) {
        try Precision.$scoped.withValue(.single) { try evaluate(row, extents) }
      }
      let double = try Precision.$scoped.withValue(.double) { try evaluate(row, extents) }
      expectClose(single.values, double.values, "value, shape \(n)")
      for i in row.inputs.indices { expectClose(single.gradients[i], double.gradients[i], "gradient \(i), shape \(n)") }
    }
  }

  private func expectClose(_ found: [Double], _ expected: [Double], _ what: String) {
    #expect(found.count == expected.count)
    let scale = max(1, expected.map(abs).max() ?? 1)
    let worst = zip(found, expected).map { $0 == $1 ? 0 : abs($0 - $1) }.max() ?? 0
    let isFinite = found.allSatisfy(\.isFinite)
    #expect(isFinite && worst <= 3e-5 * scale, "\(what): off by \(worst) of \(scale)")
  }

  /// One thread and two give the same bits.
  @Test(arguments: OpRow.all)
  func threadsGiveEqualBits(row: OpRow) throws {
    try Precision.$scoped.withValue(.single) {
      let extents = Extents(batch: 50, item: 300, step: 25, d: 32, head: 2)
      Threads.count = 1
      let one = try evaluate(row, extents)
      Threads.count = 2
      let two = try evaluate(row, extents)
      #expect(one.values == two.values)
      #expect(one.gradients == two.gradients)
    }
  }
}
