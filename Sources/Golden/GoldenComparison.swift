import Autodiff
import Checkpoint
import Diagnostics
import Foundation
import Interpreter
import NamedTensors
import Shell
import TensorCore

/// What one group showed: the largest error of the value and of each gradient, relative to the largest reference.
struct GoldenFinding {
  let group: String
  /// Name and relative error, the value first.
  var errors: [(name: String, error: Double)] = []
  /// Why nothing could be compared.
  var problem: String?
  var isMissing = false

  func passes(_ tolerance: Double) -> Bool {
    problem == nil && !isMissing && errors.allSatisfy { $0.error <= tolerance }
  }

  func line(_ tolerance: Double) -> String {
    if isMissing { return "\(group): not yet" }
    if let problem { return "\(group): fail, \(problem)" }
    let numbers = errors.map { "\($0.name) \(Self.scientific($0.error))" }.joined(separator: "  ")
    return "\(group): \(numbers)  \(passes(tolerance) ? "pass" : "fail")"
  }

  private static func scientific(_ value: Double) -> String { String(format: "%.1e", value) }
}

/// Runs one case in a machine of its own and compares value and gradients with the file.
struct GoldenComparison {
  let machine: Machine

  /// The largest difference over the largest absolute reference; a reference of rounding noise counts against `noise`,
  /// a 10^12th of the group's scale.
  static func error(_ found: [Double], _ wanted: [Double], noiseBelow noise: Double = 0) -> Double {
    guard found.count == wanted.count else { return .infinity }
    let largest = wanted.reduce(0) { max($0, abs($1)) }
    let scale = largest <= noise ? noise * 1e12 : largest
    let worst = zip(found, wanted).reduce(0.0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference.isNaN ? .infinity : max(worst, difference)
    }
    return scale > 0 ? worst / scale : worst
  }

  func compare(_ one: GoldenCase, _ group: HDF5Group) -> GoldenFinding {
    var finding = GoldenFinding(group: one.group)
    do { finding.errors = try errors(one, group) } catch {
      finding.problem = Session.diagnostics(of: error).map(\.message).joined(separator: "; ")
    }
    return finding
  }

  private func errors(_ one: GoldenCase, _ group: HDF5Group) throws -> [(name: String, error: Double)] {
    guard let inputs = group.groups["in"], let out = group.datasets["out"], let weight = group.datasets["weight"] else {
      throw Failure(.file, "the group lacks in, out or weight")
    }
    let globals = Globals(moduleName: "", isUser: true)
    var text = one.setup.isEmpty ? "" : one.setup + "\n"
    if let module = one.module { text += "golden_module = \(try GoldenTemplate(text: module).filled(from: group))\n" }
    text += "golden_program = \(try GoldenTemplate(text: one.program).filled(from: group))\n"
    try machine.run(SourceText(name: "golden \(one.group)", text: text), in: globals)
    guard let program = globals.value(named: "golden_program") else { throw Failure(.inside, "no program") }

    let tape = Tape()
    var leaves: [String: Variable] = [:]
    var fields: [(String, Value)] = []
    for (name, axes) in one.inputs where one.parameters[name] == nil {
      guard let data = inputs.datasets[name] else { throw Failure(.file, "the group has no input \(name)") }
      let tensor = try tensor(data, axes, globals)
      guard tensor.kind == .float, let variable = tensor.variable else {
        fields.append((name, .tensor(TensorValue(tensor, label: Label64(name).value))))
        continue
      }
      let leaf = tape.leaf(variable.tensor)
      leaves[name] = leaf
      fields.append(
        (
          name,
          .tensor(TensorValue(NamedTensor(variable: leaf, dimensions: tensor.dimensions), label: Label64(name).value))
        ))
    }
    let record = Value.record(Record(fields))
    let nowhere = Span(SourceText(name: "golden", text: ""), 0, 0)
    let value: Value
    if case .module(let module, _)? = globals.value(named: "golden_module") {
      let context = try RunContext(root: module, mode: .evaluation, seed: 0)
      for (name, path) in one.parameters {
        guard let data = inputs.datasets[name],
          let (steps, parameter) = context.placement.parameters.first(where: { $0.path.joined(separator: ".") == path })
        else { throw Failure(.file, "no parameter \(path) for input \(name)") }
        let leaf = tape.leaf(try NamedTensor.doubles(data.doubles, parameter.dimensions).tensorOrFail())
        leaves[name] = leaf
        context.bind(parameter, to: NamedTensor(variable: leaf, dimensions: parameter.dimensions), path: steps)
      }
      value = try machine.within(context) {
        try machine.call(program, [.module(module, within: nil), record], at: nowhere, place: Label64("golden"))
      }
    } else {
      value = try machine.call(program, [record], at: nowhere, place: Label64("golden"))
    }
    guard case .tensor(let result) = value else { throw Failure(.wrongType, "the program gives \(value.described)") }
    let ordered = try result.tensor.ordered(try one.result.map { try axis($0, globals) })
    let weights = try NamedTensor.doubles(weight.doubles, ordered.dimensions)
    let weighted = try NamedTensor.binary(.multiply, ordered, weights)
    let loss = try NamedTensor.sum(weighted, over: weighted.axes)
    guard let total = loss.variable else { throw Failure(.inside, "no value") }
    let gradients = try tape.backward(from: total)
    // Rows whose weight is 0 are padding: their values are nobody's.
    let mask = weight.doubles.map { $0 != 0 }
    let found = zip(ordered.doubleValues(), mask).map { $1 ? $0 : 0 }
    let wanted = zip(out.doubles, mask).map { $1 ? $0 : 0 }
    var errors = [(name: "value", error: Self.error(found, wanted))]
    // A gradient that is 0 in theory (a key's bias shifts a whole softmax) is rounding noise in the file: it is
    // measured
    // against the largest gradient of the group.
    let largest = (group.groups["grad"]?.datasets.values ?? [:].values).flatMap(\.doubles).reduce(0) {
      max($0, abs($1))
    }
    for (name, reference) in (group.groups["grad"]?.datasets ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let leaf = leaves[name] else { throw Failure(.file, "nothing stands for the gradient of \(name)") }
      let gradient = gradients[leaf]?.doubles() ?? [Double](repeating: 0, count: reference.doubles.count)
      errors.append((name, Self.error(gradient, reference.doubles, noiseBelow: largest * 1e-12)))
    }
    return errors
  }

  private func axis(_ name: String, _ globals: Globals) throws -> Axis {
    guard case .axis(let axis)? = globals.value(named: name) ?? machine.preludeValue(name) else {
      throw Failure(.inside, "there is no axis \(name)")
    }
    return axis.axis
  }

  private func tensor(_ data: HDF5Dataset, _ axes: [String], _ globals: Globals) throws -> NamedTensor {
    guard axes.count == data.shape.count else { throw Failure(.file, "\(axes.count) axes for a shape \(data.shape)") }
    let dimensions = try zip(axes, data.shape).filter { $0.0 != "-" }.map { Dimension(try axis($0, globals), $1) }
    if data.isBool { return try NamedTensor.bools(data.doubles.map { $0 != 0 }, dimensions) }
    if data.isInteger { return try NamedTensor.ints(data.doubles.compactMap { Int32(exactly: $0) }, dimensions) }
    return try NamedTensor.doubles(data.doubles, dimensions)
  }
}

extension NamedTensor {
  func tensorOrFail() throws -> Tensor {
    guard let variable else { throw Failure(.inside, "a reference value without numbers") }
    return variable.tensor
  }
}
