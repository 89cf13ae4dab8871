import Recommendation
import TestKit
import Testing

private let goodItems = "item,title,description,image\na,Alpha,first,\nb,Beta,second,img/b.jpg\n"
private let goodEvents = "user,item,timestamp\nu,a,1\nu,b,2\n"

struct LoadingTests {
  private func load(items: String? = goodItems, events: String? = goodEvents) throws -> InteractionData {
    let folder = try ScratchFolder()
    if let items { try folder.write("items.csv", items) }
    if let events { try folder.write("interactions.csv", events) }
    return try InteractionData.load(folder: folder.path)
  }

  private func failure(items: String? = goodItems, events: String? = goodEvents) -> DataError? {
    #expect(throws: DataError.self) { try load(items: items, events: events) }
  }

  @Test func readsTheSmallestFolder() throws {
    let data = try load()
    #expect(data.catalogue.rawIDs == ["a", "b"])
    #expect(data.catalogue.images == ["", "img/b.jpg"])
    #expect(data.userIDs == ["u"] && data.sequences == [[0, 1]])
    #expect(data.warnings.isEmpty)
    #expect(data.catalogue.text(of: 1) == "Beta second")
    // The digest of both files' digests, as sha256sum gives it.
    #expect(data.fingerprint == "e4eaef4f70df422aa35e33f1dc4f00df4ff90c99c05b3ceff02cb88de605266d")
  }

  @Test func columnsMayStandInAnyOrderWithOthersBetween() throws {
    let data = try load(
      items:
        "\u{FEFF}genres,image,item,extra,title,description\r\nX|Y,i.png,a,?,\"A \"\"quoted\"\", title\",\"two\r\nlines\"\r\n\r\n",
      events: "rating,timestamp,user,item\r\n5,2,u,a\r\n4,1,v,a")
    #expect(data.catalogue.titles == [#"A "quoted", title"#])
    #expect(data.catalogue.descriptions == ["two\r\nlines"])
    #expect(data.catalogue.columns["genres"] == ["X|Y"])
    #expect(data.userIDs == ["u", "v"])
  }

  @Test func eventsAreSortedByTimeAndKeepFileOrderInTies() throws {
    let items = "item,title,description,image\n" + (0..<5).map { "\($0),t,d,\n" }.joined()
    let data = try load(
      items: items,
      events:
        "user,item,timestamp\nu,3,5\nv,0,1\nu,1,5\nu,0,2.5\nu,4,5\nu,2,-1e3\nu,1,2.25\nv,1,9007199254740993\nv,2,9007199254740992\n"
    )
    #expect(data.sequences == [[2, 1, 0, 3, 1, 4], [0, 2, 1]])
  }

  @Test func unknownItemsAreSkippedAndCounted() throws {
    let data = try load(events: "user,item,timestamp\nu,a,1\nu,zz,2\nw,zz,3\nu,b,4\nu,y,5\nu,x,6\n")
    #expect(data.sequences == [[0, 1]] && data.userIDs == ["u"])
    let warning = try #require(data.warnings.first)
    #expect(data.warnings.count == 1 && warning.kind == "unknown-item" && warning.count == 4)
    #expect(warning.examples.count == 3 && warning.examples[0].hasSuffix("/interactions.csv:3, column 2 (item)"))
  }

  @Test func emptyTextIsCounted() throws {
    let data = try load(items: "item,title,description,image\na, ,,\nb,t,,\n")
    #expect(data.warnings.map(\.kind) == ["empty-text"])
    #expect(data.warnings.first?.examples.first?.hasSuffix("/items.csv:2, column 2 (title)") == true)
  }

  @Test func foldersThatHoldNoDataAreErrors() throws {
    #expect(failure(items: nil, events: nil)?.code == "empty-folder")
    let missing = failure(events: nil)
    #expect(missing?.code == "missing-file")
    #expect(missing?.message.contains("no interactions.csv; it holds items.csv") == true)
    let folder = try ScratchFolder()
    #expect(throws: DataError.self) { try InteractionData.load(folder: folder.file("none")) }
    #expect(throws: DataError.self) { try InteractionData.load(folder: folder.write("file", "x")) }
  }

  @Test func aMissingColumnNamesThoseThereAre() {
    let error = failure(events: "user,product,time\n")
    #expect(error?.code == "missing-column")
    #expect(error?.message.contains("no column `item`; its columns are `user`, `product`, `time`") == true)
    #expect(error?.place?.hasSuffix("/interactions.csv:1") == true)
    #expect(failure(items: "item;title;description;image\n")?.suggestion == "separate the columns by commas")
  }

  @Test(arguments: [
    ("user,item,timestamp\nu,a,1\nu,b\n", "2 fields, but the header names 3", "3, column 3 (timestamp)"),
    ("user,item,timestamp\nu,a,yesterday\n", "`yesterday` is not a number", "2, column 3 (timestamp)"),
    ("user,item,timestamp\nu,a,nan\n", "`nan` is not a number", "2, column 3 (timestamp)"),
    ("user,item,timestamp\n,a,1\n", "no user", "2, column 1 (user)"),
    ("user,item,timestamp\nu,,1\n", "no item", "2, column 2 (item)"),
    ("user,item,timestamp\nu,\"a\nb\",1\nu,\"a\"x,1\n", "closing quote", "4, column 2 (item)"),
    ("user,item,timestamp\nu,a,1\nu,\"a,1\n", "never closed", "3, column 2 (item)"),
    ("user,item,timestamp\n", "no event", "1"),
    ("user,item,timestamp\nu,zz,1\n", "none with an item of items.csv", "1"),
    ("", "empty", "1"),
    ("user,item,item,timestamp\nu,a,b,1\n", "two columns `item`", "1, column 3"),
    ("user,item\u{0},timestamp\n", "UTF-8", "1"),
  ])
  func rowsThatMakeNoSenseAreErrorsWithTheirPlace(_ events: String, _ words: String, _ place: String) {
    let error = failure(events: events)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.place?.hasSuffix("/interactions.csv:\(place)") == true, "\(error?.place ?? "")")
  }

  @Test func aDoubledItemNamesBothLines() {
    let error = failure(items: goodItems + "a,Again,,\n")
    #expect(error?.code == "duplicate-item")
    #expect(error?.message.contains("lines 2 and 4") == true)
  }

  @Test func loadingCanBeInterrupted() throws {
    let folder = try ScratchFolder()
    try folder.write("items.csv", goodItems)
    try folder.write("interactions.csv", goodEvents)
    let error = #expect(throws: DataError.self) {
      try InteractionData.load(folder: folder.path, interrupted: { true })
    }
    #expect(error?.code == "interrupted")
  }
}
