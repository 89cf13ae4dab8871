import Foundation
import LanguageKit
import TestKit
import Testing

/// What stands in a cell means nothing to the format of the file.
struct TableFileTests {
  private static let rows = "grid a in [\"x|y\", \"50% \\\\ {~^}\", \"one\\ntwo\", \"say \\\"b,\u{301}\\\"\"] { 1 }"

  private static func saved(_ ending: String) throws -> String {
    let folder = try ScratchFolder()
    let path = folder.file("table.\(ending)")
    #expect(try Dialogue.print("save(\(rows), \"\(path)\")") == "")
    #expect(try folder.names == ["table.\(ending)", "table.\(ending).manifest.json"])
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func csvQuotesWhatItMust() throws {
    #expect(
      try Self.saved("csv") == "a,value\nx|y,1\n50% \\ {~^},1\n\"one\ntwo\",1\n\"say \"\"b,\u{301}\"\"\",1\n")
  }

  @Test func markdownKeepsItsColumns() throws {
    let lines = try Self.saved("md").split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines[2] == "| x\\|y | 1 |" && lines[4] == "| one two | 1 |")
  }

  @Test func latexPrintsWhatWasWritten() throws {
    #expect(
      try Self.saved("tex").contains("50\\% \\textbackslash{} \\{\\textasciitilde{}\\textasciicircum{}\\} & 1"))
  }
}
