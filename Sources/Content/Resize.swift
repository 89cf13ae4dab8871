/// Which direction a resize treats first; results differ, because each pass rounds to eight bits.
package enum PassOrder: Sendable {
  /// As Pillow did through version 10.4, and with it the code of the papers.
  case widthFirst
  case heightFirst
}

extension RGBImage {
  /// The image squashed or stretched to `width` x `height`, equal bit for bit to Pillow's bicubic resize with
  /// antialias.
  ///
  /// The cubic kernel (a = -0.5) is widened by the shrink factor; weights are rounded to 22 bits; each of the two
  /// passes
  /// rounds and clips to eight bits. The width goes first unless `order` says otherwise.
  package func resized(
    width newWidth: Int, height newHeight: Int, order: PassOrder = .widthFirst
  ) throws(ContentError) -> RGBImage {
    let limit = 1 << 15
    guard (1...limit).contains(newWidth), (1...limit).contains(newHeight) else {
      throw ContentError(
        code: "bad-size", message: "cannot resize to \(newWidth) x \(newHeight); sides go from 1 to \(limit)")
    }
    switch order {
    case .widthFirst: return resizedRows(newWidth).resizedColumns(newHeight)
    case .heightFirst: return resizedColumns(newHeight).resizedRows(newWidth)
    }
  }

  private func resizedRows(_ newWidth: Int) -> RGBImage {
    guard newWidth != width else { return self }
    let filter = ResizeFilter(from: width, to: newWidth)
    var result = [UInt8](repeating: 0, count: newWidth * height * 3)
    pixels.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        for row in 0..<height {
          for column in 0..<newWidth {
            let window = filter.windows[column]
            var sums = (red: half, green: half, blue: half)
            var at = (row * width + window.start) * 3
            for weight in filter.weights[window.weights] {
              sums.red &+= Int32(source[at]) &* weight
              sums.green &+= Int32(source[at + 1]) &* weight
              sums.blue &+= Int32(source[at + 2]) &* weight
              at += 3
            }
            let to = (row * newWidth + column) * 3
            target[to] = UInt8(clamping: sums.red >> precision)
            target[to + 1] = UInt8(clamping: sums.green >> precision)
            target[to + 2] = UInt8(clamping: sums.blue >> precision)
          }
        }
      }
    }
    return RGBImage(unchecked: newWidth, height, result)
  }

  private func resizedColumns(_ newHeight: Int) -> RGBImage {
    guard newHeight != height else { return self }
    let filter = ResizeFilter(from: height, to: newHeight)
    let stride = width * 3
    var result = [UInt8](repeating: 0, count: stride * newHeight)
    var sums = [Int32](repeating: half, count: stride)
    pixels.withUnsafeBufferPointer { source in
      for row in 0..<newHeight {
        let window = filter.windows[row]
        for index in 0..<stride { sums[index] = half }
        for (offset, weight) in filter.weights[window.weights].enumerated() {
          let from = (window.start + offset) * stride
          for index in 0..<stride { sums[index] &+= Int32(source[from + index]) &* weight }
        }
        for index in 0..<stride { result[row * stride + index] = UInt8(clamping: sums[index] >> precision) }
      }
    }
    return RGBImage(unchecked: width, newHeight, result)
  }
}

/// Bits behind the point of a weight.
private let precision: Int32 = 22
private let half: Int32 = 1 << 21

/// Which old pixels make a new one, and with what weights, along one side.
private struct ResizeFilter {
  struct Window {
    var start: Int
    var weights: Range<Int>
  }

  /// One for each new pixel.
  var windows: [Window] = []
  var weights: [Int32] = []

  init(from oldSize: Int, to newSize: Int) {
    let scale = Double(oldSize) / Double(newSize)
    let stretch = max(scale, 1)
    let support = 2 * stretch
    for index in 0..<newSize {
      let centre = (Double(index) + 0.5) * scale
      let start = max(0, Int(centre - support + 0.5))
      let end = min(oldSize, Int(centre + support + 0.5))
      let kernel = (start..<max(start, end)).map { Self.cubic((Double($0) - centre + 0.5) * (1 / stretch)) }
      let total = kernel.reduce(0, +)
      let first = weights.count
      for value in kernel {
        let scaled = value / total * Double(1 << precision)
        weights.append(Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5))
      }
      windows.append(Window(start: start, weights: first..<weights.count))
    }
  }

  /// Keys's cubic kernel with a = -0.5.
  private static func cubic(_ offset: Double) -> Double {
    let x = abs(offset)
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }
}
