import Recommendation
import TestKit
import Testing

/// Histories drawn by a seeded generator, with moments that tie often.
private func drawn(_ seed: UInt64, users: Int = 30, items: Int = 20) -> EventLog {
  var random = SeededGenerator(seed: seed)
  let sequences = (0..<users).map { _ in
    (0..<Int.random(in: 1...12, using: &random)).map { _ in Int32.random(in: 0..<Int32(items), using: &random) }
  }
  let times = sequences.map { sequence in
    sequence.map { _ in Double(Int.random(in: 0..<6, using: &random)) }.sorted()
  }
  return EventLog(userIDs: (0..<users).map { "u\($0)" }, sequences: sequences, times: times, itemCount: items)
}

private func pairs(_ log: EventLog) -> [(user: String, item: Int32)] {
  zip(log.userIDs, log.sequences).flatMap { user, sequence in sequence.map { (user, $0) } }
}

struct PreparationTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func aCoreIsWhatIsLeftWhenOneIsTakenAwayAfterTheOther(seed: UInt64) throws {
    let log = drawn(seed)
    // The k-core does not depend on the order in which users and items are taken away.
    var left = pairs(log)
    while true {
      let users = Dictionary(grouping: left, by: \.user).filter { $1.count < 3 }.keys.sorted()
      let items = Dictionary(grouping: left, by: \.item).filter { $1.count < 4 }.keys.sorted()
      if let user = users.first {
        left.removeAll { $0.user == user }
      } else if let item = items.first {
        left.removeAll { $0.item == item }
      } else {
        break
      }
    }
    let step = Preparation.core(users: 3, items: 4, iterated: true)
    guard !left.isEmpty else {
      #expect(throws: DataError.self) { try step.applied(to: log) }
      return
    }
    let outcome = try step.applied(to: log)
    let kept = try #require(outcome.kept)
    #expect(kept == Set(left.map(\.item)).sorted())
    #expect(pairs(outcome.log).map { "\($0.user) \(kept[Int($0.item)])" } == left.map { "\($0.user) \($0.item)" })
    #expect(outcome.log.times.map(\.count) == outcome.log.sequences.map(\.count))
    #expect(outcome.log.size.items == kept.count)
  }

  @Test func onePassLooksAtTheCountsOfTheStart() throws {
    let log = EventLog(userIDs: ["a", "b", "c"], sequences: [[0, 1], [0, 1], [1, 2]], itemCount: 3)
    let once = try Preparation.core(users: 2, items: 2, iterated: false).applied(to: log)
    #expect(once.kept == [0, 1] && once.log.sequences == [[0, 1], [0, 1], [1]])
    let core = try Preparation.core(users: 2, items: 2, iterated: true).applied(to: log)
    #expect(core.log.userIDs == ["a", "b"] && core.log.sequences == [[0, 1], [0, 1]])
  }

  @Test func repeatsGoAsTheyAreAskedTo() throws {
    let log = EventLog(userIDs: ["a"], sequences: [[3, 3, 1, 3, 1, 1]], times: [[1, 2, 3, 4, 5, 6]], itemCount: 4)
    func left(_ step: Preparation) throws -> EventLog { try step.applied(to: log).log }
    #expect(try left(.withoutNeighbouringRepeats).times == [[1, 3, 4, 5]])
    #expect(try left(.withoutRepeats(keepsLast: false)).times == [[1, 3]])
    #expect(try left(.withoutRepeats(keepsLast: true)).sequences == [[3, 1]])
    #expect(try left(.withoutRepeats(keepsLast: true)).times == [[4, 6]])
    #expect(try left(.recent(2)).times == [[5, 6]])
    #expect(try left(.between(from: 2, until: 4)).times == [[2, 3]])
    #expect(throws: DataError.self) { try left(.minimumLength(7)) }
  }

  @Test func tiesChangePlacesAmongThemselvesAlone() throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      let log = drawn(seed)
      for order in [Preparation.TieOrder.item, .reversed, .random(seed: seed)] {
        let other = try Preparation.tieOrder(order).applied(to: log).log
        #expect(other.times == log.times)
        for user in log.sequences.indices {
          let moments = Set(log.times[user])
          for moment in moments {
            func events(_ log: EventLog) -> [Int32] {
              zip(log.sequences[user], log.times[user]).filter { $1 == moment }.map(\.0)
            }
            switch order {
            case .item: #expect(events(other) == events(log).sorted())
            case .reversed: #expect(events(other) == events(log).reversed())
            case .random: #expect(events(other).sorted() == events(log).sorted())
            }
          }
        }
      }
      #expect(
        try Preparation.tieOrder(.random(seed: 1)).applied(to: log).log.sequences
          != Preparation.tieOrder(.random(seed: 2)).applied(to: log).log.sequences)
    }
  }

  @Test func itemsAreNumberedAnewAndUsersWithoutEventsGo() throws {
    let log = EventLog(userIDs: ["a", "b"], sequences: [[0, 2, 1], [1]], itemCount: 3)
    let outcome = try Preparation.items(isKept: [true, false, true], says: "x").applied(to: log)
    #expect(outcome.kept == [0, 2] && outcome.log.sequences == [[0, 1]] && outcome.log.userIDs == ["a"])
    #expect(throws: DataError.self) { try Preparation.items(isKept: [], says: "x").applied(to: log) }
    #expect(throws: DataError.self) { try Preparation.between(from: 0, until: 1).applied(to: log) }
  }
}

