import Content
import Foundation
import TestKit
import Testing

struct ImageStoreTests {
  @Test func patchesGoRowByRowWithAChannelAtATime() throws {
    // A 4 x 4 image whose value tells channel, row and column.
    let pixels = (0..<16).flatMap { place in (0..<3).map { UInt8($0 * 100 + place) } }
    let image = try #require(RGBImage(width: 4, height: 4, pixels: pixels))
    let values = try image.patches(size: 4, patch: 2)
    #expect(values.count == 4 * 12)
    let bytes = values.map { Int((($0 * 0.5 + 0.5) * 255).rounded()) }
    #expect(Array(bytes[0..<12]) == [0, 1, 4, 5, 100, 101, 104, 105, 200, 201, 204, 205])
    #expect(Array(bytes[12..<16]) == [2, 3, 6, 7], "the second patch is to the right of the first")
    #expect(Array(bytes[24..<28]) == [8, 9, 12, 13], "the third begins the second row of patches")
    #expect(values[0] == -1)
  }

  @Test func brokenAndMissingImagesAreGrayAndCounted() throws {
    let folder = try ScratchFolder()
    try folder.write("good.png", Expected.bytes("rgb.png"))
    try folder.write("page.jpg", "<!DOCTYPE html>")
    let images = ["good.png", "page.jpg", "gone.jpg", "", "../outside.png", "/etc/hostname", "gone2.jpg"]
    let store = try ImageStore(folder: folder.path, images: images, size: 8)
    store.prepare([0, 1, 2, 3, 4, 5, 6, 0, 99, -1])
    store.prepare([0, 1, 2, 3])
    #expect(store.warnings.map(\.kind) == ["missing-image", "no-image", "outside-image", "unknown-format"])
    #expect(store.warnings.map(\.count) == [2, 1, 2, 1])
    #expect(store.warnings[0].examples == [folder.file("gone.jpg"), folder.file("gone2.jpg")])
    #expect(store.warnings[3].examples == [folder.file("page.jpg")])
    let gray = [UInt8](repeating: 128, count: 8 * 8 * 3)
    #expect(store.pixels(of: 1) == gray)
    #expect(store.pixels(of: 99) == gray)
    #expect(store.pixels(of: 0) != gray)
  }

  @Test func anImageIsReadOnce() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("1.png", Expected.bytes("rgb.png"))
    let store = try ImageStore(folder: folder.path, images: ["1.png"], size: 16)
    let first = try store.patches(of: [0, 0], patch: 8)
    #expect(first.count == 2 * 4 * 192)
    #expect(Array(first.prefix(4 * 192)) == Array(first.suffix(4 * 192)))
    try FileManager.default.removeItem(atPath: path)
    #expect(try store.patches(of: [0, 0], patch: 8) == first)
    #expect(store.warnings.isEmpty)
  }

  @Test func anInterruptedPreparationGoesOnLater() throws {
    let folder = try ScratchFolder()
    try folder.write("1.png", Expected.bytes("rgb.png"))
    let store = try ImageStore(folder: folder.path, images: ["1.png", "2.png"], size: 16)
    store.prepare([0, 1], interrupted: { true })
    #expect(store.warnings.isEmpty)
    store.prepare([0, 1])
    #expect(store.warnings.map(\.count) == [1])
  }

  @Test func sizesAreChecked() throws {
    #expect(throws: ContentError.self) { try ImageStore(folder: "x", images: [], size: 0) }
    let store = try ImageStore(folder: "x", images: [""], size: 16)
    #expect(throws: ContentError.self) { try store.patches(of: [0], patch: 5) }
  }
}
