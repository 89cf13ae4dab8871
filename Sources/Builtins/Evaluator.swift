import Diagnostics
import Interpreter
import Recommendation
import TensorCore

extension DataPart {
  /// The split that its cases are of.
  var splitOfCases: Split {
    switch selection {
    case .all, .late: kind == .test ? platform.testSplit : platform.split
    case .cold(_, let positions, _): platform.coldSplit(positions)
    }
  }

  /// A user's id as the data give it; those who are only tested on have their number.
  func rawUser(_ user: Int) -> String {
    let isOwn = splitOfCases.sequences.count == platform.log.userIDs.count && !(platform.hasTestUsers && kind == .test)
    return isOwn && platform.log.userIDs.indices.contains(user) ? platform.log.userIDs[user] : "\(user)"
  }
}

/// Measures a model on a part. Of each case only its values are kept.
struct Evaluator {
  private let part: DataPart
  private let metrics: [RankingMetric]
  private let settings: EvaluationSettings
  private let call: Invocation
  /// The measured cases among those of the part.
  private let places: [Int]
  private let draw: CandidateDraw?
  private let trainingItems: Split
  private var lists: [RecommendedLists]

  /// What the cases gave so far.
  private var perCase: [[Double]] = []
  private var candidates = 0
  private var ties = 0
  private var constants = 0
  /// How often a case has so many targets, of which so many are candidates, among so many.
  private var kinds: [Targets: Int] = [:]
  private struct Targets: Hashable, Comparable {
    let relevant: Int
    let placed: Int
    let candidates: Int
    static func < (a: Targets, b: Targets) -> Bool {
      (a.relevant, a.placed, a.candidates) < (b.relevant, b.placed, b.candidates)
    }
  }

  /// Ranks candidates for each case and averages the metrics over cases.
  static func evaluate(
    _ scorer: any Scorer, _ part: DataPart, _ metrics: [RankingMetric],
    _ call: Invocation, settings: EvaluationSettings = EvaluationSettings(), withCeilings: Bool = false,
    since start: ContinuousClock.Instant = ContinuousClock().now
  ) throws -> Score {
    var evaluator = try Evaluator(part, metrics, settings, call)
    try evaluator.run(scorer)
    let seconds = (ContinuousClock().now - start) / .seconds(1)
    return try evaluator.score(scorer, withCeilings: withCeilings, seconds: seconds)
  }

  private init(
    _ part: DataPart, _ metrics: [RankingMetric], _ settings: EvaluationSettings, _ call: Invocation
  ) throws {
    let cases = part.cases
    guard !cases.isEmpty else {
      throw call.fail(.data, "\(part.printed) has no user with a target", argument: 1)
    }
    self.part = part
    self.metrics = metrics
    self.settings = settings
    self.call = call
    let seed = UInt64(bitPattern: Int64(settings.seed))
    if let most = settings.users {
      let chosen = Set(sampledUsers(Set(cases.map(\.user)).sorted(), most: most, seed: seed))
      places = cases.indices.filter { chosen.contains(cases[$0].user) }
    } else {
      places = Array(cases.indices)
    }
    let needsCounts = settings.negatives != nil || metrics.contains { $0.kind.isOfLists }
    let counts = needsCounts ? occurrences(part.platform.split.train, itemCount: part.platform.itemCount) : []
    draw = settings.negatives.map { CandidateDraw(settings.law, count: $0, occurrences: counts, seed: seed) }
    trainingItems = part.splitOfCases
    let ofLists = metrics.filter(\.kind.isOfLists)
    if settings.negatives != nil, let metric = ofLists.first {
      throw call.fail(
        .wrongArguments,
        "\(metric.label) is of what would be recommended, and drawn negatives are not that", argument: 2,
        tries: ["negatives = none"])
    }
    lists = Set(ofLists.compactMap(\.k)).sorted().map { k in
      let heads = Set(ofLists.filter { $0.k == k && $0.kind == .tailShare }.map(\.head)).sorted()
      return RecommendedLists(k: k, occurrences: counts, heads: heads)
    }
    perCase.reserveCapacity(places.count)
  }

  private mutating func run(_ scorer: any Scorer) throws {
    let items = part.platform.itemCount
    for start in stride(from: 0, to: places.count, by: scorer.casesAtOnce) {
      guard !Interrupts.isPending else { throw Failure(.interrupted, "interrupted", at: call.span) }
      let block = places[start..<min(start + scorer.casesAtOnce, places.count)]
      let scores = try scorer.scores(block.map { part.cases[$0] })
      guard scores.rows == block.count, scores.candidates == items else {
        throw call.fail(
          .wrongType,
          "\(scorer.name) gave \(scores.rows * scores.candidates) scores for \(block.count) cases of \(items) items",
          argument: 0)
      }
      try measure(Array(block), scores, scorer)
    }
  }

