import LineEditing
import TestKit
import Testing

/// What keys do to an entry, without a terminal.
@Suite struct EntryTextTests {
  @Test func upAndDownKeepTheColumn() {
    var entry = EntryText("first line\nab\nthird", cursor: 4)
    #expect(entry.moveUp() == false)
    #expect(entry.moveDown() == true)
    #expect(entry.cursor == 13)
    #expect(entry.moveDown() == true)
    #expect(entry.cursor == 16)
    #expect(entry.moveDown() == false)
    #expect(entry.moveUp() == true)
    #expect(entry.beforeCursor == "first line\nab")
  }

  @Test func wordsAreCutAndInserted() {
    var entry = EntryText("train(model, dáta.test)", cursor: 17)
    #expect(String(String.UnicodeScalarView(entry.cutWordLeft())) == "dáta")
    #expect(entry.text == "train(model, .test)")
    #expect(String(String.UnicodeScalarView(entry.cutBlankDelimitedWord())) == "train(model, ")
    let rest = entry.cutToLineEnd()
    #expect(entry.text.isEmpty)
    entry.insert(rest)
    #expect(entry.text == ".test)")
  }

  @Test func cutToTheEndOfALineTakesTheLineEndFromThere() {
    var entry = EntryText("a\nb", cursor: 1)
    #expect(entry.cutToLineEnd() == ["\n"])
    #expect(entry.text == "ab")
  }

  @Test func aClosingBracketMovesLeftWhereItBeginsALine() {
    var entry = EntryText("f {\n    ")
    entry.insertClosing("}")
    #expect(entry.text == "f {\n  }")
    var inner = EntryText("f(x  ")
    inner.insertClosing(")")
    #expect(inner.text == "f(x  )")
  }

  @Test func twoBlankLinesAskToLeave() {
    #expect(EntryText("f(\n\n").endsWithTwoBlankLines)
    #expect(EntryText("f(\n  \n  ").endsWithTwoBlankLines)
    #expect(!EntryText("f(\n").endsWithTwoBlankLines)
    #expect(!EntryText("f(\n\n", cursor: 0).endsWithTwoBlankLines)
  }

  /// Whatever the text and the place, no key fails, and the cursor stays in the text.
  @Test func noKeyLeavesTheText() {
    var generator = SeededGenerator(seed: 3)
    let pieces = ["a", "_", " ", "\n", "\t", "é", "日", "👩‍👩‍👧", "(", ")", "  ", "\n\n"]
    for _ in 0..<300 {
      let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        pieces[Int.random(in: 0..<pieces.count, using: &generator)]
      }.joined()
      for place in 0...text.unicodeScalars.count {
        let actions: [(inout EntryText) -> Void] = [
          { $0.moveToLineStart() }, { $0.moveToLineEnd() }, { _ = $0.moveUp() }, { _ = $0.moveDown() },
          { $0.moveWordLeft() }, { $0.moveWordRight() }, { $0.deleteForward() }, { _ = $0.cutToLineStart() },
          { _ = $0.cutToLineEnd() }, { _ = $0.cutBlankDelimitedWord() }, { _ = $0.cutWordLeft() },
          { _ = $0.cutWordRight() }, { $0.indent() }, { $0.insertClosing("}") }, { $0.replace(2..<5, with: "x") },
        ]
        for action in actions {
          var entry = EntryText(text, cursor: place)
          action(&entry)
          #expect((0...entry.scalars.count).contains(entry.cursor))
        }
      }
    }
  }
}
