/// One JSON object of one line, as text by key: what tables of texts and events need of JSON, and no more.
///
/// Numbers keep the digits they are written with. Lists of text become one text, what is nested otherwise is checked and
/// left out; of two equal keys the second is an error.
struct JSONLine {
  /// What is wrong with a line, and where in it.
  struct Problem: Error {
    let message: String
    /// The key whose value it is in, empty before the first one.
    let key: String
    /// The byte of the line, from 1.
    let byte: Int
  }

  /// Values by key, in the order of the line; nil for null and for nested objects.
  private(set) var fields: [(key: String, value: String?)] = []
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var key = ""
  private static let deepest = 16
  private static let mostKeys = 1000

  /// Reads a whole line.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(Problem) {
    self.bytes = bytes
    skipBlanks()
    guard take("{") else { throw problem("a line must be one JSON object, which starts with {") }
    skipBlanks()
    if !take("}") {
      repeat {
        skipBlanks()
        let name = try string()
        guard fields.count < Self.mostKeys else { throw problem("the object has more than \(Self.mostKeys) keys") }
        guard !fields.contains(where: { $0.key == name }) else {
          throw problem("the key `\(name.prefix(40))` stands twice")
        }
        key = name
        skipBlanks()
        guard take(":") else { throw problem("a colon was expected after a key") }
        fields.append((name, try value(joining: name.lowercased().hasPrefix("categor") ? "|" : " ", depth: 0)))
        skipBlanks()
      } while take(",")
      guard take("}") else { throw problem("a comma or } was expected after a value") }
    }
    key = ""
    skipBlanks()
    guard at == bytes.count else { throw problem("something follows the object") }
  }

  subscript(name: String) -> String? { fields.first { $0.key == name }?.value }

  private func problem(_ message: String) -> Problem { Problem(message: message, key: key, byte: at + 1) }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func value(joining separator: String, depth: Int) throws(Problem) -> String? {
    skipBlanks()
    guard depth < Self.deepest else { throw problem("lists are nested more than \(Self.deepest) deep") }
    guard at < bytes.count else { throw problem("the line ends where a value was expected") }
    switch bytes[at] {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "["):
      at += 1
      return try list(joining: separator, depth: depth)
    case UInt8(ascii: "{"):
      at += 1
      try object(depth: depth)
      return nil
    default: return try word()
    }
  }

  private mutating func list(joining separator: String, depth: Int) throws(Problem) -> String {
    var parts: [String] = []
    skipBlanks()
    if take("]") { return "" }
    repeat {
      if let part = try value(joining: separator, depth: depth + 1), !part.isEmpty { parts.append(part) }
      skipBlanks()
    } while take(",")
    guard take("]") else { throw problem("a comma or ] was expected in a list") }
    return parts.joined(separator: separator)
  }

  private mutating func object(depth: Int) throws(Problem) {
    skipBlanks()
    if take("}") { return }
    repeat {
      skipBlanks()
      _ = try string()
      skipBlanks()
      guard take(":") else { throw problem("a colon was expected after a key") }
      _ = try value(joining: " ", depth: depth + 1)
      skipBlanks()
    } while take(",")
    guard take("}") else { throw problem("a comma or } was expected after a value") }
  }

  /// A number, as it is written, or true, false, null.
  private mutating func word() throws(Problem) -> String? {
    let start = at
    while at < bytes.count, bytes[at] > 0x20, !",]}:\"[{".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if text == "null" { return nil }
    let isNumber = text.utf8.first.map { $0 == UInt8(ascii: "-") || $0 &- 48 < 10 } ?? false
    let isSpelt = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    guard text == "true" || text == "false" || isNumber && isSpelt && Double(text) != nil else {
      at = start
      throw problem("`\(text.prefix(40))` is no JSON value")
    }
    return text
  }

  private mutating func string() throws(Problem) -> String {
    guard take("\"") else { throw problem("a text in double quotes was expected") }
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
    if take("\"") { return String(decoding: bytes[start..<at - 1], as: UTF8.self) }
    var text = Array(bytes[start..<at])
    while at < bytes.count {
      if take("\"") { return String(decoding: text, as: UTF8.self) }
      if take("\\") {
        text += Array(String(try escaped()).utf8)
      } else {
        text.append(bytes[at])
        at += 1
      }
    }
    throw problem("a text is not closed before the line ends")
  }

  private mutating func escaped() throws(Problem) -> Unicode.Scalar {
    guard at < bytes.count else { throw problem("a text is not closed before the line ends") }
    at += 1
    switch bytes[at - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try digits()
      guard unit & 0xFC00 == 0xD800, take("\\"), take("u") else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
      let low = try digits()
      guard low & 0xFC00 == 0xDC00 else { return "\u{FFFD}" }
      return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)) ?? "\u{FFFD}"
    default:
      at -= 1
      throw problem("a backslash stands before what JSON does not escape")
    }
  }

  private mutating func digits() throws(Problem) -> UInt32 {
    guard at + 4 <= bytes.count, case let text = String(decoding: bytes[at..<at + 4], as: UTF8.self),
      text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }), let value = UInt32(text, radix: 16)
    else { throw problem("four hexadecimal digits were expected after \\u") }
    at += 4
    return value
  }
}
