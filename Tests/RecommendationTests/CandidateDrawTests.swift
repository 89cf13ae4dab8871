import Recommendation
import Testing

struct CandidateDrawTests {
  @Test func negativesAreDistinctAndNeverExcluded() throws {
    let counts = (0..<50).map { $0 % 7 }
    for law in CandidateDraw.Law.allCases {
      let draw = CandidateDraw(law, count: 20, occurrences: counts, seed: 3)
      for index in 0..<200 {
        let excluded = Set((0..<12).map { Int32(($0 * 3 + index) % 50) })
        let drawn = try draw.negatives(index: index, excluded: excluded)
        #expect(drawn.count == 20 && Set(drawn).count == 20 && excluded.isDisjoint(with: drawn))
        #expect(drawn.allSatisfy { (0..<50).contains($0) && (law == .uniform || counts[Int($0)] > 0) })
        #expect(try draw.negatives(index: index, excluded: excluded) == drawn)
      }
      let other = CandidateDraw(law, count: 20, occurrences: counts, seed: 4)
      #expect(try draw.negatives(index: 0, excluded: []) != other.negatives(index: 0, excluded: []))
      #expect(try draw.negatives(index: 0, excluded: []) != draw.negatives(index: 1, excluded: []))
    }
  }

  @Test func firstDrawsFollowTheLaw() throws {
    let counts = [0, 1, 2, 3, 4]
    let popular = CandidateDraw(.popularity, count: 1, occurrences: counts, seed: 1)
    let uniform = CandidateDraw(.uniform, count: 1, occurrences: counts, seed: 1)
    var seen = ([Double](repeating: 0, count: 5), [Double](repeating: 0, count: 5))
    for index in 0..<20_000 {
      seen.0[Int(try popular.negatives(index: index, excluded: [4])[0])] += 1 / 20_000
      seen.1[Int(try uniform.negatives(index: index, excluded: [4])[0])] += 1 / 20_000
    }
    // Four standard errors are below 0.0145.
    for (item, share) in [0, 1.0 / 6, 2.0 / 6, 3.0 / 6, 0].enumerated() { #expect(abs(seen.0[item] - share) < 0.0145) }
    for (item, share) in [0.25, 0.25, 0.25, 0.25, 0].enumerated() { #expect(abs(seen.1[item] - share) < 0.0145) }
  }

  /// Two of three by popularity: what successive draws without replacement say, also where most tries are in vain.
  @Test func laterDrawsAreWithoutReplacement() throws {
    let counts = [1, 9, 90] + [Int](repeating: 0, count: 20)
    let draw = CandidateDraw(.popularity, count: 2, occurrences: counts, seed: 8)
    var pairs: [Set<Int32>: Double] = [:]
    for index in 0..<20_000 { pairs[Set(try draw.negatives(index: index, excluded: [])), default: 0] += 1 / 20_000 }
    let rare = 0.01 * (9.0 / 99) + 0.09 * (1.0 / 91)
    #expect(abs((pairs[[0, 1]] ?? 0) - rare) < 0.0013)
    #expect(abs((pairs[[1, 2]] ?? 0) - (0.9 * 0.9 + 0.09 * 90 / 91)) < 0.0145)
    // Every item but one is met before the last is drawn, so that tries run out and the rest is drawn at once.
    let heavy = CandidateDraw(.popularity, count: 3, occurrences: [1_000_000, 1, 3, 0], seed: 2)
    #expect(Set(try heavy.negatives(index: 0, excluded: [])) == [0, 1, 2])
    var first = 0.0
    let one = CandidateDraw(.popularity, count: 1, occurrences: [1_000_000, 1, 3, 0], seed: 2)
    for index in 0..<20_000 where try one.negatives(index: index, excluded: [0]) == [2] { first += 1 / 20_000 }
    #expect(abs(first - 0.75) < 0.0125)
  }

  @Test func tooFewItemsAreAnErrorThatCounts() {
    let draw = CandidateDraw(.uniform, count: 5, occurrences: [1, 1, 0, 1, 1, 1], seed: 1)
    #expect(throws: DataError.self) { try draw.negatives(index: 0, excluded: [0, 1]) }
    do {
      _ = try CandidateDraw(.popularity, count: 5, occurrences: [1, 1, 0, 1, 1, 1], seed: 1)
        .negatives(index: 0, excluded: [0])
      Issue.record("five of four items were drawn")
    } catch {
      #expect(
        error.code == "too-few-items" && error.message.contains("only 4 of 6")
          && error.suggestion?.hasPrefix("negatives = none") == true)
    }
  }

  @Test func usersAreSampledBySeedInTheirOrder() {
    let users = (0..<100).map { $0 * 2 }
    let some = sampledUsers(users, most: 30, seed: 1)
    #expect(some.count == 30 && some == some.sorted() && Set(some).isSubset(of: users))
    #expect(some == sampledUsers(users, most: 30, seed: 1) && some != sampledUsers(users, most: 30, seed: 2))
    #expect(sampledUsers(users, most: 100, seed: 1) == users)
  }
}
