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
  /// Groups on the way to the entries, where the format has some, in the file's order.
  var groups: [FileGroup] { get }
  /// What is to be known of the file, a sentence each: whose convention it follows, what was left out.
  var notes: [String] { get }

  /// Gives the numbers of an entry to `body`, of the type that the entry names: little-endian, without gaps, a part at a
  /// time, so that a large entry never stands in memory as a whole.
  ///
  /// `first` is the place of a part's first number in row-major order. Parts may come in any order; together they are the
  /// entry, each number once. Throws where the entry has a problem or is no entry of numbers.
  func numbers(
    _ entry: FileEntry, _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError)

  /// Reads an entry of texts, row-major.
  func texts(_ entry: FileEntry) throws(FileError) -> [String]
}

extension TensorSource {
  package var groups: [FileGroup] { [] }
  package var notes: [String] { [] }

  /// Reads the numbers of an entry, turned into `type`, into `target`, which has room for exactly those: row-major.
  ///
  /// Throws where the entry has a problem, is no entry of numbers, or has a number that `type` cannot hold: a whole number
  /// outside of it, or a number that would become infinite.
  package func read(
    _ entry: FileEntry, as type: NumberType, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) {
    let stored = try entry.numberType(in: path)
    guard let count = elementCount(entry.shape),
      count.multipliedReportingOverflow(by: type.size) == (target.count, false)
    else {
      throw FileError(
        code: "bad-tensor", message: "\(entry.shownName): shape \(entry.shape) does not fit \(target.count) bytes",
        place: path)
    }
    var done = 0
    try numbers(entry) { (first, bytes) throws(FileError) in
      let part = bytes.count / stored.size
      guard first >= 0, part <= count, first <= count - part, bytes.count % stored.size == 0 else {
        throw FileError(
          code: "damaged-file", message: "\(entry.shownName) has more numbers than its shape \(entry.shape)",
          place: path)
      }
      let room = UnsafeMutableRawBufferPointer(rebasing: target[first * type.size..<(first + part) * type.size])
      if let (index, value) = NumberConversion.convert(bytes, of: stored, as: type, into: room) {
        throw entry.misfit(value, at: first + index, type, in: path)
      }
      done += part
    }
    guard done == count else {
      throw FileError(
        code: "damaged-file", message: "\(entry.shownName) has \(done) numbers, but its shape is \(entry.shape)",
        place: path)
    }
  }
}

extension FileEntry {
  /// The type of its numbers; an error where it has none or cannot be read.
  package func numberType(in path: String) throws(FileError) -> NumberType {
    if let problem {
      throw FileError(code: "unreadable-tensor", message: "cannot read \(shownName): \(problem)", place: path)
    }
    switch content {
    case .numbers(let type): return type
    case .texts:
      throw FileError(code: "wrong-type", message: "\(shownName) holds texts, not numbers", place: path)
    case .other(let words):
      throw FileError(code: "wrong-type", message: "\(shownName) holds \(words), not numbers", place: path)
    }
  }

  /// The name, safe to print.
  package var shownName: String { printable(name) }

  /// The error on a number, `index` in row-major order, that `type` cannot hold.
  fileprivate func misfit(_ value: String, at index: Int, _ type: NumberType, in path: String) -> FileError {
    var (rest, place) = (index, [Int](repeating: 0, count: shape.count))
    for axis in shape.indices.reversed() where shape[axis] > 0 {
      (rest, place[axis]) = rest.quotientAndRemainder(dividingBy: shape[axis])
    }
    let wider = type.isFloat ? "float64" : "int64 or float64"
    return FileError(
      code: "number-too-large", message: "\(shownName) holds \(value) at \(place), which \(type.rawValue) cannot hold",
      place: path, suggestion: "read it as \(wider)")
  }
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

/// A group of a file, which holds tensors and other groups.
package struct FileGroup: Sendable, Equatable {
  package var path: [String]
  package var attributes: [FileAttribute]

  package init(path: [String], attributes: [FileAttribute]) {
    self.path = path
    self.attributes = attributes
  }
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
