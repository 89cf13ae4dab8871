/// Numbers with a path, a shape and a name for each axis, as they stand in a file.
package struct StoredTensor: Sendable, Equatable {
  /// Numbers or texts in row-major order.
  package enum Values: Sendable, Equatable {
    case float32([Float])
    case int32([Int32])
    case float64([Double])
    case strings([String])
    /// Numbers that stay where they are, so that a large tensor is not held twice.
    case borrowed(any NumberBytes)

    /// How many there are.
    package var count: Int {
      switch self {
      case .float32(let values): values.count
      case .int32(let values): values.count
      case .float64(let values): values.count
      case .strings(let values): values.count
      case .borrowed(let numbers): numbers.count
      }
    }

    package static func == (a: Values, b: Values) -> Bool {
      switch (a, b) {
      case (.float32(let x), .float32(let y)): x == y
      case (.int32(let x), .int32(let y)): x == y
      case (.float64(let x), .float64(let y)): x == y
      case (.strings(let x), .strings(let y)): x == y
      case (.borrowed(let x), .borrowed(let y)):
        x.type == y.type && x.withBytes { first in y.withBytes { first.elementsEqual($0) } }
      default: false
      }
    }
  }

  /// A step a group: `["text", "blocks", "0", "attention", "query", "weight"]`.
  package var path: [String]
  /// One name a dimension; a name may stand twice.
  package var axes: [String]
  package var shape: [Int]
  package var values: Values
  /// Texts kept with the tensor, such as where it came from.
  package var attributes: [String: String]

  package init(
    path: [String], axes: [String], shape: [Int], values: Values, attributes: [String: String] = [:]
  ) {
    self.path = path
    self.axes = axes
    self.shape = shape
    self.values = values
    self.attributes = attributes
  }

  /// The path as errors and tables show it: `text.blocks.0.attention.query.weight`.
  package var name: String { path.joined(separator: ".") }

  /// Checks that axes, shape and values fit each other and that every name can stand in a file.
  package func check() throws(FileError) {
    let fail = { (message: String) -> FileError in
      FileError(code: "bad-tensor", message: "\(name): \(message)")
    }
    guard axes.count == shape.count else {
      throw fail("\(axes.count) axes (\(axes.joined(separator: ", "))) for \(shape.count) dimensions")
    }
    guard shape.count <= 32 else { throw fail("\(shape.count) dimensions; HDF5 knows 32") }
    guard let count = elementCount(shape), count == values.count else {
      throw fail("shape \(shape) does not fit \(values.count) values")
    }
    guard !path.isEmpty else { throw fail("a tensor needs a path") }
    for name in path + axes + attributes.keys where !isName(name) {
      throw fail("`\(printable(name))` cannot be a name in a file")
    }
    for axis in axes where axis.utf8.count > 200 { throw fail("the name of axis \(printable(axis)) is too long") }
    for key in attributes.keys where reservedAttributes.contains(key) {
      throw fail("the attribute \(key) is the format's own")
    }
  }
}

/// Attributes that the format writes itself.
package let reservedAttributes: Set<String> = [
  "axes", "axis_names", "crc32c", "CLASS", "NAME", "DIMENSION_LIST", "DIMENSION_LABELS", "REFERENCE_LIST",
]

/// The product of `shape`, or nil where it overflows or a side is negative.
package func elementCount(_ shape: [Int]) -> Int? {
  var product = 1
  var hasZero = false
  for side in shape {
    guard side >= 0 else { return nil }
    if side == 0 {
      hasZero = true
      continue
    }
    let (next, overflow) = product.multipliedReportingOverflow(by: side)
    guard !overflow else { return nil }
    product = next
  }
  return hasZero ? 0 : product
}

/// Whether `name` can be one step of a path in a file.
private func isName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
}
