import Foundation
import TestKit
import Testing

/// `pmm format` and `pmm format --check`.
struct FormatCommandTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: program.folder.file(name), encoding: .utf8)
  }

  @Test func filesAreBroughtIntoForm() throws {
    try program.folder.write("a.pmm", "x=1 # one\n")
    try program.folder.write("b.pmm", "x = 1\n")
    let outcome = try program.run("format", "a.pmm", "b.pmm")
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors == "formatted a.pmm\n")
    #expect(try text("a.pmm") == "x = 1 # one\n" || text("a.pmm") == "x = 1  # one\n")
  }

  @Test func checkNamesFilesAndWritesNothing() throws {
    try program.folder.write("a.pmm", "x=1\n")
    try program.folder.write("b.pmm", "x = 1\n")
    let outcome = try program.run("format", "--check", "a.pmm", "b.pmm")
    #expect(outcome.status == 1)
    #expect(outcome.output == "a.pmm\n")
    #expect(try text("a.pmm") == "x=1\n")
    #expect(try program.run("format", "--check", "b.pmm").status == 0)
  }

  @Test func aFileWithMistakesStaysAsItIs() throws {
    try program.folder.write("a.pmm", "x=(1\n")
    try program.folder.write("b.pmm", "y=1\n")
    let outcome = try program.run("format", "a.pmm", "missing.pmm", "b.pmm")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("error[syntax]"))
    #expect(outcome.errors.contains("there is no file missing.pmm"))
    #expect(try text("a.pmm") == "x=(1\n")
    #expect(try text("b.pmm") == "y = 1\n")
    #expect(try program.run("format").status == 2)
  }
}
