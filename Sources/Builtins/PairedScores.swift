import Diagnostics
import Interpreter
import Recommendation
import TensorCore

/// Two systems measured on the same cases, with one model of each or several of paired seeds.
struct PairedScores {
  /// What is known of one metric.
  struct Finding {
    let metric: RankingMetric
    let first: Double
    let second: Double
    /// Of the mean difference, first - second, over resampled users.
    let interval: Bootstrap.Interval
    /// Of Student's and Wilcoxon's paired tests over users; nil where they say nothing.
    let student: Double?
    let wilcoxon: Double?
    /// Of McNemar's exact test; nil for other metrics than hr, and where hits are not plain.
    let mcnemar: Double?
    /// Differences of paired seeds.
    let overSeeds: Sample
    /// Of Student's paired test over seeds; nil for one seed.
    let seedsStudent: Double?

    var difference: Double { first - second }
  }

  let findings: [Finding]
  let users: Int
  let seeds: Int
  /// What a reader must know of the comparison.
  let notes: [String]

  /// Compares what both have measured.
  /// - Parameters:
  ///   - a, b: scores of the seeds of each, in the same order.
  ///   - argument: which argument of the call errors point at.
  init(
    _ a: [Score], _ b: [Score], names: (String, String), resamples: Int, seed: Int, _ call: Invocation, argument: Int
  ) throws {
    guard let first = a.first, let other = b.first, a.count == b.count else {
      throw call.fail(
        .outOfRange,
        "seeds are paired, and \(names.0) has \(a.count) score\(a.count == 1 ? "" : "s") where \(names.1) has \(b.count)",
        argument: argument)
    }
    func named(_ name: String, _ index: Int) -> String { a.count == 1 ? name : "\(name), score \(index + 1)," }
    for (scores, name) in [(a, names.0), (b, names.1)] {
      for (index, score) in scores.enumerated() where !score.cases.isSame(as: first.cases) {
        throw call.fail(
          .dataMismatch,
          "only scores of the same cases are compared: \(named(names.0, 0)) is of \(first.cases.described), "
            + "\(named(name, index)) of \(score.cases.described)", argument: argument,
          tries: ["evaluate both on one part, with the same `users` and `seed`"])
      }
    }
    let all = a + b
    let shared = first.ofCases.map { first.metrics[$0] }.filter { metric in
      all.allSatisfy { score in score.ofCases.contains { score.metrics[$0] == metric } }
    }
    guard !shared.isEmpty else {
      throw call.fail(
        .dataMismatch,
        "\(names.0) has \(Self.list(first.metrics)), \(names.1) has \(Self.list(other.metrics)): no metric with a value for "
          + "each case is in both", argument: argument, tries: ["the same metrics for both"])
    }
    // Cases of one user stand together in every sample.
    var places: [String: Int] = [:]
    let userOf = first.cases.users.map { user -> Int in
      if let known = places[user] { return known }
      places[user] = places.count
      return places.count - 1
    }
    var counts = [Int](repeating: 0, count: places.count)
    for user in userOf { counts[user] += 1 }
    let differences = shared.map { metric in
      zip(Self.values(metric, a), Self.values(metric, b)).map { $0 - $1 }
    }
    var sums = [[Double]](repeating: [Double](repeating: 0, count: shared.count), count: counts.count)
    for (m, all) in differences.enumerated() {
      for (row, value) in all.enumerated() { sums[userOf[row]][m] += value }
    }
    let intervals = Bootstrap.intervals(
      sums: sums, counts: counts, resamples: resamples, seed: UInt64(bitPattern: Int64(seed)),
      interrupted: { Interrupts.isPending })
    guard intervals.count == shared.count else { throw Failure(.interrupted, "interrupted", at: call.span) }
    let isSingle = counts.allSatisfy { $0 == 1 }
    findings = shared.enumerated().map { m, metric in
      let perUser = zip(sums, counts).map { $0[m] / Double($1) }
      let overSeeds = Sample(zip(a, b).map { Self.mean(metric, $0) - Self.mean(metric, $1) })
      return Finding(
        metric: metric, first: Sample(a.map { Self.mean(metric, $0) }).mean,
        second: Sample(b.map { Self.mean(metric, $0) }).mean, interval: intervals[m],
        student: PairedTests.student(perUser)?.p, wilcoxon: PairedTests.wilcoxon(perUser)?.p,
        mcnemar: isSingle && a.count == 1 ? Self.mcnemar(metric, first, other) : nil, overSeeds: overSeeds,
        seedsStudent: PairedTests.student(zip(a, b).map { Self.mean(metric, $0) - Self.mean(metric, $1) })?.p)
    }
    users = counts.count
    seeds = a.count
    notes = Self.notes(a, b, shared, isSingle: isSingle, names)
  }

