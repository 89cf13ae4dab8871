import Diagnostics
import Interpreter
import Semantics
import Syntax

/// An entry by what its signs say: a leading `?`, `%` or `!` and a trailing `;` or `?` belong to the shell.
enum ShellLine {
  /// A text of the language.
  case code(String, isQuiet: Bool)
  case command(name: String, argument: String)
  /// The page of a name; an empty one for what there is.
  case help(String)
  case source(String)
  case search(String)
  /// Methods by the axes of what they take and give.
  case shapes(String)
  case system(String)

  init(_ text: String, session: Session) {
    let line = text.trimmed
    if line.hasPrefix("%") {
      let name = line.dropFirst().prefix { !$0.isWhitespace }
      self = .command(name: String(name), argument: String(line.dropFirst(1 + name.count)).trimmed)
    } else if line.hasPrefix("!") {
      self = .system(String(line.dropFirst()).trimmed)
    } else if line.hasPrefix("??") {
      self = .source(String(line.dropFirst(2)).trimmed)
    } else if line.hasPrefix("?") {
      let rest = String(line.dropFirst()).trimmed
      if rest.hasPrefix("[") || rest.hasPrefix("->") {
        self = .shapes(rest)
      } else if rest.hasPrefix("\"") {
        self = .search(rest.filter { $0 != "\"" }.trimmed)
      } else {
        self = .help(rest)
      }
    } else {
      self = Self.trailing(text, session)
    }
  }

  /// What an entry's end says. Tokens are asked, since signs may stand in texts and comments.
  private static func trailing(_ text: String, _ session: Session) -> ShellLine {
    let source = SourceText(name: "pmm", text: text)
    var tokens = Lexer(source).tokens.filter { $0.kind != .newline && $0.kind != .end }[...]
    var signs = ""
    while let last = tokens.last, last.kind == .invalid, [";", "?"].contains(last.text) {
      signs.append(last.text)
      tokens = tokens.dropLast()
    }
    let code = source.slice(0..<(tokens.last?.end ?? 0))
    if let first = tokens.first {
      if signs == "?" || signs == "??", isPath(tokens) {
        let name = source.slice(first.start..<(tokens.last?.end ?? first.end))
        return signs == "?" ? .help(name) : .source(name)
      }
      if signs == ";" { return .code(code, isQuiet: true) }
      if signs.isEmpty, first.text == "help", session.globals.table.indices["help"] == nil,
        let name = argument(of: tokens, source)
      {
        return .help(name)
      }
    }
    return .code(text, isQuiet: false)
  }

  /// Whether tokens are a name, or names with points between them.
  private static func isPath(_ tokens: ArraySlice<Token>) -> Bool {
    tokens.enumerated().allSatisfy { index, token in
      index % 2 == 0 ? token.kind == .name || token.kind == .keyword : token.kind == .symbol && token.text == "."
    } && tokens.count % 2 == 1
  }

  /// What stands in the parentheses of `help(...)`, where that is a name, a text or nothing.
  private static func argument(of tokens: ArraySlice<Token>, _ source: SourceText) -> String? {
    let rest = tokens.dropFirst()
    guard rest.count >= 2, rest.first?.text == "(", rest.last?.text == ")" else { return nil }
    let inner = rest.dropFirst().dropLast()
    if inner.isEmpty { return "" }
    if inner.count == 1, let only = inner.first, only.kind == .string { return only.text }
    guard isPath(inner), let first = inner.first, let last = inner.last else { return nil }
    return source.slice(first.start..<last.end)
  }
}

extension String {
  /// Without blanks and line ends around it.
  var trimmed: String {
    let start = firstIndex { !$0.isWhitespace } ?? endIndex
    let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
    return start < end ? String(self[start..<end]) : ""
  }
}
