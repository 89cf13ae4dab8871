import CPNG

/// PNG through libpng's simplified interface, which reports errors instead of jumping.
enum PNG {
  /// Decodes any bit depth and colour type.
  static func decode(_ bytes: [UInt8], name: String, maxPixels: Int) throws(ContentError) -> RGBImage {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let result = bytes.withUnsafeBytes { buffer -> Result<RGBImage, ContentError> in
      do throws(ContentError) {
        guard png_image_begin_read_from_memory(&image, buffer.baseAddress, buffer.count) != 0 else {
          throw broken(image, name)
        }
        let (width, height) = (Int(image.width), Int(image.height))
        try ImageDecoder.check(width: width, height: height, name: name, maxPixels: maxPixels)
        // With alpha in the result libpng leaves colours unblended, so that alpha can be dropped.
        image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
        // 16-bit files would else be taken for linear light.
        image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { throw broken(image, name) }
        for pixel in 0..<width * height {
          for channel in 0..<3 { pixels[pixel * 3 + channel] = pixels[pixel * 4 + channel] }
        }
        pixels.removeLast(width * height)
        return .success(RGBImage(unchecked: width, height, pixels))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// An image as a PNG file.
  static func encode(_ image: RGBImage) throws(ContentError) -> [UInt8] {
    var file = png_image()
    file.version = png_uint_32(PNG_IMAGE_VERSION)
    (file.width, file.height) = (png_uint_32(clamping: image.width), png_uint_32(clamping: image.height))
    file.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&file) }
    // The first call tells the size, the second writes.
    var size: png_alloc_size_t = 0
    guard png_image_write_to_memory(&file, nil, &size, 0, image.pixels, 0, nil) != 0 else {
      throw ContentError(code: "bad-image", message: "a picture cannot be written as PNG")
    }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    guard png_image_write_to_memory(&file, &bytes, &size, 0, image.pixels, 0, nil) != 0, Int(size) <= bytes.count else {
      throw ContentError(code: "bad-image", message: "a picture cannot be written as PNG")
    }
    bytes.removeLast(bytes.count - Int(size))
    return bytes
  }

  private static func broken(_ image: png_image, _ name: String) -> ContentError {
    let message = withUnsafeBytes(of: image.message) { buffer in
      String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
    return ContentError(
      code: "broken-image", message: "\(name) is a damaged PNG: \(message)", place: name,
      suggestion: "download or save it again")
  }
}
