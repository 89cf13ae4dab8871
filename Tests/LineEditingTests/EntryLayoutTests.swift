import LineEditing
import Testing

@Suite struct EntryLayoutTests {
  private func layout(_ text: String, cursor: Int? = nil, width: Int) -> EntryLayout {
    EntryLayout(prompt: Array("pmm> ".unicodeScalars), entry: EntryText(text, cursor: cursor), width: width)
  }

  @Test(arguments: [
    ("", 20, [4], 0, 5), ("x = 1", 20, [10], 0, 10), ("x = [\n  1,\n  2]", 20, [10, 4, 4], 2, 4),
    ("0123456789abcde", 20, [20, 0], 1, 0), ("0123456789abcdef", 20, [20, 1], 1, 1), ("a\tb", 20, [9], 0, 9),
    ("日本日本日本日本日", 20, [19, 4], 1, 4), ("a   \nb", 20, [6, 1], 1, 1), ("\u{1}", 20, [7], 0, 7),
    ("e\u{301}", 20, [7], 0, 7), ("ab", 1, [1, 1, 1, 1, 0, 1, 1, 0], 7, 0),
  ])
  func rowsAndCursor(_ text: String, _ width: Int, _ rows: [Int], _ row: Int, _ column: Int) {
    let found = layout(text, width: width)
    #expect(found.rows == rows)
    #expect(found.cursor == (row, column))
  }

  @Test func theCursorInTheMiddle() {
    #expect(layout("x = [\n  1,\n  2]", cursor: 8, width: 20).cursor == (1, 2))
    #expect(layout("0123456789abcdefgh", cursor: 15, width: 20).cursor == (1, 0))
  }

  @Test func rowsThatTheTerminalBreaks() {
    let long = layout("0123456789abcdefgh\n", width: 30)
    #expect(long.rowsAboveCursor(height: 24, width: 30, isRewrapped: true) == 1)
    #expect(long.rowsAboveCursor(height: 24, width: 10, isRewrapped: true) == 3)
    #expect(long.rowsAboveCursor(height: 24, width: 10, isRewrapped: false) == 1)
    #expect(long.rowsAboveCursor(height: 24, width: 90, isRewrapped: true) == 1)
    let inside = layout("0123456789abcdefgh", width: 30)
    #expect(inside.rowsAboveCursor(height: 24, width: 10, isRewrapped: true) == 2)
    let tall = layout((0..<50).map { "\($0)" }.joined(separator: "\n"), width: 30)
    #expect(tall.rowsAboveCursor(height: 12, width: 30, isRewrapped: true) == 11)
    #expect(layout("abc", width: 0).rowsAboveCursor(height: 0, width: 0, isRewrapped: true) >= 0)
  }
}
