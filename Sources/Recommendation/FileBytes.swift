import Glibc

/// The bytes of a regular file, read whole.
package enum FileBytes {
  /// Larger files are refused before anything is allocated.
  static let limit = 4 << 30

  /// Reads the file at `path`; pipes, devices and folders are refused, because reading them may never end.
  package static func read(_ path: String, interrupted: () -> Bool) throws(DataError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      let reason = String(cString: strerror(errno))
      throw DataError(code: "missing-file", message: "cannot open \(path): \(reason)", place: path)
    }
    defer { _ = close(file) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      throw DataError(code: "not-a-file", message: "\(path) is not a regular file", place: path)
    }
    let size = Int(info.st_size)
    guard size <= limit else {
      throw DataError(
        code: "file-too-large", message: "\(path) has \(size) bytes, more than the limit of \(limit)", place: path)
    }
    var bytes = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      if interrupted() { throw DataError(code: "interrupted", message: "reading \(path) was interrupted", place: path) }
      let wanted = min(size - filled, 16 << 20)
      let start = filled
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file, buffer.baseAddress.map { $0 + start }, wanted)
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        throw DataError(
          code: "unreadable-file", message: "\(path) ended after \(filled) of its \(size) bytes", place: path,
          suggestion: "check that nothing is writing to it, then load it again")
      }
      filled += got
    }
    return bytes
  }

  /// Size of a file or folder and when it was changed; nil where there is none.
  package static func stamp(_ path: String) -> String? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    return "\(info.st_size) \(info.st_mtim.tv_sec) \(info.st_mtim.tv_nsec)"
  }

  /// Names of all files in a folder, at most ten million; empty where it cannot be read.
  package static func names(_ path: String) -> Set<String> {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: Set<String> = []
    while names.count < 10_000_000, let entry = readdir(stream) {
      names.insert(
        withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
          String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }

  /// Whether a folder lies at `path`.
  package static func isFolder(_ path: String) -> Bool { folder(path).isFolder }

  /// Whether `path` is a folder, and whether it holds anything.
  static func folder(_ path: String) -> (exists: Bool, isFolder: Bool, names: [String]) {
    var info = stat()
    guard stat(path, &info) == 0 else { return (false, false, []) }
    guard info.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) else { return (true, false, []) }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < 1000, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
        String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return (true, true, names.sorted())
  }
}
