/// A user of a world before an item that is asked for.
package struct WorldCase: Sendable {
  /// What was met, oldest first.
  package let history: [Int32]
  package let target: Int32
  /// The first position where late items may stand; the target's position is the one after the history.
  package let finalFrom: Int

  package init(history: [Int32], target: Int32, finalFrom: Int) {
    (self.history, self.target, self.finalFrom) = (history, target, finalFrom)
  }
}

/// What somebody knows who recommends in a world.
package enum WorldKnowledge: String, Sendable, CaseIterable {
  /// Texts and images of the whole history, and how often each item is met.
  case both
  case text, image
  /// Texts and images of the last item alone.
  case lastItem = "last_item"
  /// Texts and images, but not how often items are met.
  case unknownPopularity = "unknown_popularity"
  /// Counts in training.
  case popularity
  /// Which item followed which in training.
  case idMarkov = "id_markov"
}

/// What can be reached at best on a world's users, given what is known.
package struct WorldCeilings: Sendable {
  package let world: World

  package init(_ world: World) {
    self.world = world
  }

  /// The last item of each user who is tested on: of the evaluation-only ones where there are any.
  package var testCases: [WorldCase] {
    (world.testUsers.isEmpty ? world.users : world.testUsers).compactMap { user in
      user.items.last.map {
        WorldCase(history: user.items.dropLast(), target: $0, finalFrom: user.items.count - 2)
      }
    }
  }

  /// Those of `cases` that ask for a late item.
  package func late(_ cases: [WorldCase]) -> [WorldCase] { cases.filter { world.isLate[Int($0.target)] } }

  /// The metrics' means over cases, all items ranked but those of the history.
  ///
  /// Mismatch is not in them: it costs roughly its rate for each modality seen.
  /// - Parameter ignoresWeights: for late items, of which nobody can know how often they are met.
  package func values(
    _ metrics: [RankingMetric], knowing knowledge: WorldKnowledge, _ cases: [WorldCase], ignoresWeights: Bool = false
  ) -> [Double] {
    let scorer = scorer(knowledge, ignoresWeights: ignoresWeights)
    var sums = [Double](repeating: 0, count: metrics.count)
    for one in cases {
      for (index, value) in Self.ranked(one, scorer(one), metrics).enumerated() { sums[index] += value }
    }
    return sums.map { $0 / Double(max(cases.count, 1)) }
  }

  /// The metrics of one case under some scores, all items ranked but those of the history.
  package static func ranked(_ one: WorldCase, _ scores: [Float], _ metrics: [RankingMetric]) -> [Double] {
    let (better, tied) = scores.withUnsafeBufferPointer {
      Ranking.counts(scores: $0, target: Int(one.target), excluded: one.history.sorted())
    }
    return metrics.map { Ranking.expected($0, better: better, tied: tied) }
  }

  /// Scores of all items for a case; those of `both` are probabilities up to one factor. [item]
  package func scorer(_ knowledge: WorldKnowledge, ignoresWeights: Bool = false) -> (WorldCase) -> [Float] {
    let train = Split(leaveOneOut: world.users.map(\.items)).counted
    switch knowledge {
    case .popularity:
      let popularity = PopularityModel(train: train, itemCount: world.itemCount).scores
      return { _ in popularity }
    case .idMarkov:
      let markov = WorldMarkov(train, itemCount: world.itemCount)
      return { markov.scores(after: $0.history) }
    case .both, .text, .image, .lastItem, .unknownPopularity: break
    }
    let filter = WorldFilter(
      cellOf: world.factors.map(\.cell), classOf: classes(knowledge),
      weights: ignoresWeights || knowledge == .unknownPopularity
        ? [Double](repeating: 1, count: world.itemCount) : world.weights,
      isLate: world.isLate, law: WorldLaw(directed: world.settings.isDirected).transitions(),
      noise: world.settings.noise(world.platform))
    return { one in
      guard knowledge == .lastItem else { return filter.scores(after: one.history, finalFrom: one.finalFrom) }
      // The last item stands at position 0 of what is known.
      return filter.scores(after: one.history.suffix(1), finalFrom: one.finalFrom - one.history.count + 1)
    }
  }

  /// What cells look the same to whoever knows only this. [cell]
  private func classes(_ knowledge: WorldKnowledge) -> [Int] {
    (0..<WorldFactors.cells).map { cell in
      let factors = WorldFactors(cell: cell)
      switch knowledge {
      case .text where !world.settings.copiesImageFactor: return cell - factors.y * 16
      case .image: return cell - factors.x * 48
      case .both, .text, .lastItem, .unknownPopularity, .popularity, .idMarkov: return cell
      }
    }
  }
}

/// A cheap stand-in for a well-trained model of ids: smoothed transitions between items, older events counting less,
/// and popularity where nothing is known.
struct WorldMarkov: Sendable {
  private static let decay = 0.6
  private static let smoothing = 1.0
  /// How often items followed an item, nearer ones counting more. [item][(next, count)]
  private let next: [[(item: Int32, count: Double)]]
  private let totals: [Double]
  private let popularity: [Double]

  init(_ train: [[Int32]], itemCount: Int) {
    var counts = [[Int32: Double]](repeating: [:], count: itemCount)
    for history in train {
      for (position, item) in history.enumerated() {
        var weight = 1.0
        for later in history[(position + 1)...] {
          counts[Int(item)][later, default: 0] += weight
          weight *= Self.decay
        }
      }
    }
    next = counts.map { $0.sorted { $0.key < $1.key }.map { (item: $0.key, count: $0.value) } }
    totals = next.map { $0.reduce(0) { $0 + $1.count } }
    let seen = occurrences(train, itemCount: itemCount)
    let all = Double(max(1, seen.reduce(0, +)))
    popularity = seen.map { Double($0) / all }
  }

  /// Scores for the item after a history. [item]
  func scores(after history: [Int32]) -> [Float] {
    var scores = popularity.map { $0 * 1e-3 }
    var weight = 1.0
    for item in history.reversed() {
      let total = totals[Int(item)] + Self.smoothing
      for (later, count) in next[Int(item)] { scores[Int(later)] += weight * count / total }
      for other in scores.indices { scores[other] += weight * popularity[other] * Self.smoothing / total }
      weight *= Self.decay
    }
    return scores.map { Float($0) }
  }
}
