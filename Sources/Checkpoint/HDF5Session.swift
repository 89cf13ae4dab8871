import CHDF5
import Synchronization
import TensorFiles

/// One at a time: the library's high-level part is not safe across threads, and its error printing is set per thread.
private let library = Mutex(false)

/// Runs `body` as the only user of HDF5 in the process, with the library's own printing off.
func withHDF5<Result: Sendable>(
  _ body: () throws(FileError) -> sending Result
) throws(FileError) -> Result {
  try library.withLock { (isReady) throws(FileError) -> sending Result in
    if !isReady {
      // Must come before any other call: after a full disk the library's exit handler would crash the process.
      H5dont_atexit()
      guard H5open() >= 0 else {
        throw FileError(code: "hdf5-failed", message: "the HDF5 library did not start")
      }
      // Shared objects named by the environment have no business in this process.
      H5PLset_loading_state(0)
      isReady = true
    }
    pmm_h5_quiet()
    return try body()
  }
}

/// Runs `body` while the library has no file open in this process, so that a child does not inherit one with its lock.
func withoutHDF5Files<Result>(_ body: () -> sending Result) -> sending Result {
  library.withLock { _ in body() }
}

/// An open object of the library, closed when it goes out of scope.
struct Handle: ~Copyable {
  let id: hid_t

  /// Takes over `id`; a negative one is an error of the library, told as "cannot `action`".
  init(_ id: hid_t, _ action: @autoclosure () -> String, place: String) throws(FileError) {
    guard id >= 0 else { throw hdf5Error(action(), place: place) }
    self.id = id
  }

  deinit { H5Idec_ref(id) }
}

/// Throws where the library answered with a negative status.
func require(_ status: herr_t, _ action: @autoclosure () -> String, place: String) throws(FileError) {
  guard status >= 0 else { throw hdf5Error(action(), place: place) }
}

/// The library's own words on what just failed.
func hdf5Error(_ action: String, place: String) -> FileError {
  let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer -> String in
    guard let start = buffer.baseAddress else { return "" }
    pmm_h5_take_error(start, buffer.count)
    return String(cString: start)
  }
  // The library says the same at each level of its calls; what it says first and last tells most.
  var levels: [Substring] = []
  for level in text.split(separator: ": ") where !levels.contains(level) { levels.append(level) }
  if levels.count > 3 { levels.removeSubrange(1..<levels.count - 2) }
  let reason = text.isEmpty ? "" : ": \(printable(levels.joined(separator: ": ")))"
  var suggestion: String?
  if text.contains("already open for write") { suggestion = "h5clear -s FILE, if no other program is writing it" }
  if text.contains("errno = 11") {
    suggestion = "close the program that has it open, or set HDF5_USE_FILE_LOCKING=FALSE"
  }
  return FileError(
    code: text.contains("errno = 28") ? "disk-full" : "hdf5-failed", message: "cannot \(action)\(reason)", place: place,
    suggestion: suggestion)
}
