import CTurboJPEG

/// JPEG through TurboJPEG, which reports errors instead of ending the process.
enum JPEG {
  /// Decodes baseline and progressive files, gray, colour in any subsampling, and CMYK.
  static func decode(_ bytes: [UInt8], name: String, maxPixels: Int) throws(ContentError) -> RGBImage {
    guard let handle = tjInitDecompress() else {
      throw ContentError(code: "broken-image", message: "the JPEG decoder did not start", place: name)
    }
    defer { tjDestroy(handle) }
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = 0
    var space: Int32 = 0
    guard tjDecompressHeader3(handle, bytes, UInt(bytes.count), &width, &height, &sampling, &space) == 0 else {
      throw broken(handle, name)
    }
    try ImageDecoder.check(width: Int(width), height: Int(height), name: name, maxPixels: maxPixels)
    let isInk = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
    let format = isInk ? TJPF_CMYK : TJPF_RGB
    let area = Int(width) * Int(height)
    var pixels = [UInt8](repeating: 0, count: area * (isInk ? 4 : 3))
    // The accurate transform makes the result equal to other programs' bit for bit; the limit on scans stops small
    // files that take minutes.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
    let status = tjDecompress2(
      handle, bytes, UInt(bytes.count), &pixels, width, 0, height, Int32(format.rawValue), flags)
    if status != 0 {
      let isFatal = tjGetErrorCode(handle) != Int32(TJERR_WARNING.rawValue)
      // Stray bytes between segments are harmless, a missing end is not: half the picture would be gray.
      if isFatal || message(handle).contains("Premature end") { throw broken(handle, name) }
    }
    return RGBImage(unchecked: Int(width), Int(height), isInk ? rgb(ink: pixels) : pixels)
  }

  /// Colour from ink amounts, which files of this kind store inverted.
  private static func rgb(ink: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(ink.count / 4 * 3)
    for start in stride(from: 0, to: ink.count - 3, by: 4) {
      let light = Int(ink[start + 3])
      for channel in 0..<3 {
        let product = (255 - Int(ink[start + channel])) * light + 128
        result.append(UInt8(clamping: light - ((product >> 8) + product) >> 8))
      }
    }
    return result
  }

  private static func message(_ handle: tjhandle) -> String {
    guard let text = tjGetErrorStr2(handle) else { return "unknown error" }
    return String(cString: text)
  }

  private static func broken(_ handle: tjhandle, _ name: String) -> ContentError {
    ContentError(
      code: "broken-image", message: "\(name) is a damaged JPEG: \(message(handle))", place: name,
      suggestion: "download or save it again")
  }
}
