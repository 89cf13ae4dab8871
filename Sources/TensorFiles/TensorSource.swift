/// A file of tensors that is open for reading: what it holds is known, no values were read yet.
///
/// Files come from anywhere. Nothing in one is believed before it was checked: no size is allocated that the file could not
/// fill, and a damaged file is an error, never a crash and never a wrong number.
package protocol TensorSource: AnyObject {
  var path: String { get }
  /// The kind of file in words, such as `HDF5`, `safetensors`, `PyTorch`.
  var format: String { get }
  /// Everything in the file, in its own order.
  var entries: [FileEntry] { get }
  /// What hangs on the file as a whole.
  var attributes: [FileAttribute] { get }

  /// Reads the numbers of an entry, turned into `type`, into `target`, which has room for exactly those: row-major.
  ///
  /// Throws where the entry has a problem, is text, or has a number that `type` cannot hold: a whole number outside of it, or
  /// a number that would become infinite.
  func read(_ entry: FileEntry, as type: NumberType, into target: UnsafeMutableRawBufferPointer) throws(FileError)

  /// Reads an entry of texts, row-major.
  func texts(_ entry: FileEntry) throws(FileError) -> [String]
}

/// One tensor of a file.
package struct FileEntry: Sendable, Equatable {
  /// The groups on the way and the name itself; steps may hold dots.
  package var path: [String]
  package var shape: [Int]
  package var content: Content
  /// A name for each dimension, where the file gives one.
  package var axes: [String?]
  /// How the values lie in the file, for people: `contiguous`, `chunks of 64 x 64, gzip`.
  package var storage: String
  package var attributes: [FileAttribute]
  /// Why the values cannot be read; nil where they can.
  package var problem: String?

  package enum Content: Sendable, Equatable {
    case numbers(NumberType)
    case texts
    /// Anything else, in words: `a compound of r, i`.
    case other(String)
  }

  package init(
    path: [String], shape: [Int], content: Content, axes: [String?] = [], storage: String = "",
    attributes: [FileAttribute] = [], problem: String? = nil
  ) {
    self.path = path
    self.shape = shape
    self.content = content
    self.axes = axes.isEmpty ? shape.map { _ in nil } : axes
    self.storage = storage
    self.attributes = attributes
    self.problem = problem
  }

  /// The path with slashes between, as HDF5 tools show it; the name alone where the file has no groups.
  package var name: String { path.joined(separator: "/") }
}

/// A note on a tensor, a group or a whole file.
package struct FileAttribute: Sendable, Equatable, Codable {
  package var name: String
  package var value: Value

  package enum Value: Sendable, Equatable, Codable {
    case numbers([Double])
    case texts([String])
    /// A value of a kind that is not shown, in words.
    case other(String)
  }

  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// Types of numbers in files, by NumPy's names.
package enum NumberType: String, Sendable, CaseIterable, Codable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8
  case uint64, uint32, uint16, uint8
  case bool

  /// Bytes of one number.
  package var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether it holds fractions.
  package var isFloat: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }
}

/// Numbers in memory that somebody else owns, such as those of a tensor: row-major, without gaps, little-endian.
package protocol NumberBytes: AnyObject, Sendable {
  var type: NumberType { get }
  var count: Int { get }
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result
}
