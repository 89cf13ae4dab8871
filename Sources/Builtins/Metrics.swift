import Diagnostics
import Interpreter
import Recommendation

/// A ranking metric as a value.
final class MetricObject: LanguageObject, ValueConvertible {
  let metric: RankingMetric
  init(_ metric: RankingMetric) { self.metric = metric }
  var typeName: String { "metric" }
  var printed: String { metric.label }
  var brief: String { printed }
  var label: UInt64 { Label64("metric").mixed(metric.label).value }

  static var typeName: String { "a metric such as ndcg(10)" }
  static func from(_ value: Value) -> MetricObject? {
    if case .object(let object) = value { return object as? MetricObject }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(self) }
}

extension Catalog {
  private static func metric(_ kind: RankingMetric.Kind, _ text: String) -> Builtin {
    Builtin(
      kind.rawValue, text, BuiltinParameter<Int>("k"), examples: "pmm> \(kind.rawValue)(10)\n\(kind.rawValue)@10"
    ) { call, k in MetricObject(RankingMetric(kind, try cut(k, call))) }
  }

  private static func cut(_ k: Int, _ call: Invocation) throws -> Int {
    guard k >= 1 else { throw call.fail(.outOfRange, "a metric is cut at rank 1 or later, not \(k)", argument: 0) }
    return k
  }

  static var metrics: [Builtin] {
    [
      metric(.hr, "Hit rate: the share of cases with a target among the first k."),
      metric(
        .ndcg,
        """
        Normalised discounted cumulative gain at k: the sum of 1 / log2(rank + 1) over the targets within the first k, \
        divided by what min(targets, k) hits at the top would give.
        """),
      Builtin(
        "mrr",
        "Mean reciprocal rank of the best target; 0 where it stands behind the first k, or with k = none never cut.",
        BuiltinParameter<Int?>("k", default: .none, shown: "none"), examples: "pmm> [mrr(10), mrr()]\n[mrr@10, mrr]"
      ) { call, k in MetricObject(RankingMetric(.mrr, try k.map { try cut($0, call) })) },
      metric(.recall, "The share of a case's targets among the first k; with one target the same as hr."),
      metric(.precision, "The share of the first k that are targets."),
      metric(
        .map,
        """
        Mean average precision at k: the precision at the rank of each target within the first k, summed and divided by \
        min(targets, k).
        """),
      Builtin(
        "mean_rank",
        """
        The mean rank of the targets among all candidates, from 1; small is good. A target that is no candidate counts \
        as standing behind all that are.
        """, examples: "pmm> mean_rank()\nmean_rank"
      ) { _ in MetricObject(RankingMetric(.meanRank, nil)) },
      metric(
        .coverage,
        """
        The share of all items that stand in the first k of at least one case. Where equal scores straddle the k-th \
        place, it is the expected share, each list drawing among them on its own.
        """),
      metric(
        .gini,
        """
        Gini's coefficient of how often each item of the catalogue stands in the first k: 0 where all are shown equally \
        often, near 1 where few fill all lists.
        """),
      metric(.averagePopularity, "The mean number of training events of the items in the first k."),
      Builtin(
        "tail_share",
        """
        The share of the first k that belong to the tail: not to the head, the smallest set of the most popular items \
        that make up `head` of all training events. Of equally popular items that not all fit into the head, each belongs \
        to it in part.
        """,
        BuiltinParameter<Int>("k"),
        BuiltinParameter<Double>("head", default: RankingMetric.usualHead, shown: "0.8"),
        examples: "pmm> [tail_share(10), tail_share(10, head = 0.5)]\n[tail_share@10, tail_share@10 (head 0.5)]"
      ) { call, k, head in
        guard head > 0, head <= 1 else {
          throw call.fail(
            .outOfRange, "the head is a share of the training events above 0 and up to 1, not \(Value.text(head))",
            argument: 1, tries: ["head = 0.8"])
        }
        return MetricObject(RankingMetric(.tailShare, try cut(k, call), head: head))
      },
    ]
  }
}
