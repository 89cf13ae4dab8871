/// Prints a layout: indentation by brackets and continued lines, then the columns of comments behind code.
struct FormatterPrinter {
  private typealias Piece = FormatterLayout.Piece

  private struct Line {
    var text: String
    var comment: Piece?
    let isBelowBlank: Bool
    let hasCode: Bool
  }

  private struct Level {
    let brackets: FormatterLayout.Brackets
    /// Indentation of the line on which the bracket stands, and its number.
    let indentation: Int
    let line: Int
    /// Where its statements, fields or elements begin; known with the first of them.
    var content: Int?
    /// Indentation that lines which continue the current one are measured from, and the word that stands there.
    var anchor = 0
    var anchorWord = ""
    /// The next token begins a statement, field or element.
    var isFresh = true
  }

  /// Wider than this, comments are brought back to their code.
  private static let lastCommentColumn = 100

  private var lines: [Line] = []
  private var levels = [Level(brackets: .block, indentation: 0, line: 0, content: 0)]
  /// Indentation of what the current line belongs to: behind a closing bracket that of the line where it was opened.
  private var indentation = 0
  private var waiting: [(comment: Piece, isBelowBlank: Bool)] = []
  private var last: Piece?

  static func print(_ layout: FormatterLayout) -> String {
    var printer = FormatterPrinter()
    for piece in layout.pieces { printer.add(piece) }
    printer.flush(at: 0)
    printer.alignComments()
    return printer.lines.map { ($0.isBelowBlank ? "\n" : "") + $0.text + "\n" }.joined()
  }

  private mutating func add(_ piece: Piece) {
    // No blank line at the start of a text or directly behind an opening bracket.
    let isBelowBlank = piece.lineEnds > 1 && last != nil && !(last?.isOpening ?? false)
    if piece.token == nil {
      if piece.lineEnds == 0, last != nil, waiting.isEmpty {
        lines[lines.count - 1].comment = piece
      } else {
        waiting.append((piece, isBelowBlank))
      }
      last = piece
      return
    }
    if piece.lineEnds > 0 || lines.isEmpty || !waiting.isEmpty {
      beginLine(piece, isBelowBlank: isBelowBlank && !(piece.isClosing && last?.token != nil))
    } else {
      goOn(piece)
    }
    follow(piece)
    last = piece
  }

  /// Text of the comment lines that wait for what follows them.
  private mutating func flush(at column: Int) {
    for (comment, isBelowBlank) in waiting {
      let text = String(repeating: " ", count: column) + comment.text
      lines.append(Line(text: text, comment: nil, isBelowBlank: isBelowBlank, hasCode: false))
    }
    waiting = []
  }

  private mutating func beginLine(_ piece: Piece, isBelowBlank: Bool) {
    let top = levels.count - 1
    let content = levels[top].content ?? levels[top].indentation + 2
    if piece.isClosing {
      indentation = levels[top].indentation
    } else if levels[top].isFresh || piece.beginsStatement {
      levels[top].content = content
      levels[top].anchor = content
      levels[top].anchorWord = piece.text
      levels[top].isFresh = false
      indentation = content
    } else if lastToken?.isSymbol("=", ":=", "=>", ":") ?? false {
      levels[top].anchor += 2
      levels[top].anchorWord = piece.text
      indentation = levels[top].anchor
    } else {
      let isSecond = piece.isWord("else", "catch") && ["if", "try"].contains(levels[top].anchorWord)
      indentation = levels[top].anchor + (isSecond ? 0 : 2)
    }
    flush(at: piece.isClosing ? content : indentation)
    let text = String(repeating: " ", count: indentation) + piece.text
    lines.append(Line(text: text, comment: nil, isBelowBlank: isBelowBlank, hasCode: true))
  }

  private mutating func goOn(_ piece: Piece) {
    let line = lines.count - 1
    lines[line].text += String(repeating: " ", count: piece.padding + (piece.hasGap ? 1 : 0))
    let top = levels.count - 1
    if levels[top].isFresh, !piece.isClosing {
      let column = lines[line].text.count
      let content =
        levels[top].content ?? (levels[top].brackets.isBlock ? levels[top].indentation + 2 : column)
      levels[top].content = content
      levels[top].anchor = content
      levels[top].anchorWord = column == content ? piece.text : ""
      levels[top].isFresh = false
    }
    lines[line].text += piece.text
  }

  /// Opens, closes and separates.
  private mutating func follow(_ piece: Piece) {
    lastToken = piece
    if let brackets = piece.opens {
      levels.append(Level(brackets: brackets, indentation: indentation, line: lines.count))
    } else if piece.isClosing, levels.count > 1, let closed = levels.popLast() {
      if closed.line != lines.count { indentation = closed.indentation }
    } else if piece.isSymbol(","), !levels[levels.count - 1].brackets.isBlock {
      levels[levels.count - 1].isFresh = true
    }
  }

  private var lastToken: Piece?

  /// Comments behind neighbouring lines stand in one column: where they all stand already, else two blanks behind the
  /// longest line.
  private mutating func alignComments() {
    var start = 0
    while start < lines.count {
      var end = start
      while end < lines.count, lines[end].comment != nil, end == start || !lines[end].isBelowBlank { end += 1 }
      let run = start..<end
      let longest = run.map { lines[$0].text.count }.max() ?? 0
      let columns = Set(run.compactMap { lines[$0].comment?.column })
      var column = longest + 2
      if let only = columns.first, columns.count == 1, only > longest, only <= Self.lastCommentColumn { column = only }
      for index in run {
        guard let comment = lines[index].comment else { continue }
        lines[index].text += String(repeating: " ", count: column - lines[index].text.count) + comment.text
      }
      start = max(end, start + 1)
    }
  }
}
