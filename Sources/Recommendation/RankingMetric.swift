/// A ranking metric cut at a rank, such as `ndcg@10`.
package struct RankingMetric: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case hr, ndcg, mrr, recall, precision
  }

  package let kind: Kind
  /// The last rank that counts, from 1.
  package let k: Int

  package init(_ kind: Kind, _ k: Int) {
    self.kind = kind
    self.k = k
  }

  /// A metric by its name; nil for a name that there is not.
  package init?(name: String, k: Int) {
    guard let kind = Kind(rawValue: name) else { return nil }
    self.init(kind, k)
  }

  package var name: String { kind.rawValue }

  /// As tables show it: `ndcg@10`.
  package var label: String { "\(name)@\(k)" }
}

extension RankingMetric {
  /// The mean of each metric over cases, [case][metric]; empty without cases.
  package static func means(_ perCase: [[Double]]) -> [Double] {
    (perCase.first ?? []).indices.map { m in perCase.reduce(0) { $0 + $1[m] } / Double(perCase.count) }
  }
}
