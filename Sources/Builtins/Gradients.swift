import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Semantics
import TensorCore

extension Catalog {
  static var gradients: [Builtin] {
    [
      Builtin(
        "gradient",
        """
        The gradient of a number with respect to a tensor that has a name, or to parameters at a path. The first argument is \
        computed by the call itself, so write it out: `gradient(sum(x * x, over = item), wrt = x)`. A path such as \
        `.user.position` means the parameters of the models that it runs; one gives a tensor, several a record by path. \
        Dropout is off.
        """,
        signature: .init("gradient", [.init("value", isRequired: true), .init("wrt", isRequired: true)]),
        examples: """
          pmm> x = tensor([1.0, 2.0], [item])
          pmm> gradient(sum(x * x, over = item), wrt = x)
          [item=2] 2.0, 4.0
          pmm> from layers import Linear
          pmm> m = Linear(item(2), d(1))
          pmm> gradient(sum(m(x), over = d), wrt = .weight)
          [out=1, item=2]
            1.0  2.0
          """
      ) { call in
        guard case .function(let function) = try call.value(0) else {
          throw call.fail(
            .wrongType, "the value is computed already, so nothing is known of how", argument: 0,
            tries: ["gradient(..., wrt = x) with the computation written inside"])
        }
        let wrt = try call.value(1)
        if let paths = PathList.from(wrt)?.paths { return try byParameters(paths, function, call) }
        return try byTensor(wrt, function, call)
      }
    ]
  }

  private static func byTensor(_ given: Value, _ function: Function, _ call: Invocation) throws -> Value {
    let wrt = try call.converted(given, to: NamedTensor.self, name: "wrt", at: call.spans[1])
    guard wrt.kind == .float else {
      throw call.fail(
        .wrongType, "a gradient is taken with respect to floats, not \(wrt.kind.rawValue)\(wrt.axesText)", argument: 1)
    }
    guard let variable = wrt.variable else {
      throw call.fail(.valueInShapeRun, "only shapes are known here, so there is no gradient yet")
    }
    guard !function.parameterNames.isEmpty else {
      throw call.fail(
        .wrongType, "a gradient is taken with respect to a name or a path, and this is an expression", argument: 1,
        tries: ["x = \(call.spans[1]?.text ?? "...")", "gradient(..., wrt = x) with x inside"])
    }
    let tape = Tape(observer: call.machine.profiler?.tapeObserver)
    let leaf = NamedTensor(variable: tape.leaf(variable.tensor), dimensions: wrt.dimensions)
    let argument = Value.tensor(TensorValue(leaf, label: Label64("wrt").mixed(given.label).value))
    let total = try number(function, [argument], call)
    guard total.isTracked else {
      throw call.fail(
        .wrongType, "the value does not depend on `\(function.parameterNames[0])`", argument: 0,
        tries: ["use the name itself inside of the call"])
    }
    let gradients = try call.machine.phase(.backward) { try tape.backward(from: total) }
    let found = try leaf.variable.flatMap { gradients[$0] } ?? Tensor(full: 0, shape: variable.shape, variable.dtype)
    return NamedTensor(variable: Variable(found), dimensions: wrt.dimensions).asValue(call)
  }

  private static func byParameters(_ paths: [PathValue], _ function: Function, _ call: Invocation) throws -> Value {
    let tape = Tape(observer: call.machine.profiler?.tapeObserver)
    let leaves = GradientLeaves(paths) { tape.leaf($0) }
    let total = try call.machine.differentiating(by: leaves) { try number(function, [], call) }
    guard !leaves.all.isEmpty else {
      let near = paths.flatMap { NameSuggestion.near($0.description, among: leaves.others) }
      throw call.fail(
        .unknownPart,
        "no model that runs here reads a parameter at \(paths.map(\.description).joined(separator: ", "))",
        argument: 1,
        tries: near.isEmpty
          ? leaves.others.sorted().prefix(5).map { $0 } : near.map { call.spans[1]?.edited(to: $0) ?? $0 })
    }
    let gradients = total.isTracked ? try call.machine.phase(.backward) { try tape.backward(from: total) } : nil
    let base = Label64(raw: call.label)
    let fields: [(String, Value)] = try leaves.all.map { leaf in
      let name = leaf.path.joined(separator: ".")
      guard let variable = leaf.tensor.variable else { throw call.fail(.inside, "a parameter without numbers") }
      let found = try gradients?[variable] ?? Tensor(full: 0, shape: variable.shape, variable.dtype)
      let tensor = NamedTensor(variable: Variable(found), dimensions: leaf.tensor.dimensions)
      return (name, .tensor(TensorValue(tensor, label: base.mixed(name).value)))
    }
    return fields.count == 1 ? fields[0].1 : .record(Record(fields))
  }

  /// Runs the function, which may itself give a function, until it gives one number.
  private static func number(_ function: Function, _ values: [Value], _ call: Invocation) throws -> Variable {
    let given = function.parameterNames.isEmpty ? [] : values
    var result = try call.machine.call(.function(function), given, at: call.span, place: call.place)
    if case .function = result { result = try call.machine.call(result, values, at: call.span, place: call.place) }
    guard case .tensor(let value) = result, value.tensor.dimensions.isEmpty, let total = value.tensor.variable else {
      throw call.fail(.wrongType, "`gradient` is taken of one number, not of \(result.described)", argument: 0)
    }
    return total
  }
}
