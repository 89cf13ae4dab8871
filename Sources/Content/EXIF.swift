/// The one entry of EXIF that changes how an image looks.
enum EXIF {
  /// The orientation, 1 to 8, that a JPEG file asks for; 1 where it asks for none or its block is damaged.
  static func orientation(_ bytes: [UInt8]) -> Int {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      // The picture starts here; blocks behind it do not count.
      if marker == 0xDA || marker == 0xD9 { return 1 }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let end = position + 2 + length
      guard length >= 2, end <= bytes.count else { return 1 }
      let block = bytes[position + 4..<end]
      if marker == 0xE1, block.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) { return entry(Array(block.dropFirst(6))) }
      position = end
    }
    return 1
  }

  /// Looks for tag 274 in the first directory of a TIFF block.
  private static func entry(_ tiff: [UInt8]) -> Int {
    let isLittle = tiff.starts(with: [0x49, 0x49, 0x2A, 0])
    guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return 1 }
    let number = { (at: Int, size: Int) -> Int? in
      guard at >= 0, at + size <= tiff.count else { return nil }
      let part = tiff[at..<at + size]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return 1 }
    for index in 0..<count {
      let at = directory + 2 + index * 12
      guard let tag = number(at, 2) else { return 1 }
      if tag == 274, number(at + 2, 2) == 3, let value = number(at + 8, 2) { return value }
    }
    return 1
  }
}
