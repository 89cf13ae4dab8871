import Diagnostics
import Interpreter
import Recommendation
import Semantics

/// Two systems side by side: what `compare` gives.
final class Comparison: LanguageObject, EvidenceStated {
  let paired: PairedScores
  let names: (String, String)
  let evidence: Evidence

  init(_ paired: PairedScores, names: (String, String), evidence: Evidence) {
    self.paired = paired
    self.names = names
    self.evidence = evidence
  }

  var typeName: String { "comparison" }
  var fieldNames: [String] { ["table", "differences", "intervals", "p", "users", "seeds", "notes"] }

  private func record(_ value: (PairedScores.Finding) -> Value) -> Value {
    .record(Record(paired.findings.map { ($0.metric.label, value($0)) }))
  }

  func field(_ name: String) -> Value? {
    switch name {
    case "table":
      return .object(
        Table(
          keyNames: ["metric"],
          rows: paired.findings.map { Table.Row(keys: [.string($0.metric.label)], cells: $0.cells) },
          inherited: evidence))
    case "differences": return record { .float($0.difference) }
    case "intervals": return record { .list([.float($0.interval.low), .float($0.interval.high)]) }
    case "p":
      return record { finding in
        .record(
          Record([
            ("student", finding.student.map { .float($0) } ?? .none),
            ("wilcoxon", finding.wilcoxon.map { .float($0) } ?? .none),
            ("mcnemar", finding.mcnemar.map { .float($0) } ?? .none),
            ("seeds", finding.seedsStudent.map { .float($0) } ?? .none),
          ]))
      }
    case "users": return .int(paired.users)
    case "seeds": return .int(paired.seeds)
    case "notes": return .list(paired.notes.map { .string($0) })
    default: return nil
    }
  }

  var printed: String {
    (paired.findings.map { $0.sentence(names, users: paired.users) } + paired.notes.map { "  \($0)" })
      .joined(separator: "\n")
  }
}

extension PairedScores.Finding {
  /// As tables show it.
  var cells: [(name: String, value: Value)] {
    func number(_ value: Double?) -> Value { value.map { .float($0) } ?? .none }
    return [
      ("value", .float(first)), ("against", .float(second)), ("difference", .float(difference)),
      ("low", .float(interval.low)), ("high", .float(interval.high)), ("student p", number(student)),
      ("wilcoxon p", number(wilcoxon)), ("mcnemar p", number(mcnemar)), ("seeds", .int(overSeeds.count)),
      ("seeds sd", overSeeds.count > 1 ? .float(overSeeds.deviation) : .none), ("seeds p", number(seedsStudent)),
    ]
  }
}

extension Catalog {
  static var comparisons: [Builtin] {
    [
      Builtin(
        "compare",
        """
        Whether two scores of the same cases differ, asked twice. Over users: is the gap noise of this sample of users? \
        The difference a - b with a bootstrap interval of 95 % (`resamples` of users, drawn by `seed`), a paired t test, \
        Wilcoxon's signed-rank test and, for hr, McNemar's exact test. Over seeds: is it noise of training? Give lists of \
        scores, one a seed and paired in order; one seed says nothing about it. \
        `compare(table, base = KEY)` compares every other system of a grid whose rows hold scores with the one at KEY (a list \
        of keys where the grid has several axes); the axis `seed` pairs seeds, and p values are Holm-corrected over all rows. \
        `of` names the field with the score where a row holds several.
        """,
        BuiltinParameter<Value>("a"), BuiltinParameter<Value>("b", default: .none, shown: "none"),
        BuiltinParameter<Value>("base", default: .none, shown: "none"),
        BuiltinParameter<String?>("of", default: .none, shown: "none"),
        BuiltinParameter<Int>("resamples", default: 10_000, shown: "10000"),
        BuiltinParameter<Int>("seed", default: 1, shown: "1"),
        examples: """
          pmm> from counting import Pop
          pmm> w = world("tgtS", seed = 1)
          pmm> a = evaluate(Pop(w), w.test, [hr(10)])
          pmm> compare(a, a).differences
          {hr@10: 0.0}
          """
      ) { call, a, b, base, field, resamples, seed -> Value in
        try checkResamples(resamples, call, argument: 4)
        if case .object(let object) = a, let table = object as? Table {
          guard b.isNone else {
            throw call.fail(
              .wrongArguments, "a table is compared within itself, with the row at `base`", argument: 1,
              tries: ["compare(table, base = KEY)"])
          }
          return .object(try GridComparison(table, base, field, call).report(resamples: resamples, seed: seed))
        }
        if let place = [2, 3].first(where: { call.arguments[$0] != nil }) {
          throw call.fail(
            .wrongArguments,
            "`\(call.builtin.signature.parameters[place].name)` is for tables, and this is \(a.described)",
            argument: place, tries: ["compare(a, b)"])
        }
        let (first, second) = (try scores(a, call, argument: 0), try scores(b, call, argument: 1))
        let names = (name(call, 0, "the first"), name(call, 1, "the second"))
        let paired = try PairedScores(
          first, second, names: names, resamples: resamples, seed: seed, call, argument: 1)
        let evidence = (first + second).reduce(Evidence()) { $0.adding($1.evidence) }
        return .object(Comparison(paired, names: names, evidence: evidence))
      }
    ]
  }

  private static func scores(_ value: Value, _ call: Invocation, argument: Int) throws -> [Score] {
    if let one = ScoreArgument.from(value) { return [one.score] }
    if case .list(let values) = value, !values.isEmpty {
      let all = values.compactMap { ScoreArgument.from($0)?.score }
      if all.count == values.count { return all }
    }
    throw call.fail(
      .wrongType, "scores are compared, or lists of scores, one a seed, and this is \(value.described)",
      argument: argument, tries: ["compare(evaluate(a, data.test, [ndcg(10)]), evaluate(b, data.test, [ndcg(10)]))"])
  }

  /// How the call writes an argument, where that is a plain name.
  private static func name(_ call: Invocation, _ argument: Int, _ otherwise: String) -> String {
    guard let text = call.spans[argument]?.text, !text.isEmpty, text.count <= 24,
      text.utf8.allSatisfy({ $0 == 95 || $0 >= 97 && $0 <= 122 || $0 >= 65 && $0 <= 90 || $0 >= 48 && $0 <= 57 })
    else { return otherwise }
    return "`\(text)`"
  }
}
