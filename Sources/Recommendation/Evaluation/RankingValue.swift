import Glibc

/// What places are worth.
extension Ranking {
  /// A metric of one case; nan for those of lists, which places do not tell.
  ///
  /// With R relevant items: hr is 1 if any stands within the first k; recall divides the hits by R and precision by k;
  /// ndcg has binary gains and an ideal of min(R, k) hits; mrr takes the first hit; map divides by min(R, k); mean rank
  /// is the mean over the relevant items, of which one that is no candidate stands behind all that are.
  package static func value(_ metric: RankingMetric, _ one: RankedCase, _ rule: TieRule = .expected) -> Double {
    guard !metric.kind.isOfLists else { return .nan }
    guard one.relevant > 0 else { return 0 }
    switch rule {
    case .expected: return expected(metric, one)
    case .optimistic:
      return value(metric, one, places: one.groups.flatMap { $0.better + 1..<$0.better + 1 + $0.relevant })
    case .pessimistic:
      return value(
        metric, one,
        places: one.groups.flatMap { $0.better + 1 + $0.tied - $0.relevant..<$0.better + 1 + $0.tied })
    }
  }

  /// The expected metric of one target among `tied` equal scores, itself included, after `better` strictly greater ones.
  /// No place (`tied` of 0) is worth 0.
  package static func expected(_ metric: RankingMetric, better: Int, tied: Int) -> Double {
    guard tied > 0, better >= 0 else { return 0 }
    let group = TieGroup(better: better, tied: tied, relevant: 1)
    return value(metric, RankedCase(groups: [group], relevant: 1, candidates: better + tied))
  }

  /// The expected metric of a scorer that knows nothing, over `candidates` items of which `relevant` are.
  package static func chance(_ metric: RankingMetric, candidates: Int, relevant: Int = 1) -> Double {
    guard candidates > 0, relevant > 0 else { return 0 }
    let group = TieGroup(better: 0, tied: candidates, relevant: min(relevant, candidates))
    return value(metric, RankedCase(groups: [group], relevant: relevant, candidates: candidates))
  }

  // MARK: Known places

  /// - Parameter places: of the relevant items that are candidates, ascending, from 1.
  private static func value(_ metric: RankingMetric, _ one: RankedCase, places: [Int]) -> Double {
    let hits = places.filter { $0 <= metric.cut }
    let (relevant, cut) = (Double(one.relevant), min(one.relevant, metric.cut))
    switch metric.kind {
    case .hr: return hits.isEmpty ? 0 : 1
    case .recall: return Double(hits.count) / relevant
    case .precision: return Double(hits.count) / Double(metric.cut)
    case .ndcg: return hits.reduce(0) { $0 + gain($1) } / ideal(cut)
    case .mrr: return hits.first.map { 1 / Double($0) } ?? 0
    case .map:
      return hits.enumerated().reduce(0) { $0 + Double($1.offset + 1) / Double($1.element) } / Double(cut)
    case .meanRank: return (Double(places.reduce(0, +)) + missed(one)) / relevant
    case .averagePopularity, .tailShare, .coverage, .gini: return .nan
    }
  }

  // MARK: Means over all orders of tied items

  private static func expected(_ metric: RankingMetric, _ one: RankedCase) -> Double {
    let (relevant, cut) = (Double(one.relevant), min(one.relevant, metric.cut))
    switch metric.kind {
    case .hr: return one.groups.first.map { hitRate($0, metric.cut) } ?? 0
    case .recall: return one.groups.reduce(0) { $0 + hits($1, metric.cut) } / relevant
    case .precision: return one.groups.reduce(0) { $0 + hits($1, metric.cut) } / Double(metric.cut)
    case .ndcg:
      // The mean gain of the group's places within the cut, for each of its relevant items.
      return one.groups.reduce(0) { $0 + mean($1, metric.cut, gain) * Double($1.relevant) } / ideal(cut)
    case .mrr: return one.groups.first.map { reciprocalRank($0, metric.cut) } ?? 0
    case .map:
      var before = 0
      var sum = 0.0
      for group in one.groups {
        sum += precisions(group, after: before, metric.cut)
        before += group.relevant
      }
      return sum / Double(cut)
    case .meanRank:
      let sum = one.groups.reduce(0) {
        $0 + (Double($1.better) + Double($1.tied + 1) / 2) * Double($1.relevant)
      }
      return (sum + missed(one)) / relevant
    case .averagePopularity, .tailShare, .coverage, .gini: return .nan
    }
  }

