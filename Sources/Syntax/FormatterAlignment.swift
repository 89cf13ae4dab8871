/// Brings `=` of neighbouring bindings, and of neighbouring parts, below each other. Neighbours have no blank line and no
/// comment line between them, and none of them opens a bracket at a line's end.
enum FormatterAlignment {
  private enum Kind { case binding, part }

  private struct Entry {
    let kind: Kind
    /// Index of the piece `=`.
    let sign: Int
    /// Characters in front of it.
    let width: Int
  }

  static func align(_ pieces: inout [FormatterLayout.Piece]) {
    for statements in blocks(pieces) {
      var run: [Entry] = []
      for statement in statements {
        let entry = entry(pieces, statement)
        let follows = pieces[statement.lowerBound].lineEnds == 1 && !isAfterCommentLine(pieces, statement.lowerBound)
        if entry == nil || !follows || entry?.kind != run.last?.kind {
          pad(run, &pieces)
          run = []
        }
        if let entry { run.append(entry) }
      }
      pad(run, &pieces)
    }
  }

  private static func pad(_ run: [Entry], _ pieces: inout [FormatterLayout.Piece]) {
    let widest = run.map(\.width).max() ?? 0
    for entry in run { pieces[entry.sign].padding = widest - entry.width }
  }

  /// The statements of each block, as ranges of pieces.
  private static func blocks(_ pieces: [FormatterLayout.Piece]) -> [[Range<Int>]] {
    struct Level {
      let isBlock: Bool
      var start: Int?
      var statements: [Range<Int>] = []
    }
    var finished: [[Range<Int>]] = []
    var levels = [Level(isBlock: true)]
    func end(_ level: inout Level, at index: Int) {
      if let start = level.start, level.isBlock { level.statements.append(start..<index) }
      level.start = nil
    }
    for index in pieces.indices where pieces[index].token != nil {
      let piece = pieces[index]
      if piece.isClosing, levels.count > 1, var closed = levels.popLast() {
        end(&closed, at: index)
        finished.append(closed.statements)
        continue
      }
      let top = levels.count - 1
      if piece.beginsStatement || levels[top].start == nil {
        end(&levels[top], at: index)
        levels[top].start = index
      }
      if piece.isOpening { levels.append(Level(isBlock: piece.opens == .block)) }
    }
    for var level in levels {
      end(&level, at: pieces.count)
      finished.append(level.statements)
    }
    return finished
  }

  private static func isAfterCommentLine(_ pieces: [FormatterLayout.Piece], _ index: Int) -> Bool {
    index > 0 && pieces[index - 1].token == nil && (pieces[index - 1].lineEnds > 0 || index == 1)
  }

  private static func entry(_ pieces: [FormatterLayout.Piece], _ statement: Range<Int>) -> Entry? {
    guard let first = statement.first, pieces[first].lineEnds > 0 || first == 0 || isAfterCommentLine(pieces, first)
    else { return nil }
    for index in statement where pieces[index].isOpening {
      if index + 1 < pieces.count, pieces[index + 1].lineEnds > 0 || pieces[index + 1].token == nil { return nil }
    }
    let isPart =
      pieces[first].text == "part" && statement.count > 2 && pieces[first + 1].token?.kind == .name
      && pieces[first + 1].isSymbol("=") == false
    let name = first + (isPart || pieces[first].isWord("var") ? 1 : 0)
    guard name < statement.upperBound, pieces[name].token?.kind == .name else { return nil }
    var depth = 0
    var width = pieces[first].text.count
    for index in first + 1..<max(first + 1, statement.upperBound) {
      let piece = pieces[index]
      guard piece.token != nil, piece.lineEnds == 0 else { return nil }
      if piece.isSymbol("="), depth == 0, index > name {
        return Entry(kind: isPart ? .part : .binding, sign: index, width: width)
      }
      // Only a part has a type between its name and `=`.
      if index > name, !isPart { return nil }
      if piece.isOpening { depth += 1 }
      if piece.isClosing { depth -= 1 }
      width += piece.text.count + (piece.hasGap ? 1 : 0)
    }
    return nil
  }
}
