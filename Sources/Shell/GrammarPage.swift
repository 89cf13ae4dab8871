/// The page of the grammar: its rules as they stand, the comments of its file as text.
enum GrammarPage {
  static func text(_ grammar: String) -> String {
    var parts: [String] = []
    var rest = Substring(grammar)
    // A comment that begins a line is text; one behind a rule belongs to it.
    while let start = rest.commentStart, let end = rest[start...].firstRange(of: "*)") {
      add(rest[..<start], to: &parts)
      let comment = rest[rest.index(start, offsetBy: 2)..<end.lowerBound]
      parts.append(comment.split(separator: "\n").first?.contains("----") ?? false ? lexical(comment) : prose(comment))
      rest = rest[end.upperBound...]
    }
    add(rest, to: &parts)
    return ReferencePages.joined("Grammar", parts)
  }

  private static func add(_ rules: Substring, to parts: inout [String]) {
    let text = rules.drop { $0.isNewline }
    let end = text.lastIndex { !$0.isWhitespace }
    if let end { parts.append(ReferencePages.fenced(String(text[...end]), "ebnf")) }
  }

  private static func prose(_ comment: Substring) -> String {
    comment.split(separator: "\n").map { line in
      line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed().map(String.init).joined()
    }.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private static func lexical(_ comment: Substring) -> String {
    let lines = comment.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    let text = lines.drop { $0.isEmpty }
    let end = text.lastIndex { !$0.allSatisfy(\.isWhitespace) }
    return "## Words, lines and what is checked afterwards\n\n"
      + ReferencePages.fenced((end.map { text[...$0] } ?? []).joined(separator: "\n"), "text")
  }
}

extension Substring {
  /// Where a comment begins at the start of a line.
  fileprivate var commentStart: Index? {
    if hasPrefix("(*") { return startIndex }
    return firstRange(of: "\n(*").map { index(after: $0.lowerBound) }
  }
}
