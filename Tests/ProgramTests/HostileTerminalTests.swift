import Foundation
import TestKit
import Testing

/// What no user wishes for and some meet: odd bytes, stops, closed windows, files and folders that are not as they should be.
@Suite(.enabled(if: Terminal.isAvailable, "setsid of util-linux gives the program a terminal"), .serialized)
struct HostileTerminalTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test func bytesThatAreNoText() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    terminal.send([0xFF, 0xC3, 0x28, 0x00, 0x80, 0xF5, 0xE6, 0x97])
    terminal.send("\u{15}")
    #expect(try terminal.enter("1 + 1") == "2")
    terminal.send(Array("x = \"".utf8) + [0xFF, 0xC3])
    try terminal.submit("\"\r")
    #expect(try terminal.enter("x") == "\u{FFFD}\u{FFFD}")
    terminal.send(Array("\u{1B}[200~y = \"a".utf8) + [0, 0xFE] + Array("b\"\u{1B}[201~".utf8))
    try terminal.submit("\r")
    #expect(try terminal.enter("y") == "a\u{FFFD}b")
  }

  /// Sequences of keys that nobody knows do nothing worse than to type some letters.
  @Test func keysThatNobodyKnows() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    for keys in [
      "\u{1B}[", "\u{1B}[99~", "\u{1B}O", "\u{1B}\u{1B}\u{1B}[A", "\u{1B}[201~", "\u{1B}[1;9Z",
      "\u{18}\u{18}",
    ] {
      terminal.send(keys)
      try terminal.submit("\u{15}\u{0B}\u{15}\u{3}")
      // Ctrl-C while the rest of a key is awaited, and when it is no longer.
      terminal.send(keys)
      try terminal.submit("\u{3}")
      terminal.send(keys)
      Thread.sleep(forTimeInterval: 0.1)
      try terminal.submit("\u{3}")
    }
    #expect(try terminal.enter("1 + 1") == "2")
  }

  @Test func stoppedAndTakenUpAgain() throws {
    let command = """
      set -m; "$PMM"; echo "stopped $?"; stty -a | grep -o ' icanon'; fg; echo "ended $?"
      """
    let terminal = try Terminal(in: folder, shell: command)
    #expect(terminal.waitsForPrompt(), "\(terminal.screen.text)")
    terminal.send("half")
    #expect(terminal.waits { $0.lines.last == "pmm> half" })
    terminal.send("\u{1A}")
    #expect(
      terminal.waits { $0.text.contains("stopped 148") && $0.text.contains("icanon") && $0.lines.last == "pmm> half" },
      "\(terminal.screen.text)")
    try terminal.submit(" = 7\r")
    #expect(try terminal.enter("half") == "7")
    terminal.send("\u{4}")
    #expect(terminal.waits { $0.text.contains("ended 0") }, "\(terminal.screen.text)")
  }

  /// What was entered before is in the history, and the session can be taken up.
  @Test func aWindowClosedInTheMiddleOfAnEntry() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    try terminal.submit("kept = 11\r")
    terminal.send("x = [\r1,")
    #expect(terminal.waits { $0.lines.last == "  1," })
    terminal.hangUp()
    #expect(terminal.end() != nil, "the program goes with its window")
    let next = try Terminal(in: folder, shell: "\"$PMM\" --resume")
    #expect(next.waitsForPrompt(), "\(next.screen.text)")
    #expect(try next.enter("kept") == "11")
    next.send("ke" + Keys.up + Keys.up)
    #expect(next.waits { $0.lines.last == "pmm> kept = 11" }, "\(next.screen.text)")
  }

  @Test(arguments: ["", "/proc/nowhere", "relative"])
  func aHomeThatIsNone(_ home: String) throws {
    let terminal = try Terminal(
      in: folder, environment: ["HOME": home], shell: "unset PMM_HISTORY; \(home.isEmpty ? "unset HOME; " : "")\"$PMM\""
    )
    #expect(terminal.waitsForPrompt(), "\(terminal.screen.text)")
    #expect(try terminal.enter("1 + 1").hasSuffix("2"))
    #expect(try terminal.enter("2 + 2") == "4")
    terminal.send("1" + Keys.up)
    #expect(terminal.waits { $0.lines.last == "pmm> 1 + 1" }, "\(terminal.screen.text)")
  }

  @Test func aHistoryFullOfOtherThings() throws {
    let noise = (0..<200_000).map { "line \($0) of something else \u{1}\t\n" }.joined()
    try folder.write("history", noise + "#% t s\ngood = 1\nstray\n#% \n\n#%\n" + noise)
    let terminal = try Terminal.atPrompt(in: folder)
    terminal.send(Keys.up)
    #expect(terminal.waits { $0.lines.last == "pmm> good = 1" }, "\(terminal.screen.text)")
    try terminal.submit("\r")
    #expect(try terminal.enter("good") == "1")
  }

  /// Screens that are too small for anything but a letter or two.
  @Test(arguments: [(1, 24), (2, 2), (3, 1), (80, 1)])
  func aTinyWindow(_ width: Int, _ height: Int) throws {
    let terminal = try Terminal.atPrompt(in: folder)
    terminal.send("x = [\r1,\r\"日本\"")
    #expect(terminal.waits { $0.lines.last == "  \"日本\"" }, "\(terminal.screen.text)")
    terminal.resize(width: width, height: height)
    terminal.send(Keys.left + Keys.left + Keys.up + Keys.down + Keys.end + ",\t\r語\u{7F}2]\u{12}x\u{7}")
    Thread.sleep(forTimeInterval: 0.3)
    terminal.resize(width: 80, height: 24)
    terminal.send("\r")
    #expect(
      try terminal.waits { $0.text.hasSuffix("pmm>") } && terminal.enter("length(x)") == "3", "\(terminal.screen.text)")
  }

  @Test func aLineOfManyThousandLetters() throws {
    let terminal = try Terminal.atPrompt(in: folder)
    terminal.paste("x = \"" + String(repeating: "abcdefghi ", count: 2000) + "\"")
    terminal.send(Keys.home + Keys.controlRight + Keys.end + Keys.left + "end")
    try terminal.submit("\r")
    #expect(try terminal.enter("x == \"\"") == "false")
    #expect(try String(contentsOfFile: folder.file("history"), encoding: .utf8).contains("abcdefghi end\"\n"))
  }
}
