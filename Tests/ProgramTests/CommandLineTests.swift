import Foundation
import TestKit
import Testing

/// Exit statuses, streams and messages of the program.
@Suite struct CommandLineTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  @Test func resultsGoToStandardOutput() throws {
    let outcome = try program.run("-e", "1 + 2")
    #expect(outcome.status == 0)
    #expect(outcome.output == "3\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: [
    ["run"], ["run", "x.pmm", "--set", "name"], ["--no-such-flag"], ["no-such-command"], ["--threads", "0"],
  ])
  func aWrongCommandLineIsStatus2(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: BuiltProgram.path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 2)
  }

  /// What goes wrong in a script, with a piece of what must be said.
  static let mistakes: [(script: String, says: [String])] = [
    ("x = prnt(1)", ["error[unknown-name]", "prnt", "= try: x = print(1)"]),
    (
      "from pmmrec import PMMRec\nm = PMMRec(drpo = 0.1)",
      ["error[unknown-keyword]", "drpo", "= try: m = PMMRec(drop = 0.1)"]
    ),
    (
      "from pmmrec import PMMRec\nfrom users import Causal\nm = PMMRec(width = 64) with {user: Causal(d(96))}",
      ["error[axis-mismatch]", "d=96", "d=64", "script.pmm:3:"]
    ),
    (
      "from pmmrec import PMMRec\nfrom losses import nicl\ndata = dataset(\"data\", words = 6, vocabulary = 160)\n"
        + "m = PMMRec() without vision\ntrain(m, data, nicl)",
      ["error[absent-branch]", "`nicl`", "`vision`", "= try: m = PMMRec()"]
    ),
    ("dataset(\"empty\")", ["error[data]", "empty", "interactions.csv"]),
    ("dataset(\"nowhere\")", ["error[data]", "there is no folder nowhere"]),
    ("dataset(\"columns\")", ["error[data]", "no column `item`", "`itm`"]),
    ("open(\"script.pmm\")", ["error[file]", "script.pmm"]),
    ("x = (1", ["error[syntax]"]),
  ]

  @Test(arguments: mistakes.indices) func aMistakeIsStatus1WithADiagnostic(_ index: Int) throws {
    try program.writeData()
    for name in ["empty", "columns"] {
      try FileManager.default.createDirectory(atPath: program.folder.file(name), withIntermediateDirectories: true)
    }
    try program.folder.write("columns/interactions.csv", "user,itm,timestamp\nu,i,1\n")
    try program.folder.write("columns/items.csv", "item,title,description,image\ni,t,d,\n")
    let before = try program.folder.names
    let (script, says) = Self.mistakes[index]
    let outcome = try program.run(script: script)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    for text in says { #expect(outcome.errors.contains(text), "\(outcome.errors)") }
    let left = Set(try program.folder.names).subtracting(before).subtracting(["script.pmm", "output", "errors"])
    #expect(left.isEmpty, "nothing half-written")
  }

  @Test func anUnknownOptionIsFoundBeforeAnythingRuns() throws {
    let outcome = try program.run(script: "print(\"ran\")\nx = option(\"epochs\", 3, \"how long\")", "--set", "epocs=4")
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("its options: epochs"))
    let right = try program.run(script: "print(option(\"epochs\", 3))", "--set", "epochs=4")
    #expect(right.output == "4\n")
    let wrong = try program.run(script: "print(option(\"epochs\", 3))", "--set", "epochs=four")
    #expect(wrong.status == 1)
  }

  @Test func oddDataIsCountedAndTheRunGoesOn() throws {
    try program.writeData(images: ["i0": "no-such.jpg"])
    let events = program.folder.file("data/interactions.csv")
    let text = try String(contentsOfFile: events, encoding: .utf8) + "u0,unknown,9999\n"
    try program.folder.write("data/interactions.csv", text)
    let script = """
      from pmmrec import PMMRec
      from losses import dap
      data = dataset("data", words = 8, vocabulary = 64, image = 16, patch = 8)
      m = PMMRec(width = 8, layers = 1, vocabulary = 64, max_words = 8, patches = 4, pixels = 192, max_len = 5)
      run = train(m, data, dap, epochs = 1)
      print(run.best_epoch)
      """
    let outcome = try program.run(script: script)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "1\n")
    #expect(outcome.errors.contains("interactions.csv:"), "names the line: \(outcome.errors)")
    #expect(outcome.errors.contains("no-such.jpg"), "names the image: \(outcome.errors)")
  }

  @Test func checkFindsMistakesWithoutRunning() throws {
    let good = "from pmmrec import PMMRec\ndata = dataset(\"nowhere\")\nm = PMMRec()\nprint(\"ran\")\n"
    try program.folder.write("good.pmm", good)
    try program.folder.write(
      "bad.pmm",
      "from pmmrec import PMMRec\nfrom users import Causal\n"
        + "data = dataset(\"nowhere\")\nm = PMMRec() with {user: Causal(d(96))}\n")
    let right = try program.run("check", "good.pmm")
    #expect(right.status == 0, "\(right.errors)")
    #expect(right.output.isEmpty)
    let wrong = try program.run("check", "bad.pmm")
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("error[axis-mismatch]"))
  }

  @Test func helpHasAPageForABuiltinALayerAndACode() throws {
    for name in ["attention", "Linear", "axis-mismatch", "dap"] {
      let outcome = try program.run("help", name)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains(name))
    }
    #expect(try program.run("help", "atention").status == 1)
  }
}