  private static func notes(
    _ a: [Score], _ b: [Score], _ shared: [RankingMetric], isSingle: Bool, _ names: (String, String)
  ) -> [String] {
    var notes: [String] = []
    func measured(_ score: Score) -> [Substring] {
      score.protocolText.split(separator: ",").filter { !$0.hasPrefix(" length ") }
    }
    if let pair = zip(a, b).first(where: { measured($0) != measured($1) }) {
      notes.append("the protocols differ: \(pair.0.protocolText) / \(pair.1.protocolText)")
    }
    if !isSingle { notes.append("users with several cases are resampled whole, and the tests are of their means") }
    if a.count > 1 {
      notes.append("each user's values are means over the \(a.count) seeds, so McNemar's test does not apply")
    } else if isSingle, shared.contains(where: { $0.kind == .hr && mcnemar($0, a[0], b[0]) == nil }) {
      notes.append(
        "McNemar's test needs hits that are 1 or 0, and ties by expectation give others; ties = \"pessimistic\" does not"
      )
    }
    let own = Set((a + b).flatMap { score in score.metrics.filter { !shared.contains($0) } }.map(\.label)).sorted()
    if !own.isEmpty {
      notes.append("not compared, since not both have it for each case: \(own.joined(separator: ", "))")
    }
    return notes
  }

  private static func list(_ metrics: [RankingMetric]) -> String { metrics.map(\.label).joined(separator: ", ") }

  /// Values of each case, means over the scores.
  private static func values(_ metric: RankingMetric, _ scores: [Score]) -> [Double] {
    let columns = scores.compactMap { score in score.metrics.firstIndex(of: metric).map { (score, $0) } }
    guard let first = columns.first else { return [] }
    return first.0.perCase.indices.map { row in
      columns.reduce(0) { $0 + $1.0.perCase[row][$1.1] } / Double(columns.count)
    }
  }

  private static func mean(_ metric: RankingMetric, _ score: Score) -> Double {
    score.metrics.firstIndex(of: metric).map { score.values[$0] } ?? .nan
  }

  private static func mcnemar(_ metric: RankingMetric, _ a: Score, _ b: Score) -> Double? {
    guard metric.kind == .hr else { return nil }
    let (x, y) = (values(metric, [a]), values(metric, [b]))
    guard (x + y).allSatisfy({ $0 == 0 || $0 == 1 }) else { return nil }
    return PairedTests.mcnemar(first: zip(x, y).count { $0 > $1 }, second: zip(x, y).count { $0 < $1 })
  }
}

extension PairedScores.Finding {
  /// What the difference is and how sure of it one may be, as one sentence.
  func sentence(_ names: (String, String), users: Int) -> String {
    let size = Value.fixed(abs(difference), 4)
    let way =
      difference == 0
      ? "\(names.0) and \(names.1) have the same \(metric.label), \(Value.fixed(first, 4))"
      : "\(names.0) has \(metric.label) \(Value.fixed(first, 4)), \(size) \(difference > 0 ? "more" : "less") than "
        + "\(names.1) with \(Value.fixed(second, 4))"
    let bounds = "\(Self.signed(interval.low)) to \(Self.signed(interval.high))"
    let tests = [
      ("paired t", student), ("Wilcoxon", wilcoxon), ("McNemar", mcnemar),
    ].compactMap { name, p in p.map { "\(name) \(Self.p($0))" } }
    let overUsers =
      "over \(ModuleInstance.grouped(users)) users the 95 % interval of the difference is \(bounds)"
      + (tests.isEmpty
        ? ", and no test applies since it is the same for every user" : " (\(tests.joined(separator: ", ")))")
    return "\(way); \(overUsers); \(overTrainings)."
  }

  private var overTrainings: String {
    guard overSeeds.count > 1 else { return "one seed each, so nothing is known of the noise of training" }
    let test = seedsStudent.map { " (paired t \(Self.p($0)))" } ?? ""
    return "over \(overSeeds.count) paired seeds it is \(Self.signed(overSeeds.mean)) with a standard deviation of "
      + "\(Value.fixed(overSeeds.deviation, 4))\(test)"
  }

  static func signed(_ value: Double) -> String { value > 0 ? "+\(Value.fixed(value, 4))" : Value.fixed(value, 4) }

  static func p(_ value: Double) -> String { value < 1e-4 ? "p < 0.0001" : "p = \(Value.fixed(value, 4))" }
}
