import Recommendation
import TestKit
import Testing

struct SinglePrecisionTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func orderAndTiesAreThoseOfDoubles(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    // Many collide in single precision, some are equal, some are zero, some smaller than any single number.
    let values = (0..<200).map { _ -> Double in
      switch Int.random(in: 0..<6, using: &random) {
      case 0: 0
      case 1: Double.random(in: -1e-50...1e-50, using: &random)
      case 2: 1 + Double(Int.random(in: -3...3, using: &random)) * 1e-12
      case 3: -1 - Double(Int.random(in: -3...3, using: &random)) * 1e-12
      case 4: Double.random(in: -100...100, using: &random)
      default: Double(Int.random(in: -3...3, using: &random))
      }
    }
    let singles = singlePrecisionKeepingOrder(values)
    for a in values.indices {
      for b in values.indices {
        #expect((values[a] < values[b]) == (singles[a] < singles[b]))
        #expect((values[a] == values[b]) == (singles[a] == singles[b]))
      }
      #expect(abs(Double(singles[a]) - values[a]) <= 1e-5 * max(1, abs(values[a])))
    }
  }

  @Test func whatIsNoNumberStaysNone() {
    let singles = singlePrecisionKeepingOrder([.nan, 1, 0, .infinity])
    #expect(singles[0].isNaN && Array(singles.dropFirst()) == [1, 0, .infinity])
  }
}
