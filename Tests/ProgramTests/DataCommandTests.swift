import Foundation
import TestKit
import Testing

/// `pmm data` on folders with planted faults, and on real ones whose READMEs say what they hold.
struct DataCommandTests {
  /// Four users, five items; times in seconds, nothing wrong.
  private let items = "item,title,description,image\n" + (1...5).map { "i\($0),Title \($0),words,\n" }.joined()
  private let events = """
    user,item,timestamp
    u1,i1,100\nu1,i2,200\nu1,i3,300\nu1,i4,400
    u2,i2,110\nu2,i3,210\nu2,i5,310
    u3,i1,120\nu3,i4,220\nu3,i2,320
    u4,i5,130

    """

  private func examined(items: String? = nil, events: String? = nil) throws -> Program.Outcome {
    let program = Program(folder: try ScratchFolder())
    try program.folder.write("set/items.csv", items ?? self.items)
    try program.folder.write("set/interactions.csv", events ?? self.events)
    return try program.run("data", "set")
  }

  @Test func aSoundFolderIsWrongInNothing() throws {
    let outcome = try examined()
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix("set: 4 users, 5 items, 11 interactions\n"))
    #expect(outcome.output.contains("events of a user: 1 to 4, median 3, mean 2.8"))
    #expect(outcome.output.contains("1 users have fewer than 3 events and train only"))
    #expect(outcome.output.hasSuffix("nothing is wrong\n"))
  }

  /// A fault, what is planted, and what the report must say of it.
  private static var faults: [(name: String, items: (String) -> String, events: (String) -> String, says: String)] {
    [
      ("unknown item", { $0 }, { $0 + "u4,i9,140\n" }, "1 events name an item that items.csv does not list"),
      (
        "missing image", { edited($0, "i2,Title 2,words,", "i2,Title 2,words,no.jpg") }, { $0 },
        "i2: cannot open set/no.jpg"
      ),
      (
        "broken image", { edited($0, "i3,Title 3,words,", "i3,Title 3,words,items.csv") }, { $0 },
        "i3: set/items.csv is"
      ),
      ("empty item", { edited($0, "Title 4,words", ",") }, { $0 }, "1 items have no text and no image"),
      ("duplicate event", { $0 }, { $0 + "u3,i2,320\n" }, "1 events are there twice: same user, item and time"),
      (
        "constant times", { $0 },
        {
          $0.split(separator: "\n").map { line in
            line.hasPrefix("u") && !line.hasPrefix("user") ? line.prefix(6) + "7" : line
          }.joined(separator: "\n")
        }, "all 11 events have the same timestamp"
      ),
      ("nobody to test", { $0 }, { _ in "user,item,timestamp\nu1,i1,5\nu2,i2,6\n" }, "nobody is left to test"),
    ]
  }

  private static func edited(_ text: String, _ old: String, _ new: String) -> String {
    text.split(separator: "\n").map { line in
      line.contains(old)
        ? line.split(separator: old, omittingEmptySubsequences: false).joined(separator: new) : String(line)
    }.joined(separator: "\n")
  }

  @Test func eachPlantedFaultIsNamed() throws {
    for fault in Self.faults {
      let outcome = try examined(items: fault.items(items), events: fault.events(events))
      #expect(outcome.status == 1, "\(fault.name)")
      #expect(outcome.output.contains(fault.says), "\(fault.name): \(outcome.output)")
      #expect(outcome.output.hasSuffix(" wrong\n") && !outcome.output.contains("nothing is wrong"), "\(fault.name)")
    }
  }

  @Test func whatIsWorthKnowingIsNoted() throws {
    let tied = try examined(events: events + "u1,i5,400\n")
    #expect(tied.status == 0)
    #expect(tied.output.contains("1 users tie at the split"))
    #expect(tied.output.contains("user u1"))
    #expect(!tied.output.contains("of the training events"))
    let late = try examined(events: events + "u5,i1,320\nu5,i2,330\nu5,i3,340\nu5,i4,350\n")
    #expect(late.output.contains("28.6 % of the training events (2) come after the first test event"))
    let repeats = try examined(events: events + "u2,i5,400\nu2,i2,500\n")
    #expect(repeats.output.contains("1 events repeat the item of the event before them"))
    #expect(repeats.output.contains("1 events return to an item of the history"))
    #expect(repeats.output.contains("1 of 3 test items stand in the user's history already"))
  }

  /// Reading sorts, so events out of order are no mistake, but whoever takes the file elsewhere should know.
  @Test func eventsOutOfOrderAreCounted() throws {
    let outcome = try examined(events: events + "u2,i4,100\nu2,i1,105\nu3,i5,150\n")
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains(
        "3 events stand in the file after a later event of their user; they were sorted by time"), "\(outcome.output)")
    #expect(outcome.output.contains("user u2, user u3"), "\(outcome.output)")
    #expect(!(try examined().output.contains("sorted by time")))
  }

  /// What cannot be read as one data set is refused with line and column, not reported on.
  @Test func doubledItemsAndUnreadableOnesAreErrors() throws {
    let doubled = try examined(items: items + "i2,Title 6,words,\n")
    #expect(doubled.status == 1 && doubled.output.isEmpty)
    #expect(doubled.errors.contains("item i2 stands in lines 3 and 7"), "\(doubled.errors)")
    #expect(doubled.errors.contains("items.csv:7, column 1 (item)"), "\(doubled.errors)")
    let program = Program(folder: try ScratchFolder())
    try program.folder.write("set/log.inter", "user_id:token\titem_id:token\nu1\ti1\nu1\ti2\n")
    try program.folder.write("set/log.item", "x\ty\tz\ta\nb\nc\n")
    let lost = try program.run("data", "set")
    #expect(lost.status == 1 && lost.output.isEmpty)
    #expect(lost.errors.contains("log.item is called like a file of items, but"), "\(lost.errors)")
  }

  @Test func programsReadTheSameAsJSON() throws {
    let program = Program(folder: try ScratchFolder())
    try program.folder.write("set/items.csv", items)
    try program.folder.write("set/interactions.csv", events + "u4,i9,140\n")
    let outcome = try program.run("data", "set", "--json")
    #expect(outcome.status == 1)
    let json = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(json["interactions"] as? Int == 11 && json["is_wrong"] as? Bool == true)
    let findings = try #require(json["findings"] as? [[String: Any]])
    let unknown = try #require(findings.first { $0["code"] as? String == "unknown-item" })
    #expect(
      unknown["count"] as? Int == 1
        && (unknown["examples"] as? [String])?[0].hasSuffix("interactions.csv:13, column 2 (item)")
          == true
    )
  }

  @Test func whatIsNoDataSetIsRefused() throws {
    let program = Program(folder: try ScratchFolder())
    let outcome = try program.run("data", "nowhere")
    #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.contains("there is no folder nowhere"))
    #expect(try program.run("data").status == 2)
  }

  @Test(
    .enabled(if: SharedFolder.url("data") != nil, Comment(rawValue: SharedFolder.absence)),
    arguments: [
      (
        "movielens-small-posters",
        [
          "610 users, 1,291 items, 52,462 interactions", "1 to 930, median 45,", "1,291 with an image",
          "8 users have fewer",
        ]
      ),
      (
        "amazon-office-text",
        [
          "3,231 users, 3,317 items, 22,447 interactions", "5 to 30,", "226 items have a title, but no description",
          "1058 events repeat", "timestamps are positions",
        ]
      ),
      (
        "amazon-beauty-ids",
        ["22,363 users, 12,101 items, 198,502 interactions", "5 to 204,", "5 or more", "timestamps are positions"]
      ),
      ("lastfm-ids", ["1,090 users, 3,646 items, 52,551 interactions", "to 899,", "timestamps are positions"]),
    ])
  func realFoldersHoldWhatTheirReadmesSay(name: String, figures: [String]) throws {
    let folder = try #require(SharedFolder.url("data/\(name)"))
    let outcome = try Program(folder: try ScratchFolder()).run("data", folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for figure in figures { #expect(outcome.output.contains(figure), "\(figure) in \(outcome.output)") }
  }
}
