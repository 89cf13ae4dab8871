/// Random numbers that are functions of a seed, the name of a stream and an index alone.
struct CounterRandom {
  private let key: UInt64
  private var count: UInt64 = 0

  init(seed: UInt64, stream: String, index: Int = 0) {
    // FNV-1a of the name, so that streams of one seed share nothing.
    let name = stream.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    key = scrambled(scrambled(seed) ^ name) ^ scrambled(UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// The key of the stream, for functions that take one.
  var streamKey: UInt64 { scrambled(key) }

  mutating func next() -> UInt64 {
    defer { count &+= 1 }
    return scrambled(key &+ count &* 0x9E37_79B9_7F4A_7C15)
  }

  /// Uniform over 0..<`range` up to a bias of 2^-64 times the range; 0 for an empty range.
  mutating func below(_ range: Int) -> Int {
    range > 0 ? Int(next().multipliedFullWidth(by: UInt64(range)).high) : 0
  }

  /// Uniform over the numbers between 0 and 1, both excluded, at steps of 2^-53.
  mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
}