  private mutating func measure(_ block: [Int], _ scores: CandidateScores, _ scorer: any Scorer) throws {
    let most = lists.map(\.k).max()
    // One more than a list holds tells whether its last place is shared.
    let question = try CaseQuestion(
      cases: block.map { part.cases[$0] }, settings, itemCount: scores.candidates, best: most.map { $0 + 1 } ?? 0
    ) { try negatives(block[$0], hidden: $1) }
    let answer = try question.asked(of: scores)
    var whole = WholeRows(scores, question.hidden, rows: most == nil ? [] : answer.sharedLasts(lists.map(\.k)))
    for (row, one) in question.cases.enumerated() {
      let ranked: RankedCase
      do {
        ranked = try answer.ranked(row)
      } catch {
        let ids = part.platform.rawIDs
        let item = ids.indices.contains(error.item) ? ids[error.item] : "\(error.item)"
        throw call.fail(
          .notFinite,
          "\(scorer.name) scores the item \"\(item)\" for user \"\(part.rawUser(one.user))\" with nan, which has no rank",
          argument: 0, tries: ["a smaller learning rate", "clip = 1.0"])
      }
      candidates += ranked.candidates
      if ranked.hasTies { ties += 1 }
      if ranked.isConstant { constants += 1 }
      let placed = ranked.groups.reduce(0) { $0 + $1.relevant }
      kinds[Targets(relevant: ranked.relevant, placed: placed, candidates: ranked.candidates), default: 0] += 1
      var ones: [Int: RecommendedLists.One] = [:]
      for index in lists.indices {
        let k = lists[index].k
        if let list = answer.list(row, k) {
          ones[k] = lists[index].add(list: list)
        } else {
          ones[k] = try whole.with(row) { lists[index].add(scores: $0, hidden: $1) }
        }
      }
      perCase.append(
        metrics.map { metric in
          guard metric.kind.isOfLists else { return Ranking.value(metric, ranked, settings.ties) }
          return metric.k.flatMap { ones[$0] }.flatMap { value(metric, $0) } ?? .nan
        })
    }
  }

  /// The items drawn for a case; nil where all are ranked.
  private func negatives(_ place: Int, hidden: [Int32]) throws -> [Int32]? {
    guard let draw else { return nil }
    let one = part.cases[place]
    let known = Set(trainingItems.historyBeforeValidation(one.user)).union(hidden).union(one.targets)
    do {
      return try draw.negatives(index: place, excluded: known)
    } catch {
      throw call.fail(
        .outOfRange, "for user \"\(part.rawUser(one.user))\" \(error.message)", argument: 7,
        tries: error.suggestion.map { [$0] } ?? [])
    }
  }

  /// What a list is worth; nil for a metric of all lists together.
  private func value(_ metric: RankingMetric, _ one: RecommendedLists.One) -> Double? {
    switch metric.kind {
    case .averagePopularity: return one.averagePopularity
    case .tailShare:
      guard let list = lists.first(where: { $0.k == metric.k }), let head = list.index(ofHead: metric.head) else {
        return nil
      }
      return one.tailShares[head]
    case .coverage, .gini, .hr, .ndcg, .mrr, .recall, .precision, .map, .meanRank: return nil
    }
  }

  // MARK: The score

  private func score(_ scorer: any Scorer, withCeilings: Bool, seconds: Double) throws -> Score {
    if constants > 0 {
      call.machine.warn(
        .data,
        "\(scorer.name) scores all candidates alike in \(ModuleInstance.grouped(constants)) of "
          + "\(ModuleInstance.grouped(perCase.count)) cases of \(part.printed), so nothing was ranked there")
    }
    let remark = try scorer.remark(part, places.map { part.cases[$0] })
    if !remark.isEmpty {
      call.machine.warn(.data, "\(scorer.name) on \(part.printed): \(remark)")
    }
    let means = RankingMetric.means(perCase)
    let values = metrics.indices.map { m -> Double in
      let list = lists.first { $0.k == metrics[m].k }
      switch metrics[m].kind {
      case .coverage: return list?.coverage ?? .nan
      case .gini: return list?.gini ?? .nan
      case .hr, .ndcg, .mrr, .recall, .precision, .map, .meanRank, .averagePopularity, .tailShare: return means[m]
      }
    }
    let text = [
      settings.preset.map { "protocol \($0)" } ?? "", part.protocolHead,
      settings.phrases(items: part.platform.itemCount, users: part.users).joined(separator: ", "),
      scorer.length.map { "length \($0)" } ?? "", remark,
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    return Score(
      metrics: metrics, values: values, chances: metrics.map { chance($0) },
      ceilings: withCeilings && settings.haveCeiling ? try part.ceilings(metrics, places: places, call) : nil,
      perCase: perCase, cases: ScoredCases(part, places: places),
      users: Set(places.map { part.cases[$0].user }).count,
      candidates: Double(candidates) / Double(max(1, perCase.count)), ties: ties, seconds: seconds,
      protocolText: text, isValidation: part.kind == .valid, source: part.platform.source)
  }

  /// What a scorer that knows nothing gets: for ranks the mean over the cases, for lists without regard to the mask.
  private func chance(_ metric: RankingMetric) -> Double {
    let cases = perCase.count
    guard metric.kind.isOfLists else {
      return kinds.sorted { $0.key < $1.key }.reduce(0) { sum, kind in
        let group = TieGroup(better: 0, tied: kind.key.candidates, relevant: kind.key.placed)
        let one = RankedCase(
          groups: kind.key.placed > 0 ? [group] : [], relevant: kind.key.relevant, candidates: kind.key.candidates)
        return sum + Ranking.value(metric, one) * (Double(kind.value) / Double(cases))
      }
    }
    guard let list = lists.first(where: { $0.k == metric.k }) else { return .nan }
    switch metric.kind {
    case .coverage: return list.chanceOfCoverage(cases: cases)
    case .gini: return 0
    case .averagePopularity, .tailShare: return value(metric, list.chance) ?? .nan
    case .hr, .ndcg, .mrr, .recall, .precision, .map, .meanRank: return .nan
    }
  }
}
