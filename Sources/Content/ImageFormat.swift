/// What a file is, told by its first bytes.
enum ImageFormat: Equatable {
  case jpeg
  case png
  /// Something else, in words that fit after "is".
  case other(String)

  init(_ bytes: [UInt8]) {
    let head = bytes.prefix(64)
    let starts = { (text: String) -> Bool in head.starts(with: text.utf8) }
    if bytes.isEmpty {
      self = .other("an empty file")
    } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if starts("GIF8") {
      self = .other("a GIF image")
    } else if starts("BM") {
      self = .other("a BMP image")
    } else if starts("RIFF"), head.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .other("a WebP image")
    } else if starts("II*\0") || head.starts(with: [0x4D, 0x4D, 0x00, 0x2A]) {
      self = .other("a TIFF image")
    } else if head.dropFirst(4).starts(with: "ftyp".utf8) {
      self = .other("an AVIF, HEIC or MP4 file")
    } else if starts("%PDF") {
      self = .other("a PDF document")
    } else if starts("PK") {
      self = .other("a zip archive")
    } else if starts("version https://git-lfs") {
      self = .other("a Git LFS pointer, not the image itself")
    } else {
      self = .other(Self.describe(head))
    }
  }

  private static func describe(_ head: ArraySlice<UInt8>) -> String {
    let text = String(decoding: head, as: UTF8.self).lowercased()
    if text.contains("<svg") || text.hasPrefix("<?xml") { return "an SVG or XML document" }
    if text.contains("<!doctype html") || text.contains("<html") { return "a web page" }
    let isText = head.allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    return isText ? "text" : "of an unknown type"
  }
}
