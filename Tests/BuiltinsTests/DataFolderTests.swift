import Foundation
import LanguageKit
import TestKit
import Testing

/// A data set that is saved and read back is the same data set.
struct DataFolderTests {
  @Test func everythingComesBack() throws {
    let folder = try ScratchFolder()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/images")
    for name in ["chroma-444.jpg", "rgb.png"] {
      try folder.write("from/\(name)", Array(try Data(contentsOf: fixtures.appendingPathComponent(name))))
    }
    try folder.write(
      "from/items.csv",
      "item,title,description,image,genres\nb/1,\"A, \"\"b\"\"\",\"two\nlines\",chroma-444.jpg,X|Y\n"
        + "ä,plain,,rgb.png,\n c ,,only words,,\"X,\"\n")
    try folder.write(
      "from/interactions.csv",
      "user,item,timestamp\nu 1,b/1,1.5\nu 1,ä,2\n\"u,2\", c ,5\n\"u,2\",b/1,4\nu 1, c ,3\n\"u,2\",ä,7\n")
    let printed = try Dialogue.print(
      """
      a = dataset("\(folder.path)/from", image = 16)
      save(a, "\(folder.path)/to")
      b = dataset("\(folder.path)/to", image = 16)
      print(a.items.raw_ids == b.items.raw_ids, a.users == b.users, a.events == b.events)
      print(sum(abs(1.0 * a.items.words - b.items.words), over = [item, word]))
      print(sum(abs(a.items.image - b.items.image), over = [item, patch, px]))
      print(a.test.targets == b.test.targets, having(b, genres = "Y").items.raw_ids)
      print(time_split(a, test = 2.5, valid = 2).test.targets == time_split(b, test = 2.5, valid = 2).test.targets)
      """)
    let lines = printed.split(separator: "\n").filter { !$0.hasPrefix("warning") && !$0.hasPrefix("note") }
    #expect(lines == ["true true true", "0.0", "0.0", "true [\"b/1\"]", "true"], "\(printed)")
  }

  @Test func picturesOfAWorldBecomeFiles() throws {
    let folder = try ScratchFolder()
    let printed = try Dialogue.print(
      """
      a = world("tgtS", seed = 1, items = 200, users = 50)
      save(a, "\(folder.path)/made/world")
      b = dataset("\(folder.path)/made/world", image = 24, patch = 8)
      print(sum(abs(a.items.image - b.items.image), over = [item, patch, px]) < 1e-4, a.items.raw_ids == b.items.raw_ids)
      """)
    #expect(printed == "true true", "\(printed)")
  }

  @Test func picturesThatCannotBeReadAreLeftOutAndNamed() throws {
    let folder = try ScratchFolder()
    try folder.write("from/items.csv", "item,title,description,image\na,t,,items.csv\nb,t,,gone.png\n")
    try folder.write("from/interactions.csv", "user,item,timestamp\nu,a,1\nu,b,2\n")
    let printed = try Dialogue.print("save(dataset(\"\(folder.path)/from\"), \"\(folder.path)/to\")")
    #expect(printed.contains("2 pictures could not be read and are left out"), "\(printed)")
    let items = try String(contentsOfFile: folder.file("to/items.csv"), encoding: .utf8)
    #expect(items == "item,title,description,image\na,t,,\nb,t,,\n")
  }

  @Test func nothingThatIsThereIsWrittenOver() throws {
    let folder = try ScratchFolder()
    try folder.write("old", "precious")
    let mistake = try Dialogue.mistake("save(world(\"tgtS\", seed = 1), \"\(folder.path)/old\")")
    #expect(mistake.contains("is there already"))
    #expect(try String(contentsOfFile: folder.file("old"), encoding: .utf8) == "precious" && folder.names == ["old"])
  }
}
