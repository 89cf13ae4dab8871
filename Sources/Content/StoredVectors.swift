import TensorFiles

/// Vectors that others computed, one a row, as a file holds them.
package struct StoredVectors: Sendable {
  package let rows: Int
  package let width: Int
  /// [row, column]
  package let values: [Float]

  package init(rows: Int, width: Int, values: [Float]) {
    self.rows = rows
    self.width = width
    self.values = values
  }

  /// Reads a `.npy` file of two dimensions that holds numbers, as `NumPyFile` does.
  package static func npy(path: String) throws(ContentError) -> StoredVectors {
    let (rows, width, values) = try content { () throws(FileError) in
      let file = try NumPyFile.open(path)
      guard let entry = file.entries.first, file.entries.count == 1 else {
        throw FileError(code: "unknown-format", message: "\(path) holds \(file.entries.count) arrays, not one")
      }
      if let problem = entry.problem {
        throw FileError(code: "unknown-format", message: "\(path) cannot be read: \(problem)")
      }
      guard entry.shape.count == 2, let count = elementCount(entry.shape), count > 0 else {
        let sides = entry.shape.map { "\($0)" }.joined(separator: ", ")
        throw FileError(
          code: "bad-shape", message: "\(path) has the shape (\(sides)); rows of vectors have two dimensions")
      }
      let values = try numbers(count) { bytes throws(FileError) in try file.read(entry, as: .float32, into: bytes) }
      return (entry.shape[0], entry.shape[1], values)
    }
    return try StoredVectors(rows: rows, width: width, values: values).checked(path)
  }

  /// Reads a file of nothing but little-endian 32-bit floats, such as `.feat1CLS`.
  /// - Parameter width: how many a row has; nil to divide the file by `rows`.
  package static func raw(path: String, rows: Int, width: Int?) throws(ContentError) -> StoredVectors {
    let file = try content { () throws(FileError) in try InputFile(path) }
    guard rows > 0, file.size > 0, rows <= file.size / 4, file.size % (rows * 4) == 0 else {
      throw ContentError(
        code: "wrong-size",
        message: "\(path) has \(file.size) bytes, which \(rows) rows of 32-bit floats cannot share equally",
        place: path,
        suggestion: "check that it was made for these \(rows) items")
    }
    let found = file.size / (rows * 4)
    if let width, width != found {
      throw ContentError(
        code: "wrong-size",
        message: "\(path) has \(file.size) bytes, which is \(rows) rows of \(found) values, but `dim` is \(width)",
        place: path, suggestion: "dim = \(found), or check that it was made for these \(rows) items")
    }
    let values = try content { () throws(FileError) in
      try numbers(rows * found) { bytes throws(FileError) in try file.read(at: 0, into: bytes) }
    }
    return try StoredVectors(rows: rows, width: found, values: values).checked(path)
  }

  private func checked(_ path: String) throws(ContentError) -> StoredVectors {
    if let at = values.firstIndex(where: { !$0.isFinite }) {
      throw ContentError(
        code: "not-finite",
        message: "\(path) holds a value that is not finite in row \(at / width), column \(at % width)",
        place: path, suggestion: "replace such values before")
    }
    return self
  }

  /// `count` numbers that `fill` writes as bytes.
  private static func numbers(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    var failure: FileError?
    values.withUnsafeMutableBytes { bytes in
      do throws(FileError) { try fill(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  private static func content<Result>(_ body: () throws(FileError) -> Result) throws(ContentError) -> Result {
    do throws(FileError) { return try body() } catch {
      throw ContentError(
        code: error.code, message: error.message, place: error.place, suggestion: error.suggestion)
    }
  }
}
