import Foundation
import Recommendation
import TestKit
import Testing

struct DamageTests {
  static let all: [Damage] = [
    damage("json lines", "cut", "Time\": 4}\n", "Ti", says: "a text is not closed before the line ends", line: 9),
    damage(
      "json lines", "column", "reviewerID\": \"u2", "who\": \"u2", says: "the line has no user; its keys are `overall`",
      line: 4),
    damage(
      "json lines", "unknown", "u2\", \"asin\": \"v3", "u2\", \"asin\": \"zz", says: "meta.jsonl does not list",
      line: 4,
      kind: "unknown-item"),
    damage("json lines", "value", "Time\": 4", "Time\": four", says: "`four` is no JSON value", line: 9),
    damage("json lines", "number", "Time\": 4", "Time\": \"four\"", says: "timestamp `four` is not a number", line: 9),
    damage("json lines", "quotes", "\"unixReviewTime\": 4", "'t': 4", says: "text in double quotes", line: 9),
    damage("json lines", "double", "v4", "v1", says: "lines 1 and 4", line: 4, file: "meta.jsonl"),

    damage(
      "table with a mapping", "cut", "u3\tv3\t4\n", "u3\tv3", says: "2 fields, but the header names 3", line: 10,
      column: 3),
    damage("table with a mapping", "column", "wann", "when", says: "no column `wann`, which `columns` gives", line: 1),
    damage(
      "table with a mapping", "unknown", "u2\tv3", "u2\tzz", says: "things.tsv does not list", line: 5, column: 2,
      kind: "unknown-item"),
    damage("table with a mapping", "number", "v3\t4", "v3\tx", says: "`x` is not a number", line: 10, column: 3),
    damage("table with a mapping", "nul", "u2\tv3", "u\0\tv3", says: "NUL byte", line: 5, column: 1),
    damage(
      "table with a mapping", "double", "v4\tDelta", "v1\tDelta", says: "lines 2 and 5", line: 5, column: 1,
      file: "things.tsv"),

    damage(
      "pairs without times", "cut", "u3,v3\n", "u3", says: "1 columns, but the first one has 2", line: 9, column: 2),
    damage("pairs without times", "user", "u2,v3", ",v3", says: "an event has no user", line: 4, column: 1),
    damage("pairs without times", "item", "u2,v3", "u2,", says: "an event has no item", line: 4, column: 2),
    damage(
      "pairs without times", "unknown", "u2,v3", "u2,zz", says: "item.tsv does not list", line: 4, column: 2,
      kind: "unknown-item"),
    damage("pairs without times", "nul", "u2,v3", "u\0,v3", says: "NUL byte", line: 4, column: 1),
    damage(
      "pairs without times", "double", "v4\tDelta", "v1\tDelta", says: "lines 1 and 4", line: 4, column: 1,
      file: "item.tsv"),

    damage(
      "microlens pairs", "cut", "u3,v3,4\n", "u3,v3", says: "2 fields, but the header names 3", line: 10, column: 3),
    damage("microlens pairs", "number", "v3,4", "v3,x", says: "`x` is not a number", line: 10, column: 3),
    damage(
      "microlens pairs", "unknown", "u2,v3", "u2,zz", says: "titles.csv does not list", line: 5, column: 2,
      kind: "unknown-item"),
    damage("microlens pairs", "nul", "u2,v3", "u\0,v3", says: "NUL byte", line: 5, column: 1),
    damage(
      "microlens pairs", "double", "v4,Delta", "v1,Delta", says: "lines 2 and 5", line: 5, column: 1,
      file: "MicroLens-50k_titles.csv"),

    damage("data folder", "cut", "u3,v3,4\n", "u3,v3", says: "2 fields, but the header names 3", line: 10, column: 3),
    damage("data folder", "column", "timestamp", "when", says: "no column `timestamp`", line: 1),

    damage("data folder", "unknown", "u2,v3", "u2,zz", says: "does not list", line: 5, column: 2, kind: "unknown-item"),
    damage(
      "data folder", "number", "v3,4", "v3,four", says: "`four` is not a number (column 3, at byte 7", line: 10,
      column: 3),
    damage("data folder", "nul", "u2,v3", "u\0,v3", says: "NUL byte", line: 5, column: 1),
    damage(
      "data folder", "double", "v4,Delta", "v1,Delta", says: "lines 2 and 5", line: 5, column: 1, file: "items.csv"),

    damage("table", "cut", "5,u3,v3,4\n", "5,u3", says: "2 fields, but the header names 4", line: 10, column: 3),
    damage(
      "table", "column", "asin", "thing", says: "ratings.csv (columns overall, reviewerid, thing, unixreviewtime)",
      line: 0),
    damage(
      "table", "unknown", "u2,v3", "u2,zz", says: "meta.csv does not list", line: 5, column: 3, kind: "unknown-item"),
    damage("table", "number", "v3,4", "v3,1e999", says: "`1e999` is not a number", line: 10, column: 4),
    damage("table", "nul", "u2,v3", "u\0,v3", says: "NUL byte", line: 5, column: 2),
    damage("table", "double", "v4,Delta", "v1,Delta", says: "lines 2 and 5", line: 5, column: 1, file: "meta.csv"),

    damage("recbole", "cut", "u3\tv3\t3\t4\n", "u3\tv3", says: "2 fields, but the header names 4", line: 10, column: 3),
    damage(
      "recbole", "column", "item_id:token", "thing:token", says: "no column `item`; its columns are `user_id`, `thing`",
      line: 1),
    damage(
      "recbole", "unknown", "u2\tv3", "u2\tzz", says: "small.item does not list", line: 5, column: 2,
      kind: "unknown-item"),
    damage(
      "recbole", "number", "u3\tv3\t3\t4", "u3\tv3\t3\tx", says: "`x` is not a number (column 4", line: 10, column: 4),
    damage("recbole", "nul", "u2\tv3", "u\0\tv3", says: "NUL byte", line: 5, column: 1),
    damage(
      "recbole", "double", "v4\tDelta", "v1\tDelta", says: "lines 2 and 5", line: 5, column: 1, file: "small.item"),

    damage("unisrec", "cut", "2\t1 3\t0\n", "2\t1", says: "2 fields, but the header names 3", line: 5, column: 3),
    damage("unisrec", "column", "item_id:token", "thing:token", says: "no column `item`", line: 1),
    damage(
      "unisrec", "unknown", "1\t2\t0", "1\t9\t0", says: "X.item2index does not list", line: 3, column: 2,
      kind: "unknown-item"),
    damage(
      "unisrec", "order", "2\t1 3\t0", "2\t0 0\t0", says: "do not continue", line: 5, column: 2, kind: "broken-prefix"),
    damage("unisrec", "nul", "1\t2\t0", "\0\t2\t0", says: "NUL byte", line: 3, column: 1),
    damage(
      "unisrec", "count", "v4\t3", "v4\t7", says: "4 rows, but its indices run up to 7", line: 1, column: 2,
      file: "X.item2index"),
    damage(
      "unisrec", "double", "v4\t3", "v4\t2", says: "index 2 stands in lines 3 and 4", line: 4, column: 2,
      file: "X.item2index"),
    damage("unisrec", "number", "v4\t3", "v4\tx", says: "column 2 is `x`", line: 4, column: 2, file: "X.item2index"),
    damage("unisrec", "text", "v4\tDelta", "v1\tDelta", says: "lines 2 and 5", line: 5, column: 1, file: "X.text"),

    damage(
      "behaviour", "cut", "u3\tv2 v4 v1 v3\n", "u3", says: "1 columns; a user, a tab and items", line: 3, column: 2),
    damage("behaviour", "user", "u2\t", "\t", says: "a row has no user (column 1)", line: 2, column: 1),
    damage("behaviour", "unknown", "v3 v1", "zz v1", says: "does not list", line: 2, column: 2, kind: "unknown-item"),
    damage("behaviour", "double", "u3\t", "u1\t", says: "user u1 stands in lines 1 and 3", line: 3, column: 1),
    damage("behaviour", "nul", "u3\t", "u\0\t", says: "NUL byte", line: 3, column: 1),
    damage(
      "behaviour", "tab", "Delta", "Del\tta", says: "3 columns, but the first one has 2", line: 4, column: 3,
      file: "hm_50w_items.tsv"),

    damage(
      "nine", "cut", "\"Delta\"", "\"Delta", says: "a quote opened on line 4 is never closed", line: 4, column: 3,
      file: "QB_item.csv"),
    damage(
      "nine", "column", ",\"Delta\"", "", says: "2 columns, but the first one has 3", line: 4, column: 3,
      file: "QB_item.csv"),
    damage(
      "nine", "quote", "\"Delta\"", "\"Del\"ta", says: "text follows a closing quote", line: 4, column: 3,
      file: "QB_item.csv"),
    damage(
      "nine", "unknown", "v3 v1", "zz v1", says: "QB_item.csv does not list", line: 2, column: 2, kind: "unknown-item"),
    damage("nine", "double", "\"v4\"", "\"v1\"", says: "lines 1 and 4", line: 4, column: 1, file: "QB_item.csv"),
    damage(
      "nine", "empty", "\"Delta\"", "\"\"", says: "neither a title", line: 4, column: 3, kind: "empty-text",
      file: "QB_item.csv"),

    damage("pairs", "cut", "v3,u3,4\n", "v3,u3", says: "2 columns, but the first one has 3", line: 9, column: 3),
    damage("pairs", "user", "v3,u2", "v3,", says: "an event has no user (column 2)", line: 4, column: 2),
    damage("pairs", "number", "v3,u3,4", "v3,u3,x", says: "`x` is not a number (column 3", line: 9, column: 3),
    damage(
      "pairs", "unknown", "v3,u2", "zz,u2", says: "TN_item.tsv does not list", line: 4, column: 1, kind: "unknown-item"),
    damage("pairs", "nul", "v3,u2", "v3,u\0", says: "NUL byte", line: 4, column: 2),
    damage("pairs", "double", "v4\tDelta", "v1\tDelta", says: "lines 1 and 4", line: 4, column: 1, file: "TN_item.tsv"),

    damage("pixelrec", "cut", "v3,u3,4\n", "v3", says: "1 fields, but the header names 3", line: 10, column: 2),
    damage("pixelrec", "column", "user_id", "who", says: "no interactions were recognised", line: 0),
    damage("pixelrec", "number", "v3,u3,4", "v3,u3,-", says: "`-` is not a number", line: 10, column: 3),
    damage(
      "pixelrec", "unknown", "v3,u2", "zz,u2", says: "item_info.csv does not list", line: 5, column: 1,
      kind: "unknown-item"),
    damage("pixelrec", "double", "v4,7", "v1,7", says: "lines 2 and 5", line: 5, column: 1, file: "item_info.csv"),
    damage(
      "pixelrec", "nul", "Delta", "Del\0ta", says: "not UTF-8", line: 5, column: 3, kind: "invalid-utf8",
      file: "item_info.csv"),

    damage(
      "microlens", "cut", "u3\tv2 v4 v1 v3\n", "u3", says: "1 columns; a user, a tab and items", line: 3, column: 2),
    damage(
      "microlens", "unknown", "v3 v1", "zz v1", says: "titles.csv does not list", line: 2, column: 2,
      kind: "unknown-item"),
    damage("microlens", "double", "u3\t", "u1\t", says: "user u1 stands in lines 1 and 3", line: 3, column: 1),
    damage("microlens", "nul", "u2\t", "u\0\t", says: "NUL byte", line: 2, column: 1),
    damage(
      "microlens", "title", "v4,Delta", "v4,Del,ta", says: "3 fields, but the header names 2", line: 5, column: 3,
      file: "MicroLens-50k_titles.csv"),
    damage(
      "microlens", "item", "v4,Delta", ",Delta", says: "an item has no id", line: 5, column: 1,
      file: "MicroLens-50k_titles.csv"),
  ]

