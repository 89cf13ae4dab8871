import Autodiff
import TensorCore
import Testing
import Training

struct OptimiserTests {
  /// Runs 12 steps on a [4, 3] parameter; the values after steps 1, 6 and 12.
  private func run(
    _ start: [Double], _ gradients: [Double], _ make: (ParameterSet) throws -> any Optimiser
  ) throws -> [Double] {
    let set = try ParameterSet(
      [ParameterEntry(path: "w", shape: [4, 3])],
      initial: [Tensor(start, shape: [4, 3], as: Precision.active.dtype)])
    let optimiser = try make(set)
    var seen: [Double] = []
    for step in 0..<12 {
      let gradient = Array(gradients[step * 12..<(step + 1) * 12])
      try set.gather([Tensor(gradient, shape: [4, 3], as: Precision.active.dtype)])
      optimiser.step()
      if [0, 5, 11].contains(step) { seen += set.value(0).doubles() }
    }
    return seen
  }

  private func check(
    _ start: [Double], _ gradients: [Double], _ expected: [Double], _ make: (ParameterSet) throws -> any Optimiser
  ) throws {
    for (precision, tolerance) in [(Precision.double, 1e-12), (.single, 2e-6)] {
      try Precision.$scoped.withValue(precision) {
        let found = try run(start, gradients, make)
        let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
        #expect(found.count == expected.count && worst < tolerance)
      }
    }
  }

  @Test func adamW() throws {
    try check(OptimiserGolden.adamwStart, OptimiserGolden.adamwGradients, OptimiserGolden.adamw) {
      try AdamW($0, groups: [ParameterGroup(learningRate: 0.01, decay: 0.1)])
    }
  }

  @Test func adam() throws {
    try check(OptimiserGolden.adamStart, OptimiserGolden.adamGradients, OptimiserGolden.adam) {
      try AdamW($0, groups: [ParameterGroup(learningRate: 0.01)])
    }
  }

  @Test func adamWithDecayInTheGradient() throws {
    try check(OptimiserGolden.adamL2Start, OptimiserGolden.adamL2Gradients, OptimiserGolden.adamL2) {
      try AdamW($0, groups: [ParameterGroup(learningRate: 0.01, decay: 0.1)], isDecoupled: false)
    }
  }

  @Test func momentum() throws {
    try check(OptimiserGolden.sgdMomentumStart, OptimiserGolden.sgdMomentumGradients, OptimiserGolden.sgdMomentum) {
      try Momentum($0, groups: [ParameterGroup(learningRate: 0.1)])
    }
  }

  @Test func adagrad() throws {
    try check(OptimiserGolden.adagradStart, OptimiserGolden.adagradGradients, OptimiserGolden.adagrad) {
      try Adagrad($0, groups: [ParameterGroup(learningRate: 0.1)])
    }
  }

  @Test func clip() throws {
    try Precision.$scoped.withValue(.double) {
      let set = try ParameterSet(
        [ParameterEntry(path: "w", shape: [5, 4])], initial: [Tensor(full: 0, shape: [5, 4], .float64)])
      try set.gather([Tensor(OptimiserGolden.clipIn, shape: [5, 4], as: .float64)])
      #expect(abs(set.clip(1) - OptimiserGolden.clipNorm) < 1e-12)
      let worst = zip(set.gradient(0).doubles(), OptimiserGolden.clipOut).map { abs($0 - $1) }.max() ?? 1
      #expect(worst < 1e-12)
    }
  }

  @Test func leavesSeeStepsAndSnapshotsDoNot() throws {
    let set = try ParameterSet(
      [ParameterEntry(path: "b", shape: [2]), ParameterEntry(path: "a", shape: [3], group: 1)],
      initial: [Tensor(full: 1, shape: [2], .float32), Tensor(full: 2, shape: [3], .float32)])
    let optimiser = try AdamW(set, groups: [ParameterGroup(learningRate: 0.1), ParameterGroup(learningRate: 0)])
    let tape = Tape()
    let leaves = set.leaves(on: tape)
    let before = try set.snapshot()
    let loss = try leaves[0].sum([0])
    try set.gather(tape.backward(from: loss))
    #expect(set.isTouched == [true, false])
    optimiser.step()
    #expect(leaves[0].tensor.doubles().allSatisfy { abs($0 - 0.9) < 1e-6 })
    #expect(leaves[1].tensor.doubles() == [2, 2, 2])
    try set.restore(before)
    #expect(set.value(0).doubles() == [1, 1])
  }

  @Test func initialisersAreFunctionsOfTheKey() throws {
    let first = try Initialiser.xavierNormal.tensor([40, 50], key: 3)
    let again = try Initialiser.xavierNormal.tensor([40, 50], key: 3)
    let other = try Initialiser.xavierNormal.tensor([40, 50], key: 4)
    #expect(first.doubles() == again.doubles())
    #expect(first.doubles() != other.doubles())
    let variance = first.doubles().map { $0 * $0 }.reduce(0, +) / 2000
    #expect(abs(variance - 2.0 / 90) < 0.003)
    #expect(try Initialiser.ones.tensor([2], key: 1).doubles() == [1, 1])
  }
}
