package import Diagnostics
import NamedTensors
import Semantics
import Syntax
import TensorCore

/// What is known of a call before it runs.
package final class CallShape {
  let span: Span
  let calleeSpan: Span
  let argumentSpans: [Span]
  let names: [String?]
  let site: Int
  private var mappedFor: ObjectIdentifier?
  private var mapping: [Int] = []

  init(span: Span, calleeSpan: Span, argumentSpans: [Span], names: [String?], site: Int) {
    self.span = span
    self.calleeSpan = calleeSpan
    self.argumentSpans = argumentSpans
    self.names = names
    self.site = site
  }

  /// For calls that Swift code makes.
  package static func from(_ span: Span, names: [String?], site: Int = 0) -> CallShape {
    CallShape(span: span, calleeSpan: span, argumentSpans: names.map { _ in span }, names: names, site: site)
  }

  /// For each argument the index of its parameter, or -1 for a keyword of an open signature. Kept from call to call.
  func mapped(to callee: ObjectIdentifier, _ signature: () -> Signature) throws -> [Int] {
    if mappedFor == callee { return mapping }
    let signature = signature()
    let parameters = signature.parameters.map(\.name)
    var taken = Set<Int>()
    var result: [Int] = []
    var position = 0
    for (index, name) in names.enumerated() {
      let target: Int
      if let name {
        if let found = parameters.firstIndex(of: name) {
          target = found
        } else if signature.takesAnyKeyword {
          target = -1
        } else {
          let near = NameSuggestion.near(name, among: parameters)
          throw Failure(
            .unknownKeyword, "`\(signature.name)` has no keyword `\(name)`", at: argumentSpans[index],
            tries: near.isEmpty ? ["one of \(parameters.joined(separator: ", "))"] : near.map { "\($0) = ..." })
        }
      } else {
        target = position
        position += 1
        if target >= parameters.count {
          if signature.takesAnyCount {
            result.append(-1)
            continue
          }
          throw Failure(
            .wrongArguments,
            "`\(signature.name)` takes \(parameters.count) argument\(parameters.count == 1 ? "" : "s"), and this is "
              + "one more",
            at: argumentSpans[index], tries: ["\(signature.name)(\(parameters.joined(separator: ", ")))"])
        }
      }
      if target >= 0, !taken.insert(target).inserted {
        throw Failure(.wrongArguments, "`\(parameters[target])` is given twice", at: argumentSpans[index])
      }
      result.append(target)
    }
    for (index, parameter) in signature.parameters.enumerated() where parameter.isRequired && !taken.contains(index) {
      throw Failure(.wrongArguments, "`\(signature.name)` also needs `\(parameter.name)`", at: span)
    }
    mappedFor = callee
    mapping = result
    return result
  }
}

extension Machine {
  /// Calls any callable value from Swift.
  package func call(_ callee: Value, _ values: [Value], names: [String?]? = nil, at span: Span, place: Label64) throws
    -> Value
  {
    let names = names ?? values.map { _ in nil }
    return try call(callee, values, .from(span, names: names), place: place)
  }

  func call(_ callee: Value, _ values: [Value], _ shape: CallShape, place: Label64) throws -> Value {
    switch callee {
    case .function(let function):
      return try call(function, values, shape, place: place)
    case .module(let module, let within):
      return try callMethod("forward", of: module, within: within, values, shape)
    case .absent: return callee
    case .list(let modules):
      return try callChain(modules, values, shape, place: place)
    case .axis(let axis):
      guard values.count == 1, case .int(let size) = values[0], (1...AxisValue.largest).contains(size) else {
        throw Failure(
          .wrongArguments, "an axis is called with its size, a whole number from 1 to \(AxisValue.largest)",
          at: shape.span)
      }
      return .axis(AxisValue(axis.axis, size))
    case .none, .bool, .int, .float, .string, .record, .range, .path, .tensor, .parameter, .goal, .object:
      throw Failure(.wrongType, "\(callee.described) cannot be called", at: shape.calleeSpan)
    }
  }

  /// A list of modules feeds its first argument through each in turn.
  private func callChain(_ modules: [Value], _ values: [Value], _ shape: CallShape, place: Label64) throws -> Value {
    guard var result = values.first else {
      throw Failure(.wrongArguments, "a list of modules needs an argument to pass through them", at: shape.span)
    }
    for (index, module) in modules.enumerated() {
      switch module {
      case .module, .list, .function: break
      default:
        throw Failure(
          .wrongType, "element \(index) of this list is \(module.described) and cannot be called", at: shape.calleeSpan)
      }
      result = try call(module, [result] + values.dropFirst(), shape, place: place.mixed(index))
    }
    return result
  }

  private func call(_ function: Function, _ values: [Value], _ shape: CallShape, place: Label64) throws -> Value {
    switch function.kind {
    case .builtin(let builtin): return try call(builtin, values, shape, place: place)
    case .closure(let code, let captures, let module):
      return try enter(shape) {
        let frame = Frame(
          self, slots: code.slotCount, captures: captures, module: module, function: function, globals: code.globals,
          place: place.mixed(code.label.value))
        try bind(values, to: code, frame, shape)
        return try run(code, frame)
      }
    case .method(let code, let module, let within):
      return try callMethod(code, of: module, within: within, values, shape)
    case .model(let definition): return try construct(definition, values, shape)
    case .loss(let code): return try callLoss(code, function, values, shape, place: place)
    case .missing(let absence): return .absent(absence)
    }
  }

