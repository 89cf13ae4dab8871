/// Random numbers of one named stream of a world.
///
/// Only integers and + - * / and square roots on doubles are used, which IEEE 754 defines to the last bit: a world is the
/// same on every machine. Every item and user has a stream of its own, so that more of them change none of the others.
struct WorldRandom {
  private var state: UInt64

  /// - Parameters:
  ///   - platform: empty for what all platforms share.
  ///   - index: of the item or user.
  init(seed: UInt64, platform: String, stream: String, index: Int = 0) {
    var hash = WorldDigest()
    hash.add(seed)
    hash.add(Array(platform.utf8))
    hash.add(Array(stream.utf8))
    hash.add(UInt64(truncatingIfNeeded: index))
    state = scrambled(hash.value)
  }

  /// SplitMix64 (Steele, Lea and Flood 2014).
  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  /// At least 0 and below 1, in steps of 2^-53.
  mutating func uniform() -> Double { Double(bits() >> 11) / 9_007_199_254_740_992 }

  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// From 0 to `bound - 1`.
  mutating func integer(_ bound: Int) -> Int {
    Int(bits().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// Standard normal: the polar method (Marsaglia and Bray 1964).
  mutating func normal() -> Double {
    while true {
      let (u, v) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = u * u + v * v
      if square < 1, square > 0 { return u * (-2 * Exact.log(square) / square).squareRoot() }
    }
  }

  /// Gamma of shape 2 and scale 1: the sum of two exponentials.
  mutating func gamma2() -> Double {
    -Exact.log(1 - uniform()) - Exact.log(1 - uniform())
  }

  /// An index, with probability proportional to the steps of `sums`, ascending partial sums.
  mutating func index(_ sums: [Double]) -> Int {
    let goal = uniform() * (sums.last ?? 0)
    var (low, high) = (0, max(0, sums.count - 1))
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > goal { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// A permutation of `0..<count`.
  mutating func permutation(_ count: Int) -> [Int] { shuffledOrder(count: count, key: bits()) }
}

/// Exponential and logarithm from operations that IEEE 754 defines to the last bit; the C library's may differ in it.
enum Exact {
  private static let ln2 = 0.693_147_180_559_945_3

  /// Natural logarithm of a normal number above 0, right to about 1e-15.
  static func log(_ x: Double) -> Double {
    guard x > 0, x.isNormal else { return -.infinity }
    var (exponent, part) = (Int(x.exponent), x.significand)
    if part > 1.414_213_562_373_095 {
      part /= 2
      exponent += 1
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172.
    let s = (part - 1) / (part + 1)
    let square = s * s
    var sum = 0.0
    for odd in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(odd) }
    return Double(exponent) * ln2 + 2 * s * sum
  }

  /// e to the power of x, right to about 1e-15; x within ±700.
  static func exp(_ x: Double) -> Double {
    let x = min(max(x, -700), 700)
    let power = (x / ln2).rounded()
    let rest = x - power * ln2
    var sum = 1.0
    for term in stride(from: 17, through: 1, by: -1) { sum = 1 + sum * rest / Double(term) }
    return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
  }
}

/// 64-bit FNV-1a (Fowler, Noll and Vo) over bytes; numbers go in lowest byte first.
struct WorldDigest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    add(UInt64(bytes.count))
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  mutating func add(_ word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      value = (value ^ (word >> shift & 0xFF)) &* 0x100_0000_01B3
    }
  }

  mutating func add(_ numbers: [Int32]) {
    add(UInt64(numbers.count))
    for number in numbers { add(UInt64(UInt32(bitPattern: number))) }
  }
}
