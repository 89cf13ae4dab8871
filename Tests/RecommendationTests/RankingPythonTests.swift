import Foundation
import Recommendation
import TestKit
import Testing

/// Ranks and metrics of a matrix of scores against a program that sorts.
struct RankingPythonTests {
  private static let numpy = Python.withModules("numpy")

  private struct Matrix: Encodable {
    let scores: [[Float]]
    let histories: [[Int32]]
    let targets: [[Int32]]
  }

  /// For each mask setting, rule and user: hr, recall, precision, ndcg, mrr, map at 10 and the mean rank.
  private typealias Answers = [String: [[Double]]]

  @Test(.enabled(if: numpy != nil, "needs python3 with numpy, which is not there"))
  func everyUserGetsWhatSortingSays() throws {
    var random = SeededGenerator(seed: 77)
    let (users, items) = (60, 120)
    let matrix = Matrix(
      // A fifth of the users have scores without ties.
      scores: (0..<users).map { user in
        (0..<items).map { _ in
          user % 5 == 0 ? Float.random(in: 0..<1, using: &random) : Float(Int.random(in: 0..<12, using: &random))
        }
      },
      histories: (0..<users).map { _ in (0..<15).map { _ in Int32.random(in: 0..<120, using: &random) } },
      targets: (0..<users).map { user in
        Array((0..<120).map { Int32($0) }.shuffled(using: &random).prefix(user % 3 == 0 ? 1 : user % 4 + 1))
      })
    let folder = try ScratchFolder()
    let path = folder.file("scores.json")
    try JSONEncoder().encode(matrix).write(to: URL(fileURLWithPath: path))
    // Ties by expectation: every order of a tie group is as likely, here as the mean of many shuffles would be, but by
    // adding over all places that each relevant item may take; hr and mrr over all subsets of places.
    let printed = try #require(Self.numpy).run(
      """
      import itertools, json
      import numpy as np
      data = json.load(open("\(path)"))
      K = 10
      def measures(places, relevant):
        places = sorted(places)
        hits = [p for p in places if p <= K]
        dcg = sum(1 / np.log2(p + 1) for p in hits)
        ideal = sum(1 / np.log2(p + 1) for p in range(1, min(relevant, K) + 1))
        return np.array([
          float(bool(hits)), len(hits) / relevant, len(hits) / K, dcg / ideal, 1 / hits[0] if hits else 0.0,
          sum((places.index(p) + 1) / p for p in hits) / min(relevant, K), float(np.mean(places))])
      answers = {}
      for masked in (False, True):
        for rule in ("optimistic", "pessimistic", "expected"):
          rows = []
          for scores, history, targets in zip(data["scores"], data["histories"], data["targets"]):
            scores = np.array(scores, dtype=np.float32)
            candidate = np.ones(len(scores), bool)
            if masked:
              candidate[history] = False
              candidate[targets] = True
            wanted = np.zeros(len(scores), bool)
            wanted[targets] = True
            groups = []
            for value in sorted(set(scores[targets].tolist()), reverse=True):
              above = int((candidate & (scores > value)).sum())
              same = int((candidate & (scores == value)).sum())
              groups.append((above, same, int((wanted & (scores == value)).sum())))
            if rule == "optimistic":
              choices = [[range(a + 1, a + 1 + m)] for a, n, m in groups]
            elif rule == "pessimistic":
              choices = [[range(a + n - m + 1, a + n + 1)] for a, n, m in groups]
            else:
              choices = [list(itertools.combinations(range(a + 1, a + n + 1), m)) for a, n, m in groups]
            total, count = np.zeros(7), 0
            for combination in itertools.product(*choices):
              total += measures([p for part in combination for p in part], len(targets))
              count += 1
            rows.append((total / count).tolist())
          answers[f"{masked} {rule}"] = rows
      print(json.dumps(answers))
      """)
    let answers = try JSONDecoder().decode(Answers.self, from: Data(printed.utf8))
    let metrics = [RankingMetric.Kind.hr, .recall, .precision, .ndcg, .mrr, .map, .meanRank].map {
      RankingMetric($0, 10)
    }
    #expect(answers.count == 6)
    for isMasked in [false, true] {
      for rule in TieRule.allCases {
        let rows = try #require(answers["\(isMasked ? "True" : "False") \(rule.rawValue)"])
        #expect(rows.count == users)
        for user in 0..<users {
          let one = try matrix.scores[user].withUnsafeBufferPointer { buffer in
            Result {
              try Ranking.ranked(
                scores: buffer, targets: matrix.targets[user],
                excluded: isMasked ? matrix.histories[user].sorted() : [])
            }
          }.get()
          for (metric, wanted) in zip(metrics, rows[user]) {
            let found = Ranking.value(metric, one, rule)
            #expect(
              abs(found - wanted) < 1e-11 * max(1, wanted),
              "user \(user), \(metric.label), \(rule), masked \(isMasked): \(found), not \(wanted)")
          }
        }
      }
    }
  }
}
