import Diagnostics

/// The tokens and comments of a program with everything that its printed form follows from: where lines end, which
/// braces are blocks, where blanks stand, and how far `=` is moved to stand below its neighbours'.
struct FormatterLayout {
  enum Brackets {
    case round, square
    /// `{ }` of statements.
    case block
    /// `{a: 1}` and `{a, b}`.
    case braces
    /// A record that is a statement, or a value of its own line: `{ a: 1 }`.
    case wideBraces

    var isBlock: Bool { self == .block }
  }

  struct Piece {
    /// Nil for a comment.
    let token: Token?
    let text: String
    /// Line ends in front of the piece.
    var lineEnds: Int
    /// Whether a line end in front of it ends a statement or field.
    let beginsStatement: Bool
    /// Column of the first character, from 0.
    let column: Int
    /// Whether a blank stands in front of it inside a line.
    var hasGap = true
    /// Blanks added in front, to bring `=` below that of the neighbours.
    var padding = 0
    /// What an opening bracket begins.
    var opens: Brackets?

    func isSymbol(_ symbols: String...) -> Bool { token?.kind == .symbol && symbols.contains(text) }
    func isWord(_ words: String...) -> Bool { token?.kind == .keyword && words.contains(text) }
    var isOpening: Bool { isSymbol("(", "[", "{") }
    var isClosing: Bool { isSymbol(")", "]", "}") }

    /// Whether a value may end here, so that what follows continues it.
    var endsValue: Bool {
      guard let token else { return false }
      switch token.kind {
      case .name, .integer, .float, .string, .format, .invalid: return true
      case .keyword: return ["true", "false", "none"].contains(text)
      case .symbol: return isClosing || text == "..."
      case .newline, .end: return false
      }
    }
  }

  private(set) var pieces: [Piece] = []

  /// - Parameter opensBlocks: whether a block that goes over several lines gets its braces at line ends.
  init(_ source: SourceText, opensBlocks: Bool) {
    collect(source)
    markBracketsAndGaps(opensBlocks: opensBlocks)
    FormatterAlignment.align(&pieces)
  }

  private mutating func collect(_ source: SourceText) {
    let lexer = Lexer(source)
    let ends = Set(lexer.tokens.lazy.filter { $0.kind == .newline }.map(\.start))
    var comments = lexer.comments[...]
    var lineEnds = 0
    var beginsStatement = true
    func column(_ offset: Int) -> Int {
      let start = offset - source.position(of: offset).column + 1
      return source.slice(start..<offset).count
    }
    for token in lexer.written {
      while let comment = comments.first, comment.lowerBound < token.start {
        comments.removeFirst()
        pieces.append(
          Piece(
            token: nil, text: source.slice(comment), lineEnds: lineEnds, beginsStatement: false,
            column: column(comment.lowerBound)))
        lineEnds = 0
      }
      switch token.kind {
      case .newline:
        lineEnds += 1
        if ends.contains(token.start) { beginsStatement = true }
      case .end: break
      case .name, .keyword, .integer, .float, .string, .format, .symbol, .invalid:
        pieces.append(
          Piece(
            token: token, text: source.slice(token.start..<token.end), lineEnds: lineEnds,
            beginsStatement: beginsStatement, column: 0))
        (lineEnds, beginsStatement) = (0, false)
      }
    }
  }

  private mutating func markBracketsAndGaps(opensBlocks: Bool) {
    struct Open {
      let piece: Int
      let brackets: Brackets
      var isBroken = false
    }
    var open: [Open] = []
    var before: Int?
    var isBeforeSign = false
    for index in pieces.indices {
      let piece = pieces[index]
      if let top = open.indices.last, piece.token == nil ? piece.lineEnds > 0 : piece.beginsStatement {
        open[top].isBroken = true
      }
      guard piece.token != nil else { continue }
      let last = before.map { pieces[$0] }
      let isSign =
        piece.isSymbol("-") && (piece.beginsStatement || !(last?.endsValue ?? false))
      if let last {
        pieces[index].hasGap =
          !isBeforeSign && Self.hasGap(last, piece, at: index, in: pieces, inside: open.last?.brackets)
      }
      if piece.isOpening {
        let brackets = Self.brackets(of: piece, after: last, inside: open.last?.brackets)
        pieces[index].opens = brackets
        open.append(Open(piece: index, brackets: brackets))
      } else if piece.isClosing, let closed = open.popLast() {
        let first = closed.piece + 1
        let isBroken = closed.isBroken || piece.lineEnds > 0 || (first < index && pieces[first].lineEnds > 0)
        if opensBlocks, closed.brackets.isBlock, isBroken, first < index {
          if pieces[first].token != nil { pieces[first].lineEnds = max(1, pieces[first].lineEnds) }
          pieces[index].lineEnds = max(1, pieces[index].lineEnds)
        }
      }
      before = index
      isBeforeSign = isSign
    }
  }

  private static func brackets(of piece: Piece, after last: Piece?, inside outer: Brackets?) -> Brackets {
    switch piece.text {
    case "(": return .round
    case "[": return .square
    default: break
    }
    guard let last, !piece.beginsStatement, last.opens != .block else { return .wideBraces }
    if last.isWord("else", "try") || last.endsValue { return .block }
    return .braces
  }

  /// Whether a blank stands between two neighbours of a line.
  private static func hasGap(
    _ left: Piece, _ right: Piece, at index: Int, in pieces: [Piece], inside outer: Brackets?
  ) -> Bool {
    switch left.opens {
    case .round, .square, .braces: return false
    case .block, .wideBraces: return !right.isClosing
    case nil: break
    }
    if right.isSymbol(")", "]", ",", ":") { return false }
    if right.isSymbol("}") { return outer == .block || outer == .wideBraces }
    if left.isSymbol(".") { return false }
    if left.isSymbol("..") { return right.isSymbol(".", "..", "...") }
    if right.isSymbol(".") {
      // `1 .5` is a field of a number, and `1.5` is none.
      let isNumber = left.token?.kind == .integer && pieces.dropFirst(index + 1).first?.text.first?.isNumber == true
      return isNumber || !left.endsValue
    }
    if right.isSymbol("..") { return !left.endsValue }
    if right.isSymbol("(", "[") { return !left.endsValue }
    return true
  }
}
