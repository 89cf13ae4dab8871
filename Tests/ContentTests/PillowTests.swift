import Content
import Foundation
import TestKit
import Testing

/// What Pillow makes of the images in Tests/Fixtures/images, which make_images.py wrote.
struct Expected: Decodable {
  struct Resize: Decodable {
    let file: String
    let width: Int
    let height: Int
    let widthFirst: Bool
    let heightFirst: Bool
  }

  let images: [String: [Int]]
  let resizes: [Resize]

  static func load() throws -> Expected {
    try JSONDecoder().decode(Expected.self, from: Data(contentsOf: SharedFolder.fixture("images/expected.json")))
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: SharedFolder.fixture("images/" + name)))
  }
}

private let posters = SharedFolder.url("data/movielens-small-posters/images")

struct PillowTests {
  @Test func decodingEqualsPillowBitForBit() throws {
    let expected = try Expected.load()
    #expect(expected.images.count == 19)
    for (name, size) in expected.images.sorted(by: { $0.key < $1.key }) {
      let image = try ImageDecoder.decode(path: SharedFolder.fixture("images/" + name).path)
      #expect([image.width, image.height] == size, "\(name)")
      let stem = name.prefix { $0 != "." }
      #expect(try image.pixels == Expected.bytes(stem + ".rgb"), "\(name)")
    }
  }

  @Test func resizingEqualsPillowBitForBit() throws {
    let image = try ImageDecoder.decode(path: SharedFolder.fixture("images/rgb.png").path)
    let expected = try Expected.load()
    #expect(expected.resizes.count == 8)
    for resize in expected.resizes {
      let wanted = try Expected.bytes(resize.file)
      #expect(resize.widthFirst || resize.heightFirst, "\(resize.file) follows neither order of passes")
      if resize.widthFirst {
        #expect(try image.resized(width: resize.width, height: resize.height).pixels == wanted, "\(resize.file)")
      }
      if resize.heightFirst {
        let other = try image.resized(width: resize.width, height: resize.height, order: .heightFirst)
        #expect(other.pixels == wanted, "\(resize.file)")
      }
    }
  }

  @Test(
    .enabled(if: SharedFolder.url("data/encoder-references/decode") != nil, Comment(rawValue: SharedFolder.absence)))
  func realPostersEqualTheirReferences() throws {
    let folder = try #require(SharedFolder.url("data/encoder-references/decode"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jpg") }
    #expect(names.count == 13)
    for name in names {
      let image = try ImageDecoder.decode(path: folder.appendingPathComponent(name).path)
      let reference = try ImageDecoder.decode(path: folder.appendingPathComponent(name.dropLast(3) + "png").path)
      #expect(image == reference, "\(name)")
    }
  }

  @Test(.enabled(if: posters != nil, Comment(rawValue: SharedFolder.absence)))
  func everyPosterCanBeRead() throws {
    let folder = try #require(posters)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count == 1291)
    let store = try ImageStore(folder: folder.path, images: names, size: 64)
    store.prepare(names.indices.map(Int32.init))
    #expect(store.warnings.isEmpty)
  }
}
