import Foundation
import Recommendation
import TestKit
import Testing

struct StatisticsTests {
  private static let scipy = Python.withModules("scipy", "numpy")
  private static let absence = Comment(rawValue: "needs python3 with scipy, which is not there")

  /// What SciPy says of lists of differences: t and p of `ttest_1samp`, statistic and p of `wilcoxon`.
  private struct Answer: Decodable {
    let t: [Double]
    let wilcoxon: [Double]
  }

  @Test(.enabled(if: scipy != nil, absence))
  func testsEqualSciPy() throws {
    var random = SeededGenerator(seed: 21)
    var lists: [[Double]] = []
    for count in [2, 3, 5, 8, 13, 14, 20, 49, 50, 51, 120, 1000, 5000, 40_000] {
      // Without ties; with ties and zeros; with ties and no zero; far from 0.
      lists.append((0..<count).map { _ in Double.random(in: -1...1.3, using: &random) })
      lists.append((0..<count).map { _ in Double(Int.random(in: -2...3, using: &random)) / 4 } + [0.25, -0.5])
      lists.append((0..<count).map { _ in Double(Int.random(in: 1...6, using: &random)) - 2.5 } + [0.5])
      lists.append((0..<count).map { _ in Double.random(in: 0.1...1, using: &random) })
    }
    let json = String(decoding: try JSONEncoder().encode(lists), as: UTF8.self)
    let folder = try ScratchFolder()
    try json.write(toFile: folder.file("lists.json"), atomically: true, encoding: .utf8)
    let printed = try #require(Self.scipy).run(
      """
      import json, warnings
      import numpy as np
      from scipy import stats
      warnings.simplefilter("ignore")
      answers = []
      for values in json.load(open("\(folder.file("lists.json"))")):
        t, w = stats.ttest_1samp(values, 0), stats.wilcoxon(values)
        answers.append({"t": [float(t.statistic), float(t.pvalue)], "wilcoxon": [float(w.statistic), float(w.pvalue)]})
      print(json.dumps(answers))
      """)
    let answers = try JSONDecoder().decode([Answer].self, from: Data(printed.utf8))
    #expect(answers.count == lists.count)
    for (values, answer) in zip(lists, answers) {
      let (t, wilcoxon) = (try #require(PairedTests.student(values)), try #require(PairedTests.wilcoxon(values)))
      #expect(Self.agree(t.t, answer.t[0]), "t of \(values.count): \(t.t), not \(answer.t[0])")
      #expect(Self.agree(t.p, answer.t[1]), "p of t of \(values.count): \(t.p), not \(answer.t[1])")
      #expect(Self.agree(wilcoxon.statistic, answer.wilcoxon[0]), "Wilcoxon of \(values.count)")
      #expect(
        Self.agree(wilcoxon.p, answer.wilcoxon[1]),
        "p of Wilcoxon of \(values.count): \(wilcoxon.p), not \(answer.wilcoxon[1])")
    }
  }

  /// To 1e-10 of the value; what is smaller than any p value that matters, absolutely.
  private static func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-10 * max(abs(b), 1e-14) }

  @Test(.enabled(if: scipy != nil, absence))
  func mcnemarEqualsSciPysBinomialTest() throws {
    let pairs = [
      (0, 1), (1, 1), (0, 5), (1, 5), (3, 3), (10, 4), (25, 40), (100, 131), (500, 500), (499, 501), (4000, 4200),
      (60_000, 60_700), (0, 60), (7, 300),
    ]
    let list = pairs.map { "(\($0.0), \($0.1))" }.joined(separator: ", ")
    let printed = try #require(Self.scipy).run(
      """
      from scipy import stats
      for a, b in [\(list)]: print(repr(float(stats.binomtest(a, a + b).pvalue)))
      """)
    let wanted = printed.split(separator: "\n").compactMap { Double($0) }
    #expect(wanted.count == pairs.count)
    for (pair, p) in zip(pairs, wanted) {
      let found = PairedTests.mcnemar(first: pair.0, second: pair.1)
      #expect(Self.agree(found, p), "\(pair): \(found), not \(p)")
      #expect(PairedTests.mcnemar(first: pair.1, second: pair.0) == found)
    }
    #expect(PairedTests.mcnemar(first: 0, second: 0) == 1)
  }

  /// Known without another program.
  @Test func testsByHand() throws {
    // Student's t with one degree of freedom is Cauchy's: p = 2/π · atan(1/t).
    let cauchy = try #require(PairedTests.student([1, 2]))
    #expect(abs(cauchy.t - 3) < 1e-15 && abs(cauchy.p - 2 / Double.pi * atan(1 / 3.0)) < 1e-14)
    // All five differences positive: 2 of the 32 signs.
    let exact = try #require(PairedTests.wilcoxon([1, 2, 3, 4, 5]))
    #expect(exact.statistic == 0 && exact.p == 2.0 / 32)
    // Of 6 disagreements 1: 2 (1 + 6) / 64.
    #expect(abs(PairedTests.mcnemar(first: 5, second: 1) - 14.0 / 64) < 1e-15)
    #expect(PairedTests.student([1, 1, 1]) == nil && PairedTests.student([1]) == nil)
    #expect(PairedTests.wilcoxon([0, 0]) == nil)
  }

  @Test func holmByHand() {
    #expect(PairedTests.holm([0.01, 0.04, 0.03]).map { ($0 ?? 9) } == [0.03, 0.06, 0.06])
    #expect(PairedTests.holm([0.5, nil, 0.9]).map { $0 ?? 9 } == [1, 9, 1], "what is missing is no test")
    #expect(PairedTests.holm([]).isEmpty)
  }

  private static func interval(_ differences: [Double], resamples: Int = 10_000, seed: UInt64 = 1) throws
    -> Bootstrap.Interval
  {
    let found = Bootstrap.intervals(
      sums: differences.map { [$0] }, counts: differences.map { _ in 1 }, resamples: resamples, seed: seed)
    return try #require(found.first)
  }

  @Test func theIntervalIsThatOfTheNormalMean() throws {
    var random = SeededGenerator(seed: 3)
    let differences = (0..<400).map { _ in Double.random(in: -1...1.2, using: &random) }
    let sample = Sample(differences)
    let found = try Self.interval(differences)
    // The standard error of a resampled quantile of 10,000 is 2.7 % of that of the mean, and n - 1 is not n.
    let half = 1.959964 * sample.standardError
    #expect(abs(found.low - (sample.mean - half)) < 0.13 * sample.standardError)
    #expect(abs(found.high - (sample.mean + half)) < 0.13 * sample.standardError)
    #expect(try found == Self.interval(differences))
    #expect(try found != Self.interval(differences, seed: 2))
    #expect(Bootstrap.intervals(sums: [[1]], counts: [1], seed: 1, interrupted: { true }).isEmpty)
  }

  @Test func intervalsCoverWhatTheyPromise() throws {
    var random = SeededGenerator(seed: 30)
    var covered = 0
    for turn in 0..<600 {
      let values = (0..<80).map { _ in Double.random(in: 0...1, using: &random) }
      let found = try Self.interval(values, resamples: 800, seed: UInt64(turn))
      if found.low <= 0.5, 0.5 <= found.high { covered += 1 }
    }
    // 95 % of 600 less what 80 values cost, within four standard errors.
    #expect((545...592).contains(covered), "\(covered) of 600")
  }

  /// Twenty copies of each user's case must not look like more users.
  @Test func casesOfOneUserStayTogether() throws {
    var random = SeededGenerator(seed: 12)
    let users = (0..<60).map { _ in Double.random(in: -1...1, using: &random) }
    let once = try Self.interval(users)
    let many = try #require(
      Bootstrap.intervals(sums: users.map { [$0 * 20] }, counts: users.map { _ in 20 }, seed: 1).first)
    #expect(abs(once.low - many.low) < 1e-12 && abs(once.high - many.high) < 1e-12)
  }
}
