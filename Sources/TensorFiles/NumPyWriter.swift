import CZlib

extension NumPyFile {
  /// Writes one array as a `.npy` file.
  package static func write(_ path: String, _ tensor: StoredTensor) throws(FileError) {
    try tensor.check()
    let array = NumPyArray(tensor)
    try AtomicFile.stream(path, bytes: array.size) { (file) throws(FileError) in
      try array.parts { (bytes) throws(FileError) in try file.write(bytes) }
    }
  }

  /// Writes arrays as an uncompressed `.npz` file, each named by its path with slashes between.
  package static func writeArchive(_ path: String, _ tensors: [StoredTensor]) throws(FileError) {
    var names: Set<String> = []
    for tensor in tensors {
      try tensor.check()
      guard names.insert(tensor.path.joined(separator: "/")).inserted else {
        throw FileError(code: "bad-tensor", message: "two tensors are named \(tensor.name)", place: path)
      }
    }
    let arrays = tensors.map { (name: $0.path.joined(separator: "/") + ".npy", array: NumPyArray($0)) }
    let bytes = arrays.reduce(100) { $0 + $1.array.size + 200 + 2 * $1.name.utf8.count }
    try AtomicFile.stream(path, bytes: bytes) { (file) throws(FileError) in
      var directory: [UInt8] = []
      for (name, array) in arrays {
        var sum = crc32(0, nil, 0)
        try array.parts { (bytes) throws(FileError) in sum = Self.sum(sum, bytes) }
        let start = file.count
        // Lengths of 64 bits stand in a field of their own; those before it say so.
        let wide = little(1, 2) + little(16, 2) + little(array.size, 8) + little(array.size, 8)
        let common =
          little(45, 2) + little(0x800, 2) + little(0, 2) + little(0, 2) + little(33, 2) + little(Int(sum), 4)
          + little(0xFFFF_FFFF, 4) + little(0xFFFF_FFFF, 4) + little(name.utf8.count, 2)
        try file.write(little(0x0403_4B50, 4) + common + little(wide.count, 2) + Array(name.utf8) + wide)
        try array.parts { (bytes) throws(FileError) in try file.write(bytes) }
        let place = little(1, 2) + little(24, 2) + wide.dropFirst(4) + little(start, 8)
        directory += little(0x0201_4B50, 4) + little(45, 2) + common + little(place.count, 2)
        directory += little(0, 2) + little(0, 2) + little(0, 2) + little(0o600 << 16, 4) + little(0xFFFF_FFFF, 4)
        directory += Array(name.utf8) + place
      }
      let start = file.count
      let count = arrays.count
      try file.write(directory)
      let end = file.count
      try file.write(
        little(0x0606_4B50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 4) + little(0, 4)
          + little(count, 8) + little(count, 8) + little(directory.count, 8) + little(start, 8))
      try file.write(little(0x0706_4B50, 4) + little(0, 4) + little(end, 8) + little(1, 4))
      let short = min(count, 0xFFFF)
      try file.write(
        little(0x0605_4B50, 4) + little(0, 2) + little(0, 2) + little(short, 2) + little(short, 2)
          + little(min(directory.count, 0xFFFF_FFFF), 4) + little(min(start, 0xFFFF_FFFF), 4) + little(0, 2))
    }
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  /// The checksum of zip archives over further bytes.
  private static func sum(_ before: uLong, _ bytes: UnsafeRawBufferPointer) -> uLong {
    var sum = before
    for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 1 << 30)])
      sum = crc32(sum, part.baseAddress?.assumingMemoryBound(to: UInt8.self), uInt(part.count))
    }
    return sum
  }
}

/// An array as a `.npy` file holds it.
private struct NumPyArray {
  private let values: StoredTensor.Values
  private let header: [UInt8]
  /// Unicode scalars of each text, filled up with zeros to the longest one; empty for numbers.
  private let text: [UInt8]
  /// Bytes of all of it.
  let size: Int

  init(_ tensor: StoredTensor) {
    values = tensor.values
    var type = ""
    var text: [UInt8] = []
    if case .strings(let texts) = tensor.values {
      let width = max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
      type = "<U\(width)"
      text.reserveCapacity(texts.count * width * 4)
      for item in texts {
        for scalar in item.unicodeScalars { withUnsafeBytes(of: scalar.value.littleEndian) { text += $0 } }
        text += repeatElement(0, count: 4 * (width - item.unicodeScalars.count))
      }
    } else if let number = tensor.values.numberType {
      let name = NumPyHeader.types.first { $0.value == number }?.key
      // NumPy has no numbers of the front half of a float; its users read their bits.
      type = (number.size == 1 ? "|" : "<") + (name ?? "u2")
    }
    self.text = text
    let sides = tensor.shape.map { "\($0)," }.joined(separator: " ")
    var head = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sides)), }"
    head += String(repeating: " ", count: 63 - (head.utf8.count + 10) % 64) + "\n"
    let length = head.utf8.count
    header = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8 & 0xFF)] + Array(head.utf8)
    size = header.count + text.count + values.byteCount
  }

  /// Gives its bytes to `body`, front to back.
  func parts(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
    var problem: FileError?
    for bytes in [header, text] where problem == nil {
      bytes.withUnsafeBytes { buffer in
        do throws(FileError) { try body(buffer) } catch { problem = error }
      }
    }
    if let problem { throw problem }
    try values.withNumberBytes(body)
  }
}
