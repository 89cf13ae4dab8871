package import CKernels

/// The threads that work on a kernel.
package enum Threads {
  /// Set once at start; results do not depend on it.
  package static var count: Int {
    get { Int(ck_get_threads()) }
    set { ck_set_threads(Int32(clamping: newValue)) }
  }
}

/// A request to stop, which a signal handler may make.
package enum Interrupts {
  package static var isPending: Bool { ck_interrupt_pending() != 0 }
  package static func request() { ck_interrupt_set(1) }
  package static func clear() { ck_interrupt_set(0) }
  /// Runs a body that no request stops halfway; throws `TensorError.interrupted` if one was made before it.
  package static func holding<T>(_ body: () throws -> T) throws -> T {
    if ck_interrupt_hold(1) != 0 {
      _ = ck_interrupt_hold(0)
      throw TensorError.interrupted
    }
    defer { _ = ck_interrupt_hold(0) }
    return try body()
  }

  /// Throws `TensorError.interrupted` while a request is pending, `.memory` if a kernel lacked some.
  package static func check() throws {
    if ck_interrupt_pending() != 0 { throw TensorError.interrupted }
    let missing = ck_take_failure()
    if missing != 0 { throw TensorError.memory(MemoryShortage(bytes: Int(missing))) }
  }
}

/// Bytes of tensors, as the pool counts them.
package struct Memory: Sendable {
  package let live: Int
  package let pooled: Int
  package let peak: Int

  package static var now: Memory {
    let counters = ck_memory_now()
    return Memory(live: Int(counters.live), pooled: Int(counters.pooled), peak: Int(counters.peak))
  }

  /// Bytes that this thread has asked for since it began, given back or not.
  package static var takenByThread: Int { Int(ck_thread_taken()) }

  /// A smaller limit could not be worked under.
  package static let leastLimit = 1 << 20

  /// Starts the peak again from what is live.
  package static func resetPeak() { ck_reset_peak() }
  /// Gives pooled blocks back to the system.
  package static func trim() { ck_trim() }
  /// Bytes that tensors may take; nil for no limit.
  package static var limit: Int? {
    get {
      let bytes = Int(clamping: ck_memory_limit())
      return bytes == 0 ? nil : bytes
    }
    set { ck_set_memory_limit(newValue ?? 0) }
  }
}

/// The float32 kernels of the level in use.
package enum Kernels {
  /// What the kernels' instructions may be, the widest first.
  package enum Level: String, CaseIterable, Sendable {
    case avx512, avx2, portable

    fileprivate var table: UnsafePointer<ck_table>? { ck_kernels_named(rawValue) }
    /// Whether this processor has it.
    package var isHere: Bool { table != nil }
  }

  nonisolated(unsafe) private static let process: UnsafePointer<ck_table> = ck_kernels()
  /// Level of a scope, so that tests can run all of them; one that the processor lacks changes nothing.
  @TaskLocal package static var scoped: Level?

  package static var table: ck_table { (scoped?.table ?? process).pointee }
  package static var level: Level { Level(rawValue: String(cString: table.name)) ?? .portable }
}

/// Random numbers as pure functions of a key and an index.
package enum Random {
  package static func mix(_ word: UInt64) -> UInt64 { ck_mix(word) }
  /// In (0, 1).
  package static func uniform(_ key: UInt64, _ index: Int) -> Double { ck_uniform(key, UInt64(index)) }
  /// Standard normal.
  package static func normal(_ key: UInt64, _ index: Int) -> Double { ck_normal(key, UInt64(index)) }
  /// Fills float tensors with `scale` times standard normal numbers, element i a function of (key, i).
  package static func fillNormal(_ tensor: Tensor, _ key: UInt64, scale: Double) {
    withExtendedLifetime(tensor) {
      switch tensor.dtype {
      case .float32: ck_fill_normal(key, tensor.count, scale, tensor.pointer(), nil)
      case .float64: ck_fill_normal(key, tensor.count, scale, nil, tensor.pointer())
      case .int32, .bool: break
      }
    }
  }
  /// A key of its own for `part` of the stream `key`.
  package static func fold(_ key: UInt64, _ part: UInt64) -> UInt64 {
    ck_mix(key &+ 0x9E37_79B9_7F4A_7C15 &* (part &+ 1))
  }
}
