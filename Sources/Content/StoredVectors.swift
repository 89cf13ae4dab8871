import Glibc

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

  static let limit = 16 << 30

  /// Reads a `.npy` file (versions 1 to 3) of two dimensions: little-endian floats of 2, 4 or 8 bytes or whole numbers, in C
  /// or Fortran order. Pickled objects are refused: they are programs.
  package static func npy(path: String) throws(ContentError) -> StoredVectors {
    let (bytes, start) = try openNpy(path)
    let head = try NpyHeader(bytes, start, path)
    guard head.shape.count == 2, head.shape[0] > 0, head.shape[1] > 0 else {
      throw ContentError(
        code: "bad-shape",
        message: "\(path) has the shape (\(head.shape.map { "\($0)" }.joined(separator: ", "))); rows of "
          + "vectors have two dimensions", place: path)
    }
    let (rows, width) = (head.shape[0], head.shape[1])
    let (count, overflows) = rows.multipliedReportingOverflow(by: width)
    let (size, isHuge) = count.multipliedReportingOverflow(by: head.type.size)
    guard !overflows, !isHuge, size == bytes.count - head.start else {
      throw ContentError(
        code: "wrong-size",
        message:
          "\(path) has \(bytes.count - head.start) bytes of values, but its header claims (\(rows), \(width)) of "
          + "\(head.type.size) bytes\(overflows || isHuge ? "" : ", which take \(size)")",
        place: path, suggestion: "fetch it again")
    }
    var values = [Float](repeating: 0, count: count)
    for index in 0..<count {
      let value = head.type.value(bytes, head.start + index * head.type.size)
      values[head.isFortran ? index % rows * width + index / rows : index] = value
    }
    return try StoredVectors(rows: rows, width: width, values: values).checked(path)
  }

  /// Reads a file of nothing but little-endian 32-bit floats, such as `.feat1CLS`.
  /// - Parameter width: how many a row has; nil to divide the file by `rows`.
  package static func raw(path: String, rows: Int, width: Int?) throws(ContentError) -> StoredVectors {
    let bytes = try readAll(path)
    guard rows > 0, bytes.count > 0, bytes.count % (rows * 4) == 0 else {
      throw ContentError(
        code: "wrong-size",
        message: "\(path) has \(bytes.count) bytes, which \(rows) rows of 32-bit floats cannot share equally",
        place: path,
        suggestion: "check that it was made for these \(rows) items")
    }
    let found = bytes.count / (rows * 4)
    if let width, width != found {
      throw ContentError(
        code: "wrong-size",
        message: "\(path) has \(bytes.count) bytes, which is \(rows) rows of \(found) values, but `dim` is \(width)",
        place: path, suggestion: "dim = \(found), or check that it was made for these \(rows) items")
    }
    var values = [Float](repeating: 0, count: rows * found)
    for index in values.indices { values[index] = NpyType.float4.value(bytes, index * 4) }
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

  private static func openNpy(_ path: String) throws(ContentError) -> ([UInt8], Int) {
    let bytes = try readAll(path)
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw ContentError(code: "unknown-format", message: "\(path) is not a .npy file", place: path)
    }
    guard (1...3).contains(bytes[6]) else {
      throw ContentError(code: "unknown-format", message: "\(path) is .npy of version \(bytes[6])", place: path)
    }
    return (bytes, bytes[6] == 1 ? 10 : 12)
  }

  private static func readAll(_ path: String) throws(ContentError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      throw ContentError(
        code: "missing-file", message: "cannot open \(path): \(String(cString: strerror(errno)))", place: path)
    }
    defer { _ = close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= limit else {
      throw ContentError(
        code: "not-a-file", message: "\(path) is not a regular file of at most \(limit) bytes", place: path)
    }
    let size = Int(info.st_size)
    var bytes = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let done = filled
      let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress.map { $0 + done }, size - done) }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        throw ContentError(
          code: "wrong-size", message: "\(path) ended after \(filled) of its \(size) bytes", place: path)
      }
      filled += got
    }
    return bytes
  }
}

