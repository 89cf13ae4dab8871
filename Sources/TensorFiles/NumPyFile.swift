/// NumPy's files: `.npy` with one array, `.npz` with several in a zip archive.
package enum NumPyFile {
  /// Reads the headers in the file at `path`; which form it has shows in its first bytes.
  package static func open(_ path: String) throws(FileError) -> any TensorSource {
    let file = try InputFile(path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.hasSuffix(".npy") && name.utf8.count > 4 ? String(name.dropLast(4)) : name
    guard try file.head(2) == Array("PK".utf8) else {
      let whole = FileRange(file: file, start: 0, count: file.size)
      let entry = try entry([stem], whole, storage: "", what: path, path: path)
      return try PlainTensors(path: path, format: "NumPy", entries: [entry])
    }
    let zip = try ZipFile(file)
    var entries: [(FileEntry, PlainTensors.Values)] = []
    for member in zip.members where !member.name.hasSuffix("/") {
      guard member.name.hasSuffix(".npy"), member.name.utf8.count > 4 else {
        throw FileError(
          code: "unknown-format",
          message: "\(path) is a zip archive of which NumPy did not write `\(printable(member.name))`", place: path)
      }
      let steps = member.name.dropLast(4).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      let what = "`\(printable(member.name))` in \(path)"
      let share = member.method == 0 ? "" : ", compressed to \(member.stored) bytes"
      entries.append(try entry(steps, try zip.contents(member), storage: share, what: what, path: path))
    }
    return try PlainTensors(path: path, format: "NumPy", entries: entries)
  }

  private static func entry(
    _ steps: [String], _ bytes: any ByteStore, storage: String, what: String, path: String
  ) throws(FileError) -> (FileEntry, PlainTensors.Values) {
    let head = try NumPyHeader(bytes, what: what, path: path)
    var entry = FileEntry(
      path: steps, shape: head.shape, content: .other("values of the type \(printable(head.type))"),
      storage: (head.isFortran ? "column-major" : "row-major") + storage)
    if let text = NumPyText(head.type) {
      guard let count = elementCount(head.shape),
        case let (size, isHuge) = count.multipliedReportingOverflow(by: text.width),
        !isHuge, size == bytes.count - head.start
      else { throw head.wrongSize(bytes, text.width, what, path) }
      entry.content = .texts
      let (start, turn) = (head.start, head.isFortran ? head.shape : nil)
      return (entry, .texts { () throws(FileError) in try text.read(bytes, start, size, columnMajor: turn, path) })
    }
    guard let type = NumPyHeader.types[String(head.type.dropFirst())] else {
      entry.problem =
        head.type.contains("O")
        ? "it holds pickled objects, which are programs and are not run; save it as numbers"
        : "it holds values of the type \(printable(head.type)); save it as numbers: "
          + "numpy.save(path, array.astype(\"<f4\"))"
      return (entry, .none)
    }
    guard let count = elementCount(head.shape),
      case let (size, isHuge) = count.multipliedReportingOverflow(by: type.size),
      !isHuge, size == bytes.count - head.start
    else { throw head.wrongSize(bytes, type.size, what, path) }
    let numbers = try StridedNumbers(
      ByteRange(bytes: bytes, start: head.start, count: size), type, shape: head.shape,
      strides: head.isFortran ? StridedNumbers.columnMajor(head.shape) : nil, isBigEndian: head.type.hasPrefix(">"),
      what: what, path: path)
    entry.content = .numbers(type)
    return (entry, .numbers(numbers))
  }
}

/// A part of other bytes.
struct ByteRange: ByteStore {
  let bytes: any ByteStore
  let start: Int
  let count: Int

  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard offset >= 0, target.count <= count, offset <= count - target.count else {
      throw FileError(code: "damaged-file", message: "a file holds fewer numbers than it says")
    }
    try bytes.read(at: start + offset, into: target)
  }
}

/// What the header of a `.npy` file says.
struct NumPyHeader {
  /// As NumPy writes it: `<f4`.
  let type: String
  let isFortran: Bool
  let shape: [Int]
  /// Where the values start.
  let start: Int

  /// By NumPy's letter and the count of bytes, without the order of bytes before it.
  static let types: [String: NumberType] = [
    "f8": .float64, "f4": .float32, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16, "i1": .int8,
    "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool,
  ]

