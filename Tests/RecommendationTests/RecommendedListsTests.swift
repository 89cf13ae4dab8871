import Recommendation
import TestKit
import Testing

struct RecommendedListsTests {
  private static func add(_ lists: inout RecommendedLists, _ scores: [Float], _ hidden: Set<Int32> = [])
    -> RecommendedLists.One
  {
    scores.withUnsafeBufferPointer { lists.add(scores: $0, hidden: hidden) }
  }

  @Test func listsByHand() {
    // Half of the 20 events are those of item 0, so that it alone is the head; items 1 and 2 share a place.
    var lists = RecommendedLists(k: 2, occurrences: [10, 4, 4, 2], heads: [0.5])
    let one = Self.add(&lists, [9, 5, 5, 1])
    #expect(one.averagePopularity == (10 + 0.5 * 4 + 0.5 * 4) / 2)
    #expect(one.tailShares == [0.5])
    #expect(lists.coverage == (1 + 0.5 + 0.5 + 0) / 4)
    let other = Self.add(&lists, [9, 5, 5, 1], [0])
    #expect(other.averagePopularity == 4 && other.tailShares == [1])
    #expect(lists.coverage == (1 + 1 + 1 + 0) / 4.0)
    // Exposures 0, 1, 1.5, 1.5: (-3 * 0 - 1 * 1 + 1 * 1.5 + 3 * 1.5) / (4 * 4).
    #expect(abs(lists.gini - 5.0 / 16) < 1e-15)
    let short = Self.add(&lists, [1, 2, 3, 4], [0, 1, 2])
    #expect(short.averagePopularity == 2, "one candidate is the whole list")
  }

  @Test func theTailDividesWhatIsEquallyPopular() {
    #expect(RecommendedLists.tail([8, 1, 1, 0], head: 0.8) == [0, 1, 1, 1])
    // Two of the four items of 2 make up the missing 4 events.
    #expect(RecommendedLists.tail([2, 2, 4, 2, 2], head: 8.0 / 12) == [0.5, 0.5, 0, 0.5, 0.5])
    #expect(RecommendedLists.tail([0, 0], head: 0.8) == [1, 1])
    #expect(RecommendedLists.tail([5, 0], head: 1) == [0, 1])
  }

  @Test func aConstantScorerShowsAllEqually() {
    var lists = RecommendedLists(k: 3, occurrences: [1, 2, 3, 4, 5, 6])
    for _ in 0..<4 { _ = Self.add(&lists, [Float](repeating: 1, count: 6)) }
    #expect(abs(lists.gini) < 1e-15 && abs(lists.coverage - (1 - 0.0625)) < 1e-15)
    var one = RecommendedLists(k: 1, occurrences: [1, 2, 3, 4])
    for _ in 0..<9 { _ = Self.add(&one, [1, 5, 2, 3]) }
    #expect(one.gini == 0.75 && one.coverage == 0.25, "one of four items fills all lists")
  }

  @Test func theSelectionFindsTheLastPlace() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      let count = Int.random(in: 1...40, using: &random)
      let k = Int.random(in: 1...12, using: &random)
      let scores = (0..<count).map { _ in Float(Int.random(in: -3...5, using: &random)) }
      let events = (0..<count).map { _ in Int.random(in: 0...9, using: &random) }
      var lists = RecommendedLists(k: k, occurrences: events)
      let one = Self.add(&lists, scores)
      // Slowly: sort, and let the ties at the last place share it.
      let sorted = scores.sorted(by: >)
      let length = min(k, count)
      let last = sorted[length - 1]
      let (better, tied) = (sorted.count { $0 > last }, sorted.count { $0 == last })
      let chances = scores.map { $0 > last ? 1 : $0 == last ? Double(length - better) / Double(tied) : 0 }
      let popularity = zip(chances, events).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(length)
      #expect(abs(one.averagePopularity - popularity) < 1e-12)
      #expect(abs(lists.coverage - chances.reduce(0, +) / Double(count)) < 1e-12)
    }
  }

  @Test func numbersOfItemsDoNotMatter() throws {
    var random = SeededGenerator(seed: 9)
    let (users, items) = (40, 60)
    let order = (0..<items).shuffled(using: &random)
    let counts = (0..<items).map { _ in Int.random(in: 0...5, using: &random) }
    let rows = (0..<users).map { _ in (0..<items).map { _ in Float(Int.random(in: 0...6, using: &random)) } }
    let histories = (0..<users).map { _ in (0..<5).map { _ in Int32.random(in: 0..<60, using: &random) } }
    let targets = (0..<users).map { _ in Array(Set((0..<3).map { _ in Int32.random(in: 0..<60, using: &random) })) }
    /// Item `order[i]` is called i.
    func measure(permuted: Bool) throws -> [Double] {
      var places = Array(0..<items)
      if permuted { for (new, old) in order.enumerated() { places[old] = new } }
      func moved<T>(_ values: [T]) -> [T] { permuted ? order.map { values[$0] } : values }
      func moved(_ list: [Int32]) -> [Int32] { list.map { Int32(places[Int($0)]) } }
      var lists = RecommendedLists(k: 10, occurrences: moved(counts), heads: [0.8])
      var sums = [Double](repeating: 0, count: 9)
      for user in 0..<users {
        let scores: [Float] = moved(rows[user])
        let hidden: [Int32] = moved(histories[user])
        let wanted: [Int32] = moved(targets[user])
        let one = try scores.withUnsafeBufferPointer { buffer in
          Result { try Ranking.ranked(scores: buffer, targets: wanted, excluded: hidden.sorted()) }
        }.get()
        for (index, kind) in RankingMetric.Kind.allCases.filter({ !$0.isOfLists }).enumerated() {
          for rule in TieRule.allCases { sums[index] += Ranking.value(RankingMetric(kind, 10), one, rule) }
        }
        let list = Self.add(&lists, scores, Set(hidden))
        sums[7] += list.averagePopularity
        sums[8] += list.tailShares[0]
      }
      return sums + [lists.coverage, lists.gini]
    }
    for (one, other) in zip(try measure(permuted: false), try measure(permuted: true)) {
      #expect(abs(one - other) < 1e-12 * max(1, abs(one)))
    }
  }
}
