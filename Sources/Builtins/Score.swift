import Interpreter
import Recommendation

/// Which cases of which part a score is of, with ids as the data give them.
struct ScoredCases {
  /// As messages name the part.
  let part: String
  /// Equal for equal parts of equal data.
  let identity: String
  /// How many cases the part has; a sample of users has fewer.
  let whole: Int
  /// Where each case stands among those of the part.
  let places: [Int]
  /// Who is tested, a raw id for each case.
  let users: [String]
  /// What is relevant, raw ids for each case.
  let targets: [[String]]

  var count: Int { places.count }

  /// As errors name it: "400 cases of the test part of tgtS".
  var described: String {
    let some = count < whole ? "\(ModuleInstance.grouped(count)) of " : ""
    return "\(some)the \(ModuleInstance.grouped(whole)) cases of \(part) (data \(identity.prefix(8)))"
  }

  func isSame(as other: ScoredCases) -> Bool { identity == other.identity && places == other.places }
}

extension ScoredCases {
  /// The cases of a part at `places`.
  init(_ part: DataPart, places: [Int]) {
    let (all, ids) = (part.cases, part.platform.rawIDs)
    self.init(
      part: part.printed, identity: Self.identity(of: part), whole: all.count, places: places,
      users: places.map { part.rawUser(all[$0].user) },
      targets: places.map { place in
        all[place].targets.map { ids.indices.contains(Int($0)) ? ids[Int($0)] : "\($0)" }
      })
  }

  static func identity(of part: DataPart) -> String { String(part.label, radix: 16) }
}

/// The result of an evaluation: metrics, each beside chance, with the protocol and the values per case, which is per user
/// unless a protocol takes several positions of one.
final class Score: RowConvertible, EvidenceStated {
  let metrics: [RankingMetric]
  let values: [Double]
  let chances: [Double]
  /// What could be reached at best, where the data know it; nan for a metric of which they do not.
  let ceilings: [Double]?
  /// [case][metric]; nan in columns of metrics that cases have no value of.
  let perCase: [[Double]]
  let cases: ScoredCases
  let users: Int
  /// How many candidates were ranked for a case on average.
  let candidates: Double
  /// Cases in which a target shares its score with others; nil where none were ranked.
  let ties: Int?
  /// How long it took; nil where nothing was measured.
  let seconds: Double?
  /// How it was measured; the same whenever it is measured so again.
  let protocolText: String
  /// Whether these are the cases by which one may choose.
  let isValidation: Bool
  let source: Evidence.Source

  init(
    metrics: [RankingMetric], values: [Double], chances: [Double], ceilings: [Double]?, perCase: [[Double]],
    cases: ScoredCases, users: Int, candidates: Double, ties: Int?, seconds: Double?, protocolText: String,
    isValidation: Bool, source: Evidence.Source
  ) {
    self.metrics = metrics
    self.values = values
    self.chances = chances
    self.ceilings = ceilings
    self.perCase = perCase
    self.cases = cases
    self.users = users
    self.candidates = candidates
    self.ties = ties
    self.seconds = seconds
    self.protocolText = protocolText
    self.isValidation = isValidation
    self.source = source
  }

  var typeName: String { "score" }
  var fieldNames: [String] {
    ["protocol", "users", "cases", "candidates", "ties", "seconds", "chance", "ceiling", "per_user"]
  }
  var evidence: Evidence { Evidence(protocols: [protocolText], sources: [source]) }
  var columns: [Table.Column] {
    metrics.indices.map { m in
      Table.Column(
        (isValidation ? Table.validation : "") + metrics[m].label, .float(values[m]), chance: .float(chances[m]),
        ceiling: ceiling(m).map { .float($0) } ?? .none)
    }
  }

  /// Metrics that each case has a value of.
  var ofCases: [Int] { metrics.indices.filter { metrics[$0].kind.isPerCase } }

  func ceiling(_ m: Int) -> Double? { ceilings.flatMap { $0[m].isNaN ? nil : $0[m] } }

  func field(_ name: String) -> Value? {
    switch name {
    case "protocol": .string(protocolText)
    case "users": .int(users)
    case "cases": .int(perCase.count)
    case "candidates": .float(candidates)
    case "ties": ties.map { .int($0) } ?? Value.none
    case "seconds": seconds.map { .float($0) } ?? Value.none
    case "chance": .record(Record(zip(metrics, chances).map { ($0.label, .float($1)) }))
    case "ceiling":
      ceilings == nil
        ? Value.none
        : .record(Record(metrics.indices.compactMap { m in ceiling(m).map { (metrics[m].label, .float($0)) } }))
    case "per_user":
      .record(Record(ofCases.map { m in (metrics[m].label, .list(perCase.map { .float($0[m]) })) }))
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
      let ceiling = ceiling(m).map { ", ceiling \(Value.fixed($0, 4))" } ?? ""
      return "\(metrics[m].label) \(Value.fixed(values[m], 4)) (chance \(Value.fixed(chances[m], 4))\(ceiling))"
    }
    return "\(numbers.joined(separator: "  "))\n  \(protocolText)\(outcome)"
  }

  /// What the evaluation met, behind how it was done.
  private var outcome: String {
    guard let ties, let seconds else { return "" }
    let count = ModuleInstance.grouped(perCase.count)
    let tied = "ties in \(ModuleInstance.grouped(ties)) of \(count) cases"
    return "; \(ModuleInstance.grouped(Int(candidates.rounded()))) candidates a case, \(tied), \(Self.text(seconds))"
  }

  /// Short times are not told apart, so that a session prints the same again; `.seconds` has the number.
  private static func text(_ seconds: Double) -> String {
    if seconds < 10 { return "under 10 s" }
    return seconds < 120 ? "\(Value.fixed(seconds, 0)) s" : "\(Value.fixed(seconds / 60, 1)) min"
  }
}

extension Score {
  /// A row for each case with its values, as files have it.
  var table: Table {
    let rows = perCase.indices.map { index in
      Table.Row(
        keys: [
          .string(cases.users[index]), .int(cases.places[index]), .string(cases.targets[index].joined(separator: " ")),
        ],
        cells: ofCases.map { (metrics[$0].label, .float(perCase[index][$0])) })
    }
    return Table(keyNames: ["user", "case", "targets"], rows: rows, inherited: evidence)
  }
}

/// A score as an argument.
struct ScoreArgument: ValueConvertible {
  let score: Score
  static var typeName: String { "a score" }
  static func from(_ value: Value) -> ScoreArgument? {
    if case .object(let object) = value, let score = object as? Score { return ScoreArgument(score: score) }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(score) }
}
