/// A cell of a script: from its line `# %% title` to the next such line.
package struct ScriptCell: Sendable {
  /// From 1.
  package let number: Int
  package let title: String
  /// The line where it begins, from 1.
  package let line: Int
  /// Whether it says of itself that it holds words alone, as `# %% [text] title` does.
  package let isProse: Bool
  /// All its lines, with the one that begins it.
  package let lines: [Substring]
  /// Whether its first line is the mark of a cell, and no part of what stands before the first mark.
  package let isMarked: Bool

  private static let mark = "# %%"
  private static let proseMark = "[text]"

  /// The cells of a text; what stands before the first mark is one without title.
  package static func all(in text: String) -> [ScriptCell] {
    var cells: [ScriptCell] = []
    var (start, title, isMarked) = (1, "", false)
    var lines: [Substring] = []
    func finish() {
      guard isMarked || lines.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else { return }
      let isProse = title.hasPrefix(proseMark)
      let name = isProse ? String(title.dropFirst(proseMark.count)).trimmed : title
      cells.append(
        ScriptCell(
          number: cells.count + 1, title: name, line: start, isProse: isProse, lines: lines, isMarked: isMarked))
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix(mark) {
        finish()
        (start, title, lines, isMarked) = (index + 1, String(line.dropFirst(mark.count)).trimmed, [line], true)
      } else {
        lines.append(line)
      }
    }
    finish()
    return cells
  }

  /// How many lines at its beginning are words: the mark, and comments of one `#` up to the first line that is none. In a
  /// cell of words, every such line and the blank ones between them.
  package var wordLines: Int {
    var count = isMarked ? 1 : 0
    func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }
    // Blank lines may stand between the mark and the words.
    let first = lines.indices.dropFirst(count).first { !isBlank(lines[$0]) }
    if let first, Self.words(lines[first]) != nil { count = first }
    while count < lines.count, Self.words(lines[count]) != nil || isProse && isBlank(lines[count]) { count += 1 }
    return count
  }

  /// The words at its beginning without their signs, a line each.
  package var prose: [String] {
    lines.prefix(wordLines).dropFirst(isMarked ? 1 : 0).map { Self.words($0) ?? "" }
  }

  /// A comment without its sign; nil for documentation, for code, and for the line that says which program runs a script.
  private static func words(_ line: Substring) -> String? {
    guard line.hasPrefix("#"), !line.hasPrefix("##"), !line.hasPrefix("#!") else { return nil }
    return String(line.dropFirst()).trimmed
  }
}

extension String {
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
