import Glibc

/// A regular file that is open for reading. Nothing else is opened, so that no pipe blocks and no device is read.
package final class InputFile: Sendable {
  package let path: String
  /// Bytes of the file when it was opened.
  package let size: Int
  /// Stays open as long as this object lives.
  package let descriptor: Int32

  /// Opens the file at `path`; a folder, a pipe or a device is an error.
  package init(_ path: String) throws(FileError) {
    guard !path.utf8.contains(0) else {
      throw FileError(code: "missing-file", message: "`\(printable(path))` is not a path", place: path)
    }
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      let reason = String(cString: strerror(errno))
      throw FileError(code: "missing-file", message: "cannot open \(printable(path)): \(reason)", place: path)
    }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      _ = close(file)
      throw FileError(code: "not-a-file", message: "\(printable(path)) is not a regular file", place: path)
    }
    self.path = path
    size = Int(info.st_size)
    descriptor = file
  }

  deinit { _ = close(descriptor) }

  /// Fills `target` with the bytes from `offset` on; a file that ends before is an error.
  package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard contains(offset, target.count) else { throw cutOff(offset, target.count) }
    var done = 0
    while done < target.count {
      let got = pread(
        descriptor, target.baseAddress.map { $0 + done }, min(target.count - done, 1 << 30), off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        let reason = String(cString: strerror(errno))
        throw FileError(code: "unreadable-file", message: "cannot read \(printable(path)): \(reason)", place: path)
      }
      guard got > 0 else { throw cutOff(offset, target.count) }
      done += got
    }
  }

  /// `count` bytes from `offset` on; a range that is not in the file is an error before anything is allocated.
  package func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    guard contains(offset, count) else { throw cutOff(offset, count) }
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { target in
      do throws(FileError) { try read(at: offset, into: target) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Up to `count` bytes from the start, fewer where the file is shorter.
  package func head(_ count: Int) throws(FileError) -> [UInt8] {
    try bytes(at: 0, count: min(max(0, count), size))
  }

  /// Gives `count` bytes from `offset` on to `body` in parts of a MiB, in order; `done` counts the bytes before a part.
  package func parts(
    at offset: Int, count: Int, _ body: (_ done: Int, _ bytes: UnsafeMutableRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    guard contains(offset, count) else { throw cutOff(offset, count) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, min(count, 1 << 20)), alignment: 64)
    defer { buffer.deallocate() }
    var done = 0
    while done < count {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - done)])
      try read(at: offset + done, into: part)
      try body(done, part)
      done += part.count
    }
  }

  private func contains(_ offset: Int, _ count: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= size && count <= size - offset
  }

  private func cutOff(_ offset: Int, _ count: Int) -> FileError {
    FileError(
      code: "truncated-file",
      message: "\(printable(path)) is cut off: \(count) bytes are needed from byte \(offset) on, but it has \(size)",
      place: path, suggestion: "copy or save it again")
  }
}

extension [UInt8] {
  /// A little-endian number of `count` bytes at `offset`; nil where it leaves the array.
  func little(_ offset: Int, _ count: Int) -> UInt64? {
    guard offset >= 0, offset <= self.count - count else { return nil }
    return (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(self[offset + $1]) }
  }
}
