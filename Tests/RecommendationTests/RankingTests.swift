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

  @Test func aConstantScorerGetsChance() {
    let scores = [Float](repeating: 0.5, count: 100)
    for kind in RankingMetric.Kind.allCases {
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
    for kind in RankingMetric.Kind.allCases {
      let best = counts(scores, target: 0)
      #expect(Ranking.expected(RankingMetric(kind, 1), better: best.better, tied: best.tied) == 1)
      let (open, masked) = (counts(scores, target: 2), counts(scores, target: 2, excluded: [0, 1, 4]))
      #expect(Ranking.expected(RankingMetric(kind, 1), better: open.better, tied: open.tied) == 0)
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

  @Test func scoresThatAreNoNumbersNeverHelp() {
    let target = counts([1, .nan, 0], target: 1)
    #expect(Ranking.expected(RankingMetric(.hr, 10), better: target.better, tied: target.tied) == 0)
    let other = counts([.nan, 1, .nan, 0], target: 1)
    #expect(other.better == 2 && other.tied == 1, "they stand before every number")
    let excluded = counts([.nan, 1, .nan, 0], target: 1, excluded: [0])
    #expect(excluded.better == 1)
    let infinite = counts([.infinity, -.infinity, .infinity], target: 2)
    #expect(infinite.better == 0 && infinite.tied == 2)
  }

  @Test func theTargetIsACandidateEvenIfExcluded() {
    let found = counts([3, 2, 1], target: 1, excluded: [0, 0, 1, 7])
    #expect(found.better == 0 && found.tied == 1)
    #expect(counts([1], target: 5).tied == 0, "an item outside the catalogue has no rank")
  }
}