  /// Counts depth, so that a script cannot exhaust the program's own stack, and gives errors their place.
  func enter<T>(_ shape: CallShape, _ body: () throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest {
      throw Failure(.recursion, "calls are nested deeper than \(Self.deepest)", at: shape.span)
    }
    try checkInterrupt()
    do { return try body() } catch let failure as Failure {
      throw placed(failure, shape.span)
    } catch let error as TensorError { throw Self.failure(error, at: shape.span) }
  }

  /// An error inside the library is shown where the user's own text called it.
  func placed(_ failure: Failure, _ span: Span) -> Failure {
    guard failure.isPlaced else { return failure.placed(at: span) }
    let isLibrary: (Span) -> Bool = { $0.source.name.hasPrefix(Self.libraryPrefix) }
    if isLibrary(span) || failure.diagnostic.labels.contains(where: { !isLibrary($0.span) }) { return failure }
    var copy = failure
    copy.diagnostic.labels.insert(Label(span, "called here"), at: 0)
    return copy
  }

  /// How texts of the standard library are named.
  package static let libraryPrefix = "stdlib/"

  func bind(_ values: [Value], to code: FunctionCode, _ frame: Frame, _ shape: CallShape) throws {
    let mapping = try shape.mapped(to: ObjectIdentifier(code)) {
      Signature(code.name, code.parameters.map { Signature.Parameter($0.name, isRequired: !$0.hasDefault) })
    }
    var given = [Bool](repeating: false, count: code.parameters.count)
    for (index, target) in mapping.enumerated() where target >= 0 {
      frame.slots[code.parameters[target].slot] = values[index]
      given[target] = true
    }
    try finish(code, frame, given, shape, mapping)
  }

  /// Fills in defaults and checks annotations.
  private func finish(
    _ code: FunctionCode, _ frame: Frame, _ given: [Bool], _ shape: CallShape, _ mapping: [Int]
  ) throws {
    for (index, parameter) in code.parameters.enumerated() {
      if !given[index], let standard = parameter.standard { frame.slots[parameter.slot] = try standard(frame) }
    }
    for (index, parameter) in code.parameters.enumerated() {
      guard let check = parameter.check else { continue }
      if let fault = try check(frame.slots[parameter.slot], frame) {
        let span = mapping.firstIndex(of: index).map { shape.argumentSpans[$0] } ?? shape.span
        throw typeFailure(fault, "`\(parameter.name)` of `\(code.name)`", frame, span)
      }
    }
  }

  private func typeFailure(_ fault: TypeFault, _ what: String, _ frame: Frame, _ span: Span) -> Failure {
    guard let module = frame.module, let context, let path = context.placement.modulePaths[ObjectIdentifier(module)],
      !path.isEmpty
    else {
      let owner = frame.module.map { " of \($0.definition.name)" } ?? ""
      return Failure(
        fault.code, "\(what)\(owner) needs \(fault.needs), but gets \(fault.gets)", at: span, label: fault.gets)
    }
    var failure = Failure(
      fault.code,
      "part `\(path.joined(separator: "."))` (\(module.definition.name), from \(module.origin.text)) needs "
        + "\(fault.needs), but gets \(fault.gets)",
      at: span, label: "gives \(fault.gets)")
    if let origin = module.origin.span {
      failure.diagnostic.labels.append(Label(origin, "takes \(fault.needs)"))
    }
    return failure
  }

  func run(_ code: FunctionCode, _ frame: Frame) throws -> Value {
    let value: Value
    do { value = try code.body(frame) } catch is ReturnSignal { value = frame.returned }
    if let check = code.result, let fault = try check(value, frame) {
      throw typeFailure(
        TypeFault(code: fault.code, needs: fault.needs, gets: fault.gets), "the result of `\(code.name)`", frame,
        code.span)
    }
    return value
  }

  // MARK: Methods

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
      let isShapes = self.context?.mode == .shapes || values.contains { $0.isShapeOnly }
      let made = try RunContext(root: root, mode: isShapes ? .shapes : .evaluation, seed: seed)
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
      do { value = try run(code, frame) } catch let failure as Failure { throw blamed(failure, module, context) }
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
    guard case .record(let record)? = values.first, let chunks = try record.chunks?(), chunks.count > 1,
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

  // MARK: Losses

