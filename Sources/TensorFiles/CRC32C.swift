import CKernels

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
