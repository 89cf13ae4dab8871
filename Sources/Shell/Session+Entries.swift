import Diagnostics
import Syntax

/// What the prompt asks about entries before they are run.
extension Session {
  /// Whether a text is to go on in another line: the parser says so. Lines for the shell itself (`%`, `?`, `!`) are whole, but
  /// for an entry of the language behind a command.
  package static func needsMore(_ text: String) -> Bool {
    let typed = text.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
    switch typed.first {
    case "?", "!": return false
    case "%":
      let name = typed.dropFirst().prefix { !$0.isWhitespace }
      // What is no command is complained about when it is run.
      guard let command = try? Command.named(String(name)), command.takes == .code else { return false }
      return parse(String(typed.dropFirst(1 + name.count))).isIncomplete
    case "|" where typed.hasPrefix("|>"): return parse("it " + typed).isIncomplete
    default: return parse(text).isIncomplete
    }
  }

  /// By how many blanks the line behind this text is indented: as the line before, and two more where that opens a bracket.
  package static func indent(behind text: String) -> Int {
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    let blanks = line.prefix { $0 == " " }.count
    return blanks + (bracketsOpened(by: line) > 0 ? 2 : 0)
  }

  private static func parse(_ text: String) -> Program { Parser.parse(SourceText(name: "pmm", text: text)) }

  /// How many brackets a text opens and leaves open.
  private static func bracketsOpened(by text: String) -> Int {
    Lexer(SourceText(name: "pmm", text: text)).tokens.reduce(0) { open, token in
      guard token.kind == .symbol else { return open }
      switch token.text {
      case "(", "[", "{": return open + 1
      case ")", "]", "}": return max(open - 1, 0)
      default: return open
      }
    }
  }
}