  private func callLoss(
    _ code: FunctionCode, _ function: Function, _ values: [Value], _ shape: CallShape, place: Label64
  ) throws -> Value {
    let positional = shape.names.filter { $0 == nil }.count
    if positional == 0, !shape.names.contains(code.parameters.first?.name) {
      let settings = zip(shape.names, values).map { ($0 ?? "", $1) }
      var name = code.name
      var kept: [(name: String, value: Value)] = []
      let known = code.parameters.dropFirst(2).map(\.name)
      for (index, setting) in settings.enumerated() {
        if setting.0 == "name", !known.contains("name") {
          guard case .string(let text) = setting.1 else {
            throw Failure(.wrongType, "the name of a term is a string", at: shape.argumentSpans[index])
          }
          name = text
          continue
        }
        guard known.contains(setting.0) else {
          let near = NameSuggestion.near(setting.0, among: known)
          throw Failure(
            .unknownKeyword, "`\(code.name)` has no keyword `\(setting.0)`", at: shape.argumentSpans[index],
            tries: near.isEmpty ? ["one of \(known.joined(separator: ", "))"] : near.map { "\($0) = ..." })
        }
        kept.append((setting.0, setting.1))
      }
      return .goal(Goal([Goal.Term(name: name, weight: 1, loss: function, settings: kept)]))
    }
    if positional == 1 {
      throw Failure(
        .lossForm, "the loss `\(code.name)` takes a model and a batch, or keywords only", at: shape.span,
        tries: ["\(code.name)(m, x)", "\(code.name)()"])
    }
    return try enter(shape) {
      let frame = Frame(self, slots: code.slotCount, globals: code.globals, place: Label64("loss").mixed(code.name))
      try bind(values, to: code, frame, shape)
      return try run(code, frame)
    }
  }

  // MARK: Builtins

  func call(_ builtin: Builtin, _ values: [Value], _ shape: CallShape, place: Label64) throws -> Value {
    let mapping = try shape.mapped(to: ObjectIdentifier(builtin)) { builtin.signature }
    var arguments = [Value?](repeating: nil, count: builtin.signature.parameters.count)
    var spans = [Span?](repeating: nil, count: builtin.signature.parameters.count)
    var extra: [(name: String, value: Value)] = []
    for (index, target) in mapping.enumerated() {
      if case .absent(let absence) = values[index], !builtin.acceptsAbsent {
        throw Self.absent(absence.facts, usedBy: "`\(builtin.name)`", at: shape.argumentSpans[index])
      }
      if target >= 0 {
        arguments[target] = values[index]
        spans[target] = shape.argumentSpans[index]
      } else {
        extra.append((shape.names[index] ?? "", values[index]))
      }
    }
    let invocation = Invocation(
      machine: self, builtin: builtin, arguments: arguments, extra: extra, spans: spans, span: shape.span, place: place)
    do { return try builtin.body(invocation) } catch let error as AxisError {
      throw Self.failure(error, spans: spans.map { $0 ?? shape.span }, at: shape.span, doing: "`\(builtin.name)`")
    } catch let error as TensorError {
      throw Self.failure(error, at: shape.span)
    } catch let failure as Failure {
      throw placed(failure, shape.span)
    }
  }

  /// Gives what the core of the numbers throws its place.
  static func failure(_ error: TensorError, at span: Span) -> Failure {
    let code: DiagnosticCode =
      switch error {
      case .interrupted: .interrupted
      case .memory: .memory
      case .outOfRange: .outOfRange
      case .mismatch: .inside
      }
    return Failure(code, error.message, at: span)
  }

  static func absent(_ absence: AbsenceFacts, usedBy user: String, at span: Span) -> Failure {
    let why = absence.isFollowing ? "was dropped because nothing reached it any more" : "was dropped"
    var failure = Failure(
      .absentBranch, "\(user) reads the part `\(absence.part)`, which \(why)", at: span, label: "absent here")
    failure.subject = absence.part
    if let dropped = absence.span { failure.diagnostic.labels.append(Label(dropped, "dropped here")) }
    return failure
  }

  /// Gives a fact from the number column its words and places.
  static func failure(_ error: AxisError, spans: [Span], at span: Span, doing: String) -> Failure {
    let code: DiagnosticCode =
      switch error.kind {
      case .sizeMismatch: .axisMismatch
      case .missingAxis: .axisMissing
      case .duplicateAxis: .axisDuplicate
      case .unknownSize: .axisUnsized
      case .outOfRange: .outOfRange
      case .wrongKind: .wrongType
      case .notContained: .axesDiffer
      case .notDivisible: .axisMismatch
      case .interrupted: .interrupted
      case .memory: .memory
      case .contradiction: .inside
      }
    let isNamed = error.message.hasPrefix(doing) || error.message.hasPrefix("`[ ]`")
    var diagnostic = Diagnostic(
      .error, code, isNamed ? error.message : "\(doing): \(error.message)", tries: error.suggestion.map { [$0] } ?? [])
    let blamed = error.operands.filter { $0 < spans.count }.map { Label(spans[$0]) }
    diagnostic.labels = blamed.isEmpty ? [Label(span)] : blamed
    return Failure(diagnostic)
  }
}

extension Value {
  /// Whether this is, or holds, a tensor without numbers.
  var isShapeOnly: Bool {
    switch self {
    case .tensor(let value): value.tensor.isShapeOnly
    case .list(let values): values.contains { $0.isShapeOnly }
    default: false
    }
  }
}
