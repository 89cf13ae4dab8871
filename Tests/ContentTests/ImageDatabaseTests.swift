import Content
import Foundation
import TestKit
import Testing

private let square: [UInt8] = (0..<(20 * 20 * 3)).map { UInt8($0 % 251) }

struct ImageDatabaseTests {
  private func database(_ bytes: [UInt8], ids: [String] = ["v1", "v2"]) throws -> ImageDatabase {
    let folder = try ScratchFolder()
    return try ImageDatabase(path: try folder.write("image.lmdb", bytes), ids: ids)
  }

  @Test func picturesAreReadByRawIdsAndByNumbers() throws {
    let value = StoreFiles.image(square, width: 20, height: 20)
    let raw = try database(StoreFiles.lmdb([("v1", value), ("v2", StoreFiles.image([1, 2, 3], width: 1, height: 1))]))
    #expect(try raw.image(of: 0) == RGBImage(width: 20, height: 20, pixels: square))
    #expect(try raw.image(of: 1).pixels == [1, 2, 3])
    #expect(raw.note.contains("keys are ids as they stand (2 of 2 tried are there)"))
    let decimal = try database(StoreFiles.lmdb([("1", value), ("2", value)]))
    #expect(try decimal.image(of: 0).pixels == square)
    #expect(decimal.note.contains("without their first letter"))
  }

  @Test func floatsByChannelsBecomePixels() throws {
    let values: [Float] = [-1, 0, 1, 2] + [-3, 1, 1, 1] + [0.5, -1, -1, -1]
    let data = try database(
      StoreFiles.lmdb([("v1", StoreFiles.image(StoreFiles.floats(values), width: nil))]), ids: ["v1"])
    #expect(try data.image(of: 0).pixels == [0, 0, 191, 128, 255, 0, 255, 255, 0, 255, 255, 0])
  }

  @Test func absentAndBrokenPicturesAreCountedAndNamed() throws {
    let good = StoreFiles.image(square, width: 20, height: 20)
    let data = try database(
      StoreFiles.lmdb([
        ("a", good), ("b", StoreFiles.image([1, 2], width: 1, height: 1)), ("c", Array("no pickle".utf8)),
        ("e", StoreFiles.image(square, width: 20, height: 20, type: "system")),
      ]), ids: ["a", "b", "c", "d", "e"])
    let store = try ImageStore(data, size: 4)
    store.prepare([0, 1, 2, 3, 4])
    #expect(store.warnings.map(\.kind) == ["broken-image", "missing-image"])
    #expect(store.warnings.map(\.count) == [3, 1])
    #expect(store.warnings[1].examples.first?.hasSuffix("key d") == true)
    let says = { (item: Int) in #expect(throws: ContentError.self) { try data.image(of: item) }?.message ?? "" }
    #expect(says(1).contains("has 2 bytes, but 1 x 1 pixels take 3"))
    #expect(says(2).contains("operation 0x6e is none that is read (byte 0)"))
    #expect(says(4).contains("names `__main__.system` (byte 2), which is neither needed nor ever run"))
  }

  @Test func damagedStoresAreErrors() throws {
    let bytes = StoreFiles.lmdb([("v1", StoreFiles.image(square, width: 20, height: 20))])
    let says = { (bytes: [UInt8], ids: [String]) in
      #expect(throws: ContentError.self) { try database(bytes, ids: ids) }?.message ?? ""
    }
    #expect(
      says(Array(bytes.dropLast(100)), ["v1"]).contains(
        "has 16284 bytes, but its last page ends at 16384: it is cut off"))
    #expect(says(Array("not a store".utf8), ["v1"]).contains("is damaged"))
    #expect(says([UInt8](repeating: 0, count: 9000), ["v1"]).contains("is not an LMDB file"))
    #expect(says(bytes, ["x"]).contains("none of 1 ids, such as x, is a key of"))
    var huge = bytes
    huge[40] = 0
    huge[43] = 0x7F
    #expect(says(huge, ["v1"]).contains("claims pages of"))
    var leaf = bytes
    leaf[2 * 4096 + 16] = 0xFF
    leaf[2 * 4096 + 17] = 0xFF
    #expect(says(leaf, ["v1"]).contains("node 0 of page 2 lies outside of it"))
  }

  @Test func randomDamageNeverStopsTheProgram() throws {
    let bytes = StoreFiles.lmdb([
      ("v1", StoreFiles.image(square, width: 20, height: 20)),
      ("v2", StoreFiles.image([1, 2, 3], width: 1, height: 1)),
    ])
    let folder = try ScratchFolder()
    var noise = Noise()
    for round in 0..<400 {
      let path = try folder.write("x.lmdb", noise.damaged(bytes, near: round % 2 == 0 ? 160 : nil))
      do {
        let data = try ImageDatabase(path: path, ids: ["v1", "v2"])
        for item in 0..<2 { _ = try? data.image(of: item) }
      } catch { #expect(error is ContentError) }
      // Damage inside of one pickle.
      let value = noise.damaged(StoreFiles.image([1, 2, 3], width: 1, height: 1))
      let data = try ImageDatabase(path: try folder.write("y.lmdb", StoreFiles.lmdb([("v1", value)])), ids: ["v1"])
      _ = try? data.image(of: 0)
    }
  }

  /// Stores as the tools of the field write them.
  @Test(
    .enabled(if: Python.withModules("lmdb") != nil, "there is no Python with the module lmdb to write stores with"),
    arguments: [3, 4])
  func storesThatPythonWroteAreRead(_ version: Int) throws {
    let folder = try ScratchFolder()
    let script = """
      import sys
      try:
          import lmdb
      except ImportError:
          sys.exit(77)
      import pickle
      class LMDB_Image:
          def __init__(self, image, id, size):
              self.channels = 3
              self.size = size
              self.image = image
              self.id = id
      env = lmdb.open(sys.argv[1], subdir=False, map_size=1 << 28, lock=False)
      keys = []
      with env.begin(write=True) as txn:
          for i in range(1, 301):
              key = str(i).encode()
              keys.append(key)
              data = bytes((i + j) % 256 for j in range(32 * 48 * 3))
              txn.put(key, pickle.dumps(LMDB_Image(data, i, (32, 48)), protocol=\(version)))
          txn.put(b"__len__", pickle.dumps(len(keys)))
          txn.put(b"__keys__", pickle.dumps(keys))
      env.sync()
      env.close()
      """
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    program.arguments = ["python3", try folder.write("make.py", script), folder.file("images.lmdb")]
    program.standardError = Pipe()
    try program.run()
    program.waitUntilExit()
    // 77: the package lmdb is not there; 127: neither is Python.
    if [77, 127].contains(program.terminationStatus) { return }
    try #require(program.terminationStatus == 0)
    let data = try ImageDatabase(path: folder.file("images.lmdb"), ids: (1...301).map { "v\($0)" })
    #expect(data.note.contains("has 302 entries; keys are ids without their first letter"))
    for item in [0, 7, 150, 299] {
      let image = try data.image(of: item)
      #expect(image.width == 48 && image.height == 32)
      #expect(image.pixels == (0..<32 * 48 * 3).map { UInt8((item + 1 + $0) % 256) })
    }
    let error = #expect(throws: ContentError.self) { try data.image(of: 300) }
    #expect(error?.code == "missing-image")
  }
}
