import Diagnostics
import Interpreter
import Recommendation
import TensorCore

extension DataPart {
  /// What the best possible recommender gets on each case, given what it knows; nil where the data do not know.
  /// [case][metric]
  ///
  /// Of late items nobody can know how often they are met, so on them items count as equally frequent.
  func ceilingRows(
    _ metrics: [RankingMetric], knowing knowledge: WorldKnowledge, late: Bool = false, _ call: Invocation
  ) throws -> [[Double]]? {
    guard let ceilings = platform.ceilings else { return nil }
    let asksForLate =
      switch selection {
      case .late: true
      case .all, .cold: late
      }
    // Late items stand in the last two positions of a history alone.
    let all = cases.map {
      WorldCase(history: $0.history, target: $0.targets[0], finalFrom: $0.history.count + $0.following - 1)
    }
    let asked = asksForLate ? ceilings.late(all) : all
    let scorer = ceilings.scorer(knowledge, ignoresWeights: asksForLate)
    return try asked.enumerated().map { index, one in
      if index % 64 == 0, Interrupts.isPending { throw Failure(.interrupted, "interrupted", at: call.span) }
      return WorldCeilings.ranked(one, scorer(one), metrics)
    }
  }

  /// Means of the best possible recommender over the cases at `places`; nil where the data do not know, or without cases.
  func ceilings(_ metrics: [RankingMetric], places: [Int], _ call: Invocation) throws -> [Double]? {
    guard let rows = try ceilingRows(metrics, knowing: .both, call) else { return nil }
    let own = places.compactMap { rows.indices.contains($0) ? rows[$0] : nil }
    return own.isEmpty ? nil : RankingMetric.means(own)
  }
}

extension Catalog {
  static var ceilings: [Builtin] {
    [
      Builtin(
        "ceiling",
        """
        What the best possible recommender gets on a part of a world, given what it knows: "both" texts and images of \
        the whole history and how often items are met; "text" or "image" alone; both of the "last_item" alone; both \
        but "unknown_popularity"; or nothing but counts in training, as "popularity" or as "id_markov", which item \
        followed which. With `late`, the cases of late items alone, on which nobody knows how often items are met. \
        Mismatch of texts and images is not in it; it costs roughly its rate for each modality.
        """,
        BuiltinParameter<Value>("part"), BuiltinParameter<[MetricObject]>("metrics"),
        BuiltinParameter<String>("knowing", default: "both", shown: "\"both\""),
        BuiltinParameter<Bool>("late", default: false, shown: "false"),
        examples: """
          pmm> w = world("tgtS", seed = 1)
          pmm> ceiling(w.test, [hr(10)])["hr@10"] > 2 * ceiling(w.test, [hr(10)], knowing = "popularity")["hr@10"]
          true
          """
      ) { call, part, metrics, name, late -> Value in
        guard case .object(let object) = part, let part = object as? DataPart, part.kind != .train else {
          var given = part.described
          if case .object(let object) = part, let part = object as? DataPart { given = part.printed }
          throw call.fail(
            .wrongType, "a ceiling is that of the validation or test part of a world, not of \(given)", argument: 0,
            tries: ["ceiling(world(\"tgtS\").test, [hr(10)])"])
        }
        guard let knowledge = WorldKnowledge(rawValue: name) else {
          throw call.fail(
            .outOfRange, "nobody can know \"\(name)\" of a world", argument: 2,
            tries: WorldKnowledge.allCases.map { "knowing = \"\($0.rawValue)\"" })
        }
        let metrics = metrics.map(\.metric)
        if let other = metrics.first(where: \.kind.isOfLists) {
          throw call.fail(
            .outOfRange, "a ceiling is of hits and ranks, and \(other.label) is of the lists", argument: 1,
            tries: ["[hr(10), ndcg(10)]"])
        }
        guard let rows = try part.ceilingRows(metrics, knowing: knowledge, late: late, call) else {
          throw call.fail(
            .data, "\(part.platform.name) has no ceiling: only of a world is the truth known", argument: 0,
            tries: ["world(\"tgtS\").test"])
        }
        guard !rows.isEmpty else {
          throw call.fail(.data, "\(part.printed) has no case\(late ? " of a late item" : "")", argument: 0)
        }
        return .object(Score(ceiling: rows, knowing: knowledge, late: late, metrics, part))
      }
    ]
  }
}

extension Score {
  /// A ceiling as a score: beside chance, without a ceiling of its own.
  convenience init(
    ceiling rows: [[Double]], knowing knowledge: WorldKnowledge, late: Bool, _ metrics: [RankingMetric],
    _ part: DataPart
  ) {
    let items = part.platform.itemCount
    let isLate = part.platform.ceilings?.world.isLate ?? []
    let all = part.cases
    let places = all.indices.filter { !late || isLate[Int(all[$0].targets[0])] }
    let cases = places.map { all[$0] }
    let text = [
      "ceiling knowing \(knowledge.rawValue)", part.protocolHead,
      late ? "\(ModuleInstance.grouped(cases.count)) cases of late items" : "",
      "all \(ModuleInstance.grouped(items)) items ranked", "history masked", "ties by expectation",
    ]
    let candidates = part.meanCandidates(cases, masksHistory: true)
    self.init(
      metrics: metrics, values: RankingMetric.means(rows),
      chances: metrics.map { Ranking.chance($0, candidates: candidates) }, ceilings: nil, perCase: rows,
      cases: ScoredCases(part, places: places), users: Set(cases.map(\.user)).count, candidates: Double(candidates),
      ties: nil, seconds: nil, protocolText: text.filter { !$0.isEmpty }.joined(separator: ", "),
      isValidation: part.kind == .valid, source: part.platform.source)
  }
}
