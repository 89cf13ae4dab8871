import Glibc

/// Reads single values of an LMDB file (format version 1 with 64-bit page numbers) by their keys.
///
/// Pages are read with `pread` and every offset is checked, so that a file that is cut off or damaged gives an error:
/// a memory map of it, as LMDB's own library makes it, would end the program.
final class LMDBFile: Sendable {
  private static let pageHeader = 16
  private static let nodeHeader = 8
  private static let noPage = UInt64.max
  /// Deeper trees do not fit on any disk.
  private static let deepest = 40
  static let largestValue = 64 << 20

  let path: String
  private let descriptor: Int32
  private let size: UInt64
  private let pageSize: Int
  private let root: UInt64
  /// How many keys the file says it has.
  let entries: UInt64

  /// Opens the file at `path`, or `data.mdb` where it is a folder, and checks that it is as long as its last page says.
  init(path given: String) throws(ContentError) {
    var info = stat()
    let isFolder = stat(given, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    path = isFolder ? given + "/data.mdb" : given
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0, fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw ContentError(
        code: "missing-image", message: "cannot open \(path) as an LMDB file: \(reason)", place: path)
    }
    size = UInt64(info.st_size)
    do throws(ContentError) {
      let meta = try Self.meta(descriptor, size, path)
      (pageSize, root, entries) = (meta.pageSize, meta.root, meta.entries)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  private struct Meta {
    var pageSize: Int
    var root: UInt64
    var entries: UInt64
    var lastPage: UInt64
    var transaction: UInt64
  }

  /// The newer of the two descriptions at the front of the file.
  private static func meta(_ descriptor: Int32, _ size: UInt64, _ path: String) throws(ContentError) -> Meta {
    let first = try meta(Bytes(read(descriptor, 0, 152, path)), path)
    var newest = first
    if let second = try? meta(Bytes(read(descriptor, UInt64(first.pageSize), 152, path)), path),
      second.transaction > first.transaction, second.pageSize == first.pageSize
    {
      newest = second
    }
    let (needed, isHuge) = newest.lastPage.addingReportingOverflow(1)
    let (bytes, overflows) = needed.multipliedReportingOverflow(by: UInt64(newest.pageSize))
    guard !isHuge, !overflows, bytes <= size else {
      throw ContentError(
        code: "broken-store",
        message:
          "\(path) has \(size) bytes, but its last page ends at \(overflows ? "no place" : "\(bytes)"): it is cut off",
        place: path, suggestion: "fetch it again")
    }
    return newest
  }

  private static func meta(_ bytes: Bytes, _ path: String) throws(ContentError) -> Meta {
    guard bytes.u32(16) == 0xBEEF_C0DE, bytes.u16(10) & 0x08 != 0 else {
      throw ContentError(code: "broken-store", message: "\(path) is not an LMDB file", place: path)
    }
    guard bytes.u32(20) == 1 else {
      throw ContentError(
        code: "broken-store", message: "\(path) is LMDB of version \(bytes.u32(20)); version 1 is read", place: path)
    }
    let pageSize = Int(bytes.u32(40))
    guard (512...65536).contains(pageSize), pageSize & (pageSize - 1) == 0 else {
      throw ContentError(code: "broken-store", message: "\(path) claims pages of \(pageSize) bytes", place: path)
    }
    // Keys in another order than that of their bytes, or several values of a key.
    guard bytes.u16(92) & 0x7E == 0 else {
      throw ContentError(
        code: "broken-store", message: "\(path) orders its keys in a way that image stores do not", place: path)
    }
    return Meta(
      pageSize: pageSize, root: bytes.u64(128), entries: bytes.u64(120), lastPage: bytes.u64(136),
      transaction: bytes.u64(144))
  }

  private static func read(
    _ descriptor: Int32, _ offset: UInt64, _ count: Int, _ path: String
  ) throws(ContentError) -> [UInt8] {
    guard let start = Int(exactly: offset), start <= Int.max - count else { throw broken(path, "a page lies nowhere") }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let done = filled
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(start + done))
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw broken(path, "it ends at byte \(start + filled), inside a page") }
      filled += got
    }
    return bytes
  }

  private static func broken(_ path: String, _ what: String) -> ContentError {
    ContentError(
      code: "broken-store", message: "\(path) is damaged: \(what)", place: path, suggestion: "fetch it again")
  }

  private func page(_ number: UInt64) throws(ContentError) -> Bytes {
    let (offset, overflows) = number.multipliedReportingOverflow(by: UInt64(pageSize))
    guard !overflows, offset < size else { throw Self.broken(path, "it names page \(number), which is not there") }
    return Bytes(try Self.read(descriptor, offset, pageSize, path))
  }

  /// The value of a key, or nil where there is none.
  func value(_ key: [UInt8]) throws(ContentError) -> [UInt8]? {
    guard root != Self.noPage else { return nil }
    var number = root
    for _ in 0..<Self.deepest {
      let page = try page(number)
      let flags = page.u16(10)
      let lower = Int(page.u16(12))
      guard lower >= Self.pageHeader, lower <= pageSize, flags & 0x03 != 0, flags & 0x20 == 0 else {
        throw Self.broken(path, "page \(number) is neither a branch nor a leaf")
      }
      let count = (lower - Self.pageHeader) / 2
      if flags & 0x02 != 0 { return try leaf(page, count, key, number) }
      guard count > 0 else { throw Self.broken(path, "branch page \(number) is empty") }
      // The last node whose key is not greater; the first node's key counts as smaller than any.
      var (low, high) = (0, count - 1)
      while low < high {
        let middle = (low + high + 1) / 2
        if Self.isOrdered(try node(page, middle, number).key, key) { low = middle } else { high = middle - 1 }
      }
      let start = try node(page, low, number).start
      number = UInt64(page.u16(start)) | UInt64(page.u16(start + 2)) << 16 | UInt64(page.u16(start + 4)) << 32
    }
    throw Self.broken(path, "its tree is deeper than \(Self.deepest) pages")
  }

  private func leaf(
    _ page: Bytes, _ count: Int, _ key: [UInt8], _ number: UInt64
  ) throws(ContentError) -> [UInt8]? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let found = try node(page, middle, number)
      if found.key.elementsEqual(key) { return try data(page, found.start, found.key.endIndex, number) }
      if Self.isOrdered(found.key, key) { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  private func data(
    _ page: Bytes, _ start: Int, _ from: Int, _ number: UInt64
  ) throws(ContentError) -> [UInt8] {
    let length = Int(page.u16(start)) | Int(page.u16(start + 2)) << 16
    guard length <= Self.largestValue else { throw Self.broken(path, "a value claims \(length) bytes") }
    guard page.u16(start + 4) & 0x01 != 0 else {
      guard from + length <= pageSize else { throw Self.broken(path, "a value leaves page \(number)") }
      return Array(page.values[from..<from + length])
    }
    guard from + 8 <= pageSize else { throw Self.broken(path, "a value leaves page \(number)") }
    let (offset, overflows) = page.u64(from).multipliedReportingOverflow(by: UInt64(pageSize))
    let (start, isHuge) = offset.addingReportingOverflow(UInt64(Self.pageHeader))
    guard !overflows, !isHuge, start <= size, UInt64(length) <= size - start else {
      throw Self.broken(path, "a value of \(length) bytes leaves the file of \(size)")
    }
    return try Self.read(descriptor, start, length, path)
  }

  private func node(
    _ page: Bytes, _ index: Int, _ number: UInt64
  ) throws(ContentError) -> (start: Int, key: ArraySlice<UInt8>) {
    let start = Int(page.u16(Self.pageHeader + index * 2))
    guard start >= Self.pageHeader, start + Self.nodeHeader <= pageSize else {
      throw Self.broken(path, "node \(index) of page \(number) lies outside of it")
    }
    let end = start + Self.nodeHeader + Int(page.u16(start + 6))
    guard end <= pageSize else { throw Self.broken(path, "the key of node \(index) leaves page \(number)") }
    return (start, page.values[(start + Self.nodeHeader)..<end])
  }

  /// Whether `left` is not greater than `right`, as bytes compare.
  private static func isOrdered(_ left: ArraySlice<UInt8>, _ right: [UInt8]) -> Bool {
    !right.lexicographicallyPrecedes(left)
  }
}

/// Little-endian numbers of bytes; what lies outside is 0.
struct Bytes {
  let values: [UInt8]
  init(_ values: [UInt8]) { self.values = values }

  func u16(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: number(offset, 2)) }
  func u32(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(offset, 4)) }
  func u64(_ offset: Int) -> UInt64 { number(offset, 8) }

  private func number(_ offset: Int, _ count: Int) -> UInt64 {
    guard offset >= 0, offset <= values.count - count else { return 0 }
    return (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(values[offset + $1]) }
  }
}
