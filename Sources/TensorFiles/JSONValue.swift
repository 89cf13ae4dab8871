/// A JSON document as a value.
package enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case string(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// Reads a whole document, as `JSONReader` does.
  package static func parse(_ text: String) throws(JSONReader.Problem) -> JSONValue {
    try JSONReader.read(Array(text.utf8))
  }

  package subscript(_ key: String) -> JSONValue? {
    if case .object(let fields) = self { return fields[key] }
    return nil
  }
  package var string: String? { if case .string(let text) = self { text } else { nil } }
  package var int: Int? { if case .int(let value) = self { value } else { nil } }
  package var list: [JSONValue]? { if case .list(let values) = self { values } else { nil } }
  package var object: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }
  package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .number(let value): value
    // As numbers are written that JSON does not have.
    case .string(let text) where ["inf", "-inf", "nan"].contains(text): Double(text)
    case .null, .bool, .string, .list, .object: nil
    }
  }
}
