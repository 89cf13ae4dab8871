package import NamedTensors

/// A Swift type that may stand in the signature of a builtin.
package protocol ValueConvertible {
  /// With its article, as errors say it: "a whole number".
  static var typeName: String { get }
  static func from(_ value: Value) -> Self?
  func asValue(_ invocation: Invocation) -> Value
}

extension Value: ValueConvertible {
  package static var typeName: String { "a value" }
  package static func from(_ value: Value) -> Value? { value }
  package func asValue(_ invocation: Invocation) -> Value { self }
}

extension Bool: ValueConvertible {
  package static var typeName: String { "true or false" }
  package static func from(_ value: Value) -> Bool? {
    if case .bool(let value) = value { return value }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .bool(self) }
}

extension Int: ValueConvertible {
  package static var typeName: String { "a whole number" }
  package static func from(_ value: Value) -> Int? {
    if case .int(let value) = value { return value }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .int(self) }
}

extension Double: ValueConvertible {
  package static var typeName: String { "a number" }
  package static func from(_ value: Value) -> Double? {
    switch value {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }
  package func asValue(_ invocation: Invocation) -> Value { .float(self) }
}

extension String: ValueConvertible {
  package static var typeName: String { "a string" }
  package static func from(_ value: Value) -> String? {
    if case .string(let value) = value { return value }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .string(self) }
}

extension Optional: ValueConvertible where Wrapped: ValueConvertible {
  package static var typeName: String { "\(Wrapped.typeName) or none" }
  package static func from(_ value: Value) -> Wrapped?? {
    if case .none = value { return .some(.none) }
    return Wrapped.from(value).map { .some($0) }
  }
  package func asValue(_ invocation: Invocation) -> Value { self?.asValue(invocation) ?? Value.none }
}

extension Array: ValueConvertible where Element: ValueConvertible {
  package static var typeName: String { "a list, each element \(Element.typeName)" }
  package static func from(_ value: Value) -> [Element]? {
    guard case .list(let values) = value else { return nil }
    var result: [Element] = []
    for value in values {
      guard let element = Element.from(value) else { return nil }
      result.append(element)
    }
    return result
  }
  package func asValue(_ invocation: Invocation) -> Value { .list(map { $0.asValue(invocation) }) }
}

extension AxisValue: ValueConvertible {
  package static var typeName: String { "an axis" }
  package static func from(_ value: Value) -> AxisValue? {
    if case .axis(let axis) = value { return axis }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .axis(self) }
}

/// One axis or a list of them.
package struct AxisList: ValueConvertible {
  package let axes: [AxisValue]
  package static var typeName: String { "an axis or a list of axes" }
  package static func from(_ value: Value) -> AxisList? {
    if case .axis(let axis) = value { return AxisList(axes: [axis]) }
    return [AxisValue].from(value).map { AxisList(axes: $0) }
  }
  package func asValue(_ invocation: Invocation) -> Value { .list(axes.map { .axis($0) }) }
}

extension NamedTensor: ValueConvertible {
  package static var typeName: String { "a tensor or a number" }
  package static func from(_ value: Value) -> NamedTensor? {
    switch value {
    case .tensor(let value): value.tensor
    case .int(let value): Int32(exactly: value).flatMap { try? NamedTensor.ints([$0], []) }
    case .float(let value): NamedTensor.scalar(value)
    case .bool(let value): try? NamedTensor.bools([value], [])
    default: nil
    }
  }
  package func asValue(_ invocation: Invocation) -> Value { .tensor(TensorValue(self, label: invocation.label)) }
}

extension Record: ValueConvertible {
  package static var typeName: String { "a record" }
  package static func from(_ value: Value) -> Self? {
    if case .record(let record) = value { return record as? Self }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .record(self) }
}

extension PathValue: ValueConvertible {
  package static var typeName: String { "a path such as .text.embed" }
  package static func from(_ value: Value) -> PathValue? {
    if case .path(let path) = value { return path }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .path(self) }
}

extension Goal: ValueConvertible {
  package static var typeName: String { "a loss or a sum of losses" }
  package static func from(_ value: Value) -> Self? {
    switch value {
    case .goal(let goal): return goal as? Self
    case .function(let function):
      guard case .loss = function.kind else { return nil }
      return Goal([Term(name: function.name, weight: 1, loss: function, settings: [])]) as? Self
    default: return nil
    }
  }
  package func asValue(_ invocation: Invocation) -> Value { .goal(self) }
}

extension ModuleInstance: ValueConvertible {
  package static var typeName: String { "a model" }
  package static func from(_ value: Value) -> Self? {
    if case .module(let module, _) = value { return module as? Self }
    return nil
  }
  package func asValue(_ invocation: Invocation) -> Value { .module(self, within: nil) }
}
