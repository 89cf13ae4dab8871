import Recommendation
import TestKit
import Testing

struct ItemCountsTests {
  @Test func countsByHand() throws {
    let sequences: [[Int32]] = [[0, 1, 0, 1], [1, 1, 2], [2], []]
    let next = try ItemCounts(.next, sequences: sequences, itemCount: 4)
    #expect(next.count(0, 1) == 2 && next.count(1, 0) == 1 && next.count(1, 1) == 1 && next.count(1, 2) == 1)
    #expect(next.count(2, 1) == 0 && next.count(3, 3) == 0 && next.count(9, 0) == 0 && next.count(-1, 0) == 0)
    let together = try ItemCounts(.together, sequences: sequences, itemCount: 4)
    #expect(together.count(0, 1) == 1 && together.count(1, 0) == 1 && together.count(1, 2) == 1)
    #expect(together.count(1, 1) == 0, "an item is not in its own company")
    #expect(together.count(0, 2) == 0)
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func rowsAddUpAsTheMatrixDoes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let items = 30
    let sequences = (0..<40).map { _ in
      (0..<Int.random(in: 0...9, using: &random)).map { _ in Int32.random(in: 0..<Int32(items), using: &random) }
    }
    for kind in [ItemCounts.Kind.next, .together] {
      let counts = try ItemCounts(kind, sequences: sequences, itemCount: items)
      for a in 0..<Int32(items) {
        var row = [Double](repeating: 0, count: items)
        row.withUnsafeMutableBufferPointer { counts.add(row: a, times: 0.5, to: $0) }
        for b in 0..<Int32(items) {
          let expected =
            switch kind {
            case .next: sequences.reduce(0) { $0 + zip($1, $1.dropFirst()).count { $0 == a && $1 == b } }
            case .together: a == b ? 0 : sequences.count { $0.contains(a) && $0.contains(b) }
            }
          #expect(row[Int(b)] == 0.5 * Double(expected))
        }
      }
    }
  }
}
