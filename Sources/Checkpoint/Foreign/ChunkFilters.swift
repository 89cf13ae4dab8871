import CZlib
import TensorFiles

/// A step of packing that HDF5 applied to the chunks of a dataset.
struct ChunkFilter {
  static let deflate: Int32 = 1
  static let shuffle: Int32 = 2
  static let fletcher32: Int32 = 3

  let id: Int32
  /// Bytes of one value, for shuffle.
  let width: Int

  /// Whether this program undoes the filter itself.
  var isOwn: Bool { id == Self.deflate || id == Self.shuffle || id == Self.fletcher32 }

  /// What people call a filter by its number in the HDF Group's list.
  static func name(_ id: Int32) -> String {
    switch id {
    case deflate: "gzip"
    case shuffle: "shuffle"
    case fletcher32: "fletcher32"
    case 4: "szip"
    case 5: "nbit"
    case 6: "scale-offset"
    case 305: "lzo"
    case 307: "bzip2"
    case 32000: "lzf"
    case 32001: "blosc"
    case 32004: "lz4"
    case 32008: "bitshuffle"
    case 32013: "zfp"
    case 32015: "zstd"
    case 32017: "sz"
    case 32026: "blosc2"
    default: "number \(id)"
    }
  }
}

/// Undoes the packing of chunks. The library's own way copies past the end of a chunk that unpacks to less than it should;
/// here every length is exact or the chunk is damaged.
enum ChunkFilters {
  /// The bytes of a chunk.
  /// - Parameters:
  ///   - stored: the bytes in the file.
  ///   - filters: in the order in which they were applied.
  ///   - skipped: a bit for each filter that was left out for this chunk.
  ///   - count: the bytes that there must be in the end.
  /// - Throws: what is wrong, in words.
  static func unpack(
    _ stored: [UInt8], _ filters: [ChunkFilter], skipped: UInt32, count: Int
  ) throws(ChunkDamage) -> [UInt8] {
    var bytes = stored
    for (index, filter) in filters.enumerated().reversed() where index >= 32 || skipped >> UInt32(index) & 1 == 0 {
      switch filter.id {
      case ChunkFilter.fletcher32: try check(&bytes)
      case ChunkFilter.deflate:
        // Checksums that were added before it are inside.
        let sums = filters[..<index].enumerated().count {
          $1.id == ChunkFilter.fletcher32 && skipped >> UInt32($0) & 1 == 0
        }
        bytes = try inflate(bytes, count: count + 4 * sums)
      case ChunkFilter.shuffle: bytes = unshuffle(bytes, width: filter.width)
      default: throw ChunkDamage(words: "a chunk is packed with \(ChunkFilter.name(filter.id))")
      }
    }
    guard bytes.count == count else {
      throw ChunkDamage(words: "a chunk has \(bytes.count) bytes instead of \(count)")
    }
    return bytes
  }

  private static func inflate(_ bytes: [UInt8], count: Int) throws(ChunkDamage) -> [UInt8] {
    var length = uLongf(count)
    var status = Z_OK
    let result = [UInt8](unsafeUninitializedCapacity: max(1, count)) { target, used in
      status = uncompress(target.baseAddress, &length, bytes, uLong(bytes.count))
      used = status == Z_OK ? min(Int(length), count) : 0
    }
    switch status {
    case Z_OK where length == uLongf(count): return result
    case Z_OK: throw ChunkDamage(words: "a chunk unpacks to \(length) bytes instead of \(count)")
    case Z_BUF_ERROR: throw ChunkDamage(words: "a chunk unpacks to something else than \(count) bytes")
    default: throw ChunkDamage(words: "the gzip data of a chunk is broken")
    }
  }

  private static func unshuffle(_ bytes: [UInt8], width: Int) -> [UInt8] {
    guard width > 1, bytes.count >= width else { return bytes }
    let count = bytes.count / width
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, used in
      bytes.withUnsafeBufferPointer { source in
        for byte in 0..<width {
          let plane = byte * count
          for index in 0..<count { target[index * width + byte] = source[plane + index] }
        }
        for index in count * width..<source.count { target[index] = source[index] }
      }
      used = bytes.count
    }
  }

  /// Compares the checksum at the end with the bytes before it, and takes it off.
  private static func check(_ bytes: inout [UInt8]) throws(ChunkDamage) {
    guard bytes.count >= 4 else { throw ChunkDamage(words: "a chunk is too short for its checksum") }
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    bytes.removeLast(4)
    let sum = fletcher32(bytes)
    // Old versions of the library stored each half turned round.
    let old = (stored & 0x00FF_00FF) << 8 | stored >> 8 & 0x00FF_00FF
    guard sum == stored || sum == old else { throw ChunkDamage(words: "a chunk does not fit its checksum") }
  }

  /// Fletcher's checksum over words of 16 bits, high byte first, as HDF5 computes it.
  private static func fletcher32(_ bytes: [UInt8]) -> UInt32 {
    var (first, second): (UInt64, UInt64) = (0, 0)
    let fold = { (sum: UInt64) -> UInt64 in sum == 0 ? 0 : (sum - 1) % 65535 + 1 }
    for start in stride(from: 0, to: bytes.count, by: 2 * 4096) {
      var at = start
      let end = min(bytes.count, start + 2 * 4096)
      while at < end {
        first += UInt64(bytes[at]) << 8 | (at + 1 < bytes.count ? UInt64(bytes[at + 1]) : 0)
        second += first
        at += 2
      }
      first = fold(first)
      second = fold(second)
    }
    return UInt32(second) << 16 | UInt32(first)
  }
}

/// Why a chunk cannot be unpacked.
struct ChunkDamage: Error {
  let words: String
}
