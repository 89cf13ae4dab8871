import Glibc

/// Where a target stands among all candidates, and what that is worth.
///
/// Items with equal scores are in an order that nobody chose, so a metric is the mean over all orders of the tied
/// items: a constant scorer gets exactly what chance gives.
package enum Ranking {
  /// The expected metric of a target among `tied` equal scores, itself included, after `better` strictly greater ones.
  ///
  /// There is one relevant item, so recall equals the hit rate and the ideal gain is 1. No rank (`tied` of 0) is
  /// worth 0.
  package static func expected(_ metric: RankingMetric, better: Int, tied: Int) -> Double {
    guard tied > 0, better >= 0, better < metric.k else { return 0 }
    let last = min(metric.k, better + tied)
    let ranks = (better + 1)...last
    switch metric.kind {
    case .hr, .recall:
      return Double(ranks.count) / Double(tied)
    case .precision:
      return Double(ranks.count) / Double(tied) / Double(metric.k)
    case .ndcg:
      return ranks.reduce(0) { $0 + 1 / log2(Double($1) + 1) } / Double(tied)
    case .mrr:
      return ranks.reduce(0) { $0 + 1 / Double($1) } / Double(tied)
    }
  }

  /// How many candidates score strictly better than `target`, and how many equal it, itself included.
  ///
  /// `excluded`, sorted, are not candidates, but the target always is one. A score that is not a number stands before
  /// every other, so that it cannot help; a target whose own score is not a number has no rank: `tied` is 0.
  package static func counts(
    scores: UnsafeBufferPointer<Float>, target: Int, excluded: [Int32]
  ) -> (better: Int, tied: Int) {
    guard scores.indices.contains(target) else { return (0, 0) }
    let own = scores[target]
    // 32-bit counters fill the vector lanes as floats do; a catalogue is smaller than their range.
    var notWorse: Int32 = 0
    var tied: Int32 = 0
    for score in scores {
      notWorse &+= score < own ? 0 : 1
      tied &+= score == own ? 1 : 0
    }
    guard !own.isNaN else { return (scores.count, 0) }
    var previous: Int32 = -1
    for item in excluded where item != previous {
      previous = item
      guard Int(item) != target, scores.indices.contains(Int(item)) else { continue }
      let score = scores[Int(item)]
      notWorse -= score < own ? 0 : 1
      tied -= score == own ? 1 : 0
    }
    return (Int(notWorse - tied), Int(tied))
  }

  /// The expected metric of a scorer that knows nothing, over `candidates` items.
  package static func chance(_ metric: RankingMetric, candidates: Int) -> Double {
    expected(metric, better: 0, tied: candidates)
  }
}