  /// - Parameter what: names the array in errors.
  init(_ bytes: any ByteStore, what: String, path: String) throws(FileError) {
    func unknown(_ message: String) -> FileError {
      FileError(code: "unknown-format", message: "\(what) \(message)", place: path)
    }
    let front = try bytes.bytes(at: 0, count: min(12, bytes.count))
    guard front.count == 12, front.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw unknown("is not a .npy file")
    }
    guard (1...3).contains(front[6]) else { throw unknown("is .npy of version \(front[6])") }
    let fieldEnd = front[6] == 1 ? 10 : 12
    let length = Int(front.little(8, fieldEnd - 8) ?? 0)
    guard length <= 1 << 20, length <= bytes.count - fieldEnd else {
      throw FileError(
        code: "wrong-size", message: "\(what) has \(bytes.count) bytes, but its header claims \(length) of them",
        place: path)
    }
    start = fieldEnd + length
    let text = String(decoding: try bytes.bytes(at: fieldEnd, count: length), as: UTF8.self)
    let type = Self.after("'descr':", text).flatMap { rest in
      rest.first == "'" ? rest.dropFirst().split(separator: "'", maxSplits: 1).first.map(String.init) : nil
    }
    guard let type, !type.isEmpty else { throw unknown("holds a table of mixed types, not rows of numbers") }
    self.type = type
    let order = Self.after("'fortran_order':", text)
    guard order?.hasPrefix("True") == true || order?.hasPrefix("False") == true else {
      throw unknown("has a header without `fortran_order`")
    }
    isFortran = order?.hasPrefix("True") ?? false
    let inside = Self.after("'shape':", text).flatMap { rest -> Substring? in
      guard rest.first == "(", let end = rest.firstIndex(of: ")") else { return nil }
      return rest[rest.index(after: rest.startIndex)..<end]
    }
    let sizes = inside?.split(separator: ",").map { Int($0.filter { $0 != " " }) }
    guard let sizes, sizes.count <= 32, !sizes.contains(where: { ($0 ?? -1) < 0 }) else {
      throw unknown("has a header without a shape")
    }
    shape = sizes.compactMap { $0 }
  }

  private static func after(_ key: String, _ text: String) -> Substring? {
    guard let range = text.firstRange(of: key) else { return nil }
    return text[range.upperBound...].drop { $0 == " " }
  }

  func wrongSize(_ bytes: any ByteStore, _ width: Int, _ what: String, _ path: String) -> FileError {
    let sides = shape.map(String.init).joined(separator: ", ")
    let needed = elementCount(shape).flatMap { count -> Int? in
      let (size, overflows) = count.multipliedReportingOverflow(by: width)
      return overflows ? nil : size
    }
    return FileError(
      code: "wrong-size",
      message: "\(what) has \(bytes.count - start) bytes of values, but its header claims (\(sides)) of \(width) bytes"
        + (needed.map { ", which take \($0)" } ?? ""),
      place: path, suggestion: "fetch it again")
  }
}

/// Arrays of texts: each takes the room of the longest one, filled up with zeros.
private struct NumPyText: Sendable {
  /// Bytes of one text.
  let width: Int
  /// Four bytes for each character, or else one.
  private let isWide: Bool
  private let isBigEndian: Bool

  init?(_ type: String) {
    let rest = type.dropFirst()
    guard let letter = rest.first, letter == "U" || letter == "S", let length = Int(rest.dropFirst()), length > 0,
      length <= 1 << 24
    else { return nil }
    isWide = letter == "U"
    isBigEndian = type.hasPrefix(">")
    width = length * (isWide ? 4 : 1)
  }

  /// - Parameter shape: of texts whose first axis runs fastest; nil where the last one does.
  func read(
    _ bytes: any ByteStore, _ start: Int, _ size: Int, columnMajor shape: [Int]?, _ path: String
  ) throws(FileError) -> [String] {
    let all = try bytes.bytes(at: start, count: size)
    var texts: [String] = []
    for at in stride(from: 0, to: all.count, by: width) {
      var scalars = String.UnicodeScalarView()
      if isWide {
        for place in stride(from: at, to: at + width, by: 4) {
          let raw = UInt32(truncatingIfNeeded: all.little(place, 4) ?? 0)
          let code = isBigEndian ? raw.byteSwapped : raw
          guard let scalar = Unicode.Scalar(code) else {
            throw FileError(code: "damaged-file", message: "\(path) holds a text that is no Unicode", place: path)
          }
          scalars.append(scalar)
        }
      } else {
        guard let text = String(validating: all[at..<at + width], as: UTF8.self) else {
          throw FileError(code: "damaged-file", message: "\(path) holds a text that is not UTF-8", place: path)
        }
        scalars = text.unicodeScalars
      }
      while scalars.last == "\0" { scalars.removeLast() }
      texts.append(String(scalars))
    }
    guard let shape else { return texts }
    var turned: [String] = []
    var index = [Int](repeating: 0, count: shape.count)
    let strides = StridedNumbers.columnMajor(shape)
    for _ in texts.indices {
      turned.append(texts[zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }])
      for axis in shape.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return turned
  }
}
