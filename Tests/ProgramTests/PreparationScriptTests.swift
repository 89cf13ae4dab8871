import Foundation
import TestKit
import Testing

/// The scripts of `scripts/research/prepare`, on small files that look as the published ones do.
struct PreparationScriptTests {
  private func run(_ script: String, in folder: ScratchFolder, _ settings: String...) throws -> Program.Outcome {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = root.appendingPathComponent("scripts/research/prepare/\(script).pmm").path
    let all = ["--set", "data=\(folder.file("raw"))", "--set", "out=\(folder.file("made"))", "--set", "core=2"]
    return try Program(folder: folder).run(
      script: try String(contentsOfFile: path, encoding: .utf8), all + settings.flatMap { ["--set", $0] })
  }

  /// A picture that is told apart by nothing but being there.
  private func picture() throws -> [UInt8] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appendingPathComponent("Fixtures/images/gray.png")))
  }

  @Test func purchasesAndArticlesOfHM() throws {
    let folder = try ScratchFolder()
    try folder.write(
      "raw/articles.csv",
      "article_id,product_code,prod_name,colour_group_name,detail_desc\n"
        + "0108775015,0108775,Strap top,Black,\"Jersey top, with straps.\"\n0108775044,0108775,Strap top,White,Jersey top.\n"
        + "0110065001,0110065,OP T-shirt,Black,\n")
    try folder.write(
      "raw/transactions_train.csv",
      "t_dat,customer_id,article_id,price,sales_channel_id\n"
        + "2018-09-21,aa,0108775044,0.05,2\n2018-09-20,aa,0108775015,0.05,2\n2018-09-20,aa,0108775015,0.05,2\n"
        + "2018-09-22,aa,0110065001,0.01,1\n2018-09-20,bb,0108775015,0.05,2\n2018-09-25,bb,0110065001,0.03,2\n"
        + "2018-09-26,bb,0108775044,0.03,2\n2018-09-26,cc,0108775044,0.03,2\n")
    for id in ["0108775015", "0110065001"] {
      try folder.write("raw/images/\(id.prefix(3))/\(id).png", try picture())
    }
    let outcome = try run("hm", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("core(users = 2, items = 2): 2 users, 3 items, 6 events"))
    #expect(outcome.output.contains("3 items with a text, 2 with an image"))
    #expect(outcome.output.hasSuffix("nothing is wrong\n"))
    let made = try String(contentsOfFile: folder.file("made/items.csv"), encoding: .utf8)
    #expect(made.contains("0108775015,Strap top,\"Jersey top, with straps.\",images/0.png,"))
    let events = try String(contentsOfFile: folder.file("made/interactions.csv"), encoding: .utf8)
    #expect(
      events == "user,item,timestamp\naa,0108775015,1537401600\naa,0108775044,1537488000\naa,0110065001,1537574400\n"
        + "bb,0108775015,1537401600\nbb,0110065001,1537833600\nbb,0108775044,1537920000\n")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("made/images")).sorted() == ["0.png", "2.png"])
  }

  @Test func reviewsAndMetadataOfAmazon() throws {
    let folder = try ScratchFolder()
    func review(_ user: String, _ item: String, _ stars: Int, _ time: Int) -> String {
      #"{"overall": \#(stars).0, "reviewerID": "\#(user)", "asin": "\#(item)", "unixReviewTime": \#(time), "vote": "3"}"#
        + "\n"
    }
    try folder.write(
      "raw/Toys.json",
      review("A1", "B2", 5, 200) + review("A1", "B1", 4, 100) + review("A1", "B1", 5, 300) + review("A2", "B1", 5, 100)
        + review("A2", "B2", 1, 200) + review("A2", "B3", 5, 300) + review("A1", "B3", 5, 400)
        + review("A2", "B9", 5, 400))
    try folder.write(
      "raw/meta_Toys.json",
      #"{"asin": "B1", "title": "A \"kite\"", "description": ["Flies.", "Red."], "category": ["Toys", "Outdoor"]}"#
        + "\n"
        + #"{"asin": "B2", "title": "Ball", "description": [], "category": ["Toys"]}"# + "\n"
        + #"{"asin": "B3", "title": "Cube", "category": ["Toys"]}"# + "\n")
    let outcome = try run("amazon", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("1 events name an item that meta_Toys.json does not list"), "\(outcome.errors)")
    #expect(outcome.output.contains("core(users = 2, items = 2): 2 users, 3 items, 7 events"), "\(outcome.output)")
    let made = try String(contentsOfFile: folder.file("made/items.csv"), encoding: .utf8)
    #expect(made.contains("B1,\"A \"\"kite\"\"\",Flies. Red.,,Toys|Outdoor\n") && made.contains("B3,Cube,,,Toys\n"))
    let liked = try run("amazon", in: folder, "rating=2.0", "out=\(folder.file("liked"))")
    #expect(liked.output.contains("core(users = 2, items = 2)"), "\(liked.errors)")
    let events = try String(contentsOfFile: folder.file("liked/interactions.csv"), encoding: .utf8)
    #expect(events == "user,item,timestamp\nA1,B1,100\nA1,B1,300\nA1,B3,400\nA2,B1,100\nA2,B3,300\n")
  }

  @Test func behaviourAndItemsOfNineRec() throws {
    let folder = try ScratchFolder()
    try folder.write("raw/QB_behaviour.tsv", "u1\tv1 v2 v3\nu2\tv3 v1 v2\nu3\tv2 v9 v1 v3\n")
    try folder.write(
      "raw/QB_item.csv",
      "\"v1\",\"文 1\",\"A red scarf\"\n\"v2\",\"文 2\",\"Blue shoes\"\n\"v3\",\"文 3\",\"A green hat\"\n"
        + "\"v9\",\"文 9\",\"Seen once\"\n")
    try folder.write("raw/covers/v2.png", try picture())
    let outcome = try run("ninerec", in: folder, "images=covers", "text=2")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("core(users = 2, items = 2): 3 users, 3 items, 9 events"))
    let made = try String(contentsOfFile: folder.file("made/items.csv"), encoding: .utf8)
    #expect(
      made.hasPrefix("item,title,description,image") && made.contains("v1,文 1,,")
        && made.contains("v2,文 2,,images/1.png"))
    let again = try run("ninerec", in: folder)
    #expect(again.status == 1 && again.errors.contains("is there already"))
  }
}