  /// Relevant items within the cut: each place of the group holds one with probability relevant / tied.
  private static func hits(_ group: TieGroup, _ cut: Int) -> Double {
    Double(inside(group, cut)) / Double(group.tied) * Double(group.relevant)
  }

  /// Only the best group can decide: if the cut ends in or before it, later ones lie outside, else it holds a hit.
  ///
  /// The first `inside` of its places are a draw without replacement, which misses all with the hypergeometric
  /// probability C(tied - inside, relevant) / C(tied, relevant).
  private static func hitRate(_ group: TieGroup, _ cut: Int) -> Double {
    let inside = inside(group, cut)
    if group.relevant == 1 { return Double(inside) / Double(group.tied) }
    let outside = group.tied - inside
    if inside == 0 { return 0 }
    if outside < group.relevant { return 1 }
    return 1 - (0..<group.relevant).reduce(1) { $0 * Double(outside - $1) / Double(group.tied - $1) }
  }

  /// The first of m relevant among n tied is the j-th with probability C(n - j, m - 1) / C(n, m).
  private static func reciprocalRank(_ group: TieGroup, _ cut: Int) -> Double {
    if group.relevant == 1 { return mean(group, cut) { 1 / Double($0) } }
    var chance = Double(group.relevant) / Double(group.tied)
    var sum = 0.0
    for j in 1...max(1, group.tied - group.relevant + 1) {
      if j > inside(group, cut) { break }
      sum += chance / Double(group.better + j)
      chance *= Double(group.tied - j - group.relevant + 1) / Double(max(1, group.tied - j))
    }
    return sum
  }

  /// Precisions at the places of the group's relevant items, summed.
  ///
  /// The j-th place holds one with probability m / n, and then (j - 1)(m - 1)/(n - 1) others are expected before it in
  /// the group, after the `before` of better groups.
  private static func precisions(_ group: TieGroup, after before: Int, _ cut: Int) -> Double {
    let others = Double(group.relevant - 1) / Double(max(1, group.tied - 1))
    var sum = 0.0
    for j in 0..<inside(group, cut) {
      sum += (Double(before + 1) + Double(j) * others) / Double(group.better + 1 + j)
    }
    return sum / Double(group.tied) * Double(group.relevant)
  }

  /// The sum of a value over the group's places within the cut, divided by all its places.
  private static func mean(_ group: TieGroup, _ cut: Int, _ value: (Int) -> Double) -> Double {
    var sum = 0.0
    for j in 0..<inside(group, cut) { sum += value(group.better + 1 + j) }
    return sum / Double(group.tied)
  }

  /// How many places of the group lie within the cut.
  private static func inside(_ group: TieGroup, _ cut: Int) -> Int {
    max(0, min(group.tied, cut - group.better))
  }

  /// Ranks of relevant items that are no candidates, summed.
  private static func missed(_ one: RankedCase) -> Double {
    let placed = one.groups.reduce(0) { $0 + $1.relevant }
    return Double(one.relevant - placed) * Double(one.candidates + 1)
  }

  private static func gain(_ rank: Int) -> Double { 1 / log2(Double(rank) + 1) }

  private static func ideal(_ hits: Int) -> Double {
    hits == 1 ? 1 : (0..<hits).reduce(0) { $0 + gain($1 + 1) }
  }
}
