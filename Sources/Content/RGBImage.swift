/// Decoded pixels, eight bits a channel.
package struct RGBImage: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// Red, green, blue of each pixel, row by row from the top. [row, column, channel]
  package let pixels: [UInt8]

  /// An image of these pixels; fails unless there are `width * height * 3`.
  package init?(width: Int, height: Int, pixels: [UInt8]) {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= Int.max / 3, pixels.count == area * 3 else { return nil }
    self.init(unchecked: width, height, pixels)
  }

  /// For callers inside that made `pixels` of the right size themselves.
  init(unchecked width: Int, _ height: Int, _ pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Middle gray, which stands in for an image that cannot be read; normalised it is nearly 0.
  package static func gray(width: Int, height: Int) -> RGBImage {
    RGBImage(
      unchecked: max(1, width), max(1, height), [UInt8](repeating: 128, count: max(1, width) * max(1, height) * 3))
  }

  /// The image turned as EXIF's `orientation`, 1 to 8, asks; any other value leaves it alone.
  func oriented(_ orientation: Int) -> RGBImage {
    guard (2...8).contains(orientation) else { return self }
    let swaps = orientation >= 5
    let (newWidth, newHeight) = swaps ? (height, width) : (width, height)
    // Where the pixel at (row, column) of the result comes from.
    let flipsRow = [3, 4, 6, 7].contains(orientation)
    let flipsColumn = [2, 3, 7, 8].contains(orientation)
    var result = [UInt8](repeating: 0, count: pixels.count)
    for row in 0..<newHeight {
      for column in 0..<newWidth {
        let (sourceRow, sourceColumn) = swaps ? (column, row) : (row, column)
        let y = flipsRow ? height - 1 - sourceRow : sourceRow
        let x = flipsColumn ? width - 1 - sourceColumn : sourceColumn
        let from = (y * width + x) * 3
        let to = (row * newWidth + column) * 3
        result[to] = pixels[from]
        result[to + 1] = pixels[from + 1]
        result[to + 2] = pixels[from + 2]
      }
    }
    return RGBImage(unchecked: newWidth, newHeight, result)
  }
}