/// A type of numbers in a `.npy` file.
enum NpyType: String {
  case float2 = "<f2"
  case float4 = "<f4"
  case float8 = "<f8"
  case int1 = "|i1"
  case uint1 = "|u1"
  case int2 = "<i2"
  case uint2 = "<u2"
  case int4 = "<i4"
  case uint4 = "<u4"
  case int8 = "<i8"
  case uint8 = "<u8"

  var size: Int {
    switch self {
    case .int1, .uint1: 1
    case .float2, .int2, .uint2: 2
    case .float4, .int4, .uint4: 4
    case .float8, .int8, .uint8: 8
    }
  }

  /// The number at `offset`, which must leave room for it.
  func value(_ bytes: [UInt8], _ offset: Int) -> Float {
    var word: UInt64 = 0
    for index in (0..<size).reversed() { word = word << 8 | UInt64(bytes[offset + index]) }
    switch self {
    case .float2: return Self.half(UInt16(truncatingIfNeeded: word))
    case .float4: return Float(bitPattern: UInt32(truncatingIfNeeded: word))
    case .float8: return Float(Double(bitPattern: word))
    case .int1: return Float(Int8(truncatingIfNeeded: word))
    case .int2: return Float(Int16(truncatingIfNeeded: word))
    case .int4: return Float(Int32(truncatingIfNeeded: word))
    case .int8: return Float(Int64(bitPattern: word))
    case .uint1, .uint2, .uint4, .uint8: return Float(word)
    }
  }

  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10) & 31
    let fraction = Float(bits & 1023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}

/// What the header of a `.npy` file says.
struct NpyHeader {
  let type: NpyType
  let isFortran: Bool
  let shape: [Int]
  /// Where the values start.
  let start: Int

  init(_ bytes: [UInt8], _ front: Int, _ path: String) throws(ContentError) {
    let fields = Bytes(Array(bytes.prefix(12)))
    let length = front == 10 ? Int(fields.u16(8)) : Int(fields.u32(8))
    guard length <= 1 << 20, length <= bytes.count - front else {
      throw ContentError(
        code: "wrong-size", message: "\(path) has \(bytes.count) bytes, but its header claims \(length) of them",
        place: path)
    }
    start = front + length
    let text = String(decoding: bytes[front..<start], as: UTF8.self)
    let type = Self.after("'descr':", text).flatMap { rest in
      rest.first == "'" ? rest.dropFirst().split(separator: "'", maxSplits: 1).first.map(String.init) : nil
    }
    guard let type else {
      throw ContentError(
        code: "unknown-format", message: "\(path) holds a table of mixed types, not rows of numbers", place: path)
    }
    guard let known = NpyType(rawValue: type) else {
      let what =
        type.contains("O")
        ? "pickled objects, which are programs and are not run" : "values of the type \(type.prefix(20))"
      throw ContentError(
        code: "unknown-format", message: "\(path) holds \(what)", place: path,
        suggestion: "save it as numbers: numpy.save(path, array.astype(\"<f4\"))")
    }
    self.type = known
    isFortran = Self.after("'fortran_order':", text)?.hasPrefix("True") ?? false
    let inside = Self.after("'shape':", text).flatMap { rest -> Substring? in
      guard rest.first == "(", let end = rest.firstIndex(of: ")") else { return nil }
      return rest[rest.index(after: rest.startIndex)..<end]
    }
    let sizes = inside?.split(separator: ",").map { Int($0.filter { $0 != " " }) }
    guard let sizes, sizes.count <= 32, !sizes.contains(where: { ($0 ?? -1) < 0 }) else {
      throw ContentError(code: "unknown-format", message: "\(path) has a header without a shape", place: path)
    }
    shape = sizes.compactMap { $0 }
  }

  private static func after(_ key: String, _ text: String) -> Substring? {
    guard let range = text.firstRange(of: key) else { return nil }
    return text[range.upperBound...].drop { $0 == " " }
  }
}
