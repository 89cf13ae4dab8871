import Glibc
import Recommendation
import TestKit
import Testing

/// Closed forms against what their definitions say of every order of some items.
struct TieRuleTests {
  private static let kinds = RankingMetric.Kind.allCases.filter { !$0.isOfLists }

  /// A metric of one order of the candidates, best first.
  private static func defined(_ metric: RankingMetric, _ order: [Int], _ targets: Set<Int>) -> Double {
    let k = min(metric.k ?? order.count, order.count)
    let hits = (0..<k).filter { targets.contains(order[$0]) }
    let most = min(targets.count, metric.k ?? .max)
    switch metric.kind {
    case .hr: return hits.isEmpty ? 0 : 1
    case .recall: return Double(hits.count) / Double(targets.count)
    case .precision: return Double(hits.count) / Double(metric.k ?? 1)
    case .ndcg:
      let ideal = (0..<most).map { 1 / log2(Double($0) + 2) }.reduce(0, +)
      return hits.map { 1 / log2(Double($0) + 2) }.reduce(0, +) / ideal
    case .mrr: return hits.first.map { 1 / Double($0 + 1) } ?? 0
    case .map:
      let precisions = hits.map { place in
        Double((0...place).count { targets.contains(order[$0]) }) / Double(place + 1)
      }
      return precisions.reduce(0, +) / Double(most)
    case .meanRank:
      let ranks = order.indices.filter { targets.contains(order[$0]) }.map { Double($0 + 1) }
      return ranks.reduce(0, +) / Double(targets.count)
    case .averagePopularity, .tailShare, .coverage, .gini: return .nan
    }
  }

  /// All orders that scores allow.
  private static func orders(_ scores: [Float]) -> [[Int]] {
    var all: [[Int]] = [[]]
    for _ in scores {
      all = all.flatMap { order in
        let left = scores.indices.filter { !order.contains($0) }
        let best = left.map { scores[$0] }.max() ?? 0
        return left.filter { scores[$0] == best }.map { order + [$0] }
      }
    }
    return all
  }

