import Foundation
import TestKit
import Testing

/// What the prompt does beyond letters: Tab, and an editor for whole blocks.
@Suite(.enabled(if: Terminal.isAvailable, "setsid of util-linux gives the program a terminal"), .serialized)
struct EditingHelpTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func tabCompletesKeywordsPartsAndWhatAFileHolds() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    try terminal.submit(
      "from pmmrec import PMMRec\rm = PMMRec(width = 16)\r"
        + "export(\"w.npz\", text = tensor([1.0, 2.0], [d]), user = tensor([4.0], [d]))\rck = open(\"w.npz\")\r",
      entries: 4)
    for (typed, completed) in [
      ("train(m, data, goal, epo\t", "pmm> train(m, data, goal, epochs ="), ("ck.te\t", "pmm> ck.text"),
      ("m with ck.{us\t", "pmm> m with ck.{user"), ("m.fus\t", "pmm> m.fusion"), ("\"w.n\t", "pmm> \"w.npz"),
      ("%und\t", "pmm> %undo"),
    ] {
      terminal.send(typed)
      #expect(terminal.waits { $0.lines.last == completed }, "\(terminal.screen.text)")
      try terminal.submit("\u{3}")
    }
    #expect(try terminal.submit("ck.te\t\r").printed.contains("float32 [2]"))
  }

  @Test func severalWaysAreListedBelowTheEntry() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    try terminal.submit("length_a = 1\rlength_b = 2\r", entries: 2)
    terminal.send("x = [\rleng\t")
    #expect(
      terminal.waits { $0.lines.suffix(2) == ["pmm> x = [", "  length"] && $0.text.contains("\nlength_b") },
      "\(terminal.screen.text)")
    try terminal.submit("_a\t]\r")
    #expect(try terminal.enter("x") == "[1]")
  }

  @Test func tabIndentsAtTheStartOfALine() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    terminal.send("\tx = 1")
    #expect(terminal.waits { $0.lines.last == "pmm>   x = 1" }, "\(terminal.screen.text)")
  }

  /// The editor has the terminal, gets the block and what it leaves is run.
  @Test func anEditorChangesABlock() throws {
    try folder.write("edit.sh", "test -t 0 && test -t 1 || exit 9\nsed -i 's/1,/5,/' \"$1\"\n")
    let terminal = try Terminal.atPrompt(in: folder, environment: ["EDITOR": "sh \(folder.file("edit.sh"))"])
    try terminal.submit("y = [\r1,\r2]\rz = 3\r", entries: 2)
    try terminal.submit("%edit y\r")
    #expect(try terminal.enter("y") == "[5, 2]")
    #expect(try terminal.enter("%edit z") == "nothing was changed")
    // The prompt is that of before, and so is the terminal.
    try terminal.submit("a = [\r\(Keys.up)\(Keys.end)1,\(Keys.down)]\r")
    #expect(try terminal.enter("a") == "[1]")
  }

  @Test(arguments: [("exit 3", "status 3"), ("kill -9 $$", "status 137"), ("echo 'y = [' > \"$1\"", "syntax")])
  func anEditorThatFailsRunsNothing(_ script: String, _ said: String) throws {
    try folder.write("edit.sh", script + "\n")
    let terminal = try Terminal.atPrompt(in: folder, environment: ["VISUAL": "sh \(folder.file("edit.sh"))"])
    try terminal.submit("y = [1, 2]\r")
    #expect(try terminal.enter("%edit y").contains(said), "\(terminal.screen.text)")
    #expect(try terminal.enter("y") == "[1, 2]")
  }
}
