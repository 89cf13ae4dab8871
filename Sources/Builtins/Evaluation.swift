import Diagnostics
import Interpreter
import Recommendation
import TensorCore

/// The result of an evaluation: metrics, each beside chance, with the protocol and the values per case, which is per user
/// unless a protocol takes several positions of one.
final class Score: RowConvertible, EvidenceStated {
  let metrics: [RankingMetric]
  let values: [Double]
  let chances: [Double]
  /// What could be reached at best, where the data know it.
  let ceilings: [Double]?
  let perCase: [[Double]]
  let users: Int
  let protocolText: String
  /// Whether these are the cases by which one may choose.
  let isValidation: Bool
  let source: Evidence.Source

  /// - Parameter candidates: how many items are ranked for a case, on average.
  convenience init(
    metrics: [RankingMetric], candidates: Int, ceilings: [Double]? = nil, perCase: [[Double]], users: Int,
    protocolText: String, part: DataPart
  ) {
    self.init(
      metrics: metrics, chances: metrics.map { Ranking.chance($0, candidates: candidates) }, ceilings: ceilings,
      perCase: perCase, users: users, protocolText: protocolText, isValidation: part.kind == .valid,
      source: part.platform.source)
  }

  init(
    metrics: [RankingMetric], chances: [Double], ceilings: [Double]?, perCase: [[Double]], users: Int,
    protocolText: String, isValidation: Bool, source: Evidence.Source
  ) {
    self.metrics = metrics
    values = RankingMetric.means(perCase)
    self.chances = chances
    self.ceilings = ceilings
    self.perCase = perCase
    self.users = users
    self.protocolText = protocolText
    self.isValidation = isValidation
    self.source = source
  }

  var typeName: String { "score" }
  var fieldNames: [String] { ["protocol", "users", "cases", "chance", "ceiling", "per_user"] }
  var evidence: Evidence { Evidence(protocols: [protocolText], sources: [source]) }
  var columns: [Table.Column] {
    metrics.indices.map { m in
      Table.Column(
        (isValidation ? Table.validation : "") + metrics[m].label, .float(values[m]), chance: .float(chances[m]),
        ceiling: ceilings.map { .float($0[m]) } ?? .none)
    }
  }

  func field(_ name: String) -> Value? {
    switch name {
    case "protocol": .string(protocolText)
    case "users": .int(users)
    case "cases": .int(perCase.count)
    case "chance": .record(Record(zip(metrics, chances).map { ($0.label, .float($1)) }))
    case "ceiling":
      ceilings.map { .record(Record(zip(metrics, $0).map { ($0.label, .float($1)) })) } ?? Value.none
    case "per_user":
      .record(Record(metrics.indices.map { m in (metrics[m].label, .list(perCase.map { .float($0[m]) })) }))
    default: nil
    }
  }

  func element(_ keys: [Value]) -> Value? {
    guard keys.count == 1, case .string(let name) = keys[0], let index = metrics.firstIndex(where: { $0.label == name })
    else { return nil }
    return .float(values[index])
  }

  var printed: String {
    let numbers = metrics.indices.map { m in
      let ceiling = ceilings.map { ", ceiling \(Value.fixed($0[m], 4))" } ?? ""
      return "\(metrics[m].label) \(Value.fixed(values[m], 4)) (chance \(Value.fixed(chances[m], 4))\(ceiling))"
    }
    return "\(numbers.joined(separator: "  "))\n  \(protocolText)"
  }
}

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

enum Evaluator {
  static let block = 128

