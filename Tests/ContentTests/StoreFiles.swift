/// Image stores and arrays as bytes, made here so that tests need no other program.
enum StoreFiles {
  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + little(text.utf8.count, 4) + Array(text.utf8)
  }

  /// The pickle of an LMDB_Image, protocol 3, as Python writes it.
  static func image(_ pixels: [UInt8], width: Int?, height: Int = 0, type: String = "LMDB_Image") -> [UInt8] {
    var bytes: [UInt8] =
      [0x80, 3] + Array("c__main__\n\(type)\nq".utf8) + [0] + Array(")".utf8) + [0x81] + Array("q".utf8)
    bytes += [1] + Array("}q".utf8) + [2] + Array("(".utf8)
    if let width {
      bytes += text("channels") + [UInt8(ascii: "K"), 3] + text("size")
      bytes += [UInt8(ascii: "K"), UInt8(height), UInt8(ascii: "K"), UInt8(width), 0x86, UInt8(ascii: "q"), 5]
    }
    bytes += text("image") + [UInt8(ascii: "B")] + little(pixels.count, 4) + pixels
    bytes += text("id") + text("v1")
    return bytes + Array("ub.".utf8)
  }

  /// An LMDB file of a few entries: two descriptions, one leaf, and pages of their own for values over 1000 bytes.
  static func lmdb(_ entries: [(key: String, value: [UInt8])]) -> [UInt8] {
    let size = 4096
    let sorted = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    var leaf = [UInt8](repeating: 0, count: size)
    var overflow: [UInt8] = []
    var upper = size
    func put(_ bytes: [UInt8], _ at: Int, _ page: inout [UInt8]) {
      page.replaceSubrange(at..<at + bytes.count, with: bytes)
    }
    for (index, entry) in sorted.enumerated() {
      let isLarge = entry.value.count > 1000
      let page = 3 + overflow.count / size
      let data = isLarge ? little(page, 8) : entry.value
      let node =
        little(entry.value.count & 0xFFFF, 2) + little(entry.value.count >> 16, 2) + little(isLarge ? 1 : 0, 2)
        + little(entry.key.utf8.count, 2) + Array(entry.key.utf8) + data
      upper -= (node.count + 1) / 2 * 2
      put(node, upper, &leaf)
      put(little(upper, 2), 16 + index * 2, &leaf)
      if isLarge {
        let pages = (entry.value.count + 16 + size - 1) / size
        var block = [UInt8](repeating: 0, count: pages * size)
        put(little(page, 8), 0, &block)
        put(little(4, 2), 10, &block)
        put(little(pages, 4), 12, &block)
        put(entry.value, 16, &block)
        overflow += block
      }
    }
    put(little(2, 8), 0, &leaf)
    put(little(2, 2), 10, &leaf)
    put(little(16 + sorted.count * 2, 2), 12, &leaf)
    put(little(upper, 2), 14, &leaf)
    var bytes: [UInt8] = []
    for page in 0..<2 {
      var meta = [UInt8](repeating: 0, count: size)
      put(little(page, 8), 0, &meta)
      put(little(8, 2), 10, &meta)
      put(little(0xBEEF_C0DE, 4) + little(1, 4), 16, &meta)
      put(little(1 << 30, 8), 32, &meta)
      put(little(size, 4), 40, &meta)
      put(little(1, 2), 94, &meta)
      put(little(sorted.count, 8) + little(2, 8), 120, &meta)
      put(little(2 + overflow.count / size, 8) + little(page, 8), 136, &meta)
      bytes += meta
    }
    return bytes + leaf + overflow
  }

  /// A `.npy` file.
  static func npy(_ type: String, _ shape: String, _ values: [UInt8], version: UInt8 = 1, fortran: Bool = false)
    -> [UInt8]
  {
    var head = "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
    while (head.utf8.count + (version == 1 ? 11 : 13)) % 64 != 0 { head += " " }
    head += "\n"
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + little(head.utf8.count, version == 1 ? 2 : 4)
      + Array(head.utf8) + values
  }

  static func floats(_ values: [Float]) -> [UInt8] { values.flatMap { little(Int($0.bitPattern), 4) } }
}

/// A small seeded generator.
struct Noise {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(1, bound)))
  }

  /// Bytes with a few changed, or cut off.
  mutating func damaged(_ bytes: [UInt8], near: Int? = nil) -> [UInt8] {
    var result = bytes
    if next(4) == 0 {
      result.removeLast(next(result.count + 1))
      return result
    }
    for _ in 0...next(5) { result[next(min(near ?? result.count, result.count))] = UInt8(next(256)) }
    return result
  }
}