  @Test(arguments: all)
  func damageIsSaidWithItsPlace(_ damage: Damage) throws {
    let files = FormatFiles.named(damage.format)
    let folder = try files.folder()
    let name = damage.file ?? files.events
    let text = try #require(files.files.first { $0.name == name }?.text)
    let range = try #require(text.firstRange(of: damage.from), "the test damages nothing")
    try folder.write(name, text.replacingCharacters(in: range, with: damage.to))
    if let kind = damage.kind {
      let data = try files.load(folder)
      let warning = try #require(data.warnings.first { $0.kind == kind }, "\(data.warnings)")
      if damage.what != "bytes" { #expect(warning.message.contains(damage.says), "\(warning.message)") }
      #expect(warning.count == 1 && damage.isPlace(warning.examples[0], name), "\(warning.examples)")
      return
    }
    let error = try #require(throws: DataError.self) { try files.load(folder) }
    #expect(error.message.contains(damage.says), "\(error)")
    if damage.line > 0 { #expect(damage.isPlace(error.place ?? "", name), "\(error)") }
  }

  @Test(arguments: FormatFiles.all) func everyLayoutHasFiveKindsOfDamage(_ files: FormatFiles) {
    let kinds = Set(Self.all.filter { $0.format == files.name }.map(\.what))
    #expect(kinds.count >= 5, "\(kinds)")
  }

  /// What is called a file of items is one, or an error: events without their items would be another data set.
  @Test(arguments: [
    ("recbole", "small.item", "no thing\nof use\n", "small.item is called like a file of items"),
    ("nine", "QB_item.csv", "a,b,c,d,e,f\ng\n", "its first row has 6 columns and names no item, row 2 has 1"),
    ("pairs", "TN_item.tsv", "", "TN_item.tsv is called like a file of items, but has no row"),
    ("pixelrec", "item_info.csv", "\"item_id,title\n", "a quote opened on line 1 is never closed"),
    ("behaviour", "hm_50w_items.tsv", "v1 and\nv2 or\n", "hm_50w_items.tsv is called like a file of items"),
  ])
  func itemsThatAreNotUnderstoodAreAnError(_ format: String, _ name: String, _ text: String, _ says: String) throws {
    let files = FormatFiles.named(format)
    let folder = try files.folder()
    try folder.write(name, text)
    let error = try #require(throws: DataError.self) { try files.load(folder) }
    #expect(error.message.contains(says) && error.place?.contains("/\(name):1") == true, "\(error)")
  }

  @Test func itemsBesideADataFolderAreNotPassedOver() throws {
    let folder = try ScratchFolder()
    try folder.write("interactions.csv", "user,item,timestamp\nu,a,5\nu,b,6\n")
    try folder.write("items.tsv", "b\tBeta\na\tAlpha\n")
    let error = #expect(throws: DataError.self) { try InteractionData.load(folder: folder.path) }
    #expect(error?.message == "beside interactions.csv there is items.tsv, but no items.csv")
    var request = DataRequest(path: folder.path)
    request.items = "items.tsv"
    let data = try InteractionData.load(request)
    #expect(data.catalogue.titles == ["Beta", "Alpha"] && data.sequences == [[1, 0]])
  }

  /// Bytes that are not UTF-8 are counted in texts and in ids of every format.
  @Test(arguments: FormatFiles.all)
  func bytesThatAreNoTextAreCounted(_ files: FormatFiles) throws {
    let folder = try files.folder()
    let file = try #require(files.files.first { $0.text.contains("Delta") })
    var bytes = Array(file.text.utf8)
    let at = try #require(bytes.firstIndex(of: UInt8(ascii: "D")))
    bytes[at] = 0xFF
    try folder.write(file.name, bytes)
    let data = try files.load(folder)
    #expect(data.warnings.map(\.kind) == ["invalid-utf8"])
    #expect(data.warnings.first?.count == 1 && data.catalogue.titles[3] == "\u{FFFD}elta")
    #expect(data.sequences == [[0, 1, 2], [2, 0], [1, 3, 0, 2]])
  }

  @Test(arguments: FormatFiles.all)
  func filesThatAreNoTextAreErrors(_ files: FormatFiles) throws {
    let folder = try files.folder()
    try folder.write(files.events, [0xFF, 0xFE, 0x75, 0x00])
    #expect(throws: DataError.self) { try files.load(folder) }
    try folder.write(files.events, [UInt8]())
    #expect(throws: DataError.self) { try files.load(folder) }
  }

  /// Seeded random changes: whatever happens, there is an answer or an error, never a stop.
  @Test(arguments: FormatFiles.all)
  func randomDamageNeverStopsTheProgram(_ files: FormatFiles) throws {
    let folder = try files.folder()
    var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(_ bound: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((random >> 33) % UInt64(max(1, bound)))
    }
    let interesting: [UInt8] = [0, 9, 10, 13, 32, 34, 44, 45, 46, 48, 57, 58, 0x80, 0xC3, 0xED, 0xFF]
    var answers = 0
    for round in 0..<300 {
      let file = files.files[next(files.files.count)]
      var bytes = Array(file.text.utf8)
      if round % 3 == 0 {
        bytes.removeLast(next(bytes.count + 1))
      } else {
        for _ in 0...next(4) {
          let at = next(bytes.count)
          if next(3) == 0 {
            bytes.insert(interesting[next(interesting.count)], at: at)
          } else {
            bytes[at] = next(2) == 0 ? interesting[next(interesting.count)] : UInt8(next(256))
          }
        }
      }
      try folder.write(file.name, bytes)
      do {
        let data = try files.load(folder)
        #expect(data.sequences.allSatisfy { $0.allSatisfy { $0 >= 0 && Int($0) < data.catalogue.count } })
        #expect(data.sequences.count == data.userIDs.count)
        answers += 1
      } catch let error as DataError {
        #expect(!error.message.isEmpty)
        answers += 1
      }
      try folder.write(file.name, file.text)
    }
    #expect(answers == 300)
  }
}
