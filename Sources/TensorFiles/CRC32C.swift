/// The Castagnoli checksum (RFC 3720), which tells that stored numbers changed.
package struct CRC32C {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of `bytes`.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sum = CRC32C()
    sum.add(bytes)
    return ~sum.state
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    tables.withUnsafeBufferPointer { tables in
      var at = 0
      // Eight bytes a turn, each through its own table.
      while at + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) ^ UInt64(crc)
        var next: UInt32 = 0
        for byte in 0..<8 { next ^= tables[(7 - byte) << 8 | Int(word >> UInt64(byte * 8) & 0xFF)] }
        crc = next
        at += 8
      }
      while at < bytes.count {
        crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[at])) & 0xFF)]
        at += 1
      }
    }
    state = crc
  }
}

/// Eight tables of 256 entries: table `n` moves a byte over `n` more zero bytes.
private let tables: [UInt32] = {
  var result = [UInt32](repeating: 0, count: 8 * 256)
  for byte in 0..<256 {
    var crc = UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    result[byte] = crc
  }
  for table in 1..<8 {
    for byte in 0..<256 {
      let before = result[(table - 1) << 8 | byte]
      result[table << 8 | byte] = before >> 8 ^ result[Int(before & 0xFF)]
    }
  }
  return result
}()
