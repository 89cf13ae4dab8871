import Diagnostics
import Interpreter
import Recommendation

/// The systems of a grid, each against one of them.
struct GridComparison {
  private struct System {
    let keys: [Value]
    /// By seed, in order of the seeds of the base.
    var scores: [(seed: Value, score: Score)]
  }

  private let keyNames: [String]
  private let base: System
  private let others: [System]
  private let evidence: Evidence
  private let call: Invocation

  init(_ table: Table, _ base: Value, _ field: String?, _ call: Invocation) throws {
    self.call = call
    let places = table.keyNames.indices.filter { table.keyNames[$0] != "seed" }
    keyNames = places.map { table.keyNames[$0] }
    evidence = table.evidence
    let seed = table.keyNames.firstIndex(of: "seed")
    var systems: [System] = []
    for row in table.rows {
      let keys = places.map { row.keys[$0] }
      let score = try Self.score(row, table, field, call)
      let found = (seed.map { row.keys[$0] } ?? .none, score)
      if let known = systems.firstIndex(where: { $0.keys.map(\.label) == keys.map(\.label) }) {
        guard !systems[known].scores.contains(where: { $0.seed.label == found.0.label }) else {
          throw call.fail(
            .dataMismatch, "two rows have the keys \(Self.text(row.keys)), so it is not clear which is meant",
            argument: 0)
        }
        systems[known].scores.append(found)
      } else {
        systems.append(System(keys: keys, scores: [found]))
      }
    }
    guard !keyNames.isEmpty, systems.count > 1 else {
      throw call.fail(
        .outOfRange, "there is one system in this table, and a comparison needs two", argument: 0,
        tries: ["a grid with an axis other than `seed`"])
    }
    var wanted = [base]
    if case .list(let values) = base { wanted = values }
    guard let chosen = systems.firstIndex(where: { $0.keys.map(\.label) == wanted.map(\.label) }) else {
      let said =
        base.isNone ? "`base` says with which system the others are compared" : "no system has the key \(base.quoted)"
      let offered = systems.prefix(5).map { system in
        system.keys.count == 1 ? "base = \(system.keys[0].quoted)" : "base = \(Value.list(system.keys).quoted)"
      }
      throw call.fail(
        .outOfRange, "\(said); a key is of \(keyNames.joined(separator: ", "))", argument: base.isNone ? 0 : 2,
        tries: offered)
    }
    self.base = systems[chosen]
    others = systems.enumerated().filter { $0.offset != chosen }.map(\.element)
  }

  private static func text(_ keys: [Value]) -> String { keys.map(\.printed).joined(separator: ", ") }

  private static func score(_ row: Table.Row, _ table: Table, _ field: String?, _ call: Invocation) throws -> Score {
    if let one = ScoreArgument.from(row.value), field == nil { return one.score }
    var found: [(name: String, score: Score)] = []
    if case .record(let record) = row.value {
      found = try record.fields().compactMap { name, value in ScoreArgument.from(value).map { (name, $0.score) } }
    }
    if let field {
      if let named = found.first(where: { $0.name == field }) { return named.score }
      throw call.fail(
        .unknownField, "the row \(text(row.keys)) has no score in a field `\(field)`", argument: 3,
        tries: found.map { "of = \"\($0.name)\"" })
    }
    // One chooses by validation and compares by test.
    let tests = found.filter { !$0.score.isValidation }
    let usable = tests.isEmpty ? found : tests
    guard let only = usable.first else {
      throw call.fail(
        .wrongType, "the row \(text(row.keys)) holds no score, but \(row.value.described)", argument: 0,
        tries: ["grid system in [...], seed in 1..5 { evaluate(...) }"])
    }
    guard usable.count == 1 else {
      throw call.fail(
        .wrongArguments, "each row holds \(usable.count) scores: \(usable.map(\.name).joined(separator: ", "))",
        argument: 0,
        tries: usable.map { "of = \"\($0.name)\"" })
    }
    return only.score
  }

  /// The scores of a system in the order of the base's seeds.
  private func paired(_ system: System) throws -> [Score] {
    let wanted = base.scores.map(\.seed)
    let found = wanted.compactMap { seed in system.scores.first { $0.seed.label == seed.label }?.score }
    guard found.count == wanted.count, system.scores.count == wanted.count else {
      func seeds(_ of: System) -> String { of.scores.map(\.seed.printed).joined(separator: ", ") }
      throw call.fail(
        .dataMismatch,
        "seeds are paired, and \(Self.text(system.keys)) has the seeds \(seeds(system)) where the base "
          + "\(Self.text(base.keys)) has \(seeds(base))", argument: 0)
    }
    return found
  }

  func report(resamples: Int, seed: Int) throws -> TableReport {
    let name = Self.text(base.keys)
    var found: [(keys: [Value], finding: PairedScores.Finding)] = []
    var notes: [String] = []
    var users = 0
    for system in others {
      let pairs = try PairedScores(
        try paired(system), base.scores.map(\.score), names: (Self.text(system.keys), name), resamples: resamples,
        seed: seed, call, argument: 0)
      users = pairs.users
      found += pairs.findings.map { (system.keys, $0) }
      for note in pairs.notes where !notes.contains(note) { notes.append(note) }
    }
    let student = PairedTests.holm(found.map(\.finding.student))
    let wilcoxon = PairedTests.holm(found.map(\.finding.wilcoxon))
    let mcnemar = PairedTests.holm(found.map(\.finding.mcnemar))
    let rows = found.enumerated().map { index, one -> Table.Row in
      func number(_ value: Double?) -> Value { value.map { .float($0) } ?? .none }
      let (f, spread) = (one.finding, one.finding.overSeeds)
      var cells: [(name: String, value: Value)] = [
        ("value", .float(f.first)), ("base", .float(f.second)), ("difference", .float(f.difference)),
        ("low", .float(f.interval.low)), ("high", .float(f.interval.high)), ("p t", number(student[index])),
        ("p wilcoxon", number(wilcoxon[index])),
      ]
      if mcnemar.contains(where: { $0 != nil }) { cells.append(("p mcnemar", number(mcnemar[index]))) }
      cells += [
        ("seeds sd", spread.count > 1 ? .float(spread.deviation) : .none), ("p seeds", number(f.seedsStudent)),
      ]
      return Table.Row(keys: one.keys + [.string(f.metric.label)], cells: cells)
    }
    let seeds = base.scores.count
    let trainings =
      seeds > 1
      ? "seeds: differences of \(seeds) paired seeds, their standard deviation and the p of a paired t test, as they are"
      : "one seed each, so nothing is known of the noise of training"
    return TableReport(
      "comparison", "table", head: "against \(name)",
      table: Table(keyNames: keyNames + ["metric"], rows: rows, inherited: evidence),
      notes: [
        "users: the 95 % bootstrap interval of the difference over \(ModuleInstance.grouped(users)) users, and p of paired "
          + "tests, each column Holm-corrected over the rows that have it", trainings,
      ] + notes)
  }
}
