/// The directory of a zip archive, read from its end, and the members that it names.
///
/// PyTorch's and NumPy's files are such archives. Members that are stored as they are can be read in part.
struct ZipFile {
  struct Member {
    let name: String
    /// 0 for stored, 8 for deflated.
    let method: Int
    /// Bytes in the archive, and of what it unpacks to.
    let stored: Int
    let size: Int
    fileprivate let header: Int
  }

  let file: InputFile
  let members: [Member]
  /// Where the directory begins; no member reaches beyond it.
  private let directory: Int

  private static let largestDirectory = 256 << 20

  init(_ file: InputFile) throws(FileError) {
    self.file = file
    let end = try Self.end(file)
    directory = end.start
    guard end.size <= Self.largestDirectory else {
      throw Self.damaged("has a directory of \(end.size) bytes", file)
    }
    let bytes = try file.bytes(at: end.start, count: end.size)
    var members: [Member] = []
    var names: Set<String> = []
    var at = 0
    for _ in 0..<end.count {
      guard bytes.little(at, 4) == 0x0201_4B50, let flags = bytes.little(at + 8, 2),
        let method = bytes.little(at + 10, 2), let nameLength = bytes.little(at + 28, 2),
        let extraLength = bytes.little(at + 30, 2), let noteLength = bytes.little(at + 32, 2),
        at + 46 + Int(nameLength) + Int(extraLength) + Int(noteLength) <= bytes.count
      else { throw Self.damaged("has a damaged directory", file) }
      let nameEnd = at + 46 + Int(nameLength)
      guard let name = String(validating: bytes[at + 46..<nameEnd], as: UTF8.self) else {
        throw Self.damaged("has a member whose name is not UTF-8", file)
      }
      guard flags & 0x41 == 0 else { throw Self.damaged("is encrypted", file) }
      guard names.insert(name).inserted else { throw Self.damaged("holds two members `\(printable(name))`", file) }
      var sizes = [bytes.little(at + 24, 4) ?? 0, bytes.little(at + 20, 4) ?? 0, bytes.little(at + 42, 4) ?? 0]
      try Self.widen(&sizes, bytes[nameEnd..<nameEnd + Int(extraLength)], file)
      guard let size = Int(exactly: sizes[0]), let stored = Int(exactly: sizes[1]), let header = Int(exactly: sizes[2]),
        stored <= end.start, header <= end.start - stored, method != 0 || size == stored
      else { throw Self.damaged("has a member `\(printable(name))` that reaches beyond it", file) }
      members.append(Member(name: name, method: Int(method), stored: stored, size: size, header: header))
      at = nameEnd + Int(extraLength) + Int(noteLength)
    }
    self.members = members
  }

  /// The bytes of a stored member where they lie, those of a deflated one as they unpack.
  func contents(_ member: Member) throws(FileError) -> any ByteStore {
    let range = try range(member)
    if member.method == 0 { return range }
    if member.method == 8 {
      return try DeflatedBytes(range, count: member.size, what: "`\(printable(member.name))` in \(file.path)")
    }
    throw FileError(
      code: "unreadable",
      message:
        "`\(printable(member.name))` in \(file.path) is compressed in a way that is not read (method \(member.method))",
      place: file.path,
      suggestion: "save it without compression, or deflated")
  }

  /// All bytes of a small member.
  func bytes(_ member: Member, atMost limit: Int) throws(FileError) -> [UInt8] {
    guard member.size <= limit else {
      throw FileError(
        code: "file-too-large",
        message: "`\(printable(member.name))` in \(file.path) has \(member.size) bytes; at most \(limit) are read",
        place: file.path)
    }
    let contents = try contents(member)
    return try contents.bytes(at: 0, count: contents.count)
  }

  private func range(_ member: Member) throws(FileError) -> FileRange {
    let head = try file.bytes(at: member.header, count: min(30, file.size - member.header))
    guard head.little(0, 4) == 0x0403_4B50, let name = head.little(26, 2), let extra = head.little(28, 2) else {
      throw Self.damaged("has no member where its directory says `\(printable(member.name))` is", file)
    }
    let start = member.header + 30 + Int(name) + Int(extra)
    guard start <= directory, member.stored <= directory - start else {
      throw Self.damaged("has a member `\(printable(member.name))` that reaches beyond it", file)
    }
    return FileRange(file: file, start: start, count: member.stored)
  }

  /// Sizes that do not fit 32 bits stand in a field of their own, in the same order.
  private static func widen(_ sizes: inout [UInt64], _ extra: ArraySlice<UInt8>, _ file: InputFile) throws(FileError) {
    guard sizes.contains(0xFFFF_FFFF) else { return }
    let bytes = Array(extra)
    var at = 0
    while let kind = bytes.little(at, 2), let length = bytes.little(at + 2, 2) {
      if kind == 1 {
        var place = at + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard place + 8 <= at + 4 + Int(length), let wide = bytes.little(place, 8) else {
            throw damaged("has a damaged directory", file)
          }
          sizes[index] = wide
          place += 8
        }
        return
      }
      at += 4 + Int(length)
    }
  }

  /// What the record at the end says of the directory.
  private static func end(_ file: InputFile) throws(FileError) -> (start: Int, size: Int, count: Int) {
    let length = min(file.size, 65_557)
    let tail = try file.bytes(at: file.size - length, count: length)
    guard length >= 22,
      let place = (0...length - 22).reversed().first(where: {
        tail[$0] == 0x50 && tail.little($0, 4) == 0x0605_4B50
      })
    else {
      throw FileError(
        code: "truncated-file", message: "\(file.path) is no zip archive, or is cut off: its directory is missing",
        place: file.path, suggestion: "copy or save it again")
    }
    var found = [tail.little(place + 16, 4) ?? 0, tail.little(place + 12, 4) ?? 0, tail.little(place + 10, 2) ?? 0]
    var recordStart = file.size - length + place
    if found[0] == 0xFFFF_FFFF || found[1] == 0xFFFF_FFFF || found[2] == 0xFFFF, place >= 20,
      tail.little(place - 20, 4) == 0x0706_4B50, let far = tail.little(place - 12, 8), let wide = Int(exactly: far),
      wide <= file.size - 56
    {
      let record = try file.bytes(at: wide, count: 56)
      guard record.little(0, 4) == 0x0606_4B50 else { throw damaged("has a damaged directory", file) }
      found = [record.little(48, 8) ?? 0, record.little(40, 8) ?? 0, record.little(32, 8) ?? 0]
      recordStart = wide
    }
    guard let start = Int(exactly: found[0]), let size = Int(exactly: found[1]), let count = Int(exactly: found[2]),
      size <= recordStart, start <= recordStart - size, count <= size / 46
    else { throw damaged("has a damaged directory", file) }
    return (start, size, count)
  }

  private static func damaged(_ message: String, _ file: InputFile) -> FileError {
    FileError(code: "damaged-file", message: "the zip archive \(file.path) \(message)", place: file.path)
  }
}

extension ByteStore {
  /// The `count` bytes from `offset` on; checked before memory is taken.
  func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard offset >= 0, count >= 0, count <= self.count, offset <= self.count - count else {
      throw FileError(
        code: "damaged-file", message: "\(count) bytes were expected, where \(self.count - offset) are left")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let result = bytes.withUnsafeMutableBytes { buffer -> Result<Void, FileError> in
      do throws(FileError) { return .success(try read(at: offset, into: buffer)) } catch { return .failure(error) }
    }
    try result.get()
    return bytes
  }
}
