import Diagnostics
import Interpreter
import Semantics
import Syntax

/// Calls of builtins that make a tensor of certain axes out of others, found by trying each on shapes.
struct ShapeTrials {
  /// What the inputs are called in what is shown.
  private static let names = ["x", "y", "z"]

  /// Names of axes. [input, axis]
  let inputs: [[String]]
  let result: [String]

  /// The calls that fit, by name; none for an axis that nobody declared.
  func found(_ machine: Machine, declared: Set<String>) throws -> [String] {
    let axes = Set(inputs.joined()).union(result).sorted()
    guard !inputs.isEmpty, inputs.count <= Self.names.count, axes.count <= 6 else { return [] }
    let trial = try machine.another(output: { _ in }, notes: { _ in })
    trial.say = { _ in }
    let globals = Globals(moduleName: "", isUser: true)
    // Each axis has a size of its own, so that what mixes them up does not fit.
    let sizes = Dictionary(uniqueKeysWithValues: zip(axes, [2, 3, 5, 7, 11, 13]))
    for name in axes where trial.preludeValue(name) == nil {
      guard declared.contains(name) else { return [] }
      try trial.run(SourceText(name: "pmm", text: "axis \(name)"), in: globals)
    }
    for (name, input) in zip(Self.names, inputs) {
      let dimensions = input.map { "\($0)(\(sizes[$0] ?? 1))" }.joined(separator: ", ")
      try trial.run(SourceText(name: "pmm", text: "\(name) = full(0.5, [\(dimensions)])"), in: globals)
    }
    return candidates(trial, axes).filter { text in
      let program = Parser.parse(SourceText(name: "pmm", text: text))
      guard program.diagnostics.isEmpty, case .tensor(let value)? = try? trial.shapes(of: program, in: globals) else {
        return false
      }
      return value.axisNames.count == result.count && Set(value.axisNames) == Set(result)
    }
  }

  private enum Kind {
    case tensor, axes

    /// Nil for what is neither; what may be any value is tried.
    init?(_ name: String, _ type: String?) {
      switch type {
      case Builtin.tensorType: self = .tensor
      case Builtin.anyType: self = name == "over" ? .axes : .tensor
      default:
        guard let type, Builtin.axisTypes.contains(type) else { return nil }
        self = .axes
      }
    }
  }

  /// Texts of calls: each builtin that takes as many tensors as there are, with every choice of its axes.
  private func candidates(_ machine: Machine, _ axes: [String]) -> [String] {
    var texts: [String] = []
    if inputs.count == 1 { texts += axes.map { "x[\($0) = 0]" } }
    for (name, builtin) in machine.builtins.sorted(by: { $0.key < $1.key }) {
      let required = builtin.signature.parameters.filter(\.isRequired)
      let kinds = required.map { Kind($0.name, builtin.types[$0.name]) }
      guard !builtin.signature.takesAnyCount, !kinds.contains(nil),
        kinds.count(where: { $0 == .tensor }) == inputs.count
      else { continue }
      var calls: [[String]] = [[]]
      var tensors = Self.names[...]
      for (parameter, kind) in zip(required, kinds) {
        if kind == .tensor, let next = tensors.popFirst() {
          calls = calls.map { $0 + [next] }
        } else {
          calls = calls.flatMap { call in axes.map { call + ["\(parameter.name) = \($0)"] } }
        }
      }
      texts += calls.map { "\(name)(\($0.joined(separator: ", ")))" }
    }
    return texts
  }
}
