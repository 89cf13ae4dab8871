import Foundation
import Recommendation
import TestKit
import Testing

/// Values from an independent program: 40 rows of 60 scores with many ties.
private struct Reference: Decodable {
  struct Row: Decodable {
    let scores: [Float]
    let history: [Int32]
    let target: Int
  }

  let metrics: [String: Double]
  let rows: [Row]
}

private func counts(_ scores: [Float], target: Int, excluded: [Int32] = []) -> (better: Int, tied: Int) {
  scores.withUnsafeBufferPointer { Ranking.counts(scores: $0, target: target, excluded: excluded) }
}

private func ranked(
  _ scores: [Float], _ targets: [Int32], _ excluded: [Int32] = [], keeps: Bool = true
) throws -> RankedCase {
  let outcome = scores.withUnsafeBufferPointer { buffer in
    Result { try Ranking.ranked(scores: buffer, targets: targets, excluded: excluded, keepsTargets: keeps) }
  }
  return try outcome.get()
}

struct RankingTests {
  @Test func metricsEqualTheReference() throws {
    let reference = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: SharedFolder.fixture("ranking.json")))
    #expect(reference.rows.count == 40)
    #expect(reference.metrics.count == 15)
    for (label, wanted) in reference.metrics {
      let parts = label.split(separator: "@")
      let k = try #require(parts.last.flatMap { Int($0) })
      let metric = try #require(RankingMetric(name: String(parts[0]), k: k))
      let values = reference.rows.map { row in
        // Item 0 is the pad there and never ranked.
        let found = counts(row.scores, target: row.target, excluded: Set(row.history + [0]).sorted())
        return Ranking.expected(metric, better: found.better, tied: found.tied)
      }
      let mean = values.reduce(0, +) / Double(values.count)
      #expect(abs(mean - wanted) < 1e-12, "\(label): \(mean) instead of \(wanted)")
    }
  }

  /// Of relevant items, not of lists.
  static let kinds = RankingMetric.Kind.allCases.filter { !$0.isOfLists }

  @Test func aConstantScorerGetsChance() {
    let scores = [Float](repeating: 0.5, count: 100)
    for kind in Self.kinds {
      let metric = RankingMetric(kind, 10)
      let found = counts(scores, target: 3, excluded: [1, 2, 3])
      #expect(found.better == 0 && found.tied == 98)
      #expect(Ranking.expected(metric, better: 0, tied: 98) == Ranking.chance(metric, candidates: 98))
    }
    #expect(Ranking.chance(RankingMetric(.hr, 10), candidates: 1291) == 10.0 / 1291)
    #expect(Ranking.chance(RankingMetric(.hr, 10), candidates: 4) == 1)
  }

  @Test func aPerfectScorerGetsOneAndMaskedHistoryIsNoRival() {
    let scores: [Float] = [9, 8, 1, 0, 7]
    for kind in Self.kinds {
      let best = counts(scores, target: 0)
      #expect(Ranking.expected(RankingMetric(kind, 1), better: best.better, tied: best.tied) == 1)
      let (open, masked) = (counts(scores, target: 2), counts(scores, target: 2, excluded: [0, 1, 4]))
      let worth = Ranking.expected(RankingMetric(kind, 1), better: open.better, tied: open.tied)
      #expect(worth == (kind == .meanRank ? 4 : 0))
      #expect(Ranking.expected(RankingMetric(kind, 1), better: masked.better, tied: masked.tied) == 1)
    }
  }

  @Test func tiesAreAveragedOverEveryOrder() {
    let ndcg = RankingMetric(.ndcg, 3)
    let byHand = (1 / log2(3.0) + 1 / log2(4.0) + 0) / 3
    #expect(abs(Ranking.expected(ndcg, better: 1, tied: 3) - byHand) < 1e-15)
    #expect(Ranking.expected(RankingMetric(.mrr, 2), better: 0, tied: 4) == (1 + 0.5) / 4)
    #expect(Ranking.expected(RankingMetric(.recall, 5), better: 4, tied: 2) == 0.5)
    #expect(Ranking.expected(ndcg, better: 3, tied: 1) == 0)
  }

  @Test func aScoreThatIsNoNumberIsAnErrorWithItsItem() throws {
    #expect(throws: NotANumber(item: 1)) { try ranked([1, .nan, 0], [1]) }
    #expect(throws: NotANumber(item: 0)) { try ranked([.nan, 1, 3, 0], [1]) }
    #expect(throws: NotANumber(item: 3)) { try ranked([0, 1, 3, .nan], [1, 2], [0]) }
    #expect(throws: NotANumber(item: 2)) { try ranked([0, 1, .nan], [0], [0], keeps: false) }
    // What is no candidate may have any score, and a masked item's usual one is infinite.
    #expect(try ranked([.nan, 1, 3, 0], [1], [0]).groups == [TieGroup(better: 1, tied: 1, relevant: 1)])
    let masked = try ranked([.infinity, -.infinity, .infinity, -.infinity], [2])
    #expect(masked.groups == [TieGroup(better: 0, tied: 2, relevant: 1)])
    let sampled = [2, 1, Float.nan].withUnsafeBufferPointer { scores in
      Result { try Ranking.ranked(scores: scores, placed: 1, relevant: 1) }
    }
    #expect(throws: NotANumber(item: 2)) { try sampled.get() }
  }

  @Test func theTargetIsACandidateEvenIfExcluded() {
    let found = counts([3, 2, 1], target: 1, excluded: [0, 0, 1, 7])
    #expect(found.better == 0 && found.tied == 1)
    #expect(counts([1], target: 5).tied == 0, "an item outside the catalogue has no rank")
  }

  @Test func severalTargetsStandInTheGroupsOfTheirScores() throws {
    let found = try ranked([5, 3, 3, 3, 1, 9], [1, 3, 4, 0], [5])
    #expect(
      found.groups == [
        TieGroup(better: 0, tied: 1, relevant: 1), TieGroup(better: 1, tied: 3, relevant: 2),
        TieGroup(better: 4, tied: 1, relevant: 1),
      ])
    #expect(found.relevant == 4 && found.candidates == 5 && found.hasTies && !found.isConstant)
    #expect(try !ranked([2, 2, 1], [0, 1]).hasTies, "tied with targets alone, every order is worth the same")
    #expect(try ranked([2, 2, 1], [0], [2]).isConstant)
    #expect(try !ranked([2, 1], [0], [1]).isConstant, "a single candidate")
  }

  @Test func aTargetInTheHistoryIsACandidateOnlyIfKept() throws {
    let scores: [Float] = [4, 3, 2, 1]
    let kept = try ranked(scores, [1, 2], [0, 1])
    #expect(kept.candidates == 3 && Ranking.value(RankingMetric(.recall, 1), kept) == 0.5)
    let gone = try ranked(scores, [1, 2], [0, 1], keeps: false)
    #expect(gone.candidates == 2 && gone.relevant == 2)
    #expect(Ranking.value(RankingMetric(.recall, 4), gone) == 0.5, "what is no candidate cannot be hit")
    #expect(Ranking.value(RankingMetric(.meanRank, nil), gone) == (1 + 3) / 2.0, "it stands behind all that are")
    let none = try ranked(scores, [1], [0, 1], keeps: false)
    for kind in Self.kinds where kind != .meanRank {
      for rule in TieRule.allCases { #expect(Ranking.value(RankingMetric(kind, 3), none, rule) == 0) }
    }
  }
}
