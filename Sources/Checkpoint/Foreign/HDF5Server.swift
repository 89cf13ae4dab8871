import CHDF5
import FoundationEssentials
import Glibc
import TensorFiles

/// The child process that opens an HDF5 file of a stranger, because the library can crash on one.
///
/// It gets the file as descriptor 3 and requests on standard input, answers on standard output, and can open nothing else.
package enum HDF5Server {
  /// The hidden first word of the command line that makes a process such a child.
  package static let verb = "hdf5-child"
  /// The descriptor of the file.
  static let fileDescriptor: Int32 = 3
  /// What the library calls the file.
  static let filePath = "/proc/self/fd/3"

  /// Serves requests until the parent closes the connection; gives the exit status.
  package static func run() -> Int32 {
    // Whatever else the parent left open is no business of this process.
    for descriptor in fileDescriptor + 1..<1024 { _ = close(descriptor) }
    setLimits()
    do throws(FileError) {
      try withHDF5 { () throws(FileError) in
        var info = stat()
        guard fstat(fileDescriptor, &info) == 0 else {
          throw FileError(code: "missing-file", message: "there is no file to read")
        }
        let access = try Handle(pmm_h5_read_access(), "make a property list", place: filePath)
        let file = try Handle(pmm_h5_open_to_read(filePath, access.id), "open \(filePath)", place: filePath)
        // From here on no other file can be opened, whatever links, views and external values say.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
        while let (kind, address) = receive() {
          do throws(FileError) { try answer(kind, address, file.id, size: Int(info.st_size)) } catch { try fail(error) }
        }
      }
    } catch {
      // The parent may be gone, or the file could not be opened; only the latter can be told.
      try? fail(error)
    }
    return 0
  }

  private static func answer(_ kind: HDF5Frame, _ address: UInt64, _ file: hid_t, size: Int) throws(FileError) {
    try progress()
    switch kind {
    case .walk:
      let found = try HDF5Walk.run(file, size: size, place: filePath)
      try send(found)
    case .read:
      try HDF5Tiles(file, address: address, size: size, place: filePath).send(send)
    case .description, .numbers, .fill, .texts, .failure, .progress:
      throw FileError(code: "internal", message: "an unknown request")
    }
  }

  private static func send(_ found: HDF5Description) throws(FileError) {
    var start = 0
    repeat {
      var piece = found
      piece.nodes = Array(found.nodes.dropFirst(start).prefix(HDF5Description.pieceNodes))
      start += piece.nodes.count
      piece.hasMore = start < found.nodes.count
      if piece.hasMore { (piece.attributes, piece.notes) = ([], []) }
      guard let data = try? encoder.encode(piece) else {
        throw FileError(code: "damaged-file", message: "its contents cannot be described")
      }
      try progress()
      try send(.description, Array(data))
    } while start < found.nodes.count
  }

  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }()

  /// Memory is limited for good; there is no dump, and nobody is asked what to do about a crash.
  private static func setLimits() {
    // Whoever started the parent may have blocked the signal that ends a process without progress.
    var signals = sigset_t()
    sigfillset(&signals)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGXCPU, SIG_DFL)
    var memory = rlimit(rlim_cur: rlim_t(HDF5Limits.memory), rlim_max: rlim_t(HDF5Limits.memory))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    limitProcessorTime()
  }

  /// The second of the clock at which the parent last heard of progress; the child has one thread.
  nonisolated(unsafe) private static var lastProgress = 0

  /// Called now and then during long work: tells the parent that it goes on, and gets more processor time for it.
  static func progress() throws(FileError) {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    guard now.tv_sec != lastProgress else { return }
    lastProgress = now.tv_sec
    limitProcessorTime()
    try send(.progress, [])
  }

  /// Gives the process some more seconds; one that makes no progress is ended by the system.
  private static func limitProcessorTime() {
    var used = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, rlim_t(used.tv_sec + 1 + HDF5Limits.cpuSeconds))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
  }

  /// The next request, or nil once the parent closed the connection.
  private static func receive() -> (HDF5Frame, UInt64)? {
    guard let head = read(HDF5Frame.headBytes), let (kind, count) = HDF5Frame.parse(head), count == 8,
      let address = read(count)
    else { return nil }
    return (kind, address.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { Glibc.read(0, $0.baseAddress.map { $0 + done }, count - done) }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }

  private static func send(_ kind: HDF5Frame, _ bytes: [UInt8]) throws(FileError) {
    try write(HDF5Frame.head(kind, bytes.count))
    try write(bytes)
  }

  private static func fail(_ error: FileError) throws(FileError) {
    let failure = HDF5Failure(code: error.code, message: error.message, suggestion: error.suggestion)
    try send(.failure, Array((try? encoder.encode(failure)) ?? Data()))
  }

  private static func write(_ bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let got = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw FileError(code: "internal", message: "nobody listens") }
      done += got
    }
  }
}
