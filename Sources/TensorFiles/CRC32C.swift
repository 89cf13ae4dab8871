import CKernels
import Dispatch

/// The Castagnoli checksum (RFC 3720), which tells that stored numbers changed.
package enum CRC32C {
  /// The checksum of `bytes`.
  /// - Parameter isPortable: leaves the processor's own instruction out.
  package static func of(_ bytes: UnsafeRawBufferPointer, isPortable: Bool) -> UInt32 {
    ck_crc32c(0, bytes.baseAddress, bytes.count, isPortable)
  }

  /// The checksum of `bytes`.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 { of(bytes, isPortable: false) }

  /// The checksum of what `sum` is the checksum of, followed by `bytes`.
  static func extended(_ sum: UInt32, by bytes: UnsafeMutableRawBufferPointer) -> UInt32 {
    ck_crc32c(sum, bytes.baseAddress, bytes.count, false)
  }

  /// The checksum of two pieces, one behind the other, from the checksums of each.
  package static func joined(_ first: UInt32, _ second: UInt32, secondCount: Int) -> UInt32 {
    ck_crc32c_joined(first, second, secondCount)
  }
}

/// A checksum that another thread computes while this one does something else with the bytes. The bytes stay until this
/// is gone.
package final class SumBeside {
  private final class Result: @unchecked Sendable { var sum: UInt32 = 0 }
  private struct Bytes: @unchecked Sendable { let all: UnsafeRawBufferPointer }

  private let result = Result()
  private let isDone = DispatchGroup()

  package init(_ bytes: UnsafeRawBufferPointer) {
    let (result, bytes) = (result, Bytes(all: bytes))
    if bytes.all.count < 1 << 20 {
      result.sum = CRC32C.of(bytes.all)
    } else {
      DispatchQueue.global().async(group: isDone) { result.sum = CRC32C.of(bytes.all) }
    }
  }

  // Also after an error nobody reads the bytes any more.
  deinit { isDone.wait() }

  /// Waits for the other thread.
  package func value() -> UInt32 {
    isDone.wait()
    return result.sum
  }
}
