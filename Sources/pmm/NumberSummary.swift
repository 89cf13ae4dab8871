import TensorFiles

/// The first numbers of a tensor and the sum of all, read a part at a time.
struct NumberSummary {
  /// How many of the first values are kept.
  static let count = 6

  private(set) var head: [JSONNumber]
  /// Of those that are finite.
  private(set) var sum = 0.0

  init(_ entry: FileEntry, _ type: NumberType, _ source: any TensorSource) throws(FileError) {
    let count = elementCount(entry.shape) ?? 0
    head = [JSONNumber](repeating: .whole(0), count: min(count, Self.count))
    var doubles: [Double] = []
    // Typed errors do not pass through the closures of arrays, so the values are kept outside.
    var (head, sum) = (head, 0.0)
    try source.numbers(entry) { (first, bytes) throws(FileError) in
      try FileWork.check()
      let part = bytes.count / type.size
      if doubles.count < part { doubles = [Double](repeating: 0, count: part) }
      doubles.withUnsafeMutableBytes { target in
        // Every number has a double near it.
        _ = NumberConversion.convert(bytes, of: type, as: .float64, into: target)
      }
      for index in 0..<part where doubles[index].isFinite { sum += doubles[index] }
      for index in 0..<part {
        guard first + index < head.count else { break }
        head[first + index] = Self.value(bytes, index, type, doubles[index])
      }
    }
    self.head = head
    self.sum = sum
  }

  private static func value(_ bytes: UnsafeRawBufferPointer, _ index: Int, _ type: NumberType, _ near: Double)
    -> JSONNumber
  {
    switch type {
    case .int64: .whole(bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
    case .uint64: .unsigned(bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    case .float64, .float32, .float16, .bfloat16: .real(near)
    case .int32, .int16, .int8, .uint32, .uint16, .uint8, .bool: .whole(Int64(exactly: near) ?? 0)
    }
  }
}

/// How many numbers each part of a model of this program has.
struct PartTotals {
  private(set) var byPart: [String: Int] = [:]
  /// In the order of the file.
  private(set) var parts: [String] = []

  /// Whether this program wrote a file.
  static func isOwn(_ source: any TensorSource) -> Bool {
    source.attributes.contains { attribute in
      guard attribute.name == "format", case .texts(let texts) = attribute.value else { return false }
      return texts.first?.hasPrefix("pmm-") ?? false
    }
  }

  /// Nil for a file of another program.
  init?(_ source: any TensorSource) {
    guard Self.isOwn(source) else { return nil }
    for entry in source.entries where entry.path.count > 2 && entry.path[0] == "model" {
      guard case .numbers = entry.content, let count = elementCount(entry.shape) else { continue }
      if byPart[entry.path[1]] == nil { parts.append(entry.path[1]) }
      byPart[entry.path[1], default: 0] = byPart[entry.path[1], default: 0].addingReportingOverflow(count).partialValue
    }
    guard !parts.isEmpty else { return nil }
  }
}
