import Diagnostics
import Syntax

/// Other layouts of a program: blanks taken away or doubled, line ends and comments put where the grammar allows them.
struct Layouts {
  private let source: SourceText
  private let tokens: [Token]

  init(_ text: String) {
    source = SourceText(name: "t", text: text)
    // The end and the line ends are part of what stands between.
    tokens = Lexer(source).tokens.filter { $0.kind != .newline && $0.kind != .end }
  }

  /// Every optional blank left out.
  var squeezed: String {
    rewritten { before, between, after in
      guard between.allSatisfy({ $0 == " " }), !between.isEmpty else { return between }
      return Self.isApart(before, after) ? "" : " "
    }
  }

  /// Every blank doubled, and indentation with it.
  var doubled: String {
    rewritten { _, between, _ in
      between.contains("#") ? between : between.replacingSpaces()
    }
  }

  /// A piece of text put behind every `step`-th token that a line end may follow.
  func broken(by piece: String, each step: Int) -> String {
    var open: [String] = []
    var count = 0
    return rewritten { before, between, after in
      if before.kind == .symbol {
        if ["(", "[", "{"].contains(before.text) { open.append(before.text) }
        if [")", "]", "}"].contains(before.text), !open.isEmpty { open.removeLast() }
      }
      let isInside = open.last.map { $0 != "{" } ?? false
      guard !between.contains("\n"), isInside || Self.mayEndLine(before) || Self.mayBeginLine(after) else {
        return between
      }
      count += 1
      return count % step == 0 ? between + piece : between
    }
  }

  private func rewritten(_ change: (Token, String, Token) -> String) -> String {
    guard let first = tokens.first, let last = tokens.last else { return source.text }
    var text = source.slice(0..<first.start)
    for (token, next) in zip(tokens, tokens.dropFirst()) {
      text += source.slice(token.start..<token.end) + change(token, source.slice(token.end..<next.start), next)
    }
    return text + source.slice(last.start..<last.end) + source.slice(last.end..<source.bytes.count)
  }

  /// Whether two tokens stay two without a blank between them.
  private static func isApart(_ left: Token, _ right: Token) -> Bool {
    let isWord: (Token) -> Bool = { $0.kind != .symbol }
    if isWord(left), isWord(right) { return false }
    if left.kind == .symbol, right.kind == .symbol {
      return ["(", ")", "[", "]", "{", "}", ","].contains(left.text)
        || ["(", ")", "[", "]", "{", "}", ","].contains(right.text)
    }
    return left.text != "." && left.text != ".." && right.text != "." && right.text != ".."
  }

  private static func mayEndLine(_ token: Token) -> Bool {
    switch token.kind {
    case .symbol:
      [
        "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "..", "|>", "=", ":=", "=>", "->", ":",
        ",", "{",
      ].contains(token.text)
    case .keyword: ["in", "with", "without", "and", "or", "not"].contains(token.text)
    case .name, .integer, .float, .string, .format, .newline, .end, .invalid: false
    }
  }

  private static func mayBeginLine(_ token: Token) -> Bool {
    switch token.kind {
    case .symbol: ["}", "|>", "->"].contains(token.text)
    case .keyword: ["with", "without", "else", "catch", "and", "or"].contains(token.text)
    case .name, .integer, .float, .string, .format, .newline, .end, .invalid: false
    }
  }
}

extension String {
  fileprivate func replacingSpaces() -> String { map { $0 == " " ? "  " : String($0) }.joined() }
}
