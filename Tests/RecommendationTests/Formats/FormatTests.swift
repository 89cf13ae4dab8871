import Recommendation
import TestKit
import Testing

struct FormatTests {
  @Test(arguments: FormatFiles.all)
  func everyFormatGivesTheSameInteractions(_ files: FormatFiles) throws {
    let data = try files.load(try files.folder())
    #expect(data.format == files.format)
    #expect(data.sequences == [[0, 1, 2], [2, 0], [1, 3, 0, 2]])
    #expect(data.catalogue.rawIDs == ["v1", "v2", "v3", "v4"])
    #expect(data.catalogue.titles == FormatFiles.titles)
    #expect(data.userIDs == (files.format == .unisrec ? ["0", "1", "2"] : ["u1", "u2", "u3"]))
    #expect(data.warnings.isEmpty)
    if files.format != .folder {
      #expect(data.notes.contains { $0.contains("is read as \(data.format.title)") }, "\(data.notes)")
    }
    let again = try files.load(try files.folder())
    #expect(again.fingerprint == data.fingerprint && again.itemsFingerprint == data.itemsFingerprint)
  }

  @Test func notesSayWhatWasAssumed() throws {
    let notes = { (name: String) throws -> String in
      let files = FormatFiles.named(name)
      return try files.load(try files.folder()).notes.joined(separator: "\n")
    }
    #expect(try notes("table").contains("`reviewerid` as user, `asin` as item, `unixreviewtime` as timestamp"))
    #expect(
      try notes("pairs").contains("columns are item, user, timestamp, because 100 % of the ids in column 1 are in"))
    #expect(try notes("pairs without times").contains("has no times: the order of its rows stands for them"))
    #expect(try notes("nine").contains("2 columns of text; the last one is used"))
    #expect(try notes("unisrec").contains("numbers in the other files are its indices"))
  }

  @Test func idsAloneMakeACatalogueInOrderOfAppearance() throws {
    let folder = try ScratchFolder()
    try folder.write("interactions.csv", "user,item,timestamp\nu,b,5\nu,a,1\nw,c,2\nw,b,3\n")
    let data = try InteractionData.load(folder: folder.path)
    #expect(data.catalogue.rawIDs == ["b", "a", "c"])
    #expect(data.sequences == [[1, 0], [2, 0]])
    #expect(data.notes.contains { $0.contains("no items.csv: items are numbered as they first appear") })
    #expect(data.warnings.isEmpty)
  }

  @Test func counterColumnsAndTextColumnsAreKept() throws {
    let micro = FormatFiles.named("microlens")
    let data = try micro.load(try micro.folder())
    #expect(data.catalogue.columns["likes"] == ["10", "", "5", ""])
    #expect(data.catalogue.columns["views"] == ["100", "", "7", ""])
    var nine = FormatFiles.named("nine")
    nine.change = { $0.text = "chinese" }
    #expect(try nine.load(try nine.folder()).catalogue.titles[1] == "中文, 1")
    nine.change = { $0.text = "9" }
    let error = #expect(throws: DataError.self) { try nine.load(try nine.folder()) }
    #expect(error?.message.contains("which has 3 columns") == true)
  }

  @Test func ratingsBelowTheLeastAreLeftOut() throws {
    let folder = try ScratchFolder()
    try folder.write("x.csv", "userId,movieId,rating,timestamp\n1,10,5,1\n1,11,2,2\n1,12,4,3\n")
    var request = DataRequest(path: folder.path)
    request.minRating = 4
    let data = try InteractionData.load(request)
    #expect(data.catalogue.rawIDs == ["10", "12"] && data.sequences == [[0, 1]])
    #expect(data.notes.contains { $0.contains("1 events with a rating below 4.0 were left out") })
  }

  @Test func datesAreMoments() throws {
    let folder = try ScratchFolder()
    try folder.write("x.csv", "user,item,date\nu,a,2018-09-20\nu,b,1970-01-02 00:00:01\nu,c,2000-02-29T12:30\n")
    let data = try InteractionData.load(folder: folder.path)
    #expect(data.sequences == [[1, 2, 0]])
    #expect(data.times == [[86401, 951_827_400, 1_537_401_600]])
  }

  @Test func prefixesCutAtFiftyAreJoinedStepByStep() throws {
    let folder = try ScratchFolder()
    let items = (0..<120).map { "i\($0)" }
    var text = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    for end in 1..<118 { text += "u\t\(items[max(0, end - 50)..<end].joined(separator: " "))\t\(items[end])\n" }
    try folder.write("a.train.inter", text)
    let head = "user_id:token\titem_id_list:token_seq\titem_id:token\n"
    try folder.write("a.valid.inter", head + "u\t\(items[68..<118].joined(separator: " "))\t\(items[118])\n")
    try folder.write("a.test.inter", head + "u\t\(items[69..<119].joined(separator: " "))\t\(items[119])\n")
    let data = try InteractionData.load(folder: folder.path)
    #expect(data.sequences == [Array(0..<120)])
    #expect(data.catalogue.rawIDs == items)
  }

  @Test func severalDataSetsAskForAName() throws {
    let folder = try ScratchFolder()
    let text = "user_id:token\titem_id:token\ttimestamp:float\nu\ta\t1\nu\tb\t2\n"
    try folder.write("a.inter", text)
    try folder.write("b.inter", text + "w\tc\t1\n")
    let error = #expect(throws: DataError.self) { try InteractionData.load(folder: folder.path) }
    #expect(error?.message.contains("holds 2 data sets: a, b") == true)
    #expect(error?.suggestion == "name = \"a\"")
    var request = DataRequest(path: folder.path)
    request.name = "b"
    #expect(try InteractionData.load(request).userIDs == ["u", "w"])
    request.name = "c"
    let unknown = #expect(throws: DataError.self) { try InteractionData.load(request) }
    #expect(unknown?.message.contains("no data set `c`") == true)
    #expect(try InteractionData.load(DataRequest(path: folder.file("b.inter"))).userIDs == ["u", "w"])
  }

  @Test func unclearPairsAskForTheOrder() throws {
    let folder = try ScratchFolder()
    try folder.write("log.csv", "1,2\n2,1\n1,3\n3,2\n2,2\n")
    let error = #expect(throws: DataError.self) { try InteractionData.load(folder: folder.path) }
    #expect(error?.code == "unclear-order")
    #expect(error?.suggestion == "order = [\"user\", \"item\"]")
    var request = DataRequest(path: folder.path)
    request.order = ["item", "user"]
    #expect(try InteractionData.load(request).userIDs == ["2", "1", "3"])
    request.order = ["item", "user", "timestamp"]
    let wrong = #expect(throws: DataError.self) { try InteractionData.load(request) }
    #expect(wrong?.message.contains("order names 3 columns (item, user, timestamp), but") == true)
  }

  @Test func whatIsNotRecognisedIsListed() throws {
    let folder = try ScratchFolder()
    try folder.write("readme.md", "hello")
    try folder.write("poem.txt", "roses are red\nviolets are blue\n")
    let error = #expect(throws: DataError.self) { try InteractionData.load(folder: folder.path) }
    #expect(error?.message.contains("it holds poem.txt, readme.md") == true)
    #expect(
      error?.suggestion?.contains("folder, table, recbole, unisrec, behaviour, pairs, pixelrec, microlens") == true)
    var request = DataRequest(path: try FormatFiles.named("behaviour").folder().path)
    request.format = .recbole
    #expect(throws: DataError.self) { try InteractionData.load(request) }
  }
}