  @Test func everyRuleIsWhatItsOrdersGive() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<120 {
      let count = Int.random(in: 2...6, using: &random)
      let scores = (0..<count).map { _ in Float(Int.random(in: 0...2, using: &random)) }
      let targets = (0..<count).shuffled(using: &random).prefix(Int.random(in: 1...min(4, count), using: &random))
      let one = try scores.withUnsafeBufferPointer { buffer in
        Result { try Ranking.ranked(scores: buffer, targets: targets.map { Int32($0) }, excluded: []) }
      }.get()
      let wanted = Set(targets)
      let orders = Self.orders(scores)
      func isBetter(_ a: Int, _ b: Int) -> Bool { wanted.contains(a) && !wanted.contains(b) && scores[a] == scores[b] }
      func never(_ order: [Int], _ bad: (Int, Int) -> Bool) -> Bool {
        zip(order, order.dropFirst()).allSatisfy { !bad($0, $1) }
      }
      let byRule: [TieRule: [[Int]]] = [
        .expected: orders, .optimistic: orders.filter { never($0) { isBetter($1, $0) } },
        .pessimistic: orders.filter { never($0) { isBetter($0, $1) } },
      ]
      for (rule, orders) in byRule {
        #expect(!orders.isEmpty)
        for kind in Self.kinds {
          for k in [1, 2, 3, 5, 9] {
            let metric = RankingMetric(kind, kind == .meanRank ? nil : k)
            let mean = orders.map { Self.defined(metric, $0, wanted) }.reduce(0, +) / Double(orders.count)
            let found = Ranking.value(metric, one, rule)
            #expect(abs(found - mean) < 1e-12, "\(metric.label), \(rule): \(found), not \(mean): \(scores) \(targets)")
          }
        }
        let uncut = RankingMetric(.mrr, nil)
        let mean = orders.map { Self.defined(uncut, $0, wanted) }.reduce(0, +) / Double(orders.count)
        #expect(abs(Ranking.value(uncut, one, rule) - mean) < 1e-12)
      }
    }
  }

  /// What one target was worth before there were several, operation by operation.
  private static func earlier(_ kind: RankingMetric.Kind, _ k: Int, better: Int, tied: Int) -> Double {
    guard better < k else { return 0 }
    let ranks = (better + 1)...min(k, better + tied)
    switch kind {
    case .precision: return Double(ranks.count) / Double(tied) / Double(k)
    case .ndcg: return ranks.reduce(0) { $0 + 1 / log2(Double($1) + 1) } / Double(tied)
    case .mrr: return ranks.reduce(0) { $0 + 1 / Double($1) } / Double(tied)
    default: return Double(ranks.count) / Double(tied)
    }
  }

  @Test func oneTargetIsWorthTheSameToTheLastBit() {
    for kind in [RankingMetric.Kind.hr, .recall, .precision, .ndcg, .mrr] {
      for k in [1, 3, 10, 50] {
        for better in 0..<60 {
          for tied in [1, 2, 3, 7, 20, 97] {
            let found = Ranking.expected(RankingMetric(kind, k), better: better, tied: tied)
            #expect(found == Self.earlier(kind, k, better: better, tied: tied))
          }
        }
      }
    }
  }

  @Test func constantScoresUnderEachRule() {
    let (items, k) = (101, 10)
    let constant = RankedCase(
      groups: [TieGroup(better: 0, tied: items, relevant: 1)], relevant: 1, candidates: items)
    let hr = RankingMetric(.hr, k)
    #expect(Ranking.value(hr, constant, .expected) == Double(k) / Double(items))
    #expect(Ranking.value(hr, constant, .optimistic) == 1)
    #expect(Ranking.value(hr, constant, .pessimistic) == 0)
    // The middle of the tie is no rule here: it says rank 51, which is no hit, where every tenth order is one.
    let middle = Ranking.value(RankingMetric(.meanRank, nil), constant, .expected)
    #expect(middle == 51 && middle > Double(k))
  }

  @Test func oracles() {
    for rule in TieRule.allCases {
      for kind in Self.kinds {
        let first = RankedCase(groups: [TieGroup(better: 0, tied: 1, relevant: 1)], relevant: 1, candidates: 50)
        #expect(Ranking.value(RankingMetric(kind, kind == .precision ? 1 : 10), first, rule) == 1)
      }
      let second = RankedCase(groups: [TieGroup(better: 1, tied: 1, relevant: 1)], relevant: 1, candidates: 50)
      #expect(Ranking.value(RankingMetric(.hr, 10), second, rule) == 1)
      #expect(abs(Ranking.value(RankingMetric(.ndcg, 10), second, rule) - 0.6309) < 5e-5)
      #expect(Ranking.value(RankingMetric(.mrr, 10), second, rule) == 0.5)
      let all = RankedCase(groups: [TieGroup(better: 0, tied: 3, relevant: 3)], relevant: 3, candidates: 50)
      for kind in [RankingMetric.Kind.hr, .recall, .ndcg, .mrr, .map] {
        #expect(abs(Ranking.value(RankingMetric(kind, 3), all, rule) - 1) < 1e-15)
      }
    }
  }

  @Test func randomScoresGetWhatArithmeticSays() throws {
    var random = SeededGenerator(seed: 17)
    // 100 negatives and a target: HR@10 = 10/101 and NDCG@10 = 4.5436/101; uncut MRR = H_101/101.
    let cases = try (0..<20_000).map { _ in
      let scores = (0..<101).map { _ in Float.random(in: 0..<1, using: &random) }
      return try scores.withUnsafeBufferPointer { buffer in
        Result { try Ranking.ranked(scores: buffer, placed: 1, relevant: 1) }
      }.get()
    }
    func mean(_ metric: RankingMetric) -> Double {
      cases.reduce(0) { $0 + Ranking.value(metric, $1) } / Double(cases.count)
    }
    // Four standard errors of 20,000 cases.
    #expect(abs(mean(RankingMetric(.hr, 10)) - 10.0 / 101) < 0.0085)
    #expect(abs(mean(RankingMetric(.ndcg, 10)) - 4.5436 / 101) < 0.0045)
    let harmonic = (1...101).reduce(0) { $0 + 1 / Double($1) }
    #expect(abs(mean(RankingMetric(.mrr, nil)) - harmonic / 101) < 0.0035)
    #expect(abs(mean(RankingMetric(.meanRank, nil)) - 51) < 0.85)
    #expect(abs(Ranking.chance(RankingMetric(.ndcg, 10), candidates: 101) - 0.04499) < 5e-6)
    #expect(abs(Ranking.chance(RankingMetric(.mrr, nil), candidates: 101) - harmonic / 101) < 1e-15)
  }
}
