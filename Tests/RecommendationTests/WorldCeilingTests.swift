import Recommendation
import Testing

/// Two values of x and two of c2: cells 0 (0, 0), 1 (0, 1), 2 (1, 0), 3 (1, 1). x stays with 0.8, c2 always changes.
private func filter(classOf: [Int]) -> WorldFilter {
  WorldFilter(
    // Item 4 is late.
    cellOf: [0, 1, 2, 3, 1], classOf: classOf, weights: [1, 1, 2, 1, 1], isLate: [false, false, false, false, true],
    law: [
      0, 0.8, 0, 0.2,
      0.8, 0, 0.2, 0,
      0, 0.2, 0, 0.8,
      0.2, 0, 0.8, 0,
    ], noise: 0.2)
}

struct WorldCeilingTests {
  @Test func theOracleIsRightByHand() {
    let both = filter(classOf: [0, 1, 2, 3])
    // Before: (0.2, 0.2, 0.4, 0.2). Noise shows item 0 with 0.2 / 5 whatever the state, the state 0 with 0.8.
    let belief = both.belief(after: [0], finalFrom: 1)
    for (value, wanted) in zip(belief, [0.84, 0.04, 0.08, 0.04]) { #expect(abs(value - wanted) < 1e-12) }
    // Item 0 was met. Draws of it begin again: noise where it was, with 0.2 / 6, others in cell 0. So the states begin
    // 30/29 (0.84 + 0.8 (0.8 v1 + 0.2 v3)), v1 = 30/29 0.04, v2 = 30/29 0.08 and v3 = v1 draws.
    let scores = both.scores(after: [0], finalFrom: 1)
    for (value, wanted) in zip(scores, [0.0687277, 0.3312723, 0.1043520, 0.2331034, 0.3312723]) {
      #expect(abs(value - Float(wanted)) < 2e-7, "\(value) \(wanted)")
    }
    #expect(abs(scores[1...].reduce(0, +) - 1) < 1e-6, "what was not met are all draws that count")
    // Texts alone: the items of cells 0 and 1 look the same.
    let text = filter(classOf: [0, 0, 2, 2]).belief(after: [0], finalFrom: 1)
    for (value, wanted) in zip(text, [0.44, 0.44, 0.08, 0.04]) { #expect(abs(value - wanted) < 1e-12) }
  }

  @Test func historiesThatCannotHappenSayNothing() {
    let scores = filter(classOf: [0, 1, 2, 3]).scores(after: [4, 4, 0, 0], finalFrom: 4)
    #expect(scores.allSatisfy { $0.isFinite && $0 >= 0 })
  }

  /// Table 5.4 of the specification: popularity, ID Markov, image, text, both, last item, popularity unknown, then late
  /// items with both, text, image. Its cells are means of three seeds over the platform's own users; ours of six must lie
  /// within three standard errors of a difference between the two.
  @Test(arguments: [
    (WorldPlatform.srcV, [0.053, 0.201, 0.184, 0.199, 0.364, 0.332, 0.325, 0.398, 0.198, 0.187]),
    (.srcS, [0.059, 0.253, 0.239, 0.235, 0.429, 0.422, 0.385, 0.423, 0.224, 0.230]),
    (.tgtV, [0.066, 0.186, 0.284, 0.288, 0.452, 0.405, 0.438, 0.479, 0.259, 0.275]),
    (.tgtS, [0.075, 0.264, 0.322, 0.338, 0.520, 0.497, 0.502, 0.508, 0.320, 0.276]),
  ])
  func ceilingsAreThoseOfTheSpecification(_ platform: WorldPlatform, _ wanted: [Double]) throws {
    let metrics = [RankingMetric(.hr, 10)]
    let known: [WorldKnowledge] = [.popularity, .idMarkov, .image, .text, .both, .lastItem, .unknownPopularity]
    var rows: [[Double]] = []
    var counts: [[Int]] = []
    for seed in 1...6 {
      let ceilings = WorldCeilings(try World.generate(platform, seed: UInt64(seed)))
      let (cases, late) = (ceilings.testCases, ceilings.late(ceilings.testCases))
      #expect(cases.count == platform.users && late.count > platform.users / 25)
      var row = known.map { ceilings.values(metrics, knowing: $0, cases)[0] }
      row += [.both, .text, .image].map { ceilings.values(metrics, knowing: $0, late, ignoresWeights: true)[0] }
      #expect(row[4] > row[2] + 0.1 && row[4] > row[3] + 0.1, "two modalities say more than one")
      #expect(ceilings.values(metrics, knowing: .idMarkov, late) == [0], "ids say nothing of late items")
      rows.append(row)
      counts.append([Int](repeating: cases.count, count: 7) + [Int](repeating: late.count, count: 3))
    }
    let seeds = Double(rows.count)
    for (column, value) in wanted.enumerated() {
      let values = rows.map { $0[column] }
      let mean = values.reduce(0, +) / seeds
      // Users are drawn one by one, so a share over them varies at least as a binomial one does; worlds add to that. Six
      // seeds alone may show less by chance.
      let users = Double(counts.reduce(0) { $0 + $1[column] }) / seeds
      let found = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (seeds - 1)
      let error = (max(found, mean * (1 - mean) / users) * (1 / seeds + 1 / 3)).squareRoot()
      #expect(abs(mean - value) < 3 * error, "column \(column): \(mean) beside \(value), standard error \(error)")
    }
  }

  /// With the same users, whoever knows more ranks better.
  @Test(arguments: [WorldPlatform.srcV, .srcS, .tgtV, .tgtS]) func nobodyKnowsMoreThanBoth(_ platform: WorldPlatform)
    throws
  {
    var settings = WorldSettings()
    settings.testUsers = 4000
    let ceilings = WorldCeilings(try World.generate(platform, seed: 1, settings: settings))
    let cases = ceilings.testCases
    #expect(cases.count == 4000)
    let values = WorldKnowledge.allCases.map { ceilings.values([RankingMetric(.hr, 10)], knowing: $0, cases)[0] }
    #expect(values[0] == values.max() && WorldKnowledge.allCases[0] == .both)
  }

  /// Whoever filters exactly knows how often its first ten hold the target; a filter of another law would be wrong.
  @Test(arguments: [WorldPlatform.srcV, .srcS, .tgtV, .tgtS]) func theOracleKnowsHowGoodItIs(_ platform: WorldPlatform)
    throws
  {
    var settings = WorldSettings()
    settings.testUsers = 5000
    let ceilings = WorldCeilings(try World.generate(platform, seed: 4, settings: settings))
    let (cases, scores) = (ceilings.testCases, ceilings.scorer(.both))
    let expected = cases.reduce(0.0) { sum, one in
      let met = Set(one.history)
      let left = scores(one).enumerated().filter { !met.contains(Int32($0.offset)) }.map { Double($0.element) }
      let best = left.sorted(by: >).prefix(10).reduce(0, +)
      return sum + best / left.reduce(0, +) / Double(cases.count)
    }
    let found = ceilings.values([RankingMetric(.hr, 10)], knowing: .both, cases)[0]
    // The standard error of a share of 5,000 is about 0.007.
    #expect(abs(expected - found) < 0.021, "\(expected) expected, \(found) found")
  }

  @Test func aDirectedWorldIsHarder() throws {
    func both(_ isDirected: Bool) throws -> Double {
      var settings = WorldSettings()
      (settings.testUsers, settings.isDirected) = (1000, isDirected)
      let ceilings = WorldCeilings(try World.generate(.srcV, seed: 1, settings: settings))
      return ceilings.values([RankingMetric(.hr, 10)], knowing: .both, ceilings.testCases)[0]
    }
    #expect(try both(true) < both(false) - 0.05)
  }

  @Test func aCopiedImageFactorMakesImagesRedundant() throws {
    var settings = WorldSettings()
    settings.copiesImageFactor = true
    let ceilings = WorldCeilings(try World.generate(.tgtV, seed: 1, settings: settings))
    let metrics = [RankingMetric(.ndcg, 10), RankingMetric(.mrr, 5)]
    #expect(
      ceilings.values(metrics, knowing: .text, ceilings.testCases)
        == ceilings.values(metrics, knowing: .both, ceilings.testCases))
  }
}
