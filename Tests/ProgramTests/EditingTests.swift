import Foundation
import TestKit
import Testing

/// Entries at a real terminal, key by key.
@Suite(.enabled(if: Terminal.isAvailable, "setsid of util-linux gives the program a terminal"), .serialized)
struct EditingTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private enum Keys {
    static let up = "\u{1B}[A"
    static let down = "\u{1B}[B"
    static let left = "\u{1B}[D"
    static let home = "\u{1B}[H"
    static let controlLeft = "\u{1B}[1;5D"
  }

  private func begin(
    width: Int = 80, height: Int = 24, _ environment: [String: String] = [:]
  ) throws -> Terminal {
    let terminal = try Terminal(in: folder, width: width, height: height, environment: environment)
    #expect(terminal.waitsForPrompt(), "\(terminal.screen.text)")
    return terminal
  }

  @Test func anEntryOfSeveralLinesIsRecalledAndEditedInItsSecondLine() throws {
    let terminal = try begin()
    try terminal.submit("y = [\r1,\r2]\r")
    #expect(terminal.screen.lines.prefix(3) == ["pmm> y = [", "  1,", "  2]"], "\(terminal.screen.text)")
    #expect(try terminal.enter("y") == "[1, 2]")
    // Up twice to the block, once more into its second line, and 7 in the place of 1.
    try terminal.submit(Keys.up + Keys.up + Keys.up + Keys.home + "\u{4}\u{4}\u{4}7\r")
    #expect(terminal.screen.lines.suffix(4) == ["pmm> y = [", "7,", "  2]", "pmm>"], "\(terminal.screen.text)")
    #expect(try terminal.enter("y") == "[7, 2]")
  }

  @Test func aStuckEntryIsLeftByTwoEmptyLinesOrCtrlC() throws {
    let terminal = try begin()
    #expect(try terminal.submit("f(\r\r\r").text.contains("error[syntax]"))
    terminal.send("g(1,\r")
    #expect(terminal.waits { $0.cursor.column == 2 && $0.lines.last == "pmm> g(1," }, "\(terminal.screen.text)")
    try terminal.submit("\u{3}")
    #expect(try terminal.enter("40 + 2") == "42")
  }

  @Test func altEnterForcesALine() throws {
    let terminal = try begin()
    try terminal.submit("a = 1\u{1B}\rb = a + 1\r")
    #expect(try terminal.enter("b + 10") == "12")
  }

  @Test func twoThousandLinesWithTabsArePastedUnchanged() throws {
    let lines = (0..<2000).map { "  \"\tline \($0) of the paste\"," }
    let terminal = try begin(height: 45)
    let start = Date()
    terminal.paste("x = [\n" + lines.joined(separator: "\n") + "\n  \"end\"]")
    #expect(terminal.waits { $0.text.contains("\"end\"]") }, "\(terminal.screen.text)")
    let seconds = Date().timeIntervalSince(start)
    #expect(!terminal.screen.text.contains("error"), "nothing runs until Enter")
    try terminal.submit("\r")
    #expect(try terminal.enter("length(x)") == "2001")
    #expect(try terminal.enter("x[1999] == \"\\tline 1999 of the paste\"") == "true")
    // Generous, since other work may run beside this.
    #expect(seconds < 5, "took \(seconds) s")
    #expect(try String(contentsOfFile: folder.file("history"), encoding: .utf8).contains("\tline 1999 of the paste"))
  }

  @Test func aPastedSessionIsWhatWasTypedInIt() throws {
    let terminal = try begin()
    terminal.paste("pmm> a = 20\npmm> a\n20\npmm> b = [\n...>   1]\n")
    #expect(terminal.waits { $0.text.contains("1]") }, "\(terminal.screen.text)")
    #expect(!terminal.screen.text.contains("...>"))
    try terminal.submit("\r")
    #expect(try terminal.enter("a + b[0]") == "21")
  }

  /// No locale is set at all.
  @Test func lettersOfAllLanguages() throws {
    let terminal = try begin()
    try terminal.submit("x = \"héé 日本\"" + Keys.left + Keys.left + "\u{8}語\r")
    #expect(terminal.screen.lines.first == "pmm> x = \"héé 語本\"")
    #expect(try terminal.enter("x") == "héé 語本")
  }

  @Test func incrementalSearch() throws {
    let terminal = try begin()
    for entry in ["first = 1", "second = [\r1,\r2]", "third = 3"] { try terminal.submit(entry + "\r") }
    terminal.send("\u{12}sec")
    #expect(terminal.waits { $0.text.contains("search `sec`: second = [") }, "\(terminal.screen.text)")
    terminal.send("\u{7}")
    #expect(terminal.waitsForPrompt(), "Ctrl-G goes back: \(terminal.screen.text)")
    try terminal.submit("\u{12}fir\r")
    #expect(try terminal.enter("first + 1") == "2")
    #expect(terminal.screen.lines.filter { $0 == "pmm> first = 1" }.count == 2, "\(terminal.screen.text)")
  }

  @Test func homeEndAndWords() throws {
    let terminal = try begin()
    for (keys, result) in [
      ("2)\u{1B}[1~length([3, \u{1B}[4~\u{1B}[D]\r", "2"), ("one two\u{17}\u{17}5 + 6\r", "11"),
      ("10 + 20\(Keys.controlLeft)\(Keys.controlLeft)1\r", "130"), ("5\u{1}1\u{5}0\r", "150"),
    ] {
      #expect(try terminal.submit(keys).printed == result, "\(terminal.screen.text)")
    }
  }

  @Test func aWindowThatBecomesNarrow() throws {
    let terminal = try begin(width: 70)
    terminal.send("x = \"" + String(repeating: "long ", count: 10))
    #expect(terminal.waits { $0.text.contains("long long") })
    terminal.resize(width: 30, height: 20)
    Thread.sleep(forTimeInterval: 0.3)
    try terminal.submit("end\"\r")
    #expect(terminal.screen.lines.contains { $0.hasSuffix("end\"") && $0.count < 30 }, "\(terminal.screen.text)")
    #expect(try terminal.enter("length([x, x])") == "2")
  }

  @Test(arguments: [[:], ["TERM": "dumb"], ["NO_COLOR": "1"], ["TERM": "dumb", "NO_COLOR": "1"]])
  func simpleTerminalsGetNoColours(_ environment: [String: String]) throws {
    let terminal = try begin(environment)
    try terminal.submit("y = [\r1,\r2]\ry\rprnt(1)\r", entries: 3)
    #expect(terminal.screen.text.contains("[1, 2]") && terminal.screen.text.contains("unknown-name"))
    let colour = try Regex("\u{1B}\\[[0-9;]*m")
    #expect(terminal.raw.contains(colour) == environment.isEmpty, "\(terminal.raw.debugDescription)")
    if environment["TERM"] == "dumb" {
      #expect(!terminal.raw.replacingOccurrences(of: "\r\u{1B}[K", with: "").contains("\u{1B}"))
    }
  }

  @Test func outputToAPipeKeepsPromptsOutOfIt() throws {
    let terminal = try Terminal(in: folder, shell: "\"$PMM\" > results.txt; echo \"status $?\"")
    #expect(terminal.waits { $0.text.contains("pmm>") }, "the prompt is on standard error")
    try terminal.submit("x = [\r1,\r2]\rx\r", entries: 2)
    #expect(terminal.screen.text.contains("...>"), "\(terminal.screen.text)")
    terminal.send("\u{4}")
    #expect(terminal.waits { $0.text.contains("status 0") }, "\(terminal.screen.text)")
    #expect(try String(contentsOfFile: folder.file("results.txt"), encoding: .utf8) == "[1, 2]\n")
  }

  @Test func ctrlCGivesANewPromptAndCtrlDEnds() throws {
    let terminal = try begin()
    terminal.send("half an entry")
    #expect(terminal.waits { $0.text.contains("half an entry") })
    for _ in 0..<2 { try terminal.submit("\u{3}") }
    #expect(try terminal.enter("1 + 1") == "2")
    terminal.send("\u{4}")
    #expect(terminal.end() == 0)
    #expect(!terminal.screen.isBracketing)
  }

  @Test func twoShellsLoseNoEntry() throws {
    let (one, two) = (try begin(), try begin())
    for number in 0..<10 {
      one.send("a = \(number)\r")
      two.send("b = [\r\(number)]\r")
    }
    for shell in [one, two] { #expect(shell.waits { _ in shell.prompts == 11 }, "\(shell.screen.text)") }
    #expect(try one.enter("a") == "9")
    #expect(try two.enter("b") == "[9]")
    let history = try String(contentsOfFile: folder.file("history"), encoding: .utf8)
    for number in 0..<10 {
      #expect(history.contains("a = \(number)\n"))
      #expect(history.contains("b = [\n\t  \(number)]\n"))
    }
    let third = try begin()
    third.send("a =" + Keys.up)
    #expect(third.waits { $0.lines.last == "pmm> a = 9" }, "\(third.screen.text)")
  }

  @Test func anUnwritableHistoryStopsNothing() throws {
    let terminal = try begin(["PMM_HISTORY": folder.path])
    #expect(terminal.screen.text.contains("note: "), "\(terminal.screen.text)")
    #expect(try terminal.enter("1 + 1").hasSuffix("2"))
    #expect(try terminal.enter("2 + 2") == "4")
    #expect(terminal.screen.text.components(separatedBy: "note: ").count == 2, "said once")
  }

  /// The parent shell and a program beside it must not notice that the shell is ended.
  @Test func theEndOfTheShellTouchesNobodyElse() throws {
    let command = """
      sleep 60 & echo "sibling $!"
      "$PMM"; echo "status $?"; kill -0 $! && echo "sibling lives"; stty -a | grep -o ' icanon'; kill $!
      """
    let terminal = try Terminal(in: folder, shell: command)
    #expect(terminal.waits { $0.lines.last == "pmm>" }, "\(terminal.screen.text)")
    terminal.send("half")
    #expect(terminal.waits { $0.text.contains("half") })
    // All are of one group; the shell is the one that is called pmm.
    let group = terminal.foreground
    let children = try String(contentsOfFile: "/proc/\(group)/task/\(group)/children", encoding: .utf8)
      .split(separator: " ").compactMap { pid_t($0) }
    let shell = try #require(
      children.first { child in
        (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) == "pmm\n"
      })
    kill(shell, SIGTERM)
    #expect(terminal.waits { $0.text.contains("status 143") }, "\(terminal.screen.text)")
    #expect(
      terminal.waits { $0.text.contains("sibling lives") && $0.text.contains("icanon") }, "\(terminal.screen.text)")
    #expect(!terminal.screen.isBracketing)
  }

  @Test func theKeysOfViFromEditrc() throws {
    try folder.write(".editrc", "bind -v\n")
    let terminal = try begin()
    try terminal.submit("x = [\r11,\r22]\r")
    #expect(try terminal.enter("x") == "[11, 22]")
    // Back to the block, into its second line, and away with what stands before its comma.
    terminal.send("\u{1B}")
    Thread.sleep(forTimeInterval: 0.2)
    terminal.send("kkkhx")
    #expect(terminal.waits { $0.lines.contains("  1,") }, "\(terminal.screen.text)")
    try terminal.submit("\u{3}")
  }
}

