import Diagnostics
import Foundation
import LanguageKit
import Shell
import TestKit
import Testing

/// What an accident leaves behind brings the session back.
struct JournalTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func names(_ remains: Journal.Remains?) -> [String] { remains?.entries.map(\.text) ?? [] }

  @Test func entriesThatWereDoneComeBack() throws {
    let path = folder.path
    let printed = try Dialogue.onDeepStack {
      let first = try Dialogue()
      first.session.journal = try Journal(folder: path, workingFolder: "here") { _ in }
      for entry in [
        "a = 1", "def f(x) {\n  x + a\n}", "f(1)", "b = it + 1", "c = none_such", "a = 2\nfail(\"late\")", "%undo",
      ] {
        _ = first.type(entry)
      }
      // A session that runs is not offered.
      #expect(Journal.remains(in: path, workingFolder: "here") == nil)
      first.session.journal = nil
      #expect(Journal.remains(in: path, workingFolder: "elsewhere") == nil)
      guard let remains = Journal.remains(in: path, workingFolder: "here") else { return "no remains" }
      #expect(remains.unfinished == nil)
      let second = try Dialogue()
      second.session.resume(remains) { Issue.record("\($0.message)") }
      return second.type("[a, b, f(10)]") + second.type("%who")
    }
    #expect(printed.hasPrefix("[1, 3, 11]"), "\(printed)")
  }

  @Test func theEntryThatRanIsNamedAndNotRun() throws {
    let path = folder.file("1-1.journal")
    try folder.write(
      "1-1.journal",
      "#% pmm journal 1\n#% folder here\n#> 1 pmm\n\ta = 1\n#= 1\n#> 2 pmm\n\tb = train(\n\t  m)\n")
    let remains = try #require(Journal.remains(in: folder.path, workingFolder: "here"))
    #expect(names(remains) == ["a = 1"])
    #expect(remains.unfinished == "b = train(\n  m)")
    try Journal.settle(remains)
    #expect(Journal.remains(in: folder.path, workingFolder: "here") == nil)
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("#% finished\n"))
  }

  @Test func damagedJournalsAreNoSessions() throws {
    for text in ["", "#% pmm journal 1\n", "\u{0}\u{1}\n\n\n", "#% pmm journal 1\n#% folder here\n\ta\n#= 1\n"] {
      try folder.write("1-1.journal", text)
      #expect(Journal.remains(in: folder.path, workingFolder: "here") == nil, "\(text)")
    }
  }

  @Test func aSessionWithoutEntriesLeavesNothing() throws {
    let journal = try Journal(folder: folder.path, workingFolder: "here") { _ in }
    journal.finish()
    #expect(!FileManager.default.fileExists(atPath: journal.path))
  }
}
