/// Where the pictures of a catalogue come from; items are its rows.
package protocol ImageSource: Sendable {
  /// How many items there are, with or without a picture.
  var count: Int { get }
  /// Whether an item names a picture, which may be missing nevertheless.
  func hasImage(of item: Int) -> Bool
  /// The picture of an item.
  /// - Throws: `no-image` for an item without one, another code for one that cannot be read.
  func image(of item: Int) throws(ContentError) -> RGBImage
  /// The picture of an item as a file, and how its name ends.
  /// - Throws: what `image(of:)` throws.
  func file(of item: Int) throws(ContentError) -> (bytes: [UInt8], ending: String)
}

extension ImageSource {
  package func file(of item: Int) throws(ContentError) -> (bytes: [UInt8], ending: String) {
    (try PNG.encode(try image(of: item)), "png")
  }
}

extension RGBImage {
  /// The picture as a PNG file.
  package func png() throws(ContentError) -> [UInt8] { try PNG.encode(self) }
}

/// Pictures as files of a folder.
package struct ImageFolder: ImageSource {
  let folder: String
  let paths: [String]
  let maxPixels: Int

  /// - Parameter images: paths relative to `folder`, empty for an item without one. [item]
  package init(folder: String, images: [String], maxPixels: Int = 50_000_000) {
    self.folder = folder
    paths = images
    self.maxPixels = maxPixels
  }

  package var count: Int { paths.count }

  package func hasImage(of item: Int) -> Bool { paths.indices.contains(item) && !paths[item].isEmpty }

  package func image(of item: Int) throws(ContentError) -> RGBImage {
    try ImageDecoder.decode(path: try path(of: item), maxPixels: maxPixels)
  }

  /// The bytes of the file as they are; a picture that cannot be decoded is refused.
  package func file(of item: Int) throws(ContentError) -> (bytes: [UInt8], ending: String) {
    let path = try path(of: item)
    let bytes = try ImageDecoder.read(path)
    _ = try ImageDecoder.decode(bytes: bytes, name: path, maxPixels: maxPixels)
    if case .png = ImageFormat(bytes) { return (bytes, "png") }
    return (bytes, "jpg")
  }

  private func path(of item: Int) throws(ContentError) -> String {
    guard paths.indices.contains(item), case let path = paths[item], !path.isEmpty else {
      throw ContentError(code: "no-image", message: "an item has no image")
    }
    // Catalogues come from elsewhere: they must not make this program open files all over the machine.
    guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
      throw ContentError(code: "outside-image", message: "\(path) leaves the folder of the data set", place: path)
    }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }
}
