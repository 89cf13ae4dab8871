package import Diagnostics

/// Cuts a text into tokens; never throws. What it cannot read becomes an `invalid` token and a diagnostic.
package struct Lexer {
  package private(set) var tokens: [Token] = []
  package private(set) var diagnostics: [Diagnostic] = []
  /// Text of each block of `##` lines, by the number of its last line.
  package private(set) var documentation: [Int: String] = [:]
  /// Every token with every line end, before the rules for silent line ends and commas.
  private(set) var written: [Token] = []
  /// Byte ranges of the comments.
  package private(set) var comments: [Range<Int>] = []

  private let source: SourceText
  private let bytes: [UInt8]
  private var position: Int
  private let limit: Int

  /// Reads the whole text, or the part of it that an f-string holds.
  package init(_ source: SourceText, range: Range<Int>? = nil) {
    self.source = source
    bytes = source.bytes
    // A byte order mark, as some editors write it, is no text.
    position = range?.lowerBound ?? (source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    limit = min(range?.upperBound ?? source.bytes.count, source.bytes.count)
    scan()
    written = tokens
    tokens = Self.withoutSilentNewlines(tokens)
    markSoftWords()
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    let index = position + offset
    return index < limit && index >= 0 ? bytes[index] : 0
  }

  private mutating func add(_ kind: Token.Kind, _ start: Int, _ text: String? = nil) {
    let value = text ?? String(decoding: bytes[start..<position], as: UTF8.self)
    tokens.append(Token(kind: kind, text: value, start: start, end: position))
  }

  private mutating func report(_ code: DiagnosticCode, _ message: String, _ start: Int, tries: [String] = []) {
    diagnostics.append(
      Diagnostic(.error, code, message, labels: [Label(Span(source, start, max(position, start + 1)))], tries: tries))
  }

  private mutating func scan() {
    var docs: [String] = []
    var docLine = 0
    while position < limit {
      let start = position
      let current = byte()
      switch current {
      case 10:
        position += 1
        add(.newline, start, "\n")
      case 32, 9, 13:
        position += 1
      case UInt8(ascii: "#"):
        while position < limit, byte() != 10 { position += 1 }
        var end = position
        while [32, 9, 13].contains(bytes[end - 1]) { end -= 1 }
        comments.append(start..<end)
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        let line = source.position(of: start).line
        if text.hasPrefix("##"), !text.hasPrefix("###") {
          if docLine != line - 1 { docs = [] }
          docs.append(String(text.dropFirst(text.hasPrefix("## ") ? 3 : 2)))
          docLine = line
          documentation[line] = docs.joined(separator: "\n")
        }
      case UInt8(ascii: "\""):
        scanString(start)
      case UInt8(ascii: "f") where byte(1) == UInt8(ascii: "\""):
        position += 1
        scanFormat(start)
      case 48...57:
        scanNumber(start)
      case 65...90, 97...122, UInt8(ascii: "_"):
        while Self.isWordByte(byte()) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let isField = tokens.last?.kind == .symbol && tokens.last?.text == "."
        add(!isField && Token.hardWords.contains(text) ? .keyword : .name, start, text)
      default:
        scanSymbol(start)
      }
    }
    position = limit
    add(.end, limit, "")
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
  }

  private mutating func scanNumber(_ start: Int) {
    func isDigit(_ value: UInt8) -> Bool { (48...57).contains(value) }
    if tokens.last?.kind == .symbol, tokens.last?.text == "." {
      while isDigit(byte()) { position += 1 }
      add(.name, start)
      return
    }
    while isDigit(byte()) || (byte() == UInt8(ascii: "_") && isDigit(byte(1))) { position += 1 }
    var isFloat = false
    if byte() == UInt8(ascii: "."), isDigit(byte(1)) {
      isFloat = true
      position += 1
      while isDigit(byte()) { position += 1 }
    }
    if byte() == UInt8(ascii: "e") || byte() == UInt8(ascii: "E") {
      let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
      if isDigit(byte(1 + sign)) {
        isFloat = true
        position += 1 + sign
        while isDigit(byte()) { position += 1 }
      }
    }
    if Self.isWordByte(byte()) {
      while Self.isWordByte(byte()) { position += 1 }
      report(.syntax, "`\(source.slice(start..<position))` is neither a number nor a name", start)
      add(.invalid, start)
      return
    }
    let text = source.slice(start..<position).filter { $0 != "_" }
    add(isFloat ? .float : .integer, start, text)
  }

  /// Reads one escape after a backslash; nil when it is unknown.
  private mutating func escape() -> String? {
    position += 1
    let letter = byte()
    position += 1
    switch letter {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "0"): return "\0"
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "{"): return "{"
    case UInt8(ascii: "}"): return "}"
    default:
      position -= 1
      return nil
    }
  }

  private mutating func scanString(_ start: Int) {
    position += 1
    var value: [UInt8] = []
    while position < limit, byte() != 10 {
      if byte() == UInt8(ascii: "\"") {
        position += 1
        add(.string, start, String(decoding: value, as: UTF8.self))
        return
      }
      if byte() == UInt8(ascii: "\\") {
        let at = position
        if let text = escape() {
          value += Array(text.utf8)
        } else {
          report(
            .syntax, "a string has no escape `\\\(source.slice(position..<position + 1))`", at,
            tries: ["\\\\ for a backslash"])
        }
        continue
      }
      value.append(byte())
      position += 1
    }
    report(.unclosedString, "this string is not closed on its line", start, tries: ["\" at its end"])
    add(.invalid, start)
  }

  private mutating func scanFormat(_ start: Int) {
    position += 1
    var pieces: [Token.Piece] = []
    var value: [UInt8] = []
    func flushed() -> [Token.Piece] { value.isEmpty ? [] : [.text(String(decoding: value, as: UTF8.self))] }
    while position < limit, byte() != 10 {
      switch byte() {
      case UInt8(ascii: "\""):
        position += 1
        add(.format, start)
        tokens[tokens.count - 1].pieces = pieces + flushed()
        return
      case UInt8(ascii: "\\"):
        let at = position
        if let text = escape() {
          value += Array(text.utf8)
        } else {
          report(.syntax, "a string has no escape `\\\(source.slice(position..<position + 1))`", at)
        }
      case UInt8(ascii: "{"):
        pieces += flushed()
        value = []
        position += 1
        let from = position
        var depth = 1
        var inString = false
        while position < limit, byte() != 10, depth > 0 {
          if inString {
            if byte() == UInt8(ascii: "\\") { position += 1 } else if byte() == UInt8(ascii: "\"") { inString = false }
          } else if byte() == UInt8(ascii: "\"") {
            inString = true
          } else if byte() == UInt8(ascii: "{") {
            depth += 1
          } else if byte() == UInt8(ascii: "}") {
            depth -= 1
          }
          position += 1
        }
        position = min(position, limit)
        if depth > 0 {
          report(.unclosedString, "a { of this string is not closed on its line", start)
          add(.invalid, start)
          return
        }
        pieces.append(.code(from..<position - 1))
      default:
        value.append(byte())
        position += 1
      }
    }
    report(.unclosedString, "this string is not closed on its line", start, tries: ["\" at its end"])
    add(.invalid, start)
  }

  private static let symbols: [[UInt8]] = [
    "|>", "=>", "->", ":=", "==", "!=", "<=", ">=", "..", "**", "//", "+", "-", "*", "/", "%", "<", ">", "=", ":", ",",
    ".", "(", ")", "[", "]", "{", "}",
  ].map { Array($0.utf8) }

  /// What signs mean that only the shell knows.
  private static let shellSigns = [
    ";": "ends an entry whose value is not printed", "?": "asks for help", "!": "begins a command of the system",
  ]

  private mutating func scanSymbol(_ start: Int) {
    // "..." occurs in types only and is kept whole.
    if byte() == 46, byte(1) == 46, byte(2) == 46 {
      position += 3
      add(.symbol, start)
      return
    }
    for symbol in Self.symbols where symbol.enumerated().allSatisfy({ byte($0.offset) == $0.element }) {
      position += symbol.count
      add(.symbol, start)
      return
    }
    position += 1
    while position < limit, byte() & 0xC0 == 0x80 { position += 1 }
    let text = Renderer.printable(source.slice(start..<position))
    if let meaning = Self.shellSigns[text] {
      report(.syntax, "`\(text)` belongs to the shell and not to the language: after `pmm> ` it \(meaning)", start)
    } else {
      report(.syntax, "`\(text)` begins nothing in this language", start)
    }
    add(.invalid, start)
  }
}

