import Recommendation
import Testing

/// Counted by hand: items 0 to 5 of four users, the last two events of each not trained on.
private let sequences: [[Int32]] = [[0, 1, 2, 3, 4], [0, 1, 0, 2], [1, 0, 5], [0, 3]]

private func cold(_ positions: ColdStart.Positions, below: Int, of whom: [[Int32]] = sequences) -> ColdStart {
  let split = Split(leaveOneOut: sequences)
  // Training: 0 1 2 | 0 1 | 1 | 0 3, the last user being too short to be tested: 0 three times, 1 three times, 2 and 3 once.
  return ColdStart(positions, below: below, train: split.train, split: Split(leaveOneOut: whom), itemCount: 6)
}

struct ColdStartTests {
  @Test func thePaperTakesEveryPosition() {
    let found = cold(.paper, below: 2)
    #expect(found.isCold == [false, false, true, true, true, true])
    let places: [(Int, Int)] = [(0, 2), (0, 3), (0, 4), (1, 3), (2, 2), (3, 1)]
    #expect(found.cases == places.map { ColdStart.Case(user: $0, position: $1) })
    #expect(found.users == 4 && found.firstEvents == 0)
  }

  @Test func theStrictProtocolTakesWhatWasNotTrainedOn() {
    let found = cold(.strict, below: 2)
    let places: [(Int, Int)] = [(0, 3), (0, 4), (1, 3), (2, 2)]
    #expect(found.cases == places.map { ColdStart.Case(user: $0, position: $1) })
    #expect(found.users == 3 && found.firstEvents == 0, "a history of two has no test position")
  }

  @Test func firstEventsAreCountedAndLeftOut() {
    let found = cold(.paper, below: 4)
    #expect(found.isCold == [Bool](repeating: true, count: 6))
    #expect(found.cases.count == 5 + 4 + 3 + 2 - 4 && found.firstEvents == 4)
    #expect(cold(.strict, below: 4).cases.count == 6)
  }

  @Test func nothingIsColdBelowNothing() {
    #expect(cold(.paper, below: 0).cases.isEmpty)
    // Items 4 and 5 stand in no training history.
    #expect(cold(.paper, below: 1).cases.count == 2 && cold(.strict, below: 1).cases.count == 2)
  }

  @Test func othersAreTestedWithTheSameCounts() {
    let found = cold(.strict, below: 2, of: [[4, 0, 1], [0, 1, 2], [], [7, -1, 8]])
    #expect(found.cases == [ColdStart.Case(user: 1, position: 2)] && found.isCold == cold(.paper, below: 2).isCold)
  }
}
