package import Diagnostics
import NamedTensors
package import Semantics
import TensorCore

/// One name of the language that Swift provides: its signature, help, examples and meaning in one declaration.
package final class Builtin {
  package let name: String
  package let summary: String
  package let signature: Signature
  /// Text of each default as the help shows it, by parameter.
  package let defaults: [String: String]
  /// What each parameter must be, in words, by parameter; those that the builtin reads itself are not there.
  package let types: [String: String]
  /// What `types` calls values of any kind, tensors and axes.
  package static let anyType = Value.typeName
  package static let tensorType = NamedTensor.typeName
  package static let axisTypes: Set<String> = [AxisValue.typeName, AxisList.typeName]
  /// A transcript that runs as a test.
  package let examples: String
  /// Whether it may be given a dropped part (`fuse`).
  let acceptsAbsent: Bool
  let body: (Invocation) throws -> Value

  /// A builtin with typed parameters; missing ones get their defaults.
  package init<each T: ValueConvertible, R: ValueConvertible>(
    _ name: String, _ summary: String, _ parameters: repeat BuiltinParameter<each T>, examples: String = "",
    body: @escaping (Invocation, repeat each T) throws -> R
  ) {
    self.name = name
    self.summary = summary
    self.examples = examples
    acceptsAbsent = false
    var list: [Signature.Parameter] = []
    var defaults: [String: String] = [:]
    var types: [String: String] = [:]
    for parameter in repeat each parameters {
      list.append(Signature.Parameter(parameter.name, isRequired: parameter.isRequired))
      types[parameter.name] = parameter.typeName
      if !parameter.isRequired { defaults[parameter.name] = parameter.shown }
    }
    signature = Signature(name, list)
    self.defaults = defaults
    self.types = types
    self.body = { invocation in
      var index = 0
      func next<V: ValueConvertible>(_ parameter: BuiltinParameter<V>) throws -> V {
        defer { index += 1 }
        return try invocation.converted(index, parameter)
      }
      return try body(invocation, repeat try next(each parameters)).asValue(invocation)
    }
  }

  /// A builtin that reads its arguments itself.
  package init(
    _ name: String, _ summary: String, signature: Signature, defaults: [String: String] = [:],
    types: [String: String] = [:], examples: String = "", acceptsAbsent: Bool = false,
    body: @escaping (Invocation) throws -> Value
  ) {
    self.name = name
    self.summary = summary
    self.signature = signature
    self.examples = examples
    self.acceptsAbsent = acceptsAbsent
    self.defaults = defaults
    self.types = types
    self.body = body
  }

  /// The same, but of plain numbers alone it gives a plain number, computed in double precision: `sqrt(2.0)` is a number as
  /// 2.0 is, and can be compared in an `if`.
  package func keepingNumbers() -> Builtin {
    Builtin(
      name, summary, signature: signature, defaults: defaults, types: types, examples: examples,
      acceptsAbsent: acceptsAbsent
    ) { [body] invocation in
      let given = invocation.arguments
      guard given.allSatisfy({ $0?.isPlainNumber ?? true }) else { return try body(invocation) }
      return try Precision.$scoped.withValue(.double) {
        // Whole numbers of tensors have 32 bits, those of the language 64; between them stands what doubles hold exactly.
        let wide = invocation.with(given.map { $0?.widened })
        let value = try body(given.contains { $0?.isLong ?? false } ? wide : invocation)
        guard case .tensor(let result) = value, let item = result.tensor.item else { return value }
        switch result.tensor.kind {
        case .float: return .float(item)
        case .int:
          guard case .tensor(let exact) = try body(wide), let whole = exact.tensor.item.flatMap({ Int(exactly: $0) })
          else { return .int(Int(item)) }
          return .int(whole)
        case .bool: return .bool(item != 0)
        }
      }
    }
  }

  /// The builtin as a value.
  package private(set) lazy var function = Function(.builtin(self))

  /// `name(a, b = 1)` as the help shows it.
  package var usage: String {
    var parts = signature.parameters.map { $0.isRequired ? $0.name : "\($0.name) = \(defaults[$0.name] ?? "none")" }
    if signature.takesAnyKeyword || signature.takesAnyCount { parts.append("...") }
    return "\(name)(\(parts.joined(separator: ", ")))"
  }
}

