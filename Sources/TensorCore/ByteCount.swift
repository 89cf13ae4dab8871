/// Numbers of bytes as people write them.
package enum ByteCount {
  /// "1.5 GiB", "0.3 MiB".
  package static func text(_ bytes: Int) -> String {
    let (unit, name): (Double, String) = bytes >= 1 << 30 ? (0x1p30, "GiB") : (0x1p20, "MiB")
    return "\((Double(bytes) / unit * 10).rounded() / 10) \(name)"
  }

  /// Powers of 1024 are K, M, G and T, also as KiB, those of 1000 KB, MB, GB and TB.
  private static let units: [(name: String, bytes: Double)] = [
    ("", 1), ("b", 1), ("k", 0x1p10), ("kib", 0x1p10), ("kb", 1e3), ("m", 0x1p20), ("mib", 0x1p20), ("mb", 1e6),
    ("g", 0x1p30), ("gib", 0x1p30), ("gb", 1e9), ("t", 0x1p40), ("tib", 0x1p40), ("tb", 1e12),
  ]

  /// Reads "8G", "1.5 GiB", "500 MB" or "123456"; nil for anything else, and for less than nothing.
  package static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let rest = text.dropFirst(digits.count)
    let name = String(rest.drop { $0 == " " })
    guard let number = Double(digits), let unit = units.first(where: { $0.name == name.lowercased() })
    else { return nil }
    let bytes = number * unit.bytes
    return bytes < 0x1p62 ? Int(bytes) : nil
  }
}
