package import NamedTensors

extension Value {
  /// One short phrase for errors: the kind, with axes or the value where that helps.
  package var described: String {
    switch self {
    case .none: "none"
    case .bool(let value): "\(value)"
    case .int(let value): "the number \(value)"
    case .float(let value): "the number \(Self.text(value))"
    case .string(let text): "the string \"\(text.prefix(40))\""
    case .tensor(let value): "a tensor \(value.tensor.axesText)"
    case .axis(let axis): "the axis \(axis.axis)"
    case .list(let values): "a list of \(values.count)"
    case .absent, .record, .range, .path, .parameter, .module, .function, .goal, .object: "a \(typeName)"
    }
  }

  /// What the shell and `print` show.
  package var printed: String {
    switch self {
    case .none: return "none"
    case .absent(let absence): return "absent (\(absence.part) was dropped)"
    case .bool(let value): return "\(value)"
    case .int(let value): return "\(value)"
    case .float(let value): return Self.text(value)
    case .string(let text): return text
    case .list(let values):
      let shown = values.prefix(50).map(\.quoted).joined(separator: ", ")
      return values.count > 50 ? "[\(shown), ... \(values.count) in all]" : "[\(shown)]"
    case .record(let record):
      let fields = (try? record.fields()) ?? []
      return "{\(fields.map { "\($0.0): \($0.1.quoted)" }.joined(separator: ", "))}"
    case .range(let range): return "\(range.low)..\(range.high)"
    case .axis(let axis): return axis.size.map { "\(axis.axis)=\($0)" } ?? "\(axis.axis)"
    case .path(let path): return path.description
    case .tensor(let value): return value.tensor.printed
    case .parameter(let parameter): return "parameter \(NamedTensor.axesText(parameter.dimensions))"
    case .module(let module, _): return module.printed
    case .function(let function): return "\(function.typeName) \(function.name)"
    case .goal(let goal): return goal.printed
    case .object(let object): return object.printed
    }
  }

  /// As `printed`, with strings in quotes and long things in one line.
  package var quoted: String {
    switch self {
    case .string(let text): "\"\(text)\""
    case .module(let module, _): module.definition.name
    case .tensor(let value) where !value.tensor.dimensions.isEmpty: "tensor \(value.tensor.axesText)"
    case .object(let object): object.brief
    default: printed
    }
  }

  /// A number as people write it: six significant digits, whole numbers with one zero after the point.
  package static func text(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value)).0" }
    let magnitude = abs(value)
    if magnitude >= 1e-4, magnitude < 1e9 {
      let digits = max(0, 5 - Int(magnitude.exponent10))
      return trimmed(fixed(value, digits))
    }
    var exponent = magnitude.exponent10
    // 10 to the power of the smallest exponents is no number, so these take two steps.
    var mantissa = exponent < -300 ? value * 1e300 / .power10(exponent + 300) : value / .power10(exponent)
    if abs(mantissa) >= 9.999995 {
      mantissa /= 10
      exponent += 1
    }
    return "\(trimmed(fixed(mantissa, 5)))e\(exponent)"
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text + ".0" }
    var text = Substring(text)
    while text.last == "0" { text = text.dropLast() }
    if text.last == "." { text = text + "0" }
    return String(text)
  }

  /// A number with a fixed count of digits after the point, rounded half away from zero on its decimal value.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return text(value) }
    let digits = min(max(digits, 0), 15)
    let scale = Double.power10(digits)
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int(scaled)
    let unit = Int(scale)
    let sign = value < 0 && whole > 0 ? "-" : ""
    if digits == 0 { return "\(sign)\(whole)" }
    let fraction = "\(whole % unit)"
    return "\(sign)\(whole / unit).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }
}

extension Double {
  /// The decimal exponent of a positive number.
  var exponent10: Int {
    guard self > 0, isFinite else { return 0 }
    var exponent = 0
    var value = self
    while value >= 10 {
      value /= 10
      exponent += 1
    }
    while value < 1 {
      value *= 10
      exponent -= 1
    }
    return exponent
  }

  static func power10(_ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<abs(exponent) { result *= 10 }
    return exponent < 0 ? 1 / result : result
  }
}

