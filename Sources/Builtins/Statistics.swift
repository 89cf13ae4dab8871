import Diagnostics
import Interpreter
import Recommendation
import TensorCore

extension Catalog {
  private static func pairs(_ a: [Double], _ b: [Double], _ call: Invocation) throws -> [Double] {
    guard a.count == b.count else {
      throw call.fail(
        .outOfRange, "pairs need lists of the same length, and these have \(a.count) and \(b.count) numbers",
        argument: 1)
    }
    guard a.count >= 2 else {
      throw call.fail(.outOfRange, "one pair has no spread; two or more are needed, not \(a.count)", argument: 0)
    }
    return zip(a, b).map { $0 - $1 }
  }

  private static func number(_ value: Double?) -> Value { value.map { .float($0) } ?? .none }

  static var statistics: [Builtin] {
    [
      Builtin(
        "t_test",
        """
        Student's paired t test of two lists, two-sided: the mean difference a - b, t and p; none where all differences \
        are equal.
        """,
        BuiltinParameter<[Double]>("a"), BuiltinParameter<[Double]>("b"),
        examples: "pmm> round(t_test([0.5, 0.7, 0.6], [0.4, 0.5, 0.5]).p, 4)\n0.0572"
      ) { call, a, b -> Value in
        let differences = try pairs(a, b, call)
        let found = PairedTests.student(differences)
        return .record(
          Record([
            ("difference", .float(Sample(differences).mean)), ("t", number(found?.t)), ("p", number(found?.p)),
          ]))
      },
      Builtin(
        "wilcoxon",
        """
        Wilcoxon's signed-rank test of two paired lists, two-sided, without the pairs that do not differ: the smaller sum \
        of ranks and p; none where no pair differs. Exact for up to 50 pairs (13 with ties or equal pairs), else the normal \
        approximation.
        """,
        BuiltinParameter<[Double]>("a"), BuiltinParameter<[Double]>("b"),
        examples: "pmm> wilcoxon([0.5, 0.9, 0.6], [0.4, 0.5, 0.4]).p\n0.25"
      ) { call, a, b -> Value in
        let found = PairedTests.wilcoxon(try pairs(a, b, call))
        return .record(Record([("statistic", number(found?.statistic)), ("p", number(found?.p))]))
      },
      Builtin(
        "mcnemar",
        """
        McNemar's exact test of two lists of hits, 1 or 0, two-sided: how many only a and only b has, and p. Equal hits \
        say nothing.
        """,
        BuiltinParameter<[Double]>("a"), BuiltinParameter<[Double]>("b"),
        examples: "pmm> mcnemar([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1])\n{only_a: 5, only_b: 1, p: 0.21875}"
      ) { call, a, b -> Value in
        _ = try pairs(a, b, call)
        for (index, values) in [a, b].enumerated() {
          guard let odd = values.first(where: { $0 != 0 && $0 != 1 }) else { continue }
          throw call.fail(
            .outOfRange, "hits are 1 or 0, and one of these is \(Value.text(odd)), as ties under expectation give",
            argument: index, tries: ["evaluate(..., ties = \"pessimistic\")", "t_test(a, b)"])
        }
        let (first, second) = (zip(a, b).count { $0 > $1 }, zip(a, b).count { $0 < $1 })
        return .record(
          Record([
            ("only_a", .int(first)), ("only_b", .int(second)),
            ("p", .float(PairedTests.mcnemar(first: first, second: second))),
          ]))
      },
      Builtin(
        "bootstrap",
        """
        The percentile interval of the mean difference a - b of two paired lists: `resamples` times as many pairs as there \
        are are drawn with replacement, as functions of `seed`, and `level` of their means lie in the interval.
        """,
        BuiltinParameter<[Double]>("a"), BuiltinParameter<[Double]>("b"),
        BuiltinParameter<Int>("resamples", default: 10_000, shown: "10000"),
        BuiltinParameter<Double>("level", default: 0.95, shown: "0.95"),
        BuiltinParameter<Int>("seed", default: 1, shown: "1"),
        examples: "pmm> bootstrap([0.5, 0.5], [0.25, 0.25])\n{difference: 0.25, low: 0.25, high: 0.25}"
      ) { call, a, b, resamples, level, seed -> Value in
        let differences = try pairs(a, b, call)
        try checkResamples(resamples, call, argument: 2)
        guard level > 0, level < 1 else {
          throw call.fail(
            .outOfRange, "`level` lies between 0 and 1, not at \(Value.text(level))", argument: 3,
            tries: ["level = 0.95"])
        }
        let found = Bootstrap.intervals(
          sums: differences.map { [$0] }, counts: differences.map { _ in 1 }, resamples: resamples, level: level,
          seed: UInt64(bitPattern: Int64(seed)), interrupted: { Interrupts.isPending })
        guard let interval = found.first else { throw Failure(.interrupted, "interrupted", at: call.span) }
        return .record(
          Record([
            ("difference", .float(Sample(differences).mean)), ("low", .float(interval.low)),
            ("high", .float(interval.high)),
          ]))
      },
      Builtin(
        "holm", "Holm's correction of a list of p values for being several, in their order.",
        BuiltinParameter<[Double]>("p"),
        examples: "pmm> holm([0.01, 0.04, 0.03])\n[0.03, 0.06, 0.06]"
      ) { call, values -> Value in
        guard values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
          throw call.fail(.outOfRange, "p values lie between 0 and 1", argument: 0)
        }
        return .list(PairedTests.holm(values).map { number($0) })
      },
    ]
  }

  /// Refuses numbers of resamples that say nothing or never end.
  static func checkResamples(_ count: Int, _ call: Invocation, argument: Int) throws {
    guard (100...1_000_000).contains(count) else {
      throw call.fail(
        .outOfRange, "`resamples` runs from 100 to 1,000,000, not \(count)", argument: argument,
        tries: ["resamples = 10000"])
    }
  }
}
