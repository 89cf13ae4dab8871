import CKernels
import Glibc

/// Writing a file so that its path always holds either the old contents or all of the new.
package enum AtomicFile {
  /// Lets `write` fill a new file beside `path`, then puts it in place; after a failure the old file is untouched and
  /// the new one is gone. Folders that `path` needs are made. What a program that was killed left of an earlier file for
  /// this path is removed.
  /// - Parameters:
  ///   - bytes: an estimate of the new size, so that a full disk is noticed before anything is written.
  ///   - write: is given the path of a file that is not there yet.
  package static func replace(
    _ path: String, bytes: Int, syncs: Bool = true, write: (String) throws(FileError) -> Void
  ) throws(FileError) {
    let target = try resolved(path)
    let folder = Self.folder(of: target)
    try makeFolders(folder)
    let name = target.split(separator: "/").last.map(String.init) ?? target
    Unfinished.clear(folder, name)
    let temporary = "\(folder)/\(Unfinished.name(for: name))"
    do throws(FileError) {
      guard access(folder, W_OK | X_OK) == 0 else { throw failure("make a file in this folder", folder) }
      try checkSpace(folder, bytes: bytes)
      try write(temporary)
      if syncs { try sync(temporary, flags: O_RDWR) }
      guard rename(temporary, target) == 0 else { throw failure("put the new file in place", target) }
    } catch {
      _ = unlink(temporary)
      throw error
    }
    if syncs { try sync(folder, flags: O_RDONLY | O_DIRECTORY) }
  }

  /// Throws what `replace` would throw before anything is written; folders that `path` needs are made.
  package static func rehearse(_ path: String) throws(FileError) {
    let target = try resolved(path)
    let folder = Self.folder(of: target)
    try makeFolders(folder)
    guard access(folder, W_OK | X_OK) == 0 else { throw failure("make a file in this folder", folder) }
  }

  /// Takes room on the disk for `bytes` of a new file at once, so that a full disk is noticed before anything is written.
  /// Where the file system cannot do that, nothing happens. What is not needed of it goes back when the file is done.
  package static func reserve(_ temporary: String, bytes: Int) throws(FileError) {
    let file = open(temporary, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open the new file", temporary) }
    defer { _ = close(file) }
    // The size stays: the file ends where the last byte was written.
    errno = ck_reserve(file, Int64(bytes))
    if errno == ENOSPC || errno == EDQUOT {
      throw failure("take \(bytes) bytes for the new file", temporary)
    }
  }

  /// Makes `bytes` the whole contents of `path`.
  /// - Parameter syncs: whether to wait for the disk; many small files of a new folder need not.
  package static func write(_ bytes: [UInt8], to path: String, syncs: Bool = true) throws(FileError) {
    try replace(path, bytes: bytes.count, syncs: syncs) { (temporary) throws(FileError) in
      let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard file >= 0 else { throw failure("create the file", path) }
      defer { _ = close(file) }
      var done = 0
      while done < bytes.count {
        let got = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { throw failure("write the file", path) }
        done += got
      }
    }
  }

  /// Lets `write` fill a new folder beside `path`, then puts it in place; after a failure nothing is there. An old
  /// folder or file at `path` is refused, so that nothing of it is lost.
  /// - Parameter write: is given the path of an empty folder, without a slash at the end.
  package static func newFolder(_ path: String, write: (String) throws -> Void) throws {
    let target = String(path.reversed().drop { $0 == "/" }.reversed())
    guard !target.isEmpty, !target.utf8.contains(0) else {
      throw FileError(
        code: "unwritable", message: "`\(printable(path))` is not the path of a new folder", place: path)
    }
    var info = stat()
    guard lstat(target, &info) != 0 else {
      throw FileError(
        code: "unwritable", message: "\(target) is there already", place: target,
        suggestion: "name a new folder, or remove the old one first")
    }
    let outer = Self.folder(of: target)
    try makeFolders(outer)
    let name = target.split(separator: "/").last.map(String.init) ?? target
    let temporary = "\(outer)/\(Unfinished.name(for: name))"
    guard mkdir(temporary, 0o777) == 0 else { throw failure("make the folder", target) }
    do {
      try write(temporary)
      guard rename(temporary, target) == 0 else { throw failure("put the new folder in place", target) }
    } catch {
      remove(folder: temporary)
      throw error
    }
    try sync(outer, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Removes an unfinished folder with what stands in it, links not followed.
  private static func remove(folder: String) {
    guard let stream = opendir(folder) else { return }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    closedir(stream)
    for name in names where name != "." && name != ".." {
      let path = "\(folder)/\(name)"
      var info = stat()
      if lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR { remove(folder: path) } else { _ = unlink(path) }
    }
    _ = rmdir(folder)
  }

  /// Makes `folder` and those above it where they are missing.
  package static func makeFolders(_ folder: String) throws(FileError) {
    var made = folder.hasPrefix("/") ? "" : "."
    for step in folder.split(separator: "/") {
      made += "/" + step
      if mkdir(made, 0o777) != 0 && errno != EEXIST { throw failure("make the folder", made) }
      var info = stat()
      guard stat(made, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
        throw FileError(code: "unwritable", message: "\(made) is not a folder", place: made)
      }
    }
  }

  /// What `path` leads to: a link is followed, so that the file behind it is replaced and the link stays.
  private static func resolved(_ path: String) throws(FileError) -> String {
    guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0) else {
      throw FileError(code: "unwritable", message: "`\(printable(path))` is not the path of a file", place: path)
    }
    var info = stat()
    guard stat(path, &info) == 0 else { return path }
    guard info.st_mode & S_IFMT == S_IFREG else {
      throw FileError(
        code: "unwritable", message: "\(path) is not a regular file", place: path,
        suggestion: info.st_mode & S_IFMT == S_IFDIR ? "name a file inside it" : "name another file")
    }
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func checkSpace(_ folder: String, bytes: Int) throws(FileError) {
    var info = statvfs()
    guard statvfs(folder, &info) == 0 else { return }
    let free = UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize))
    guard free.overflow || free.partialValue >= UInt64(max(0, bytes)) else {
      throw FileError(
        code: "disk-full", message: "about \(bytes) bytes are needed, but only \(free.partialValue) are free",
        place: folder, suggestion: "make room, or save elsewhere")
    }
  }

  private static func sync(_ path: String, flags: Int32) throws(FileError) {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { _ = close(file) }
    var info = stat()
    // Gives back what was reserved beyond the end.
    if flags & O_RDWR != 0, fstat(file, &info) == 0 { _ = ftruncate(file, info.st_size) }
    // Some file systems cannot sync a folder; there is nothing better to do on them.
    guard fsync(file) == 0 || errno == EINVAL else { throw failure("bring to the disk", path) }
  }

  private static func failure(_ action: String, _ path: String) -> FileError {
    let reason = String(cString: strerror(errno))
    let isFull = errno == ENOSPC || errno == EDQUOT
    return FileError(
      code: isFull ? "disk-full" : "unwritable", message: "cannot \(action): \(reason)", place: path,
      suggestion: isFull ? "make room, or save elsewhere" : "save elsewhere")
  }
}