extension NamedTensor {
  /// `[item, d=64]`: an axis with its size.
  package static func axesText(_ dimensions: [Dimension]) -> String {
    "[\(dimensions.map { $0.size.value == nil ? "\($0.axis)" : "\($0.axis)=\($0.size)" }.joined(separator: ", "))]"
  }

  package var axesText: String { Self.axesText(dimensions) }

  /// Numbers of small tensors, axes and a few numbers of large ones; never all of them.
  package var printed: String {
    let kindText =
      switch kind {
      case .float: ""
      case .int: "int"
      case .bool: "bool"
      }
    if isShapeOnly { return "\(kindText)\(axesText) (shape only)" }
    let all = dimensions.reduce(Size.known(1)) { $0 * $1.size }.value ?? 0
    let first = prefix(400)
    let texts: [String]
    switch kind {
    case .float: texts = first.doubleValues().prefix(400).map { Value.text($0) }
    case .int: texts = first.intValues().prefix(400).map { "\($0)" }
    case .bool: texts = first.boolValues().prefix(400).map { "\($0)" }
    }
    if dimensions.isEmpty { return texts.first ?? "" }
    let head = "\(kindText)\(axesText)"
    if dimensions.count == 1 || all > 400 {
      let shown = texts.prefix(12).joined(separator: ", ")
      return "\(head) \(shown)\(all > 12 ? ", ... \(all) in all" : "")"
    }
    let width = dimensions[dimensions.count - 1].size.value ?? 1
    let widest = texts.map(\.count).max() ?? 1
    var lines = [head]
    for start in stride(from: 0, to: texts.count, by: max(width, 1)) {
      let row = texts[start..<min(start + width, texts.count)]
      lines.append("  " + row.map { String(repeating: " ", count: widest - $0.count) + $0 }.joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }
}

extension ModuleInstance {
  /// The model's name and parts, each with its number of parameters and where it came from.
  package var printed: String {
    var lines = ["\(definition.name): \((try? placement().parameterCount).map { Self.grouped($0) } ?? "?") parameters"]
    for (name, value) in parts {
      let state: String
      switch value {
      case .none: continue
      case .absent(let absence): state = absence.isFollowing ? "dropped (nothing reaches it)" : "dropped"
      case .module(let module, _):
        let count = (try? module.placement().parameterCount) ?? 0
        state =
          "\(module.definition.name), \(Self.grouped(count)) parameters\(frozen(name)), from \(module.origin.text)"
      case .parameter(let parameter): state = NamedTensor.axesText(parameter.dimensions) + frozen(name)
      case .list(let values): state = "\(values.count) of \(values.first?.quoted ?? "nothing")\(frozen(name))"
      default: state = value.quoted
      }
      lines.append("  \(name): \(state)")
    }
    for (method, absence) in gone.sorted(by: { $0.key < $1.key }) {
      lines.append("  without \(method), which needs \(absence)")
    }
    return lines.joined(separator: "\n")
  }

  /// What is frozen of a part, in words.
  private func frozen(_ part: String) -> String {
    let parameters = ((try? placement().parameters) ?? []).filter { $0.path.first == part }.map(\.parameter)
    let count = parameters.filter(\.isFrozen).count
    if count == 0 { return "" }
    return count == parameters.count ? ", frozen" : ", partly frozen"
  }

  /// 1234567 as 1,234,567.
  package static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in "\(abs(number))".reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }
}

extension Placement {
  /// How many numbers the parameters hold.
  package var parameterCount: Int { Self.count(parameters.map(\.parameter)) }

  /// How many numbers some parameters hold.
  package static func count(_ parameters: [ParameterValue]) -> Int {
    parameters.reduce(Size.known(0)) { sum, parameter in
      sum + parameter.dimensions.reduce(Size.known(1)) { $0 * $1.size }
    }.value ?? 0
  }
}

extension Goal {
  package var printed: String {
    terms.map { term in
      let settings = term.settings.map { "\($0.name) = \($0.value.quoted)" }.joined(separator: ", ")
      let call = settings.isEmpty ? term.loss.name : "\(term.loss.name)(\(settings))"
      return term.weight == 1 ? call : "\(Value.text(term.weight)) * \(call)"
    }.joined(separator: " + ")
  }
}
