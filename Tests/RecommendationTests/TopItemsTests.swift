import Recommendation
import TestKit
import Testing

struct TopItemsTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func theBestAreTheFirstOfAllInOrder(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let scores = (0..<60).map { _ in Float(Int.random(in: -3...3, using: &random)) }
    let place = (0..<60).map { Int32($0) }.shuffled(using: &random)
    let excluded = (0..<10).map { _ in Int32.random(in: 0..<60, using: &random) }
    for k in [1, 5, 60, 100] {
      let best = scores.withUnsafeBufferPointer { TopItems.best(k, of: $0, excluded: excluded, place: place) }
      let all = (0..<60).filter { !excluded.contains(Int32($0)) }.sorted {
        scores[$0] != scores[$1] ? scores[$0] > scores[$1] : place[$0] < place[$1]
      }
      #expect(best.map(Int.init) == Array(all.prefix(k)))
    }
  }

  @Test func whatIsNoNumberIsNeverOffered() {
    let scores: [Float] = [.nan, 1, -.infinity, .nan]
    let best = scores.withUnsafeBufferPointer { TopItems.best(4, of: $0, excluded: [], place: [0, 1, 2, 3]) }
    #expect(best == [1, 2])
  }

  @Test func placesAreThoseOfTheBytes() {
    #expect(TopItems.places(of: ["b", "a", "é", "a"]) == [2, 0, 3, 1])
  }
}
