import Foundation
import LineEditing
import TestKit
import Testing

@Suite struct HistoryTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func load(_ name: String = "history") -> [String]? {
    if case .entries(let entries) = HistoryFile(path: folder.file(name)).load() { entries } else { nil }
  }

  @Test func entriesComeBackAsTheyWere() throws {
    let entries = ["x = 1", "y = f(\n\t1,\n\n  2)", "#% not a mark", "\tbegins with a tab", "\"héé 日本\" + \"👩‍👩‍👧\""]
    let file = HistoryFile(path: folder.file("new/folder/history"))
    for entry in entries { #expect(file.append(entry) == nil) }
    #expect(load("new/folder/history") == entries)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func ofEqualEntriesTheLastIsKept() {
    let file = HistoryFile(path: folder.file("history"))
    for entry in ["a", "b", "a", "c", "b"] { #expect(file.append(entry) == nil) }
    #expect(load() == ["a", "c", "b"])
    let history = History(file: file)
    #expect(history.load() == nil)
    #expect(history.add("c\n\n") == nil)
    #expect(history.entries == ["a", "b", "c"])
    #expect(history.add(" \n") == nil)
    #expect(history.entries.count == 3)
  }

  @Test func theLastTenThousandAreLoaded() throws {
    let text = (0..<10_500).map { "#% 2026-01-01T00:00:00Z 1\nx = \($0)\n" }.joined()
    try folder.write("history", text)
    let entries = try #require(load())
    #expect(entries.count == 10_000)
    #expect(entries.first == "x = 500")
    #expect(entries.last == "x = 10499")
  }

  /// Whatever a file holds, something is read of it, and an entry can be added and read back.
  @Test(arguments: [
    "", "\n\n", "no mark\n\tat all\n", "#% ", "#% t s\n#% t s\n", "#% t s\nx = 1\nstray\n\tmore\n#% t s\ny = 2",
    "#% t s\nx = 1\r\n\ty\r\n", "#% t s\n\u{0}\u{1B}[2J\n", "_HiStOrY_V2_\nx\\040=\\0401\n",
  ])
  func damageIsPassedOver(_ text: String) throws {
    try folder.write("history", text)
    let file = HistoryFile(path: folder.file("history"))
    #expect(load() != nil)
    #expect(file.append("new = 1") == nil)
    #expect(load()?.last == "new = 1")
  }

  @Test func bytesThatAreNoTextArePassedOver() throws {
    try folder.write(
      "history", Array("#% t s\nok\n#% t s\n".utf8) + [0xFF, 0xFE, 0xC3, 10] + Array("#% t s\nalso\n".utf8))
    let entries = try #require(load())
    #expect(entries.first == "ok")
    #expect(entries.last == "also")
  }

  @Test func whatCannotBeWrittenIsSaidOnce() throws {
    try folder.write("file", "")
    for path in ["file/history", "/proc/no-such-folder/history"] {
      let history = History(file: HistoryFile(path: path.hasPrefix("/") ? path : folder.file(path)))
      _ = history.load()
      let first = history.add("x = 1")
      #expect(history.add("x = 2") == nil)
      #expect(history.entries == ["x = 1", "x = 2"], "the session goes on: \(first ?? "nothing said")")
    }
    let directory = History(file: HistoryFile(path: folder.path))
    #expect(directory.load()?.contains(folder.path) == true)
    #expect(directory.add("x") == nil, "said before")
  }

  @Test func aPipeInItsPlaceStopsNothing() {
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let history = History(file: HistoryFile(path: path))
    #expect(history.load()?.contains("is no file") == true)
    #expect(history.add("x = 1") == nil, "said before")
  }

  @Test func whereItStands() {
    #expect(HistoryFile.standard(["PMM_HISTORY": "h", "HOME": "/a"])?.path == "h")
    #expect(HistoryFile.standard(["PMM_HISTORY": "", "HOME": "/a"]) == nil)
    #expect(HistoryFile.standard(["XDG_STATE_HOME": "/s", "HOME": "/a"])?.path == "/s/pmm/history")
    #expect(HistoryFile.standard(["XDG_STATE_HOME": "relative", "HOME": "/a"])?.path == "/a/.local/state/pmm/history")
    #expect(HistoryFile.standard([:]) == nil)
  }

  @Test func manyWritersLoseNothing() async {
    let path = folder.file("history")
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for entry in 0..<50 { _ = HistoryFile(path: path).append("w\(writer)\n  entry \(entry)") }
        }
      }
    }
    #expect(load()?.count == 400)
  }

  @Test func upAndDownFindWhatBeginsAsTyped() {
    let entries = ["x = 1", "y = 2", "x = 3"]
    var walk = HistoryWalk(from: EntryText("x"), entries: entries)
    var found = walk.older(in: entries)
    #expect(found?.text == "x = 3")
    found = walk.older(in: entries)
    #expect(found?.text == "x = 1")
    found = walk.older(in: entries)
    #expect(found == nil)
    found = walk.newer(in: entries)
    #expect(found?.text == "x = 3")
    found = walk.newer(in: entries)
    #expect(found?.text == "x")
    found = walk.newer(in: entries)
    #expect(found == nil)
  }

  @Test func searchFindsOlderOnesAndSaysWhereItFails() {
    let entries = ["a = жук", "b = a", "c = жук + 1"]
    var search = HistorySearch(from: EntryText("draft"))
    for letter in "жук".unicodeScalars { search.add(letter, in: entries) }
    #expect(search.shown.text == "c = жук + 1")
    #expect(search.shown.cursor == 4)
    search.older(in: entries)
    #expect(search.shown.text == "a = жук")
    search.older(in: entries)
    #expect(search.isFailing)
    search.removeLast(in: entries)
    #expect(!search.isFailing)
    search.removeLast(in: entries)
    search.removeLast(in: entries)
    #expect(search.shown.text == "draft")
  }
}

@Suite struct CandidateListTests {
  private func candidates(_ texts: [String], _ remark: String = "") -> [CandidateList.Candidate] {
    texts.map { (text: $0, remark: remark) }
  }

  @Test func fewHaveTheirRemarks() {
    let lines = CandidateList.lines([("temp = ", "a number"), ("scale = ", "")], width: 40, height: 20)
    #expect(lines == ["temp =    a number", "scale =   "])
  }

  @Test func manyStandInColumnsThatFit() {
    let many = candidates((0..<40).map { "name\($0)" })
    let lines = CandidateList.lines(many, width: 30, height: 50)
    #expect(lines.count == 14)
    #expect(lines[0] == "name0   name14  name28")
    #expect(lines.allSatisfy { $0.count <= 30 })
    let cut = CandidateList.lines(many, width: 30, height: 5)
    #expect(cut.count == 5)
    #expect(cut.last == "... and 28 more")
  }

  /// Names longer than the screen are cut, and no width or height breaks the list.
  @Test func nothingIsWiderThanTheScreen() {
    let long = candidates(["short", String(repeating: "a", count: 300), String(repeating: "日", count: 50)])
    for width in [1, 8, 20, 80] {
      for height in [-1, 0, 2, 3, 24] {
        for line in CandidateList.lines(long, width: width, height: height) {
          #expect(line.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2E80 ? 2 : 1) } <= max(width, 16))
        }
      }
    }
  }

  @Test func theCommonStart() {
    #expect(CandidateList.commonPrefix(candidates(["text", "temp"])) == "te")
    #expect(CandidateList.commonPrefix(candidates(["é1", "é2"])) == "é")
    #expect(CandidateList.commonPrefix([]) == "")
  }
}