  /// Ranks every item for each case and averages the metrics over cases.
  static func evaluate(
    _ scorer: any Scorer, _ part: DataPart, _ metrics: [RankingMetric], masksHistory: Bool,
    withCeilings: Bool = false, _ call: Invocation
  ) throws -> Score {
    let cases = part.cases
    guard !cases.isEmpty else {
      throw call.fail(.data, "\(part.printed) has no user with a target", argument: 1)
    }
    let items = part.platform.itemCount
    var perCase: [[Double]] = []
    perCase.reserveCapacity(cases.count)
    for start in stride(from: 0, to: cases.count, by: block) {
      guard !Interrupts.isPending else { throw Failure(.interrupted, "interrupted", at: call.span) }
      let rows = Array(cases[start..<min(start + block, cases.count)])
      let scores = try scorer.scores(rows)
      scores.withUnsafeBufferPointer { all in
        for (row, one) in rows.enumerated() {
          let own = UnsafeBufferPointer(rebasing: all[row * items..<(row + 1) * items])
          let excluded = masksHistory ? one.history.sorted() : []
          let (better, tied) = Ranking.counts(scores: own, target: Int(one.targets[0]), excluded: excluded)
          perCase.append(metrics.map { Ranking.expected($0, better: better, tied: tied) })
        }
      }
    }
    let text = [
      part.protocolHead,
      "all \(ModuleInstance.grouped(items)) items ranked", masksHistory ? "history masked" : "history not masked",
      "ties by expectation", scorer.length.map { "length \($0)" } ?? "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    return Score(
      metrics: metrics, candidates: part.meanCandidates(cases, masksHistory: masksHistory),
      ceilings: withCeilings ? try part.ceilings(metrics, call) : nil, perCase: perCase, users: part.users,
      protocolText: text, part: part)
  }
}

extension Catalog {
  private static func metric(_ kind: RankingMetric.Kind, _ text: String) -> Builtin {
    Builtin(
      kind.rawValue, text, BuiltinParameter<Int>("k"), examples: "pmm> \(kind.rawValue)(10)\n\(kind.rawValue)@10"
    ) { call, k in
      guard k >= 1 else { throw call.fail(.outOfRange, "a metric is cut at rank 1 or later, not \(k)", argument: 0) }
      return MetricObject(RankingMetric(kind, k))
    }
  }

  static var evaluation: [Builtin] {
    [
      metric(.hr, "Hit rate: the share of users whose target is among the first k."),
      metric(.ndcg, "Normalised discounted cumulative gain at k: 1 / log2(rank + 1) of the target within the first k."),
      metric(.mrr, "Mean reciprocal rank of the target within the first k."),
      Builtin(
        "evaluate",
        "Ranks all items for each user of a part and gives the metrics, with the protocol and the values per user.",
        BuiltinParameter<Value>("model"), BuiltinParameter<Value>("part"), BuiltinParameter<[MetricObject]>("metrics"),
        BuiltinParameter<Int?>("length", default: .none, shown: "the model's"),
        BuiltinParameter<Bool>("mask_history", default: true, shown: "true"),
        examples: "pmm> try { evaluate(1, 2, [hr(10)]) } catch e { e.code }\nwrong-type"
      ) { call, model, part, metrics, length, masksHistory -> Value in
        guard case .object(let object) = part, let part = object as? DataPart, part.kind != .train else {
          throw call.fail(
            .wrongType, "a model is evaluated on the validation or test part of a data set, not on \(part.described)",
            argument: 1, tries: ["data.test", "data.valid", "cold(data)"])
        }
        let scorer: any Scorer
        switch model {
        case .module(let module, _): scorer = try scorerOf(module, part.platform, length, call)
        case .object(let object as PopularityScorer):
          guard object.platform.fingerprint == part.platform.fingerprint else {
            throw call.fail(
              .dataMismatch, "this is the \(object.printed), and \(part.printed) has other items", argument: 0,
              tries: ["popularity of the data set that is evaluated"])
          }
          scorer = object
        default: throw call.fail(.wrongType, "a model is evaluated, not \(model.described)", argument: 0)
        }
        return .object(
          try Evaluator.evaluate(
            scorer, part, metrics.map(\.metric), masksHistory: masksHistory, withCeilings: true, call))
      },
    ]
  }

  private static func scorerOf(
    _ module: ModuleInstance, _ platform: Platform, _ length: Int?, _ call: Invocation
  ) throws -> ModelScorer {
    let corpus = Corpus([platform], call.machine)
    let longest = try corpus.check(module, Goal([]), call).longest
    let own = module.facts["length"].flatMap { Int.from($0) }
    let steps = try TrainingLength.chosen(asked: length, own: own, longest: longest, call)
    return try ModelScorer(module, platform, steps: steps, call)
  }
}
