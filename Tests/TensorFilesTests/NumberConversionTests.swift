import TensorFiles
import TestKit
import Testing

@Suite struct NumberConversionTests {
  /// Numbers that most types hold, of every type, come through every other.
  @Test func everyTypeTurnsIntoEveryOther() throws {
    let plain: [Double] = [0, 1, 1, 0, 1]
    for stored in NumberType.allCases {
      for type in NumberType.allCases {
        #expect(try Self.converted(plain, stored, type) == plain, "\(stored) as \(type)")
      }
    }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let cases: [([Double], NumberType, NumberType, Int, String)] = [
      ([1, 1e300], .float64, .float32, 1, "1e+300"), ([70000], .float32, .float16, 0, "70000.0"),
      ([1, 2, 1.5], .float32, .int64, 2, "1.5"), ([3_000_000_000], .int64, .int32, 0, "3000000000"),
      ([-1], .int8, .uint64, 0, "-1"), ([0, 2], .uint8, .bool, 1, "2"), ([128], .float64, .int8, 0, "128.0"),
    ]
    for (numbers, stored, type, place, value) in cases {
      let source = try Self.bytes(numbers, as: stored)
      var target = [UInt8](repeating: 0, count: numbers.count * type.size)
      let misfit = source.withUnsafeBytes { source in
        target.withUnsafeMutableBytes { NumberConversion.convert(source, of: stored, as: type, into: $0) }
      }
      #expect(misfit?.index == place)
      #expect(misfit?.value == value)
    }
  }

  @Test func infinityAndRoundingAreKept() throws {
    #expect(try Self.converted([.infinity, -.infinity], .float64, .bfloat16) == [.infinity, -.infinity])
    #expect(try Self.converted([1.00390625, 1.01171875], .float32, .bfloat16) == [1, 1.015625], "ties go to even")
    #expect(try Self.converted([0.1], .float64, .float32) == [Double(Float(0.1))])
    #expect(try Self.converted([.nan], .float64, .bfloat16).first?.isNaN == true)
  }

  @Test func bytesAreSwappedInPlace() {
    var bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    bytes.withUnsafeMutableBytes { NumberConversion.swapBytes($0, width: 4) }
    #expect(bytes == [4, 3, 2, 1, 8, 7, 6, 5])
  }

  /// Numbers by way of `stored` and `type` and back.
  private static func converted(_ numbers: [Double], _ stored: NumberType, _ type: NumberType) throws -> [Double] {
    let there = try change(bytes(numbers, as: stored), of: stored, as: type, count: numbers.count)
    let back = try change(there, of: type, as: .float64, count: numbers.count)
    return back.withUnsafeBytes { bytes in numbers.indices.map { bytes.load(fromByteOffset: $0 * 8, as: Double.self) } }
  }

  private static func bytes(_ numbers: [Double], as type: NumberType) throws -> [UInt8] {
    try change(numbers.withUnsafeBytes { Array($0) }, of: .float64, as: type, count: numbers.count)
  }

  private static func change(
    _ bytes: [UInt8], of stored: NumberType, as type: NumberType, count: Int
  ) throws -> [UInt8] {
    var target = [UInt8](repeating: 0, count: count * type.size)
    let misfit = bytes.withUnsafeBytes { source in
      target.withUnsafeMutableBytes { NumberConversion.convert(source, of: stored, as: type, into: $0) }
    }
    try #require(misfit == nil)
    return target
  }
}
