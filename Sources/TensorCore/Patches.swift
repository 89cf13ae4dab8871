import CKernels

extension Tensor {
  /// Square images cut into square patches, each value brought from 0...255 to -1...1.
  ///
  /// Patches go row by row; inside a patch all of red, then green, then blue, each row by row.
  /// pixels: [image, size, size, 3]; result: [image, (size / patch)^2, 3 * patch * patch].
  package static func patches(_ pixels: [UInt8], size: Int, patch: Int) throws -> Tensor {
    guard (1...1 << 16).contains(size), (1...size).contains(patch), size % patch == 0,
      pixels.count % (size * size * 3) == 0
    else { throw TensorError.mismatch("patches of \(patch) in \(pixels.count) bytes of images of \(size)") }
    let images = pixels.count / (size * size * 3)
    let across = size / patch
    let result = try Tensor(uninitialized: [images, across * across, 3 * patch * patch], .float32)
    withExtendedLifetime(result) {
      pixels.withUnsafeBufferPointer { pixels in
        if let start = pixels.baseAddress { ck_patches(images, size, patch, start, result.pointer()) }
      }
    }
    return result
  }
}
