import TensorFiles

/// Pictures in an LMDB file of pickled `LMDB_Image` objects, as PMMRec, MoRec, NineRec, PixelRec and MicroLens keep them.
///
/// Values are `channels`, `size` (height, width) and `image` (8-bit RGB by rows), or `image` alone as 32-bit floats by
/// channels, rows, columns that were brought to -1...1. Floats become 8-bit values again, those outside of -1...1 are cut
/// off: so all pictures go the same way, and patches of 8-bit pictures come out as they were.
package final class ImageDatabase: ImageSource {
  private let file: LMDBFile
  private let keys: [[UInt8]]
  private let maxPixels: Int
  /// How keys are made of ids, and how that is known.
  package let note: String

  /// - Parameters:
  ///   - path: the file, or a folder with `data.mdb`.
  ///   - ids: raw ids of the items. [item]
  package init(path: String, ids: [String], maxPixels: Int = 50_000_000) throws(ContentError) {
    file = try LMDBFile(path: path)
    self.maxPixels = maxPixels
    let raw = ids.map { Array($0.utf8) }
    let decimal = ids.map { id in Array((id.first?.isLetter == true ? String(id.dropFirst()) : id).utf8) }
    var (ofRaw, ofDecimal) = (0, 0)
    let sample = stride(from: 0, to: ids.count, by: max(1, ids.count / 200)).map { $0 }
    for item in sample {
      if try file.value(raw[item]) != nil { ofRaw += 1 }
      if raw[item] != decimal[item], try file.value(decimal[item]) != nil { ofDecimal += 1 }
    }
    guard ofRaw > 0 || ofDecimal > 0 || ids.isEmpty else {
      throw ContentError(
        code: "wrong-ids",
        message:
          "none of \(sample.count) ids, such as \(ids.first ?? ""), is a key of \(file.path), which has \(file.entries)",
        place: file.path, suggestion: "check that the pictures are of the same data set")
    }
    keys = ofDecimal > ofRaw ? decimal : raw
    note =
      "\(file.path) has \(file.entries) entries; keys are ids \(ofDecimal > ofRaw ? "without their first letter" : "as they stand")"
      + " (\(max(ofRaw, ofDecimal)) of \(sample.count) tried are there)"
  }

  package var count: Int { keys.count }
  package func hasImage(of item: Int) -> Bool { keys.indices.contains(item) }

  package func image(of item: Int) throws(ContentError) -> RGBImage {
    guard keys.indices.contains(item) else { throw ContentError(code: "no-image", message: "an item has no image") }
    let name = "\(file.path), key \(String(decoding: keys[item], as: UTF8.self))"
    guard let bytes = try file.value(keys[item]) else {
      throw ContentError(code: "missing-image", message: "\(name) is not there", place: name)
    }
    let pickle = try picture(bytes, name)
    var fields: [String: Pickle.Value] = [:]
    let state = pickle.node(pickle.root)?.state
    for case (.text(let key), let value) in state.flatMap(pickle.node)?.pairs ?? [] { fields[key] = value }
    guard case .bytes(let range)? = fields["image"] else {
      throw ContentError(code: "broken-image", message: "\(name) is not a picture", place: name)
    }
    if let size = fields["size"].flatMap(pickle.tuple), size.count == 2, case .int(let height) = size[0],
      case .int(let width) = size[1]
    {
      return try image(bytes, range, width, height, fields["channels"], name)
    }
    return try floats(bytes, range, name)
  }

  /// The pickle of an `LMDB_Image`, whatever module it was defined in.
  private func picture(_ bytes: [UInt8], _ name: String) throws(ContentError) -> Pickle {
    do throws(FileError) {
      return try Pickle.read(bytes, of: name) { $0.hasSuffix(".LMDB_Image") }
    } catch {
      throw ContentError(code: "broken-image", message: error.message, place: name)
    }
  }

  private func image(
    _ bytes: [UInt8], _ range: Range<Int>, _ width: Int, _ height: Int, _ channels: Pickle.Value?, _ name: String
  ) throws(ContentError) -> RGBImage {
    try ImageDecoder.check(width: width, height: height, name: name, maxPixels: maxPixels)
    if let channels {
      guard case .int(3) = channels else {
        throw ContentError(code: "broken-image", message: "\(name) does not have 3 channels", place: name)
      }
    }
    guard range.count == width * height * 3 else {
      throw ContentError(
        code: "broken-image",
        message: "\(name) has \(range.count) bytes, but \(width) x \(height) pixels take \(width * height * 3)",
        place: name)
    }
    return RGBImage(unchecked: width, height, Array(bytes[range]))
  }

  /// A square of floats by channels, as MicroLens keeps them.
  private func floats(_ bytes: [UInt8], _ range: Range<Int>, _ name: String) throws(ContentError) -> RGBImage {
    let area = range.count / 12
    let side = Int(Double(area).squareRoot().rounded())
    guard range.count % 12 == 0, side > 0, side * side == area else {
      throw ContentError(
        code: "broken-image",
        message: "\(name) says no size, and its \(range.count) bytes are no square of 3 channels of 32-bit floats",
        place: name)
    }
    try ImageDecoder.check(width: side, height: side, name: name, maxPixels: maxPixels)
    var pixels = [UInt8](repeating: 0, count: area * 3)
    for channel in 0..<3 {
      for place in 0..<area {
        let at = range.lowerBound + (channel * area + place) * 4
        let word =
          UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
        let value = Float(bitPattern: word)
        guard value.isFinite else {
          throw ContentError(code: "broken-image", message: "\(name) holds a value that is not finite", place: name)
        }
        pixels[place * 3 + channel] = UInt8(min(max((value * 0.5 + 0.5) * 255, 0), 255).rounded())
      }
    }
    return RGBImage(unchecked: side, side, pixels)
  }
}
