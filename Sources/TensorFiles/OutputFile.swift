import Glibc

/// A new file that is written from front to back.
final class OutputFile {
  private let place: String
  private let descriptor: Int32
  private var isOpen = true
  /// Bytes that were written so far.
  private(set) var count = 0

  /// - Parameters:
  ///   - path: a file that is not there yet.
  ///   - place: the path that errors name.
  init(creating path: String, place: String) throws(FileError) {
    self.place = place
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    isOpen = descriptor >= 0
    guard isOpen else { throw failure("create the file") }
  }

  deinit { if isOpen { _ = Glibc.close(descriptor) } }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      try FileWork.check()
      let got = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, min(bytes.count - done, 1 << 26))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw failure("write the file") }
      done += got
    }
    count += done
  }

  func write(_ bytes: [UInt8]) throws(FileError) {
    var problem: FileError?
    bytes.withUnsafeBytes { buffer in
      do throws(FileError) { try write(buffer) } catch { problem = error }
    }
    if let problem { throw problem }
  }

  func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  /// Closes the file, which is where a full disk may first show.
  func close() throws(FileError) {
    isOpen = false
    guard Glibc.close(descriptor) == 0 else { throw failure("finish the file") }
  }

  private func failure(_ action: String) -> FileError {
    let isFull = errno == ENOSPC || errno == EDQUOT
    return FileError(
      code: isFull ? "disk-full" : "unwritable", message: "cannot \(action): \(String(cString: strerror(errno)))",
      place: place, suggestion: isFull ? "make room, or save elsewhere" : "save elsewhere")
  }
}

extension AtomicFile {
  /// Lets `write` fill a new file, which then takes the place of `path`.
  /// - Parameter bytes: an estimate of its size.
  static func stream(
    _ path: String, bytes: Int, _ write: (OutputFile) throws(FileError) -> Void
  ) throws(FileError) {
    try replace(path, bytes: bytes) { (temporary) throws(FileError) in
      let file = try OutputFile(creating: temporary, place: path)
      try write(file)
      try file.close()
    }
  }
}

extension StoredTensor.Values {
  /// The type of its numbers; nil for texts.
  package var numberType: NumberType? {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .float64: .float64
    case .borrowed(let numbers): numbers.type
    case .strings: nil
    }
  }

  /// Bytes of all its numbers.
  var byteCount: Int { count * (numberType?.size ?? 0) }

  /// Gives its numbers to `body` where they are: little-endian, row-major, without gaps; nothing of texts.
  func withNumberBytes(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
    switch self {
    case .float32(let values): try Self.withBytes(values, body)
    case .int32(let values): try Self.withBytes(values, body)
    case .float64(let values): try Self.withBytes(values, body)
    case .borrowed(let numbers): try numbers.withBytes(body)
    case .strings: return
    }
  }

  private static func withBytes<Number>(
    _ values: [Number], _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    var problem: FileError?
    values.withUnsafeBytes { bytes in
      do throws(FileError) { try body(bytes) } catch { problem = error }
    }
    if let problem { throw problem }
  }
}
