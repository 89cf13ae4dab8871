package import Diagnostics
import NamedTensors

extension Machine {
  package func callMethod(
    _ name: String, of module: ModuleInstance, within: ModuleInstance? = nil, _ values: [Value],
    names: [String?]? = nil, at span: Span
  ) throws -> Value {
    try callMethod(
      name, of: module, within: within, values, .from(span, names: names ?? values.map { _ in nil }))
  }

  func callMethod(
    _ name: String, of module: ModuleInstance, within: ModuleInstance?, _ values: [Value], _ shape: CallShape
  ) throws -> Value {
    if let code = module.definition.methods[name] {
      return try callMethod(code, of: module, within: within, values, shape)
    }
    throw Failure(
      .unknownField, "\(module.definition.name) has no method `\(name)`", at: shape.calleeSpan,
      tries: module.definition.methodOrder.prefix(3).map { "\($0)(...)" })
  }

  /// A method is computed once a step for the same arguments, whoever asks.
  func callMethod(
    _ code: FunctionCode, of module: ModuleInstance, within: ModuleInstance?, _ values: [Value], _ shape: CallShape
  ) throws -> Value {
    let identity = ObjectIdentifier(module)
    guard let context, context.placement.modulePaths[identity] != nil else {
      // A call from outside of a step is a step of its own; a whole catalogue is many.
      if let joined = try inChunks(code, of: module, within: within, values, shape) { return joined }
      let root = within ?? module
      let isShapes = isShapeRun || values.contains { $0.isShapeOnly }
      let made = try RunContext(root: root, mode: isShapes ? .shapes : .evaluation, seed: seed, leaves: leaves)
      guard made.placement.modulePaths[identity] != nil else {
        return try callMethod(code, of: module, within: nil, values, shape)
      }
      return try self.within(made) { try callMethod(code, of: module, within: nil, values, shape) }
    }
    if context.mode == .shapes { context.reached.insert(identity) }
    return try enter(shape) {
      let label = context.placement.moduleLabels[identity] ?? Label64("module")
      let frame = Frame(self, slots: code.slotCount, module: module, globals: code.globals, place: label)
      try bind(values, to: code, frame, shape)
      // The key of a kept call is made of its arguments after defaults are filled in.
      var arguments = label.mixed(code.label.value)
      var stable = arguments
      for parameter in code.parameters {
        arguments = arguments.mixed(frame.slots[parameter.slot].label)
        stable = stable.mixed(frame.slots[parameter.slot].stableLabel)
      }
      let key = RunContext.MemoKey(module: identity, method: ObjectIdentifier(code), arguments: arguments.value)
      if let kept = context.memo[key] { return kept }
      frame.place = stable
      let value: Value
      do {
        if let trace, let path = context.placement.modulePaths[identity] {
          let arguments = code.parameters.map { frame.slots[$0.slot] }
          value = try trace.call(path, code.name, arguments) { try run(code, frame) }
        } else if let profiler {
          value = try profiler.part(module, in: context) { try run(code, frame) }
        } else {
          value = try run(code, frame)
        }
      } catch let failure as Failure { throw blamed(failure, module, context) }
      // While nothing is trained, results deep inside would only fill the memory.
      if context.mode != .evaluation || context.placement.modulePaths[identity]?.count ?? 0 <= 1 {
        context.memo[key] = value
      }
      return value
    }
  }

  /// Works on a catalogue chunk by chunk and joins the results along the axis that grew.
  private func inChunks(
    _ code: FunctionCode, of module: ModuleInstance, within: ModuleInstance?, _ values: [Value], _ shape: CallShape
  ) throws -> Value? {
    guard !onlyShapes, case .record(let record)? = values.first, let chunks = try record.chunks?(), chunks.count > 1,
      case .axis(let item)? = preludeValue("item")
    else { return nil }
    var pieces: [NamedTensor] = []
    for chunk in chunks {
      try checkInterrupt()
      let value = try callMethod(code, of: module, within: within, [.record(chunk)] + values.dropFirst(), shape)
      guard case .tensor(let tensor) = value, tensor.tensor.carries(item.axis) else {
        throw Failure(
          .wrongType,
          "over a whole catalogue `\(code.name)` must give a tensor over \(item.axis), not \(value.described)",
          at: shape.span)
      }
      pieces.append(tensor.tensor)
    }
    let joined = try NamedTensor.concat(pieces, over: item.axis, to: item.axis)
    return .tensor(TensorValue(joined, label: Label64(code.name).mixed(record.label).value))
  }

  /// Computed results that the same call gives in this step, such as item vectors that are known already.
  package func keep(
    _ value: Value, for name: String, of module: ModuleInstance, _ argument: Value, in context: RunContext
  ) {
    guard let code = module.definition.methods[name],
      let label = context.placement.moduleLabels[ObjectIdentifier(module)]
    else { return }
    let arguments = label.mixed(code.label.value).mixed(argument.label)
    let key = RunContext.MemoKey(
      module: ObjectIdentifier(module), method: ObjectIdentifier(code), arguments: arguments.value)
    context.memo[key] = value
  }

  /// The defaults of a function's keywords that do not depend on other arguments.
  package func defaults(of function: Function) throws -> [String: Value] {
    let code: FunctionCode
    switch function.kind {
    case .closure(let found, _, _), .method(let found, _, _), .loss(let found): code = found
    case .builtin, .model, .missing: return [:]
    }
    let frame = Frame(self, slots: code.slotCount, globals: code.globals, place: Label64("defaults"))
    var result: [String: Value] = [:]
    for parameter in code.parameters {
      guard let standard = parameter.standard, let value = try? standard(frame) else { continue }
      frame.slots[parameter.slot] = value
      result[parameter.name] = value
    }
    return result
  }

  /// Says once in which part of the model an error arose.
  private func blamed(_ failure: Failure, _ module: ModuleInstance, _ context: RunContext) -> Failure {
    guard let path = context.placement.modulePaths[ObjectIdentifier(module)], !path.isEmpty,
      failure.diagnostic.notes.isEmpty, failure.diagnostic.code != .interrupted,
      !failure.diagnostic.message.hasPrefix("part `")
    else { return failure }
    var copy = failure
    copy.diagnostic.notes = [
      "in part `\(path.joined(separator: "."))` (\(module.definition.name), from \(module.origin.text))"
    ]
    return copy
  }
}
