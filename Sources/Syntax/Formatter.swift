package import Diagnostics

/// Brings a program into the house's form without changing what it says: blanks, indentation and the columns of `=` are
/// the formatter's, where lines end is the author's.
package enum Formatter {
  package enum Outcome {
    /// The text in form; it may be the text that was given.
    case formatted(String)
    /// The text has mistakes, so it is left as it is.
    case rejected([Diagnostic])
  }

  /// Formats a text; its tokens, comments and tree stay the same.
  package static func format(_ source: SourceText) -> Outcome {
    let program = Parser.parse(source)
    guard program.diagnostics.isEmpty else { return .rejected(program.diagnostics) }
    // A block's first line may end with `{` only where that moves no declaration away from its `##` lines.
    for opensBlocks in [true, false] {
      let text = FormatterPrinter.print(FormatterLayout(source, opensBlocks: opensBlocks))
      if isSame(program, SourceText(name: source.name, text: text)) { return .formatted(text) }
    }
    return .rejected([
      Diagnostic(
        .error, .inside, "\(source.name) would not mean the same after formatting, so it is left as it is",
        notes: ["please report this with the file"])
    ])
  }

  private static func isSame(_ program: Program, _ changed: SourceText) -> Bool {
    let other = Parser.parse(changed)
    return other.diagnostics.isEmpty && TreeOutline(program).text == TreeOutline(other).text
      && comments(of: program.source) == comments(of: changed)
  }

  /// The comments of a text in order, as they are written.
  package static func comments(of source: SourceText) -> [String] {
    Lexer(source).comments.map { source.slice($0) }
  }
}
