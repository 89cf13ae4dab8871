import Glibc

/// Reads JPEG and PNG files. The type is told by the first bytes; the file's ending says nothing.
package enum ImageDecoder {
  /// Files with more bytes are refused before anything is allocated.
  static let maxBytes = 256 << 20

  /// Decodes the image at `path` to RGB, turned upright as its EXIF orientation says; alpha is dropped, not blended.
  /// - Parameter maxPixels: an image that claims more is refused before its pixels are allocated.
  package static func decode(path: String, maxPixels: Int = 50_000_000) throws(ContentError) -> RGBImage {
    try decode(bytes: try read(path), name: path, maxPixels: maxPixels)
  }

  /// Decodes an image that is already in memory; `name` is what errors call it.
  package static func decode(bytes: [UInt8], name: String, maxPixels: Int = 50_000_000) throws(ContentError) -> RGBImage
  {
    switch ImageFormat(bytes) {
    case .jpeg:
      let image = try JPEG.decode(bytes, name: name, maxPixels: maxPixels)
      return image.oriented(EXIF.orientation(bytes))
    case .png:
      return try PNG.decode(bytes, name: name, maxPixels: maxPixels)
    case .other(let what):
      throw ContentError(
        code: "unknown-format", message: "\(name) is \(what), not a JPEG or PNG image", place: name,
        suggestion: what.contains("Git LFS") ? "fetch it with `git lfs pull`" : "save it as JPEG or PNG")
    }
  }

  /// Refuses sizes that are empty or too large.
  static func check(width: Int, height: Int, name: String, maxPixels: Int) throws(ContentError) {
    guard width > 0, height > 0 else {
      throw ContentError(code: "broken-image", message: "\(name) claims \(width) x \(height) pixels", place: name)
    }
    guard width <= maxPixels / height else {
      throw ContentError(
        code: "image-too-large",
        message: "\(name) claims \(width) x \(height) pixels; the limit is \(maxPixels) in all", place: name,
        suggestion: "make it smaller first")
    }
  }

  /// The bytes of a regular file of a bounded size.
  static func read(_ path: String) throws(ContentError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      let reason = String(cString: strerror(errno))
      throw ContentError(code: "missing-image", message: "cannot open \(path): \(reason)", place: path)
    }
    defer { _ = close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw ContentError(code: "missing-image", message: "\(path) is not a regular file", place: path)
    }
    let size = Int(info.st_size)
    guard size <= maxBytes else {
      throw ContentError(
        code: "image-too-large", message: "\(path) has \(size) bytes; the limit is \(maxBytes)", place: path)
    }
    var bytes = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let start = filled
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress.map { $0 + start }, size - start)
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        throw ContentError(
          code: "broken-image", message: "\(path) ended after \(filled) of its \(size) bytes", place: path)
      }
      filled += got
    }
    return bytes
  }
}