struct SplitTests {
  private let sequences: [[Int32]] = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3], [4], []]

  @Test func severalEventsAreLeftOut() throws {
    let split = try Split(.leaveOut(valid: 1, test: 2), sequences)
    #expect(split.train == [[0, 1, 2, 3, 4, 5, 6], [1, 2, 3], [4], []])
    #expect(split.valid == [[7], [], [], []] && split.test == [[8, 9], [], [], []])
    #expect(split.shortUsers == 2 && split.counted == [[0, 1, 2, 3, 4, 5, 6], [], [], []])
    for huge in [Split.Rule.leaveOut(valid: .max, test: .max), .leaveOut(valid: .max, test: 1)] {
      #expect(try Split(huge, sequences).train == sequences)
    }
    #expect(try Split(.leaveOut(valid: 1, test: 1), sequences).test == Split(leaveOneOut: sequences).test)
  }

  @Test func sharesAreRoundedDown() throws {
    let split = try Split(.ratio(valid: 0.1, test: 0.25), sequences)
    #expect(split.valid == [[7], [], [], []] && split.test == [[8, 9], [], [], []])
    #expect(split.historyBeforeTest(0) == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test func oneMomentSplitsAll() throws {
    let times: [[Double]] = [(0..<10).map(Double.init), [7, 8, 9], [0], []]
    let split = try Split(.time(valid: 5, test: 8), sequences, times: times)
    #expect(split.train == [[0, 1, 2, 3, 4], [], [4], []])
    #expect(split.valid == [[5, 6, 7], [1], [], []] && split.test == [[8, 9], [2, 3], [], []])
    #expect(split.counted == split.train && split.shortUsers == 0)
    #expect(split.historyBeforeValidation(1) == [] && split.historyBeforeTest(1) == [1])
  }

  @Test func targetsStandOnceEach() throws {
    #expect(try Split(.leaveOut(valid: 0, test: 3), [[0, 5, 6, 5]]).test == [[5, 6]])
  }

  @Test func badRulesAreRefused() {
    let rules: [Split.Rule] = [
      .leaveOut(valid: 0, test: 0), .leaveOut(valid: -1, test: 1), .ratio(valid: 0.5, test: 0.5),
      .ratio(valid: 0, test: .nan), .time(valid: 2, test: 1), .time(valid: 1, test: .infinity),
      .time(valid: 1, test: 2),
    ]
    for rule in rules { #expect(throws: DataError.self) { try Split(rule, sequences) } }
  }
}
