import Glibc

/// Names of files that are being written, and how those of killed programs are told from those in work.
///
/// A name says whose it is: `.model.h5.unfinished-HOST-PROCESS-RANDOM`.
enum Unfinished {
  private static let mark = ".unfinished-"

  /// A name beside that of the file it will become, that no other file has.
  static func name(for name: String) -> String {
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return "\(stem(name))\(host)-\(getpid())-\(random)"
  }

  private static func stem(_ name: String) -> String { ".\(name.prefix(100))\(mark)" }

  /// Removes what programs that no longer run have left for `name` in a folder. Files of other machines stay for a day: they
  /// may be in work there.
  static func clear(_ folder: String, _ name: String) {
    guard let stream = opendir(folder) else { return }
    var names: [String] = []
    while let entry = readdir(stream) {
      let found = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if found.hasPrefix(stem(name)) { names.append(found) }
    }
    closedir(stream)
    for found in names where isLeft(found, in: folder) { _ = unlink("\(folder)/\(found)") }
  }

  private static func isLeft(_ name: String, in folder: String) -> Bool {
    let facts = name.split(separator: "-").suffix(3)
    guard facts.count == 3, let first = facts.first, let process = facts.dropFirst().first.flatMap({ pid_t($0) }) else {
      return isOld("\(folder)/\(name)")
    }
    guard first == host else { return isOld("\(folder)/\(name)") }
    return process != getpid() && process > 0 && kill(process, 0) != 0 && errno == ESRCH
  }

  private static func isOld(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG && time(nil) - info.st_mtim.tv_sec > 86_400
  }

  /// A few letters that tell this machine from others.
  private static let host: String = {
    var bytes = [CChar](repeating: 0, count: 256)
    _ = gethostname(&bytes, bytes.count - 1)
    let sum = bytes.withUnsafeBytes { CRC32C.of(UnsafeRawBufferPointer(rebasing: $0.prefix { $0 != 0 })) }
    return String(sum, radix: 36)
  }()
}
