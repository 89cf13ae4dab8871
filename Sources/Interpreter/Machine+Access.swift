package import Diagnostics
import NamedTensors

extension Machine {
  /// A member of a module as its methods see it: parameters are tensors.
  func member(_ index: Int, of module: ModuleInstance) throws -> Value {
    return try materialised(module.members[index], in: module)
  }

  private func materialised(_ value: Value, in module: ModuleInstance) throws -> Value {
    switch value {
    case .parameter(let parameter):
      if let tensor = try contexts.last?.tensor(for: parameter) { return .tensor(tensor) }
      return value
    case .list(let values) where values.contains(where: { if case .parameter = $0 { true } else { false } }):
      return .list(try values.map { try materialised($0, in: module) })
    default: return value
    }
  }

  /// `value.name`.
  package func field(_ name: String, of value: Value, at span: Span) throws -> Value {
    switch value {
    case .absent: return value
    case .record(let record):
      if let found = try record.field(name) {
        if record.kind == "batch" { trace?.read(name, found) }
        return onlyShapes ? found.withoutNumbers : found
      }
      var failure = unknownField(name, "this \(record.kind)", record.names, span)
      failure.subject = name
      throw failure
    case .path(let path): return .path(PathValue(path.steps + [[name]]))
    case .module(let module, let within): return try moduleField(name, module, within, span)
    case .list(let values):
      // `m.blocks.0` is how paths are printed, so it can be typed.
      if let index = Int(name) {
        guard index >= 0, index < values.count else {
          throw Failure(
            .outOfRange, "this list has \(values.count) elements, counted from 0, so none is \(index)", at: span)
        }
        return values[index]
      }
      throw unknownField(name, "a list", [], span)
    case .object(let object):
      if let found = try object.field(name) { return onlyShapes ? found.withoutNumbers : found }
      throw unknownField(name, "this \(object.typeName)", object.fieldNames, span)
    case .axis(let axis):
      if name == "size", let size = axis.size { return .int(size) }
      throw unknownField(name, "an axis", [], span)
    case .none, .bool, .int, .float, .string, .range, .tensor, .parameter, .function, .goal:
      throw unknownField(name, value.described, [], span)
    }
  }

  private func unknownField(_ name: String, _ what: String, _ known: [String], _ span: Span) -> Failure {
    let near = NameSuggestion.near(name, among: known)
    let list = known.isEmpty ? [] : ["one of \(known.prefix(16).joined(separator: ", "))"]
    return Failure(
      .unknownField, "\(what) has no field `\(name)`", at: span,
      tries: near.isEmpty ? list : near.map { span.edited(to: $0) })
  }

  private func moduleField(
    _ name: String, _ module: ModuleInstance, _ within: ModuleInstance?, _ span: Span
  ) throws -> Value {
    if let part = module.gone[name] {
      throw Failure(
        .absentBranch, "the method `\(name)` is gone, because it needs the part `\(part)`, which was dropped",
        at: span, tries: ["the model before `without \(part)`"])
    }
    if let index = module.memberIndex(name) {
      switch module.members[index] {
      case .module(let inner, _): return .module(inner, within: within ?? module)
      case .list(let values):
        return .list(
          values.map { value in
            if case .module(let inner, _) = value { return .module(inner, within: within ?? module) }
            return value
          })
      case .parameter(let parameter):
        let root = within ?? module
        let placement = try root.placement()
        if let context = contexts.last, let tensor = try context.tensor(for: parameter) { return .tensor(tensor) }
        guard placement.parameterIndex[ObjectIdentifier(parameter)] != nil else { return module.members[index] }
        let made = try RunContext(root: root, mode: isShapeRun ? .shapes : .evaluation, seed: seed, leaves: leaves)
        return try made.tensor(for: parameter).map { .tensor($0) } ?? module.members[index]
      default: return module.members[index]
      }
    }
    if let code = module.definition.methods[name] {
      return .function(Function(.method(code, module, within: within)))
    }
    if let fact = module.facts[name] { return fact }
    let known = module.definition.memberNames + module.definition.methodOrder
    throw unknownField(name, module.definition.name, Array(Set(known)).sorted(), span)
  }

  /// `value[keys]`.
  func element(_ keys: [(axis: Value?, value: Value)], of value: Value, spans: [Span], at span: Span) throws -> Value {
    switch value {
    case .absent: return value
    case .tensor(let tensor): return try select(keys, tensor, spans, span)
    case .list(let values):
      guard keys.count == 1, keys[0].axis == nil else {
        throw Failure(.wrongArguments, "a list takes one index", at: span)
      }
      switch keys[0].value {
      case .int(let index):
        let place = index < 0 ? values.count + index : index
        guard place >= 0, place < values.count else {
          throw Failure(
            .outOfRange, "this list has \(values.count) elements, counted from 0, so none is \(index)", at: spans[0])
        }
        return values[place]
      case .range(let range):
        guard !range.isEmpty else { return .list([]) }
        guard range.low >= 0, range.high < values.count else {
          throw Failure(
            .outOfRange,
            "this list has \(values.count) elements, counted from 0; \(range.low)..\(range.high) is outside",
            at: spans[0])
        }
        return .list(Array(values[range.low...range.high]))
      default: throw Failure(.wrongType, "a list takes a whole number, not \(keys[0].value.described)", at: spans[0])
      }
    case .record(let record):
      guard keys.count == 1, case .string(let name) = keys[0].value else {
        throw Failure(.wrongType, "a record takes the name of a field, a string", at: spans.first ?? span)
      }
      return try field(name, of: .record(record), at: spans[0])
    case .path(let path):
      guard keys.count == 1, case .range(let range) = keys[0].value, range.low >= 0, !range.isEmpty,
        range.count <= 10_000
      else {
        throw Failure(.wrongType, "a path takes a range of elements, as in .user.blocks[0..1]", at: spans.first ?? span)
      }
      return .path(PathValue(path.steps + [(range.low...range.high).map(String.init)]))
    case .object(let object):
      if let found = try object.element(keys.map(\.value)) { return found }
      let shown = keys.map { $0.value.quoted }.joined(separator: ", ")
      throw Failure(.outOfRange, "this \(object.typeName) has nothing at [\(shown)]", at: span)
    case .none, .bool, .int, .float, .string, .range, .axis, .parameter, .module, .function, .goal:
      throw Failure(.wrongType, "\(value.described) has no elements", at: span)
    }
  }

  private func select(
    _ keys: [(axis: Value?, value: Value)], _ tensor: TensorValue, _ spans: [Span], _ span: Span
  ) throws -> Value {
    var result = tensor.tensor
    var label = Label64("element").mixed(tensor.label)
    for (index, key) in keys.enumerated() {
      guard case .axis(let axis)? = key.axis else {
        throw Failure(
          .wrongType, "a tensor takes an axis and an index", at: spans[index],
          tries: tensor.tensor.dimensions.first.map { ["[\($0.axis) = 0]"] } ?? [])
      }
      guard case .int(let place) = key.value else {
        throw Failure(
          .wrongType, "an index is a whole number, not \(key.value.described)", at: spans[index],
          tries: ["take(x, index, over = \(axis.axis))"])
      }
      do { result = try NamedTensor.select(result, axis.axis, index: place) } catch let error as AxisError {
        throw Self.failure(error, spans: [span], at: span, doing: "`[\(axis.axis) = \(place)]`")
      }
      label = label.mixed(axis.axis.label).mixed(place)
    }
    let selected = Value.tensor(TensorValue(result, label: label.value))
    trace?.derive(selected, from: [.tensor(tensor)])
    return selected
  }
}