extension Lexer {
  private static let continuing: Set<String> = [
    "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "..", "|>", "=", ":=", "=>", "->", ":", ",",
    "{", "...",
  ]
  private static let continuingWords: Set<String> = ["in", "with", "without", "and", "or", "not"]
  private static let joining: Set<String> = ["}", "|>", "->"]
  private static let joiningWords: Set<String> = ["with", "without", "else", "catch", "and", "or"]

  /// Rules L4 and L5: drops the line ends that do not end a statement, and a comma before a closing brace.
  private static func withoutSilentNewlines(_ raw: [Token]) -> [Token] {
    var result: [Token] = []
    var brackets: [String] = []
    for (index, token) in raw.enumerated() {
      if token.kind == .newline {
        if let open = brackets.last, open != "{" { continue }
        guard let before = result.last, before.kind != .newline else { continue }
        // A field key may end with a colon or begin a line; "..." in a type ends nothing.
        if before.kind == .symbol, continuing.contains(before.text) { continue }
        if before.kind == .keyword, continuingWords.contains(before.text) { continue }
        var next = index + 1
        while next < raw.count, raw[next].kind == .newline { next += 1 }
        let after = raw[min(next, raw.count - 1)]
        if after.kind == .symbol, joining.contains(after.text) { continue }
        if after.kind == .keyword, joiningWords.contains(after.text) { continue }
        if after.kind == .symbol, after.text == ".", !beginsFieldKey(raw, next) { continue }
        if after.kind == .end { continue }
        result.append(token)
        continue
      }
      if token.kind == .symbol {
        switch token.text {
        case "(", "[", "{": brackets.append(token.text)
        case ")", "]", "}":
          if !brackets.isEmpty { brackets.removeLast() }
          if token.text == "}", let last = result.last, last.kind == .symbol, last.text == "," { result.removeLast() }
        default: break
        }
      }
      result.append(token)
    }
    return result
  }

  /// Whether the line that begins here is `.path:`, a key of a record.
  private static func beginsFieldKey(_ tokens: [Token], _ start: Int) -> Bool {
    var index = start
    while index + 1 < tokens.count, tokens[index].kind == .symbol, tokens[index].text == "." {
      index += 1
      if tokens[index].kind == .symbol, tokens[index].text == "{" {
        while index < tokens.count, !(tokens[index].kind == .symbol && tokens[index].text == "}") {
          if tokens[index].kind == .end { return false }
          index += 1
        }
      } else if tokens[index].kind != .name && tokens[index].kind != .keyword {
        return false
      }
      index += 1
    }
    return index < tokens.count && tokens[index].kind == .symbol && tokens[index].text == ":"
  }

  /// Rule L2: a soft word is a keyword only when a word that is not a hard word follows it.
  private mutating func markSoftWords() {
    for index in tokens.indices.dropLast() where tokens[index].kind == .name {
      guard Token.softWords.contains(tokens[index].text), tokens[index + 1].kind == .name else { continue }
      if index > 0, tokens[index - 1].kind == .symbol, tokens[index - 1].text == "." { continue }
      tokens[index].kind = .keyword
    }
  }
}
