package import Diagnostics
import NamedTensors
import Semantics
import TensorCore

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
    guard failure.isPlaced else { return failure.placed(at: span).mended(at: span) }
    let failure = failure.mended(at: span)
    let isLibrary: (Span) -> Bool = { $0.source.isLibrary }
    if isLibrary(span) || failure.diagnostic.labels.contains(where: { !isLibrary($0.span) }) { return failure }
    var copy = failure
    copy.diagnostic.labels.insert(Label(span, "called here"), at: 0)
    return copy
  }

  /// How texts of the standard library are named.
  package static let libraryPrefix = SourceText.libraryPrefix

  func bind(_ values: [Value], to code: FunctionCode, _ frame: Frame, _ shape: CallShape) throws {
    let mapping = try shape.mapped(to: code) {
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

  func typeFailure(_ fault: TypeFault, _ what: String, _ frame: Frame, _ span: Span) -> Failure {
    guard let module = frame.module, let context, let path = context.placement.modulePaths[ObjectIdentifier(module)],
      !path.isEmpty
    else {
      let owner = frame.module.map { " of \($0.definition.name)" } ?? ""
      var failure = Failure(
        fault.code, "\(what)\(owner) needs \(fault.needs), but gets \(fault.gets)", at: span, label: fault.gets)
      failure.mends = fault.mends
      // What a model gives is made by its parts, so the line to change may be any of its lines.
      return frame.module.map { Self.mended(failure, in: $0.definition) } ?? failure.mended(at: span)
    }
    var failure = Failure(
      fault.code,
      "part `\(path.joined(separator: "."))` (\(module.definition.name), from \(module.origin.text)) needs "
        + "\(fault.needs), but gets \(fault.gets)",
      at: span, label: "gives \(fault.gets)")
    failure.subject = path[0]
    failure.mends = fault.mends
    if let origin = module.origin.span {
      failure.diagnostic.labels.append(Label(origin, "takes \(fault.needs)"))
      if case .size(_, let needed, let given)? = fault.mends.first, !origin.source.isLibrary,
        let place = origin.only("\(needed)")
      {
        failure.diagnostic.tries = [place.edited(to: "\(given)")]
      }
    }
    return failure.mended(at: span)
  }

  private static func mended(_ failure: Failure, in definition: ModelDefinition) -> Failure {
    let lines = definition.span.lines.filter { !$0.text.hasPrefix("axis ") }
    guard case .axis(let old, let new)? = failure.mends.first, failure.diagnostic.tries.isEmpty,
      !definition.source.isLibrary
    else { return lines.reduce(failure) { $0.mended(at: $1) } }
    var failure = failure
    failure.diagnostic.tries = lines.lazy.compactMap { $0.only(old)?.edited(to: new) }.first.map { [$0] } ?? []
    return failure
  }

  func run(_ code: FunctionCode, _ frame: Frame) throws -> Value {
    let value: Value
    do { value = try code.body(frame) } catch is ReturnSignal { value = frame.returned }
    if let check = code.result, let fault = try check(value, frame) {
      throw typeFailure(fault, "the result of `\(code.name)`", frame, code.span)
    }
    return value
  }

  func callLoss(
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
            tries: shape.edits(of: setting.0, to: near, among: known))
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