/// Input that is not typed.
@Suite struct StandardInputTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func run(_ input: String) throws -> (status: Int32, output: String, errors: String) {
    try folder.write("input", input)
    for name in ["output", "errors"] { try folder.write(name, "") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: BuiltProgram.path)
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle(forReadingAtPath: folder.file("input"))
    process.standardOutput = FileHandle(forWritingAtPath: folder.file("output"))
    process.standardError = FileHandle(forWritingAtPath: folder.file("errors"))
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      try String(contentsOfFile: folder.file("output"), encoding: .utf8),
      try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
    )
  }

  @Test func itIsAScriptWhoseValuesArePrinted() throws {
    let outcome = try run(
      "x = [\n  1,\n  2]\nx\nif length(x) == 2 { \"two\" }\nelse { \"other\" }\n[1, 2, 3]\n|> length\n")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "[1, 2]\ntwo\n3\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test func aMistakeNamesTheLineAndIsStatus1() throws {
    let outcome = try run("x = 1\nx\n\ny = prnt(x)\n\"not reached\"\n")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("<stdin>:4:"), "\(outcome.errors)")
    #expect(!outcome.output.contains("reached") && !outcome.output.contains("pmm>"))
    #expect(try run("f(1,\n").status == 1)
    #expect(try run("").status == 0)
  }

  @Test func bytesThatAreNoTextAreAnError() throws {
    try folder.write("bad", [0x78, 0xFF, 0xFE])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: BuiltProgram.path)
    process.standardInput = FileHandle(forReadingAtPath: folder.file("bad"))
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }
}
