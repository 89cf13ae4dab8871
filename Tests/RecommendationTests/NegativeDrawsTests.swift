import Recommendation
import Testing

/// What the losses over drawn items learn from.
@Suite struct NegativeDrawsTests {
  /// Two rows of three steps over the items 1, 4 and 6 of ten; the second row holds 6 alone and has one target.
  private func draws(_ key: UInt64, count: Int = 4, offered: [Bool]? = nil) throws -> NegativeDraws {
    try NegativeDraws(
      own: [true, true, false, false, false, true], ids: [1, 4, 6], offered: offered,
      wanted: [false, true, true, false, false, true], rows: 2, steps: 3, entries: 10, count: count, key: key)
  }

  @Test func everyDrawIsAStranger() throws {
    var seen: [[Int]] = [[Int](repeating: 0, count: 10), [Int](repeating: 0, count: 10)]
    for key in 0..<2000 {
      let found = try draws(UInt64(key))
      #expect(found.items == Set(found.items).sorted() && found.slots.count == 24)
      for (place, slot) in found.slots.enumerated() {
        let (row, step) = (place / 12, place / 4 % 3)
        guard [1, 2, 5].contains(row * 3 + step) else {
          #expect(slot == 0, "slots without a target point at the first")
          continue
        }
        seen[row][Int(found.items[Int(slot)])] += 1
      }
    }
    // 16,000 draws among 8 and 8,000 among 9, each within 5 standard deviations of even.
    for (row, own, all) in [(0, [1, 4], 16_000.0), (1, [6], 8_000.0)] {
      let share = 1 / Double(10 - own.count)
      for item in 0..<10 {
        let count = Double(seen[row][item])
        if own.contains(item) {
          #expect(count == 0)
        } else {
          #expect(abs(count - all * share) < 5 * (all * share * (1 - share)).squareRoot(), "item \(item)")
        }
      }
    }
  }

  @Test func theKeyAndThePlaceDecideEverything() throws {
    #expect(try draws(1) == draws(1))
    #expect(try Set((0..<20).map { try draws(UInt64($0)).slots }).count > 15)
    let one = try draws(3, count: 1)
    #expect(Set(try (0..<50).flatMap { try draws($0, count: 1).items }).count > 5 && one.slots.count == 6)
  }

  @Test func onlyWhatIsOfferedIsDrawn() throws {
    let offered = (0..<20).map { [2, 4, 12, 13, 16].contains($0) }
    for key in 0..<100 {
      let found = try draws(UInt64(key), offered: offered)
      #expect(Set(found.slots[4..<12].map { found.items[Int($0)] }) == [2])
      #expect(Set(found.slots[20...].map { found.items[Int($0)] }).isSubset(of: [2, 3]))
    }
  }

  @Test func whatDoesNotFitIsRefused() {
    #expect(throws: DataError.self) { try self.draws(1, offered: (0..<20).map { [1, 4, 16].contains($0) }) }
    #expect(throws: DataError.self) { try self.draws(1, offered: [true]) }
    #expect(throws: DataError.self) {
      try NegativeDraws(
        own: [true], ids: [9], offered: nil, wanted: [true], rows: 1, steps: 1, entries: 9, count: 1, key: 0)
    }
  }

  @Test func rowsWithoutTargetsNeedNothing() throws {
    let none = try NegativeDraws(
      own: [true], ids: [0], offered: nil, wanted: [false], rows: 1, steps: 1, entries: 1, count: 2, key: 0)
    #expect(none.items == [0] && none.slots == [0, 0])
  }
}
