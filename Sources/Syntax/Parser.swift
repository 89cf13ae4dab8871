package import Diagnostics

/// Reads a program; never throws. Mistakes are collected, and reading goes on at the next line.
package struct Parser {
  let source: SourceText
  let tokens: [Token]
  let documentation: [Int: String]
  var index = 0
  var diagnostics: [Diagnostic]
  /// The first mistake stands at the end of the text: more lines may mend it.
  var isIncomplete = false
  /// Whether this reads an expression inside an f-string.
  let isInner: Bool
  var depth = 0

  static let deepest = 120
  static let highest = 6000
  static let mostDiagnostics = 20

  struct Stop: Error {}

  package init(_ source: SourceText) {
    self.init(source, range: nil)
  }

  init(_ source: SourceText, range: Range<Int>?) {
    let lexer = Lexer(source, range: range)
    self.source = source
    isInner = range != nil
    tokens = lexer.tokens
    documentation = lexer.documentation
    diagnostics = lexer.diagnostics
  }

  package static func parse(_ source: SourceText) -> Program {
    var parser = Parser(source)
    let statements = parser.program()
    // More than a screen of mistakes helps nobody; those after the first few are often one mistake.
    return Program(
      source: source, statements: statements, diagnostics: Array(parser.diagnostics.prefix(mostDiagnostics)),
      isIncomplete: parser.isIncomplete)
  }

  private mutating func program() -> [Statement] {
    var statements: [Statement] = []
    while current.kind != .end {
      if current.kind == .newline {
        index += 1
        continue
      }
      do {
        statements.append(try statement())
        try endOfStatement(closing: nil)
      } catch {
        recover()
      }
    }
    return statements
  }

  /// Skips to the next line outside of brackets that were opened since.
  private mutating func recover() {
    var open = 0
    while current.kind != .end {
      if current.kind == .newline, open <= 0 { return }
      if current.kind == .symbol {
        if "([{".contains(current.text) { open += 1 }
        if ")]}".contains(current.text) { open -= 1 }
      }
      index += 1
    }
  }

  // MARK: Tokens

  var current: Token { tokens[min(index, tokens.count - 1)] }
  func peek(_ offset: Int = 1) -> Token { tokens[min(index + offset, tokens.count - 1)] }
  func span(from start: Int) -> Span {
    Span(source, start, index > 0 ? tokens[min(index, tokens.count) - 1].end : start)
  }
  func span(of token: Token) -> Span { Span(source, token.start, token.end) }

  func isSymbol(_ text: String, _ offset: Int = 0) -> Bool {
    let token = peek(offset)
    return token.kind == .symbol && token.text == text
  }
  func isKeyword(_ text: String, _ offset: Int = 0) -> Bool {
    let token = peek(offset)
    return token.kind == .keyword && token.text == text
  }

  mutating func take(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    index += 1
    return true
  }
  mutating func takeKeyword(_ word: String) -> Bool {
    guard isKeyword(word) else { return false }
    index += 1
    return true
  }

  mutating func expect(_ symbol: String, _ context: String) throws {
    if !take(symbol) { throw fail("expected `\(symbol)` \(context)") }
  }

  /// Records a mistake at the current token and gives the error that unwinds to the line.
  mutating func fail(_ message: String, tries: [String] = []) -> Stop {
    let token = current
    if token.kind == .end, diagnostics.isEmpty { isIncomplete = true }
    if token.kind != .invalid {
      let found =
        switch token.kind {
        case .end: isInner ? "the braces end" : "the text ends"
        case .newline: "the line ends"
        case .string, .format: "a string stands here"
        case .name, .keyword, .integer, .float, .symbol, .invalid: "`\(token.text)` stands here"
        }
      diagnostics.append(
        Diagnostic(.error, .syntax, "\(message), but \(found)", labels: [Label(span(of: token))], tries: tries))
    }
    return Stop()
  }

  mutating func report(_ code: DiagnosticCode, _ message: String, at span: Span, tries: [String] = []) {
    diagnostics.append(Diagnostic(.error, code, message, labels: [Label(span)], tries: tries))
  }

  mutating func name(_ context: String) throws -> Name {
    guard current.kind == .name else {
      if current.kind == .keyword {
        report(
          .syntax, "`\(current.text)` is a reserved word, so it cannot be a name \(context)", at: span(of: current),
          tries: ["\(current.text)_"])
        throw Stop()
      }
      throw fail("expected a name \(context)")
    }
    defer { index += 1 }
    return Name(text: current.text, span: span(of: current))
  }

  /// After a point every word is a name, and so is a run of digits.
  mutating func fieldName(_ expectation: String = "expected a name after the point") throws -> Name {
    guard current.kind == .name || current.kind == .keyword || current.kind == .integer else {
      throw fail(expectation)
    }
    defer { index += 1 }
    return Name(text: current.text, span: span(of: current))
  }

  mutating func endOfStatement(closing: String?) throws {
    if current.kind == .newline {
      index += 1
      return
    }
    if current.kind == .end { return }
    if let closing, isSymbol(closing) { return }
    throw fail("expected the end of the line")
  }

  /// Guards the program's stack against texts that are nested without end.
  mutating func nested<T>(_ body: (inout Parser) throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw tooDeep("this is nested deeper than \(Self.deepest) levels") }
    return try body(&self)
  }

  /// Says where the text goes too deep, and reads no further.
  mutating func tooDeep(_ message: String) -> Stop {
    report(.tooDeep, message, at: span(of: current))
    index = tokens.count - 1
    return Stop()
  }

  /// The `##` lines that end just above the line of this offset.
  func docs(above start: Int) -> String? { documentation[source.position(of: start).line - 1] }
}
