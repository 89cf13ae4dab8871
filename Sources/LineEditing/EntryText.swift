/// The text of an entry while it is edited, in Unicode scalars, with the cursor before one of them or at the end. What keys do
/// to it is pure; the terminal shows it.
package struct EntryText: Equatable {
  package private(set) var scalars: [Unicode.Scalar]
  /// 0 to the count of scalars.
  package private(set) var cursor: Int

  package init(_ text: String = "", cursor: Int? = nil) {
    self.init(Array(text.unicodeScalars), cursor: cursor ?? text.unicodeScalars.count)
  }

  /// - Parameter cursor: is brought into bounds.
  package init(_ scalars: [Unicode.Scalar], cursor: Int) {
    self.scalars = scalars
    self.cursor = min(max(cursor, 0), scalars.count)
  }

  package var text: String { Self.string(scalars[...]) }
  package var beforeCursor: String { Self.string(scalars[..<cursor]) }
  /// What stands on the cursor's line before it.
  package var lineBeforeCursor: String { Self.string(scalars[lineStart..<cursor]) }
  package var isAtEnd: Bool { cursor == scalars.count }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private var lineStart: Int { scalars[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0 }
  private var lineEnd: Int { scalars[cursor...].firstIndex(of: "\n") ?? scalars.count }

  // MARK: Moving

  package mutating func move(to place: Int) { cursor = min(max(place, 0), scalars.count) }
  package mutating func moveToLineStart() { cursor = lineStart }
  package mutating func moveToLineEnd() { cursor = lineEnd }

  /// One line up in the same column; false on the first line.
  package mutating func moveUp() -> Bool {
    let start = lineStart
    guard start > 0 else { return false }
    let column = cursor - start
    cursor = start - 1
    cursor = min(lineStart + column, start - 1)
    return true
  }

  /// One line down in the same column; false on the last line.
  package mutating func moveDown() -> Bool {
    let (column, end) = (cursor - lineStart, lineEnd)
    guard end < scalars.count else { return false }
    cursor = end + 1
    cursor = min(end + 1 + column, lineEnd)
    return true
  }

  /// The start of the word before the cursor.
  private var wordStart: Int {
    var place = cursor
    while place > 0, !Self.isWord(scalars[place - 1]) { place -= 1 }
    while place > 0, Self.isWord(scalars[place - 1]) { place -= 1 }
    return place
  }

  /// The end of the word behind the cursor.
  private var wordEnd: Int {
    var place = cursor
    while place < scalars.count, !Self.isWord(scalars[place]) { place += 1 }
    while place < scalars.count, Self.isWord(scalars[place]) { place += 1 }
    return place
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  package mutating func moveWordLeft() { cursor = wordStart }
  package mutating func moveWordRight() { cursor = wordEnd }

  // MARK: Changing

  package mutating func insert(_ text: String) {
    let added = Array(text.unicodeScalars)
    scalars.insert(contentsOf: added, at: cursor)
    cursor += added.count
  }

  /// Puts a text in the place of a range, which is brought into bounds, and the cursor behind it.
  package mutating func replace(_ range: Range<Int>, with text: String) {
    scalars.replaceSubrange(range.clamped(to: 0..<scalars.count), with: Array(text.unicodeScalars))
    move(to: range.lowerBound + text.unicodeScalars.count)
  }

  package mutating func deleteForward() {
    if cursor < scalars.count { scalars.remove(at: cursor) }
  }

  /// Takes out what lies between the cursor and a place, and gives it.
  private mutating func cut(to place: Int) -> [Unicode.Scalar] {
    let range = min(cursor, place)..<max(cursor, place)
    let cut = Array(scalars[range])
    scalars.removeSubrange(range)
    cursor = range.lowerBound
    return cut
  }

  package mutating func cutToLineStart() -> [Unicode.Scalar] { cut(to: lineStart) }

  /// To the end of the line; at its end the line end itself.
  package mutating func cutToLineEnd() -> [Unicode.Scalar] {
    cut(to: lineEnd == cursor && cursor < scalars.count ? cursor + 1 : lineEnd)
  }

  /// Back to the blank before, as readline's Ctrl-W.
  package mutating func cutBlankDelimitedWord() -> [Unicode.Scalar] {
    var place = cursor
    while place > 0, scalars[place - 1].properties.isWhitespace { place -= 1 }
    while place > 0, !scalars[place - 1].properties.isWhitespace { place -= 1 }
    return cut(to: place)
  }

  package mutating func cutWordLeft() -> [Unicode.Scalar] { cut(to: wordStart) }
  package mutating func cutWordRight() -> [Unicode.Scalar] { cut(to: wordEnd) }

  package mutating func insert(_ cut: [Unicode.Scalar]) {
    scalars.insert(contentsOf: cut, at: cursor)
    cursor += cut.count
  }

  // MARK: Form

  private var isLineBlankBeforeCursor: Bool { scalars[lineStart..<cursor].allSatisfy { $0 == " " || $0 == "\t" } }
  package var isInLeadingBlank: Bool { isLineBlankBeforeCursor }

  /// Blanks up to the next even column.
  package mutating func indent() { insert(String(repeating: " ", count: 2 - (cursor - lineStart) % 2)) }

  /// A closing bracket; where it begins its line, two blanks further to the left.
  package mutating func insertClosing(_ bracket: Unicode.Scalar) {
    let start = lineStart
    if start > 0, isLineBlankBeforeCursor, cursor - start >= 2, scalars[cursor - 2] == " ", scalars[cursor - 1] == " " {
      scalars.removeSubrange(cursor - 2..<cursor)
      cursor -= 2
    }
    insert([bracket])
  }

  /// Whether the cursor stands at the end, and the last two lines are blank: whoever gives Enter once more wants out.
  package var endsWithTwoBlankLines: Bool {
    guard isAtEnd else { return false }
    let lines = scalars.split(separator: "\n", omittingEmptySubsequences: false).suffix(2)
    return scalars.contains("\n") && lines.allSatisfy { $0.allSatisfy(\.properties.isWhitespace) }
  }
}
