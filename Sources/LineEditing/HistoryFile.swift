import Foundation

/// The history as a text file that any program can read: before each entry a line `#% time session`, then the entry, whose
/// further lines begin with a tab. It is only ever added to, so that shells may share it.
package struct HistoryFile {
  package enum Loaded {
    case entries([String])
    case problem(String)
  }

  /// How many entries are loaded at most.
  static let most = 10_000
  /// How many bytes are read at most, from the end.
  static let mostBytes = 64 << 20

  package let path: String

  package init(path: String) { self.path = path }

  /// Where the user's history is: `PMM_HISTORY`, else below `XDG_STATE_HOME` or `~/.local/state`; nil where `PMM_HISTORY` is
  /// empty, or no home is known.
  package static func standard(_ environment: [String: String]) -> HistoryFile? {
    if let named = environment["PMM_HISTORY"] { return named.isEmpty ? nil : HistoryFile(path: named) }
    // The convention of these folders: a path that is not absolute is to be ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return HistoryFile(path: state + "/pmm/history")
    }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return HistoryFile(path: home + "/.local/state/pmm/history")
  }

  // MARK: Reading

  /// The last entries, oldest first, of equal ones the last. A file that is not there has none.
  package func load() -> Loaded {
    // Opening what is no file, such as a pipe, must not wait.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if file < 0 { return errno == ENOENT ? .entries([]) : .problem(problem("cannot be read")) }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      return .problem("the history \(path) is no file")
    }
    let size = Int(facts.st_size)
    let start = max(0, size - Self.mostBytes)
    var bytes = [UInt8](repeating: 0, count: size - start)
    var read = 0
    while read < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(file, buffer.baseAddress.map { $0 + read }, buffer.count - read, off_t(start + read))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return .problem(problem("cannot be read")) }
      if count == 0 { break }
      read += count
    }
    return .entries(Self.entries(in: bytes[..<read]))
  }

  /// Reads what a file holds; bytes that are no text become U+FFFD, and lines that belong to no entry are left out.
  package static func entries(in bytes: ArraySlice<UInt8>) -> [String] {
    var found: [[Substring]] = []
    var isInside = false
    // Line ends of other systems are as good.
    let text = String(decoding: bytes.filter { $0 != 13 }, as: UTF8.self)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#% ") {
        found.append([])
        isInside = true
      } else if isInside, let last = found.indices.last {
        if line.hasPrefix("\t") {
          found[last].append(line.dropFirst())
        } else if found[last].isEmpty || line.isEmpty {
          found[last].append(line)
        } else {
          isInside = false
        }
      }
    }
    var seen: Set<String> = []
    var newest: [String] = []
    for lines in found.reversed() where newest.count < most {
      let entry = History.trimmed(lines.joined(separator: "\n")).filter { $0 != "\0" }
      if !entry.isEmpty, seen.insert(entry).inserted { newest.append(entry) }
    }
    return newest.reversed()
  }

  // MARK: Writing

  /// Adds an entry with one write under a lock; what went wrong, in words, or nil.
  package func append(_ entry: String) -> String? {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch { return "the folder \(folder) of the history cannot be made" }
    }
    let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
    if file < 0 { return problem("cannot be written") }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return "the history \(path) is no file" }
    lock(file)
    defer { flock(file, LOCK_UN) }
    var bytes = Array(Self.record(entry).utf8)
    // What a full disk cut off must not run into this entry.
    var last: UInt8 = 10
    let size = fstat(file, &facts) == 0 ? facts.st_size : 0
    if size > 0, pread(file, &last, 1, size - 1) == 1, last != 10 { bytes.insert(10, at: 0) }
    let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    return written == bytes.count ? nil : problem("cannot be written")
  }

  /// An entry as it stands in the file.
  static func record(_ entry: String) -> String {
    let stamp = Date().formatted(.iso8601)
    var lines = entry.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for index in lines.indices where index > 0 || lines[index].hasPrefix("#% ") || lines[index].hasPrefix("\t") {
      lines[index] = "\t" + lines[index]
    }
    return "#% \(stamp) \(getpid())\n" + lines.joined(separator: "\n") + "\n"
  }

  /// Waits for other shells, but not for ever: a write that appends is whole without a lock as well.
  private func lock(_ file: Int32) {
    for _ in 0..<50 {
      if flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
      usleep(2_000)
    }
  }

  private func problem(_ what: String) -> String { "the history \(path) \(what): \(String(cString: strerror(errno)))" }
}
