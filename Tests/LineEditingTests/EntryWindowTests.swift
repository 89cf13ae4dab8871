import LineEditing
import Testing

@Suite struct EntryWindowTests {
  private static let prompt = Array("pmm> ".unicodeScalars)

  private func window(
    _ text: String, cursor: Int? = nil, width: Int = 40, height: Int = 6, after: EntryWindow = EntryWindow()
  ) -> EntryWindow {
    EntryWindow(EntryText(text, cursor: cursor), prompt: Self.prompt, width: width, height: height, after: after)
  }

  @Test func whatFitsShows() {
    let whole = window("a\nb\nc\nd\ne\nf")
    #expect(whole.heading == nil && whole.above.isEmpty && whole.below.isEmpty && whole.text.text == "a\nb\nc\nd\ne\nf")
  }

  @Test func theCursorIsInWhatShows() {
    let text = (0..<10).map { "\($0)" }.joined(separator: "\n")
    let atEnd = window(text)
    #expect(atEnd.text.text == "6\n7\n8\n9" && atEnd.heading == "[lines 7 to 10 of 10]")
    // It moves no further than it must.
    let inside = window(text, cursor: 14, after: atEnd)
    #expect(inside.text.text == "6\n7\n8\n9" && inside.text.cursor == 2)
    let above = window(text, cursor: 4, after: inside)
    #expect(above.text.text == "2\n3\n4\n5" && above.text.cursor == 0)
    #expect(above.above.count == 4 && above.below.first == "\n")
    let below = window(text, cursor: 12, after: above)
    #expect(below.text.text == "3\n4\n5\n6" && below.text.cursor == 6)
  }

  /// Whatever the sizes are, nothing of an entry is lost, and the cursor stays where it is.
  @Test func nothingIsLost() {
    let text = "first line\n\n\tx = [\n" + String(repeating: "long ", count: 60) + "\n日本語\n\n]\n"
    for width in [1, 7, 40] {
      for height in [1, 2, 3, 6, 50] {
        var last = EntryWindow()
        for cursor in Array(0...text.unicodeScalars.count) + [3, 200, 12] {
          last = window(text, cursor: cursor, width: width, height: height, after: last)
          let entry = last.entry(showing: last.text)
          #expect(entry.text == text && entry.cursor == cursor)
        }
      }
    }
  }
}
