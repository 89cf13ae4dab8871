/// Numbers of one type turned into another, each checked.
package enum NumberConversion {
  /// Turns the numbers in `source` into `type` in `target`, which has room for exactly as many; both little-endian and
  /// without gaps, at any alignment.
  /// - Returns: the place of the first number that `type` cannot hold, with its value in words; nil where all fit.
  ///   Fractions are rounded to the precision of `type`; a fraction or a number outside is no whole number, and only 0
  ///   and 1 are truth values.
  package static func convert(
    _ source: UnsafeRawBufferPointer, of stored: NumberType, as type: NumberType,
    into target: UnsafeMutableRawBufferPointer
  ) -> (index: Int, value: String)? {
    guard stored != type || stored == .bool else {
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<min(source.count, target.count)]))
      return nil
    }
    return switch stored {
    case .float64: from(Double.self, source, as: type, into: target)
    case .float32: from(Float.self, source, as: type, into: target)
    case .float16: from(Float16.self, source, as: type, into: target)
    case .bfloat16: from(BFloat16.self, source, as: type, into: target)
    case .int64: from(Int64.self, source, as: type, into: target)
    case .int32: from(Int32.self, source, as: type, into: target)
    case .int16: from(Int16.self, source, as: type, into: target)
    case .int8: from(Int8.self, source, as: type, into: target)
    case .uint64: from(UInt64.self, source, as: type, into: target)
    case .uint32: from(UInt32.self, source, as: type, into: target)
    case .uint16: from(UInt16.self, source, as: type, into: target)
    case .uint8: from(UInt8.self, source, as: type, into: target)
    case .bool: from(TruthValue.self, source, as: type, into: target)
    }
  }

  private static func from<Source: FileNumber>(
    _ stored: Source.Type, _ source: UnsafeRawBufferPointer, as type: NumberType,
    into target: UnsafeMutableRawBufferPointer
  ) -> (index: Int, value: String)? {
    switch type {
    case .float64: run(stored, Double.self, source, target)
    case .float32: run(stored, Float.self, source, target)
    case .float16: run(stored, Float16.self, source, target)
    case .bfloat16: run(stored, BFloat16.self, source, target)
    case .int64: run(stored, Int64.self, source, target)
    case .int32: run(stored, Int32.self, source, target)
    case .int16: run(stored, Int16.self, source, target)
    case .int8: run(stored, Int8.self, source, target)
    case .uint64: run(stored, UInt64.self, source, target)
    case .uint32: run(stored, UInt32.self, source, target)
    case .uint16: run(stored, UInt16.self, source, target)
    case .uint8: run(stored, UInt8.self, source, target)
    case .bool: run(stored, TruthValue.self, source, target)
    }
  }

  private static func run<Source: FileNumber, Target: FileNumber>(
    _: Source.Type, _: Target.Type, _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
  ) -> (index: Int, value: String)? {
    let (width, step) = (MemoryLayout<Target>.size, MemoryLayout<Source>.size)
    for index in 0..<min(source.count / step, target.count / width) {
      let number = source.loadUnaligned(fromByteOffset: index * step, as: Source.self)
      guard let result = number.converted(to: Target.self) else { return (index, "\(number)") }
      target.storeBytes(of: result, toByteOffset: index * width, as: Target.self)
    }
    return nil
  }

  /// Puts the bytes of each number of `width` bytes in the opposite order.
  package static func swapBytes(_ bytes: UnsafeMutableRawBufferPointer, width: Int) {
    guard width > 1 else { return }
    for start in stride(from: 0, through: bytes.count - width, by: width) {
      var (low, high) = (start, start + width - 1)
      while low < high {
        bytes.swapAt(low, high)
        low += 1
        high -= 1
      }
    }
  }
}

/// A number as it stands in a file.
protocol FileNumber: BitwiseCopyable, CustomStringConvertible {
  /// Nil where the value is not one of this type.
  init?(whole: some FixedWidthInteger)
  init?(real: Double)
  func converted<Other: FileNumber>(to: Other.Type) -> Other?
}

extension FileNumber where Self: FixedWidthInteger {
  init?(whole: some FixedWidthInteger) { self.init(exactly: whole) }
  init?(real: Double) { self.init(exactly: real) }
  func converted<Other: FileNumber>(to: Other.Type) -> Other? { Other(whole: self) }
}

extension Int64: FileNumber {}
extension Int32: FileNumber {}
extension Int16: FileNumber {}
extension Int8: FileNumber {}
extension UInt64: FileNumber {}
extension UInt32: FileNumber {}
extension UInt16: FileNumber {}
extension UInt8: FileNumber {}

extension Double: FileNumber {
  init?(whole: some FixedWidthInteger) { self.init(whole) }
  init?(real: Double) { self = real }
  func converted<Other: FileNumber>(to: Other.Type) -> Other? { Other(real: self) }
}

extension Float: FileNumber {
  init?(whole: some FixedWidthInteger) { self.init(whole) }
  init?(real: Double) {
    self.init(real)
    if isInfinite && real.isFinite { return nil }
  }
  func converted<Other: FileNumber>(to: Other.Type) -> Other? { Other(real: Double(self)) }
}

extension Float16: FileNumber {
  init?(whole: some FixedWidthInteger) { self.init(real: Double(whole)) }
  init?(real: Double) {
    self.init(real)
    if isInfinite && real.isFinite { return nil }
  }
  func converted<Other: FileNumber>(to: Other.Type) -> Other? { Other(real: Double(self)) }
}

/// The upper half of a `Float`.
struct BFloat16: FileNumber {
  let bits: UInt16

  init?(whole: some FixedWidthInteger) { self.init(real: Double(whole)) }

  /// Rounds to the nearest, ties to even.
  init?(real: Double) {
    let single = Float(real)
    guard !single.isNaN else {
      bits = 0x7FC0
      return
    }
    let pattern = single.bitPattern
    bits = UInt16(truncatingIfNeeded: (pattern &+ 0x7FFF &+ (pattern >> 16 & 1)) >> 16)
    if value.isInfinite && real.isFinite { return nil }
  }

  var value: Float { Float(bitPattern: UInt32(bits) << 16) }
  var description: String { value.description }
  func converted<Other: FileNumber>(to: Other.Type) -> Other? { Other(real: Double(value)) }
}

/// A byte that is 0 for false; whatever else stands in a file is true.
struct TruthValue: FileNumber {
  let byte: UInt8

  init?(whole: some FixedWidthInteger) {
    guard whole == 0 || whole == 1 else { return nil }
    byte = UInt8(truncatingIfNeeded: whole)
  }

  init?(real: Double) {
    guard real == 0 || real == 1 else { return nil }
    byte = real == 1 ? 1 : 0
  }

  var description: String { byte == 0 ? "false" : "true" }
  func converted<Other: FileNumber>(to: Other.Type) -> Other? { Other(whole: byte == 0 ? 0 as UInt8 : 1) }
}
