extension RGBImage {
  /// The image squashed to `size` x `size` and cut into square patches, each value brought from 0...255 to -1...1.
  ///
  /// Patches go row by row; inside a patch all of red, then green, then blue, each row by row.
  /// [(size / patch)^2, 3 * patch * patch]
  package func patches(size: Int, patch: Int) throws(ContentError) -> [Float] {
    try checkPatches(size: size, patch: patch)
    let square = try resized(width: size, height: size)
    var result = [Float](repeating: 0, count: size * size * 3)
    result.withUnsafeMutableBufferPointer { cutPatches(square.pixels, size: size, patch: patch, into: $0, at: 0) }
    return result
  }
}

/// Normalised patches of an image, `[(size / patch)^2, 3 * patch * patch]`.
package func patches(image: RGBImage, size: Int, patch: Int) throws(ContentError) -> [Float] {
  try image.patches(size: size, patch: patch)
}

/// Refuses a size that patches do not fill.
func checkPatches(size: Int, patch: Int) throws(ContentError) {
  guard patch >= 1, size >= patch, size % patch == 0, size <= 4096 else {
    throw ContentError(
      code: "bad-size", message: "an image of \(size) x \(size) cannot be cut into patches of \(patch) x \(patch)",
      suggestion: "choose a size that is a multiple of the patch, such as image = 64, patch = 16")
  }
}

/// Writes the patches of one square image from `start` on; sizes were checked before.
func cutPatches(
  _ pixels: [UInt8], size: Int, patch: Int, into result: UnsafeMutableBufferPointer<Float>, at start: Int
) {
  // The loops below do not check indices; an image of another size is left out as a whole.
  let count = size * size * 3
  guard pixels.count >= count, start >= 0, result.count - start >= count else { return }
  let area = patch * patch
  pixels.withUnsafeBufferPointer { pixels in
    normalised.withUnsafeBufferPointer { table in
      var at = start
      for top in stride(from: 0, to: size, by: patch) {
        for left in stride(from: 0, to: size, by: patch) {
          for row in 0..<patch {
            var from = ((top + row) * size + left) * 3
            for red in at + row * patch..<at + (row + 1) * patch {
              result[red] = table[Int(pixels[from])]
              result[red + area] = table[Int(pixels[from + 1])]
              result[red + 2 * area] = table[Int(pixels[from + 2])]
              from += 3
            }
          }
          at += 3 * area
        }
      }
    }
  }
}

/// (x / 255 - 0.5) / 0.5 for each byte.
private let normalised: [Float] = (0..<256).map { (Float($0) / 255 - 0.5) / 0.5 }
