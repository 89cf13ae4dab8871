import FoundationEssentials
import Glibc
import Synchronization
import TensorFiles

/// The parent's side of the child process that reads a file of a stranger.
///
/// It may crash or hang; here that is an error. It is gone when this object is.
package final class HDF5Child {
  /// How children are started and how long they may be silent.
  package struct Settings: Sendable {
    /// The program that serves `HDF5Server.verb`; nil for the `pmm` that stands beside the running program.
    package var program: String?
    /// Seconds without a byte after which a child is ended.
    package var patience = 30.0

    package init() {}
  }

  private static let shared = Mutex(Settings())

  /// Those of files that are opened from now on.
  package static var settings: Settings {
    get { shared.withLock { $0 } }
    set { shared.withLock { $0 = newValue } }
  }

  private let path: String
  private var process: pid_t = -1
  private var connection: Int32 = -1
  private let patience: Double

  /// Starts a child that reads `file`.
  init(_ file: InputFile, _ settings: Settings) throws(FileError) {
    path = file.path
    patience = settings.patience
    try start(settings.program ?? Self.neighbour(), file)
  }

  deinit { _ = end() }

  /// Sends a request; the answers are then received one by one.
  func send(_ kind: HDF5Frame, _ number: UInt64 = 0) throws(FileError) {
    let bytes = HDF5Frame.head(kind, 8) + (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    // A few bytes always fit into an empty connection; a child that is gone must not end this process.
    guard Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw broken()
    }
  }

  /// The head of the next answer; a failure that the child tells is thrown.
  /// - Parameter limit: bytes that the answer may have.
  func receiveHead(limit: Int) throws(FileError) -> (kind: HDF5Frame, count: Int) {
    var (kind, count) = (HDF5Frame.progress, 0)
    while kind == .progress {
      guard let head = HDF5Frame.parse(try receive(HDF5Frame.headBytes)), head.kind != .progress || head.count == 0
      else { throw broken() }
      (kind, count) = head
    }
    if kind == .failure {
      guard count <= 1 << 16 else { throw broken() }
      throw failure(try receive(count))
    }
    guard count <= limit else { throw broken() }
    return (kind, count)
  }

  func receive(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: FileError?
    bytes.withUnsafeMutableBytes { target in
      do throws(FileError) { try receive(into: target) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  func receive(into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    var done = 0
    while done < target.count {
      try wait()
      let got = recv(connection, target.baseAddress.map { $0 + done }, target.count - done, 0)
      if got < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard got > 0 else { throw broken() }
      done += got
    }
  }

  /// Waits for bytes, but neither for ever nor against the user's wish.
  private func wait() throws(FileError) {
    var waited = 0.0
    while true {
      do throws(FileError) { try FileWork.check() } catch {
        _ = end()
        throw error
      }
      var request = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
      let ready = poll(&request, 1, 50)
      if ready > 0 { return }
      if ready == 0 { waited += 0.05 }
      guard waited < patience else {
        _ = end()
        throw FileError(
          code: "reading-hangs", message: "reading \(printable(path)) came to no end; the file may be damaged",
          place: path,
          suggestion: "copy it again, or try h5dump on it")
      }
    }
  }

  private func failure(_ json: [UInt8]) -> FileError {
    guard let told = try? JSONDecoder().decode(HDF5Failure.self, from: Data(json)) else { return broken() }
    let message = told.message.split(separator: HDF5Server.filePath, omittingEmptySubsequences: false)
      .joined(separator: path)
    return FileError(code: told.code, message: message, place: path, suggestion: told.suggestion)
  }

  /// The error on a child that ended, or talks nonsense.
  func broken() -> FileError {
    let status = end()
    let signal = status & 0x7F
    switch signal {
    case SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP:
      return FileError(
        code: "damaged-file",
        message: "\(printable(path)) is damaged: the HDF5 library crashed on it (\(Self.name(signal)))", place: path,
        suggestion: "copy it again, or go back to an older one")
    case SIGXCPU:
      return FileError(
        code: "reading-hangs", message: "reading \(printable(path)) came to no end; the file may be damaged",
        place: path,
        suggestion: "copy it again, or try h5dump on it")
    case SIGINT: return FileError(code: "interrupted", message: "interrupted")
    case 0 where status >> 8 & 0xFF == 127:
      return FileError(
        code: "hdf5-failed", message: "the program that reads HDF5 files could not be started", place: path)
    default:
      let how = signal == 0 ? "with status \(status >> 8 & 0xFF)" : "by signal \(signal)"
      return FileError(
        code: "hdf5-failed", message: "the process that read \(printable(path)) ended \(how) before it was done",
        place: path)
    }
  }

  private static func name(_ signal: Int32) -> String {
    switch signal {
    case SIGSEGV: "SIGSEGV"
    case SIGBUS: "SIGBUS"
    case SIGABRT: "SIGABRT"
    case SIGFPE: "SIGFPE"
    case SIGILL: "SIGILL"
    default: "signal \(signal)"
    }
  }

  /// Ends the child, where that is still to be done, and gives the status that the system kept of it.
  private func end() -> Int32 {
    guard process > 0 else { return 0 }
    // One that ended by itself shows how; the others are ended here.
    var status: Int32 = 0
    var result = ended(&status, WNOHANG)
    // After a crash the connection is closed a moment before the process has ended.
    var turns = 0
    while result == 0, turns < 40, isHungUp {
      usleep(5_000)
      result = ended(&status, WNOHANG)
      turns += 1
    }
    if result == 0 {
      kill(process, SIGKILL)
      _ = ended(&status, 0)
    }
    _ = close(connection)
    process = -1
    connection = -1
    return status
  }

  private func ended(_ status: inout Int32, _ options: Int32) -> pid_t {
    while true {
      let result = waitpid(process, &status, options)
      if result < 0 && errno == EINTR { continue }
      return result
    }
  }

  private var isHungUp: Bool {
    var request = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0 && Int32(request.revents) & Int32(POLLHUP) != 0
  }

  private func start(_ program: String, _ file: InputFile) throws(FileError) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Self.notStarted(errno, path) }
    // The child's ends must not be the numbers that they are moved to.
    let theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
    let handed = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 10)
    defer { for descriptor in [ends[1], theirs, handed] where descriptor >= 0 { _ = close(descriptor) } }
    guard theirs >= 0, handed >= 0 else {
      let reason = errno
      _ = close(ends[0])
      throw Self.notStarted(reason, path)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, theirs, 0)
    posix_spawn_file_actions_adddup2(&actions, theirs, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, handed, HDF5Server.fileDescriptor)
    var child: pid_t = -1
    let status = Self.withStrings([program, HDF5Server.verb]) { arguments in
      Self.withStrings(Self.environment()) { environment in
        withoutHDF5Files { posix_spawn(&child, program, &actions, nil, arguments, environment) }
      }
    }
    guard status == 0 else {
      _ = close(ends[0])
      throw Self.notStarted(status, path)
    }
    process = child
    connection = ends[0]
  }

  private static func notStarted(_ reason: Int32, _ path: String) -> FileError {
    FileError(
      code: "hdf5-failed",
      message: "the process that reads HDF5 files could not be started: \(String(cString: strerror(reason)))",
      place: path)
  }

  /// This process's environment without what would cost the child time: threads for products, and reports of crashes.
  private static func environment() -> [String] {
    var settings = ProcessInfo.processInfo.environment
    settings["OPENBLAS_NUM_THREADS"] = "1"
    settings["SWIFT_BACKTRACE"] = "enable=no"
    return settings.map { "\($0)=\($1)" }
  }

  private static func withStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  /// The program `pmm` in the folder of the running program.
  private static func neighbour() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/pmm"
  }
}
