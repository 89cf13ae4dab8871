import CZlib

/// The bytes that a deflated member of an archive unpacks to, unpacked as far as they are asked for and never held as a whole.
///
/// Reading onwards goes on where it was; reading back begins again.
final class DeflatedBytes: ByteStore {
  let count: Int
  private let packed: FileRange
  private let what: String
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var isOpen = false
  /// Bytes that were taken from the file, and given out.
  private var taken = 0
  private var given = 0

  /// - Parameters:
  ///   - packed: raw deflated data, without the header of zlib or gzip.
  ///   - count: what it must unpack to; more than it can is an error.
  init(_ packed: FileRange, count: Int, what: String) throws(FileError) {
    // No deflated data unpacks to more than 1032 times its size.
    guard count / 1032 <= packed.count else {
      throw FileError(
        code: "damaged-file", message: "\(what) cannot unpack from \(packed.count) bytes to \(count)",
        place: packed.file.path)
    }
    self.packed = packed
    self.count = count
    self.what = what
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit {
    if isOpen { inflateEnd(stream) }
    stream.deallocate()
    input.deallocate()
  }

  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard offset >= 0, target.count <= count, offset <= count - target.count else { throw damaged("has too few bytes") }
    if !isOpen || offset < given { try begin() }
    if given < offset {
      let skipped = UnsafeMutableRawBufferPointer.allocate(byteCount: min(1 << 18, offset - given), alignment: 16)
      defer { skipped.deallocate() }
      while given < offset {
        try unpack(UnsafeMutableRawBufferPointer(rebasing: skipped.prefix(min(skipped.count, offset - given))))
      }
    }
    var rest = target
    // Counts of zlib have 32 bits.
    while !rest.isEmpty {
      let part = min(rest.count, 1 << 28)
      try unpack(UnsafeMutableRawBufferPointer(rebasing: rest.prefix(part)))
      rest = UnsafeMutableRawBufferPointer(rebasing: rest.dropFirst(part))
    }
  }

  private func begin() throws(FileError) {
    if isOpen { inflateEnd(stream) }
    stream.pointee = z_stream()
    isOpen = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    guard isOpen else { throw damaged("cannot be unpacked: there is no memory") }
    (taken, given) = (0, 0)
  }

  private func unpack(_ target: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard let room = target.baseAddress?.assumingMemoryBound(to: UInt8.self), let source = input.baseAddress else {
      return
    }
    stream.pointee.next_out = room
    stream.pointee.avail_out = UInt32(target.count)
    while stream.pointee.avail_out > 0 {
      if stream.pointee.avail_in == 0 {
        let part = min(input.count, packed.count - taken)
        guard part > 0 else { throw damaged("ends too early") }
        try packed.read(at: taken, into: UnsafeMutableRawBufferPointer(rebasing: input.prefix(part)))
        taken += part
        stream.pointee.next_in = source.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(part)
      }
      let status = inflate(stream, Z_NO_FLUSH)
      if status == Z_STREAM_END, stream.pointee.avail_out == 0 { break }
      guard status == Z_OK else { throw damaged(status == Z_STREAM_END ? "ends too early" : "has damaged packed data") }
    }
    given += target.count
  }

  private func damaged(_ message: String) -> FileError {
    FileError(code: "damaged-file", message: "\(what) \(message)", place: packed.file.path)
  }
}
