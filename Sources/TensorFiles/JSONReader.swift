/// Reads JSON strictly, as text from strangers needs it: no key twice, nothing after the value, valid UTF-8, bounded nesting
/// and a bounded count of values. It does not recurse, so that no text exhausts the stack.
package struct JSONReader {
  /// What is wrong with a text, and at which byte of it, from 1.
  package struct Problem: Error, Equatable {
    package let message: String
    package let byte: Int
  }

  private static let deepest = 512
  private static let mostValues = 4_000_000

  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var count = 0
  private var open: [Container] = []

  /// A list or object whose end was not met yet.
  private struct Container {
    let isObject: Bool
    var list: [JSONValue] = []
    var fields: [String: JSONValue] = [:]
    /// Of the value that comes next.
    var key = ""

    var value: JSONValue { isObject ? .object(fields) : .list(list) }
  }

  /// The one value that `bytes` hold; blanks may stand around it.
  package static func read(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSONValue, Problem> in
      var reader = JSONReader(bytes: buffer)
      do throws(Problem) { return .success(try reader.document()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func document() throws(Problem) -> JSONValue {
    while true {
      var value = try start()
      // A value may be the last one of several containers.
      while let done = value {
        guard let last = open.indices.last else {
          skipBlanks()
          guard at == bytes.count else { throw problem("something follows the value") }
          return done
        }
        if open[last].isObject { open[last].fields[open[last].key] = done } else { open[last].list.append(done) }
        skipBlanks()
        if take(",") {
          if open[last].isObject { try key() }
          value = nil
        } else {
          guard take(open[last].isObject ? "}" : "]") else {
            throw problem("a comma or \(open[last].isObject ? "}" : "]") was expected after a value")
          }
          value = open.removeLast().value
        }
      }
    }
  }

  /// Reads a value; nil where a list or object that is not empty begins.
  private mutating func start() throws(Problem) -> JSONValue? {
    skipBlanks()
    count += 1
    guard count <= Self.mostValues else { throw problem("there are more than \(Self.mostValues) values") }
    guard at < bytes.count else { throw problem("the text ends where a value was expected") }
    switch bytes[at] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      guard open.count < Self.deepest else { throw problem("values are nested more than \(Self.deepest) deep") }
      let isObject = bytes[at] == UInt8(ascii: "{")
      at += 1
      skipBlanks()
      if take(isObject ? "}" : "]") { return isObject ? .object([:]) : .list([]) }
      open.append(Container(isObject: isObject))
      if isObject { try key() }
      return nil
    default: return try word()
    }
  }

  /// Reads the key of the value that comes next, and its colon.
  private mutating func key() throws(Problem) {
    skipBlanks()
    let last = open.count - 1
    let start = at
    let name = try string()
    guard open[last].fields[name] == nil else {
      at = start
      throw problem("the key `\(printable(String(name.prefix(40))))` stands twice")
    }
    open[last].key = name
    skipBlanks()
    guard take(":") else { throw problem("a colon was expected after a key") }
  }

  private func problem(_ message: String) -> Problem { Problem(message: message, byte: at + 1) }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func word() throws(Problem) -> JSONValue {
    let start = at
    while at < bytes.count, bytes[at] > 0x20, !",]}:\"[{".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    switch text {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      guard isNumber(start..<at) else {
        at = start
        throw problem("`\(printable(String(text.prefix(40))))` is no JSON value")
      }
      if text != "-0", let whole = Int(text) { return .int(whole) }
      guard let value = Double(text), value.isFinite else {
        at = start
        throw problem("`\(text.prefix(40))` is too large a number")
      }
      return .number(value)
    }
  }

  /// Whether the bytes are a number as JSON spells it: no plus before it, no zero in front of digits, digits around a point.
  private func isNumber(_ range: Range<Int>) -> Bool {
    var rest = bytes[range]
    func takeDigits() -> Int {
      let digits = rest.prefix { $0 &- 48 < 10 }.count
      rest = rest.dropFirst(digits)
      return digits
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = takeDigits()
    guard whole == 1 || whole > 1 && !startsWithZero else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard takeDigits() > 0 else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private mutating func string() throws(Problem) -> String {
    guard take("\"") else { throw problem("a text in double quotes was expected") }
    var text: [UInt8] = []
    while true {
      let start = at
      while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
        at += 1
      }
      guard at < bytes.count else { throw problem("a text is not closed") }
      let run = bytes[start..<at]
      if take("\"") {
        let whole =
          text.isEmpty ? String(validating: run, as: UTF8.self) : String(validating: text + run, as: UTF8.self)
        guard let whole else { throw problem("a text is not UTF-8") }
        return whole
      }
      guard take("\\") else { throw problem("a control character stands in a text without a backslash") }
      text += run
      text += String(try escaped()).utf8
    }
  }

  private mutating func escaped() throws(Problem) -> Unicode.Scalar {
    guard at < bytes.count else { throw problem("a text is not closed") }
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
      var code = unit
      if unit & 0xFC00 == 0xD800 {
        guard take("\\"), take("u"), case let low = try digits(), low & 0xFC00 == 0xDC00 else {
          throw problem("half of a pair of \\u stands alone")
        }
        code = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
      }
      guard let scalar = Unicode.Scalar(code) else { throw problem("half of a pair of \\u stands alone") }
      return scalar
    default:
      at -= 1
      throw problem("a backslash stands before what JSON does not escape")
    }
  }

  private mutating func digits() throws(Problem) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard at < bytes.count, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue, bytes[at] < 0x80 else {
        throw problem("four hexadecimal digits were expected after \\u")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}
