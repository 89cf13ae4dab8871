import Foundation
import TestKit
import Testing

/// What the screen shows of an entry: at its margins, and after its window changed.
@Suite(.enabled(if: Terminal.isAvailable, "setsid of util-linux gives the program a terminal"), .serialized)
struct DrawingTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// What was printed before stays, and the entry stands there once, whatever the window did.
  @Test(arguments: [true, false])
  func aResizedWindowShowsTheEntryOnce(_ rewraps: Bool) throws {
    let terminal = try Terminal.atPrompt(
      in: folder, width: 70, environment: rewraps ? ["TMUX": "/tmp/socket"] : ["XTERM_VERSION": "XTerm(390)"])
    try terminal.submit("kept = 1\rkept\r", entries: 2)
    terminal.send("x = [\r1,\r\"" + String(repeating: "long ", count: 10) + "end\"" + Keys.left)
    for (width, height) in [(30, 20), (23, 20), (50, 15), (90, 30), (20, 24), (64, 24)] {
      let text = "  \"" + String(repeating: "long ", count: 10) + "end\""
      let rows = stride(from: 0, to: text.count, by: width).map { start in
        let row = text.dropFirst(start).prefix(width)
        return String(row.reversed().drop { $0 == " " }.reversed())
      }
      #expect(terminal.waits { $0.text.contains("end\"") && $0.cursor.column > 2 })
      terminal.resize(width: width, height: height, rewraps: rewraps)
      let wanted = ["pmm> kept = 1", "pmm> kept", "1", "pmm> x = [", "  1,"] + rows
      #expect(terminal.waits { $0.lines == wanted }, "\(width): \(terminal.screen.text)")
      let place = text.count - 1
      #expect(
        terminal.waits { $0.cursor == (4 + 1 + place / width, place % width) }, "\(width): \(terminal.screen.cursor)")
    }
    try terminal.submit(Keys.end + "]\r")
    #expect(try terminal.enter("length(x)") == "2")
  }

  /// Rows are as wide as the window, a wide letter moves to the next one whole, and keys find their place in all of them.
  @Test(arguments: ["abcdefghij", "日本語の文字列です", "aé日bcü本def語gh"])
  func lettersAtTheRightMargin(_ letters: String) throws {
    let terminal = try Terminal.atPrompt(in: folder, width: 20)
    let text = String(repeating: letters, count: 6)
    terminal.send("\"" + text + "\"")
    let wanted = Self.rows("pmm> \"" + text + "\"", width: 20)
    #expect(terminal.waits { $0.lines == wanted }, "\(terminal.screen.text)")
    // To the start and back over every margin, and one letter less in the middle.
    terminal.send(
      String(repeating: Keys.left, count: text.count + 2) + String(repeating: Keys.right, count: text.count / 2 + 1))
    terminal.send("\u{7F}X" + Keys.home + Keys.end)
    let half = text.count / 2
    let changed = text.prefix(half - 1) + "X" + text.dropFirst(half)
    let rows = Self.rows("pmm> \"" + changed + "\"", width: 20)
    #expect(terminal.waits { $0.lines == rows }, "\(terminal.screen.text)")
    #expect(
      try terminal.submit("\r").printed.split(separator: "\n").last
        == Substring(Self.rows(String(changed), width: 20).last ?? ""))
    #expect(try terminal.enter("it == \"\(changed)\"").hasSuffix("true"))
  }

  /// A text in rows of a width, by columns.
  private static func rows(_ text: String, width: Int) -> [String] {
    var rows = [""]
    var column = 0
    for letter in text {
      let columns = letter.unicodeScalars.contains { $0.value > 0x2E80 } ? 2 : 1
      if column + columns > width {
        rows.append("")
        column = 0
      }
      rows[rows.count - 1].append(letter)
      column += columns
    }
    return rows
  }

  /// Its end shows while one types there; any line of it can be reached and changed.
  @Test func aBlockTallerThanTheScreen() throws {
    let terminal = try Terminal.atPrompt(in: folder, height: 12)
    terminal.paste("x = [\n" + (1...40).map { "  \($0),\n" }.joined() + "  41]")
    #expect(
      terminal.waits {
        $0.lines.first == "pmm> [lines 33 to 42 of 42]" && $0.lines.last == "  41]" && $0.lines.count == 11
      },
      "\(terminal.screen.text)")
    terminal.send(String(repeating: Keys.up, count: 30) + Keys.home + "7")
    #expect(
      terminal.waits { $0.lines.prefix(2) == ["pmm> [lines 12 to 21 of 42]", "7  11,"] }, "\(terminal.screen.text)")
    // Keys cross the margins of what shows.
    terminal.send("\u{7F}" + Keys.left + Keys.left)
    #expect(
      terminal.waits { $0.lines.prefix(2) == ["pmm> [lines 11 to 20 of 42]", "  10,"] && $0.cursor == (1, 4) },
      "\(terminal.screen.text)")
    terminal.resize(width: 80, height: 60)
    #expect(
      terminal.waits { $0.lines.count == 42 && $0.lines.first == "pmm> x = [" && $0.cursor == (10, 4) },
      "\(terminal.screen.text)")
    terminal.resize(width: 80, height: 12)
    #expect(terminal.waits { $0.text.contains("[lines 2 to 11 of 42]") }, "\(terminal.screen.text)")
    terminal.send(Keys.right + Keys.right + "7")
    #expect(terminal.waits { $0.lines.contains("7  11,") }, "\(terminal.screen.text)")
    try terminal.submit("\u{4}\u{4}\r")
    #expect(try terminal.enter("x[10] + length(x)") == "752")
    try terminal.submit(Keys.up + Keys.up + Keys.entryStart + "y = 5\u{1B}\r\r")
    #expect(try terminal.enter("y + x[10]") == "716")
  }
}
