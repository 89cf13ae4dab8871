import Dispatch
import Synchronization

/// SHA-256 of a stream, made on another thread than the one that reads it: pieces are copied, so the reader may change
/// its own at once.
final class StreamDigest: Sendable {
  private let hash = Mutex(SHA256())
  private let queue = DispatchQueue(label: "digest")
  /// How many copies may wait; a slow digest holds the reader up instead of filling the memory.
  private let room = DispatchSemaphore(value: 4)

  /// Takes in the next bytes.
  func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard !bytes.isEmpty else { return }
    let copy = Array(bytes)
    room.wait()
    queue.async {
      self.hash.withLock { hash in copy.withUnsafeBufferPointer { hash.update($0) } }
      self.room.signal()
    }
  }

  /// The digest of all bytes taken in, as 64 hexadecimal digits; nothing may follow.
  func finish() -> String {
    queue.sync { hash.withLock { $0.finish() } }
  }
}
