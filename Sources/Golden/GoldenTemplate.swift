import Checkpoint
import Diagnostics

/// Text of the language in which sizes and settings of a group stand as `{x.1}` and `{eps}`.
struct GoldenTemplate {
  let text: String

  /// The text with the group's own sizes and settings.
  func filled(from group: HDF5Group) throws -> String {
    var result = ""
    var rest = Substring(text)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      result += rest[..<open]
      result += try value(of: String(rest[rest.index(after: open)..<close]), group)
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  private func value(of name: String, _ group: HDF5Group) throws -> String {
    let steps = name.split(separator: ".").map(String.init)
    if steps.count == 2, let place = Int(steps[1]) {
      guard let shape = group.groups["in"]?.datasets[steps[0]]?.shape, shape.indices.contains(place) else {
        throw Failure(.file, "the group has no input \(steps[0]) with a dimension \(place)")
      }
      return "\(shape[place])"
    }
    guard let number = group.number(name) else { throw Failure(.file, "the group has no attribute \(name)") }
    return Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}

extension HDF5Group {
  /// A numeric attribute.
  func number(_ name: String) -> Double? {
    if case .number(let value)? = attributes[name] { return value }
    return nil
  }

  /// An attribute that is true or false; false where it is missing.
  func flag(_ name: String) -> Bool {
    switch attributes[name] {
    case .bool(let value): value
    case .number(let value): value != 0
    case .text, .numbers, .texts, nil: false
    }
  }

  func text(_ name: String) -> String? {
    if case .text(let text)? = attributes[name] { return text }
    return nil
  }
}
