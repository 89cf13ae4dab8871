import Foundation
import TestKit
import Testing

/// `pmm test` and `pmm test --record`.
struct TestCommandTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: program.folder.file(name), encoding: .utf8)
  }

  @Test func aDigitBeyondItsToleranceFails() throws {
    try program.folder.write("right.txt", "pmm> log(2.0)\n0.6931 ± 1e-4\n")
    try program.folder.write("wrong.txt", "Title\n\npmm> x = 2.0\npmm> log(x)\n0.6933 ± 1e-4\n")
    let right = try program.run("test", "right.txt")
    #expect(right.status == 0, "\(right.errors)")
    #expect(right.output == "1 session, 1 entry, 0 differ\n")
    let wrong = try program.run("test", ".")
    #expect(wrong.status == 1)
    for text in ["./wrong.txt:4", "  log(x)", "  0.6933 ± 1e-4", "  0.693147", "2 sessions, 3 entries, 1 differs"] {
      #expect(wrong.output.contains(text), "\(wrong.output)")
    }
  }

  @Test func sessionsStandInThreeKindsOfFiles() throws {
    try program.folder.write("a/page.md", "# Page\n\n```pmm\npmm> 1 + 1\n2\n```\n\n```pmm\nx = 1\n```\n")
    try program.folder.write("a/own.pmm", "## Twice x.\n##   pmm> twice(3)\n##   7\ndef twice(x) = 2 * x\n")
    let outcome = try program.run("test", "a")
    #expect(outcome.output.contains("a/own.pmm:2"), "\(outcome.output)")
    #expect(outcome.output.hasSuffix("2 sessions, 2 entries, 1 differs\n"))
  }

  /// A file's own names are known, also where its path cannot be imported.
  @Test func examplesSeeTheirFile() throws {
    let text = "from layers import unit\n\n## Adds.\n##   pmm> plus(1, 2)\n##   3\ndef plus(a, b) = a + b\n"
    try program.folder.write("a-b.pmm", text)
    try program.folder.write("c/d.pmm", text)
    for path in ["a-b.pmm", "c/d.pmm", program.folder.file("c/d.pmm"), "./c"] {
      let outcome = try program.run("test", path)
      #expect(outcome.output == "1 session, 1 entry, 0 differ\n", "\(path): \(outcome.output)")
    }
  }

  @Test func withoutAPathBuiltinsAndLibraryAreReplayed() throws {
    let outcome = try program.run("test")
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.hasSuffix(", 0 differ\n"))
    #expect(outcome.output.prefix { $0 != " " }.count >= 3, "a hundred sessions at least")
  }

  @Test func aPathWithoutASessionIsAMistake() throws {
    try program.folder.write("empty.md", "# Page\n")
    for path in ["empty.md", ".", "missing.txt", "script.py"] {
      let outcome = try program.run("test", path)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("error[file]"), "\(outcome.errors)")
    }
  }

  @Test func recordingRewritesWhatDoesNotHold() throws {
    try program.folder.write("a.txt", "pmm> 1\n1\n\npmm> log(2.0)\n0.7 ± 0.1\n\npmm> 2\n3\n\n")
    try program.folder.write("own.pmm", "## Twice x.\n##   pmm> twice(3)\n##   7\ndef twice(x) = 2 * x\n")
    let outcome = try program.run(environment: ["CI": ""], "test", "--record", ".")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("recorded ./a.txt\nrecorded ./own.pmm\n"), "\(outcome.output)\(outcome.errors)")
    #expect(try text("a.txt") == "pmm> 1\n1\n\npmm> log(2.0)\n0.7 ± 0.1\n\npmm> 2\n2\n\n")
    #expect(try text("own.pmm").contains("##   6\n"))
    #expect(try program.run(environment: ["CI": ""], "test", "--record", ".").status == 0)
    try program.folder.write("a.txt", "pmm> 1\n2\n")
    let refused = try program.run(environment: ["CI": "1"], "test", "--record", "a.txt")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("CI is set"))
    #expect(try text("a.txt") == "pmm> 1\n2\n")
    #expect(try program.run("test", "--record").status == 2)
  }
}