/// A typed parameter of a builtin.
package struct BuiltinParameter<T: ValueConvertible> {
  package let name: String
  let standard: T?
  /// The default as help shows it.
  let shown: String
  var isRequired: Bool { standard == nil }
  var typeName: String { T.typeName }

  package init(_ name: String) {
    self.name = name
    standard = nil
    shown = ""
  }
  package init(_ name: String, default standard: T, shown: String) {
    self.name = name
    self.standard = standard
    self.shown = shown
  }
}

/// One call of a builtin.
package struct Invocation {
  package unowned let machine: Machine
  package let builtin: Builtin
  /// In the order of the signature; nil where nothing was given.
  package let arguments: [Value?]
  /// Arguments whose names are not in the signature, in written order.
  package let extra: [(name: String, value: Value)]
  package let spans: [Span?]
  package let span: Span
  /// Where in the program this call stands: the key of random operations.
  package let place: Label64

  /// Label of the result of a pure operation on these arguments.
  package var label: UInt64 {
    var label = Label64("op").mixed(builtin.name)
    for argument in arguments { label = label.mixed(argument?.label ?? 1) }
    for (name, value) in extra { label = label.mixed(name).mixed(value.label) }
    return label.value
  }

  /// The key of a random operation here, or nil when nothing is being trained.
  package var randomKey: UInt64? { machine.randomKey(place) }

  fileprivate func with(_ arguments: [Value?]) -> Invocation {
    Invocation(
      machine: machine, builtin: builtin, arguments: arguments, extra: extra, spans: spans, span: span, place: place)
  }

  func converted<T: ValueConvertible>(_ index: Int, _ parameter: BuiltinParameter<T>) throws -> T {
    guard let value = arguments[index] else {
      guard let standard = parameter.standard else {
        throw Failure(.wrongArguments, "`\(builtin.name)` also needs `\(parameter.name)`", at: span)
      }
      return standard
    }
    return try converted(value, to: T.self, name: parameter.name, at: spans[index])
  }

  /// Converts an argument, or says what is wanted and what was given.
  package func converted<T: ValueConvertible>(_ value: Value, to type: T.Type, name: String, at place: Span?) throws
    -> T
  {
    if let converted = T.from(value) { return converted }
    throw Failure(
      .wrongType, "`\(name)` of `\(builtin.name)` must be \(T.typeName), not \(value.described)", at: place ?? span,
      label: "\(value.typeName)")
  }

  /// A required argument that the builtin reads itself.
  package func value(_ index: Int) throws -> Value {
    guard index < arguments.count, let value = arguments[index] else {
      let name =
        index < builtin.signature.parameters.count ? builtin.signature.parameters[index].name : "another argument"
      throw Failure(.wrongArguments, "`\(builtin.name)` also needs `\(name)`", at: span)
    }
    return value
  }

  package func fail(_ code: DiagnosticCode, _ message: String, argument: Int? = nil, tries: [String] = []) -> Failure {
    let place = argument.flatMap { $0 < spans.count ? spans[$0] : nil } ?? span
    return Failure(code, message, at: place, tries: tries)
  }
}

extension Value {
  /// A number or truth value of the language, or a list of nothing else.
  fileprivate var isPlainNumber: Bool {
    switch self {
    case .int, .float, .bool: true
    case .list(let values): values.allSatisfy(\.isPlainNumber)
    default: false
    }
  }
  /// Whole numbers as floats, also in lists.
  fileprivate var widened: Value {
    switch self {
    case .int(let value): .float(Double(value))
    case .list(let values): .list(values.map(\.widened))
    default: self
    }
  }

  /// Holds a whole number that tensors cannot.
  fileprivate var isLong: Bool {
    switch self {
    case .int(let value): Int32(exactly: value) == nil
    case .list(let values): values.contains(where: \.isLong)
    default: false
    }
  }
}
