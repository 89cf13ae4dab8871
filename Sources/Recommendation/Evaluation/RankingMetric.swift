/// A metric of a ranking, such as `ndcg@10`: of the places of the relevant items, or of the lists that are recommended.
package struct RankingMetric: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    // Of the places of relevant items; a value for each case.
    case hr, ndcg, mrr, recall, precision, map
    case meanRank = "mean_rank"
    // Of the first k candidates, whoever is relevant; a value for each case.
    case averagePopularity = "average_popularity"
    case tailShare = "tail_share"
    // Of all lists together.
    case coverage, gini

    /// Whether it looks at recommended lists and not at relevant items.
    package var isOfLists: Bool {
      switch self {
      case .hr, .ndcg, .mrr, .recall, .precision, .map, .meanRank: false
      case .averagePopularity, .tailShare, .coverage, .gini: true
      }
    }

    /// Whether each case has a value of its own, of which the metric is the mean.
    package var isPerCase: Bool {
      switch self {
      case .coverage, .gini: false
      case .hr, .ndcg, .mrr, .recall, .precision, .map, .meanRank, .averagePopularity, .tailShare: true
      }
    }
  }

  /// Which share of all training events the head is, beyond which the tail begins.
  package static let usualHead = 0.8

  package let kind: Kind
  /// The last rank that counts, from 1; nil for a metric without a cut.
  package let k: Int?
  /// For `tail_share`: the most popular items that together make up this share of the training events are the head.
  package let head: Double

  package init(_ kind: Kind, _ k: Int?, head: Double = usualHead) {
    self.kind = kind
    self.k = k
    self.head = head
  }

  /// A metric by its name; nil for a name that there is not.
  package init?(name: String, k: Int?, head: Double = usualHead) {
    guard let kind = Kind(rawValue: name) else { return nil }
    self.init(kind, k, head: head)
  }

  package var name: String { kind.rawValue }

  /// As tables show it: `ndcg@10`, `mrr` without a cut, `tail_share@10 (head 0.5)` where that is not usual.
  package var label: String {
    let usual = k.map { "\(name)@\($0)" } ?? name
    return kind == .tailShare && head != Self.usualHead ? "\(usual) (head \(head))" : usual
  }

  /// Whether more of it always means that targets stand further up.
  package var growsWithQuality: Bool { !kind.isOfLists && kind != .meanRank }

  /// The last rank that counts.
  package var cut: Int { k ?? .max }
}

extension RankingMetric {
  /// The mean of each metric over cases, [case][metric]; empty without cases.
  package static func means(_ perCase: [[Double]]) -> [Double] {
    (perCase.first ?? []).indices.map { m in perCase.reduce(0) { $0 + $1[m] } / Double(perCase.count) }
  }
}
