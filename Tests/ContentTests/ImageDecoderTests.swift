import Content
import Foundation
import TestKit
import Testing

/// Files that are no image, or only part of one.
struct ImageDecoderTests {
  private func failure(_ bytes: [UInt8], maxPixels: Int = 1 << 20) -> ContentError? {
    #expect(throws: ContentError.self) {
      try ImageDecoder.decode(bytes: bytes, name: "posters/1.jpg", maxPixels: maxPixels)
    }
  }

  @Test func otherFilesAreNamedForWhatTheyAre() {
    #expect(failure([])?.message == "posters/1.jpg is an empty file, not a JPEG or PNG image")
    #expect(failure(Array("<!DOCTYPE html><p>404".utf8))?.message.contains("a web page") == true)
    #expect(failure(Array("<svg xmlns='x'/>".utf8))?.message.contains("SVG") == true)
    #expect(failure(Array("GIF89a".utf8))?.message.contains("GIF") == true)
    #expect(failure(Array("RIFF1234WEBPVP8 ".utf8))?.message.contains("WebP") == true)
    #expect(
      failure(Array("version https://git-lfs.github.com/spec/v1".utf8))?.suggestion == "fetch it with `git lfs pull`")
    #expect(failure([0, 1, 2, 3])?.message.contains("unknown type") == true)
  }

  @Test(arguments: ["rgb.png", "chroma-420.jpg", "progressive.jpg"])
  func aCutFileIsAnError(_ name: String) throws {
    let bytes = try Expected.bytes(name)
    for kept in [12, 40, bytes.count / 2, bytes.count - 20] {
      #expect(failure(Array(bytes.prefix(kept)))?.code == "broken-image", "\(name), \(kept) bytes")
    }
  }

  @Test(arguments: ["rgb.png", "chroma-420.jpg"])
  func tooManyPixelsAreRefused(_ name: String) throws {
    let error = try failure(Expected.bytes(name), maxPixels: 45 * 30 - 1)
    #expect(error?.code == "image-too-large")
    #expect(error?.message.contains("45 x 30") == true)
    #expect(try ImageDecoder.decode(bytes: Expected.bytes(name), name: name, maxPixels: 45 * 30).width == 45)
  }

  @Test func foldersAndMissingFilesAreErrors() throws {
    let folder = try ScratchFolder()
    for path in [folder.path, folder.file("none.jpg")] {
      let error = #expect(throws: ContentError.self) { try ImageDecoder.decode(path: path) }
      #expect(error?.code == "missing-image")
      #expect(error?.place == path)
    }
  }

  @Test func randomDamageNeverStopsTheProcess() throws {
    var generator = SeededGenerator(seed: 3)
    for name in ["rgb.png", "palette.png", "chroma-420.jpg", "progressive.jpg", "ink.jpg", "turned-6.jpg"] {
      let whole = try Expected.bytes(name)
      var read = 0
      for _ in 0..<200 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        do {
          let image = try ImageDecoder.decode(bytes: bytes, name: name, maxPixels: 1 << 20)
          #expect(image.pixels.count == image.width * image.height * 3)
          read += 1
        } catch { continue }
      }
      #expect(read < 200 || name.hasSuffix("jpg"))
    }
  }

  @Test func sizesThatCannotBeAreRefused() {
    let image = RGBImage.gray(width: 2, height: 2)
    #expect(throws: ContentError.self) { try image.resized(width: 0, height: 2) }
    #expect(throws: ContentError.self) { try image.resized(width: 2, height: 1 << 20) }
    #expect(RGBImage(width: 2, height: 2, pixels: [1]) == nil)
    #expect(RGBImage(width: .max, height: 4, pixels: []) == nil)
  }
}
