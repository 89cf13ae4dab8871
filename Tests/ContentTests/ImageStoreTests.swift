import Content
import Foundation
import TestKit
import Testing

struct ImageStoreTests {
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
    #expect(store.pixels(of: [1]) == gray)
    #expect(store.pixels(of: [99]) == gray)
    #expect(store.pixels(of: [0]) != gray)
  }

  @Test func anImageIsReadOnce() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("1.png", Expected.bytes("rgb.png"))
    let store = try ImageStore(folder: folder.path, images: ["1.png"], size: 16)
    let first = store.pixels(of: [0, 0])
    #expect(first.count == 2 * 16 * 16 * 3)
    #expect(Array(first.prefix(768)) == Array(first.suffix(768)))
    try FileManager.default.removeItem(atPath: path)
    #expect(store.pixels(of: [0, 0]) == first)
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
    #expect(throws: ContentError.self) { try ImageStore(folder: "x", images: [], size: 4097) }
  }
}
