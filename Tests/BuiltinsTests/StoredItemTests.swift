import Foundation
import LanguageKit
import TestKit
import Testing

private let python = Python.withModules("lmdb", "pickle")

/// Vectors and pictures that lie outside of the tables, as the language sees them.
struct StoredItemTests {
  // MARK: Vectors

  private static let order = [5, 2, 7, 0, 3, 6, 1, 4]

  /// The vector of an item: no two alike, none a multiple of another.
  private static func vector(_ item: Int) -> [Float] {
    [Float(item) / 4, Float(item * item % 8) / 8, item % 2 == 0 ? 1 : -1]
  }

  private static func npy(_ rows: [[Float]]) -> [UInt8] {
    var head = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows.count), \(rows[0].count)), }"
    while (head.utf8.count + 11) % 64 != 0 { head += " " }
    let length = UInt8(head.utf8.count + 1)
    let values = rows.joined().flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }
    return [0x93] + Array("NUMPY".utf8) + [1, 0, length, 0] + Array((head + "\n").utf8) + values
  }

  /// Twenty users who walk through eight items; rows of the vectors stand in another order than the items.
  private func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    var events = "user_id:token\titem_id:token\ttimestamp:float\n"
    for user in 0..<20 {
      for step in 0..<6 { events += "u\(user)\ti\((user + step * (1 + user % 3)) % 8)\t\(step)\n" }
    }
    try folder.write("s.inter", events)
    try folder.write("s.item", "item_id:token\ttitle:token_seq\n" + (0..<8).map { "i\($0)\tItem \($0)\n" }.joined())
    try folder.write("turned.npy", Self.npy(Self.order.map(Self.vector)))
    try folder.write("straight.npy", Self.npy((0..<8).map(Self.vector)))
    let rows = Self.order.enumerated().map { "i\($0.element),\($0.offset)\n" }
    // The index itself stands in a third order.
    try folder.write("index.csv", "raw_id,row\n" + rows.reversed().joined())
    return folder
  }

  private func printed(_ folder: ScratchFolder, _ arguments: String, _ text: String) throws -> [String] {
    let lines = try Dialogue.print("data = dataset(\"\(folder.path)\"\(arguments))\n" + text).split(separator: "\n")
    return lines.map(String.init).filter { !$0.hasPrefix("note") }
  }

  private static let training = """
    from users import Causal
    from layers import Linear
    from losses import dap
    model FromVectors(inputs, width = 16) {
      axis d = width, feature = inputs
      part project = Linear(feature, d)
      part user = Causal(d, 1, 2, 10)
      def items(x: Batch) -> [item, d] = project(x.features)
      def users(x: Batch, slots: int[batch, step] = x.slots) -> [batch, step, d] =
        items(x) |> take(slots, over = item) |> user(mask = x.mask)
      def forward(x: Batch) -> [batch, step, d] = users(x)
    }
    run = train(FromVectors(3), data, dap, epochs = 3)
    print(evaluate(run.model, data.test, [hr(1), ndcg(8)]).per_user["ndcg@8"])
    """

  @Test func vectorsAreThoseOfTheirItemsWhateverTheOrderOfRows() throws {
    let folder = try folder()
    let found = try printed(
      folder, ", features = \"turned.npy\", index = \"index.csv\"", "print(data.items.features)")
    #expect(found.first == "[item=8, feature=3]")
    let rows = found.dropFirst().map { $0.split(separator: " ").compactMap { Float($0) } }
    #expect(rows == (0..<8).map(Self.vector), "\(found)")
  }

  /// A model sees the same vectors by an index as in the order of the items, so it learns the very same; without the
  /// index it learns something else.
  @Test func modelsTrainOnVectorsByAnIndex() throws {
    let folder = try folder()
    let numbers = { (arguments: String) in
      try #require(try printed(folder, arguments, Self.training).last { $0.hasPrefix("[") })
    }
    let turned = try numbers(", features = \"turned.npy\", index = \"index.csv\"")
    let straight = try numbers(", features = \"straight.npy\"")
    let wrong = try numbers(", features = \"turned.npy\"")
    #expect(turned == straight)
    #expect(turned != wrong)
    #expect(turned.split(separator: ",").count == 20, "\(turned)")
  }

  @Test(arguments: [
    ("i0,3\ni0,4\n", "item i0 stands twice in column 1"),
    ("i0,3,9\n", "a row has 3 fields, but the first one has 2"),
    ("", "has 8 rows, but"),
    ("x0,3\nx1,0\nx2,1\nx3,2\nx4,4\nx5,5\nx6,6\nx7,7\n", "no column of"),
    ("i0,\"3\n", "a quote opened on line 2 is never closed"),
  ])
  func indicesThatDoNotFitAreErrors(_ text: String, _ says: String) throws {
    let folder = try folder()
    let doubled = text.hasPrefix("i0,3\ni0") ? (1..<7).map { "i\($0),\($0 + 10)\n" }.joined() : ""
    try folder.write("index.csv", "raw_id,row\n" + text + doubled)
    let found = try printed(folder, ", features = \"turned.npy\", index = \"index.csv\"", "")
    #expect(found.first?.hasPrefix("error[data]") == true && found[0].contains(says), "\(found)")
    #expect(found[0].contains("index.csv"), "\(found)")
    if says.contains("twice") || says.contains("fields") || says.contains("quote") {
      #expect(found[0].contains("index.csv:\(says.contains("twice") ? 3 : 2), column "), "\(found)")
    }
  }

  // MARK: Pictures

  private static let pictures = [("v1", "rgb.png"), ("v2", "chroma-420.jpg"), ("v3", "progressive.jpg")]

  /// Four items, three with a picture; items.csv names the pictures by their paths.
  private func shop() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    var items = "item,title,description,image\n"
    for (id, name) in Self.pictures {
      let bytes = try Array(Data(contentsOf: SharedFolder.fixture("images/\(name)")))
      let ending = name.drop { $0 != "." }
      try folder.write("covers/\(id)\(ending)", bytes)
      items += "\(id),Title,,covers/\(id)\(ending)\n"
    }
    try folder.write("items.csv", items + "v4,Title,,\n")
    try folder.write("interactions.csv", "user,item,timestamp\nu,v1,1\nu,v2,2\nu,v3,3\nu,v4,4\n")
    return folder
  }

  /// The sum of the squared differences of the pixels of items.csv's own pictures and those of `arguments`, then the
  /// sum of squares of the pixels, which must not be that of nothing.
  private func differences(_ folder: ScratchFolder, _ arguments: String) throws -> [String] {
    try printed(
      folder, ", image = 16, patch = 8",
      """
      other = dataset("\(folder.path)", image = 16, patch = 8, \(arguments))
      change = data.items.image - other.items.image
      print(sum(change * change, over = [item, patch, px]))
      print(sum(other.items.image * other.items.image, over = [item, patch, px]))
      """)
  }

  @Test func coversAreFoundByTheIdsOfTheItems() throws {
    let folder = try shop()
    let found = try Dialogue.print("dataset(\"\(folder.path)\", images = \"covers\")")
    #expect(found.contains("covers has pictures of 3 of 4 items"), "\(found)")
    let numbers = try differences(folder, "images = \"covers\"").filter { !$0.hasPrefix("warning") }
    #expect(numbers.first.flatMap(Float.init) == 0, "\(numbers)")
    #expect(numbers.last.flatMap(Float.init) ?? 0 > 100, "\(numbers)")
  }

  @Test func missingAndBrokenCoversAreNamed() throws {
    let folder = try shop()
    try folder.write("covers/v2.jpg", "no picture")
    let report = try Dialogue.print("examine(dataset(\"\(folder.path)\", images = \"covers\"))")
    #expect(report.contains("1 images are missing or cannot be read"), "\(report)")
    #expect(report.contains("v2: ") && report.contains("covers/v2.jpg"), "\(report)")
    #expect(report.contains("1 items have a text, but no image") && report.contains("v4"), "\(report)")
    try folder.write("empty/x.jpg", "")
    let none = try Dialogue.mistake("dataset(\"\(folder.path)\", images = \"empty\")")
    #expect(none.contains("none of 4 items, such as v1, has a picture in"), "\(none)")
  }

  /// Writes the pictures of the fixtures as the field's tools do; `keys` makes a key of an id such as v1.
  private static func store(_ path: String, keys: String, version: Int, rest: String = "") -> String {
    """
    import json, lmdb, pickle
    class LMDB_Image:
        def __init__(self, image, id, size):
            self.channels = 3
            self.size = size
            self.image = image
            self.id = id
    folder = "\(SharedFolder.fixture("images").path)/"
    sizes = json.load(open(folder + "expected.json"))["images"]
    env = lmdb.open("\(path)", subdir=False, map_size=1 << 26, lock=False)
    with env.begin(write=True) as txn:
        for id, name in [\(pictures.map { "(\"\($0.0)\", \"\($0.1)\")" }.joined(separator: ", "))]:
            width, height = sizes[name]
            pixels = open(folder + name.split(".")[0] + ".rgb", "rb").read()
            key = (\(keys)).encode()
            txn.put(key, pickle.dumps(LMDB_Image(pixels, id, (height, width)), protocol=\(version)))
    \(rest.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
        txn.put(b"__len__", pickle.dumps(3))
    env.close()
    """
  }

  @Test(
    .enabled(if: python != nil, "needs python3 with the package lmdb (pip install lmdb)"),
    arguments: [3, 4], ["id", "id[1:]"])
  func picturesOfAStoreAreThoseOfTheFolder(_ version: Int, _ keys: String) throws {
    let folder = try shop()
    try #require(python).run(Self.store(folder.file("x.lmdb"), keys: keys, version: version))
    let numbers = try differences(folder, "images = \"x.lmdb\"").filter { !$0.hasPrefix("warning") }
    #expect(numbers.first.flatMap(Float.init) == 0, "\(numbers)")
    #expect(numbers.last.flatMap(Float.init) ?? 0 > 100, "\(numbers)")
  }

  /// MicroLens keeps squares of floats that were normalised; they are the pixels that they were made of.
  @Test(.enabled(if: python != nil, "needs python3 with the package lmdb (pip install lmdb)"))
  func floatsOfAStoreAreThePixelsTheyWereMadeOf() throws {
    let folder = try shop()
    let rest = """
      import struct
      for id, name in [("v1", "rgb.png"), ("v2", "chroma-420.jpg"), ("v3", "progressive.jpg")]:
          pixels = open(folder + name.split(".")[0] + ".rgb", "rb").read()[: 16 * 16 * 3]
          if FLOATS:
              by_channel = [pixels[place * 3 + channel] for channel in range(3) for place in range(256)]
              values = [(value / 255 - 0.5) / 0.5 for value in by_channel]
              image = LMDB_Image(struct.pack("<768f", *values), id, None)
              del image.channels, image.size
          else:
              image = LMDB_Image(pixels, id, (16, 16))
          txn.put(id.encode(), pickle.dumps(image, protocol=4))
      """
    for (name, floats) in [("bytes.lmdb", "False"), ("floats.lmdb", "True")] {
      let program = Self.store(
        folder.file(name), keys: "id", version: 4, rest: rest.replacing("FLOATS", with: floats))
      try #require(python).run(program)
    }
    let numbers = try Dialogue.print(
      """
      bytes = dataset("\(folder.path)", image = 16, patch = 8, images = "bytes.lmdb").items.image
      floats = dataset("\(folder.path)", image = 16, patch = 8, images = "floats.lmdb").items.image
      change = bytes - floats
      print(sum(change * change, over = [item, patch, px]))
      print(sum(bytes * bytes, over = [item, patch, px]))
      """
    ).split(separator: "\n").filter { Float($0) != nil }.map(String.init)
    #expect(numbers.count == 2 && Float(numbers[0]) == 0 && Float(numbers[1]) ?? 0 > 100, "\(numbers)")
  }

  @Test(.enabled(if: python != nil, "needs python3 with the package lmdb (pip install lmdb)"))
  func whatIsWrongInAStoreIsNamed() throws {
    let folder = try shop()
    let rest = "txn.delete(b\"v1\")\ntxn.put(b\"v2\", txn.get(b\"v2\")[:-900])"
    try #require(python).run(Self.store(folder.file("x.lmdb"), keys: "id", version: 4, rest: rest))
    let report = try Dialogue.print("examine(dataset(\"\(folder.path)\", images = \"x.lmdb\"))")
    // v4 never was in the store.
    #expect(report.contains("3 images are missing or cannot be read"), "\(report)")
    for says in ["v1: ", "key v1 is not there", "v2: ", "x.lmdb, key v2", "key v4 is not there"] {
      #expect(report.contains(says), "\(says) in \(report)")
    }
  }
}
