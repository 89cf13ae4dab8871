/// An opened file whose numbers lie in it as plain arrays: what safetensors, PyTorch's and NumPy's files have in common.
final class PlainTensors: TensorSource {
  let path: String
  let format: String
  let entries: [FileEntry]
  let attributes: [FileAttribute]
  private let values: [[String]: Values]

  /// Where the values of an entry are.
  enum Values {
    case numbers(StridedNumbers)
    case texts(() throws(FileError) -> [String])
    /// The entry's problem says why there are none.
    case none
  }

  /// Throws where two entries have one path.
  init(
    path: String, format: String, entries: [(FileEntry, Values)], attributes: [FileAttribute] = []
  ) throws(FileError) {
    self.path = path
    self.format = format
    self.entries = entries.map(\.0)
    self.attributes = attributes
    var values: [[String]: Values] = [:]
    for (entry, value) in entries where values.updateValue(value, forKey: entry.path) != nil {
      throw FileError(
        code: "damaged-file", message: "two entries of \(path) are named \(printable(entry.name))", place: path)
    }
    self.values = values
  }

  func numbers(
    _ entry: FileEntry, _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    guard case .numbers(let numbers)? = values[entry.path], entry.problem == nil else {
      throw unreadable(entry, "numbers")
    }
    try numbers.parts(body)
  }

  func texts(_ entry: FileEntry) throws(FileError) -> [String] {
    guard case .texts(let read)? = values[entry.path], entry.problem == nil else { throw unreadable(entry, "texts") }
    return try read()
  }

  private func unreadable(_ entry: FileEntry, _ wanted: String) -> FileError {
    let name = printable(entry.name)
    guard values[entry.path] != nil else {
      return FileError(code: "missing-part", message: "\(path) has no \(name)", place: path)
    }
    return FileError(
      code: "unreadable-tensor",
      message: "\(name) in \(path) " + (entry.problem.map { "cannot be read: \($0)" } ?? "holds no \(wanted)"),
      place: path)
  }
}

/// Bytes that numbers are taken from.
protocol ByteStore {
  /// How many there are.
  var count: Int { get }
  /// Fills `target` with the bytes from `offset` on.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FileError)
}

/// A part of an open file.
struct FileRange: ByteStore {
  let file: InputFile
  let start: Int
  let count: Int

  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard offset >= 0, target.count <= count, offset <= count - target.count else {
      throw FileError(code: "damaged-file", message: "\(file.path) holds fewer numbers than it says", place: file.path)
    }
    try file.read(at: start + offset, into: target)
  }
}

/// An array of numbers within bytes, its axes in any order.
struct StridedNumbers {
  let bytes: any ByteStore
  let type: NumberType
  var isBigEndian = false
  /// Of the first number, in numbers.
  let offset: Int
  let shape: [Int]
  /// How many numbers lie from one to the next along each axis.
  let strides: [Int]
  private let count: Int
  /// From the first number to the one that lies last, both counted.
  private let span: Int

  /// Numbers read at once.
  private static let slab = 1 << 18

  /// Checks that every number lies within `bytes`; `what` begins the error.
  /// - Parameter strides: nil for row-major order without gaps.
  init(
    _ bytes: any ByteStore, _ type: NumberType, offset: Int = 0, shape: [Int], strides: [Int]? = nil,
    isBigEndian: Bool = false, what: String, path: String
  ) throws(FileError) {
    func damaged(_ message: String) -> FileError {
      FileError(code: "damaged-file", message: "\(what) \(message)", place: path)
    }
    guard shape.count <= 64, let count = elementCount(shape) else {
      throw damaged("has an impossible shape, \(shape.prefix(64))")
    }
    let steps = strides ?? Self.rowMajor(shape)
    guard steps.count == shape.count, !steps.contains(where: { $0 < 0 }), offset >= 0 else {
      throw damaged("has an impossible layout: shape \(shape), strides \(steps.prefix(64)), offset \(offset)")
    }
    var span = count == 0 ? 0 : 1
    if count > 0 {
      for (side, step) in zip(shape, steps) {
        let (reach, isHuge) = (side - 1).multipliedReportingOverflow(by: step)
        let (next, overflows) = span.addingReportingOverflow(reach)
        guard !isHuge, !overflows else { throw damaged("reaches over more numbers than there can be") }
        span = next
      }
    }
    let (end, isFar) = offset.addingReportingOverflow(span)
    let (needed, isHuge) = end.multipliedReportingOverflow(by: type.size)
    guard !isFar, !isHuge, needed <= bytes.count || count == 0 else {
      throw damaged(
        "of shape \(shape) needs \(isHuge || isFar ? "too many" : "\(needed)") bytes, but there are \(bytes.count)")
    }
    self.bytes = bytes
    self.type = type
    self.isBigEndian = isBigEndian
    self.offset = offset
    self.shape = shape
    self.strides = steps
    self.count = count
    self.span = span
  }

  /// Strides of numbers without gaps whose last axis runs fastest.
  static func rowMajor(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1].multipliedReportingOverflow(by: max(1, shape[axis + 1])).partialValue
    }
    return strides
  }

  /// Strides of numbers without gaps whose first axis runs fastest.
  static func columnMajor(_ shape: [Int]) -> [Int] {
    Array(rowMajor(shape.reversed()).reversed())
  }

  /// Whether the numbers lie in row-major order without gaps; an axis of one number may have any stride.
  var isContiguous: Bool { zip(zip(strides, Self.rowMajor(shape)), shape).allSatisfy { $0.0 == $0.1 || $1 <= 1 } }

  /// Whether there are more numbers than the bytes hold, because strides repeat them.
  var isRepeated: Bool { count > span }

  /// Gives the numbers to `body` in row-major order, little-endian, a part at a time.
  func parts(
    _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    guard count > 0 else { return }
    if isContiguous {
      let size = min(Self.slab, count)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size * type.size, alignment: 64)
      defer { buffer.deallocate() }
      for first in stride(from: 0, to: count, by: size) {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(min(size, count - first) * type.size))
        try bytes.read(at: (offset + first) * type.size, into: part)
        if isBigEndian { NumberConversion.swapBytes(part, width: type.size) }
        try body(first, UnsafeRawBufferPointer(part))
      }
      return
    }
    // Numbers in another order are picked out of all that lie between the first and the last of them.
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: span * type.size, alignment: 64)
    defer { whole.deallocate() }
    try bytes.read(at: offset * type.size, into: whole)
    if isBigEndian { NumberConversion.swapBytes(whole, width: type.size) }
    try gather(UnsafeRawBufferPointer(whole), body)
  }

  private func gather(
    _ whole: UnsafeRawBufferPointer,
    _ body: (_ first: Int, _ bytes: UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    let (size, width) = (min(Self.slab, count), type.size)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size * width, alignment: 64)
    defer { buffer.deallocate() }
    guard let from = whole.baseAddress, let to = buffer.baseAddress else { return }
    var index = [Int](repeating: 0, count: shape.count)
    var (at, filled) = (0, 0)
    for done in 1...count {
      (to + filled * width).copyMemory(from: from + at * width, byteCount: width)
      filled += 1
      if filled == size || done == count {
        try body(done - filled, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<(filled * width)]))
        filled = 0
      }
      for axis in shape.indices.reversed() {
        index[axis] += 1
        at += strides[axis]
        if index[axis] < shape[axis] { break }
        at -= strides[axis] * shape[axis]
        index[axis] = 0
      }
    }
  }
}
