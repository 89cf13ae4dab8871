/// One user's way through a world, with what nobody but the world can know.
package struct WorldHistory: Sendable, Equatable {
  /// Items, oldest first; none twice.
  package let items: [Int32]
  /// Whether a step was noise, which says nothing of the user's state.
  package let isNoise: [Bool]
}

/// Draws histories.
struct WorldUsers {
  /// Steps of a history, at least and at most.
  static let shortest = 5
  static let longest = 20

  /// Items that may be met at some position, with partial sums of weights.
  private struct Offer {
    let items: [Int32]
    let sums: [Double]
    /// Items and partial sums of each cell.
    let cellItems: [[Int32]]
    let cellSums: [[Double]]

    init(_ factors: [WorldFactors], _ weights: [Double], may: (Int) -> Bool) {
      items = factors.indices.filter(may).map { Int32($0) }
      var cells = [[Int32]](repeating: [], count: WorldFactors.cells)
      for item in items { cells[factors[Int(item)].cell].append(item) }
      func partialSums(_ items: [Int32]) -> [Double] {
        var sum = 0.0
        return items.map { item in
          sum += weights[Int(item)]
          return sum
        }
      }
      sums = partialSums(items)
      cellItems = cells
      cellSums = cells.map(partialSums)
    }
  }

  private let platform: WorldPlatform
  private let seed: UInt64
  private let noise: Double
  private let law: WorldLaw
  /// What may be met before the last two positions, and there.
  private let early: Offer
  private let final: Offer
  private let startSums: [Double]

  init(
    _ platform: WorldPlatform, seed: UInt64, settings: WorldSettings, factors: [WorldFactors], weights: [Double],
    isLate: [Bool]
  ) {
    self.platform = platform
    self.seed = seed
    noise = settings.noise(platform)
    law = WorldLaw(directed: settings.isDirected)
    early = Offer(factors, weights) { !isLate[$0] }
    final = Offer(factors, weights) { _ in true }
    var sum = 0.0
    startSums = early.cellSums.map { cell in
      sum += cell.last ?? 0
      return sum
    }
  }

  /// The history of one user of a stream, such as `users`.
  func history(_ index: Int, stream: String) -> WorldHistory {
    var random = WorldRandom(seed: seed, platform: platform.rawValue, stream: stream, index: index)
    var count = Self.shortest
    let ends = 1 / Double(platform.meanExtraEvents + 1)
    while count < Self.longest, !random.chance(ends) { count += 1 }
    var cell = random.index(startSums)
    var items: [Int32] = []
    var isNoise: [Bool] = []
    for position in 0..<count {
      let offer = position < count - 2 ? early : final
      let step = next(from: cell, isFirst: position == 0, offer, met: items, &random)
      items.append(step.item)
      isNoise.append(step.isNoise)
      cell = step.cell
    }
    return WorldHistory(items: items, isNoise: isNoise)
  }

  /// One step; drawn again, noise and all, as long as it leads to an item met before. The state moves on with every
  /// draw that is not noise, whether its item counts or not.
  private func next(
    from cell: Int, isFirst: Bool, _ offer: Offer, met: [Int32], _ random: inout WorldRandom
  ) -> (item: Int32, isNoise: Bool, cell: Int) {
    var state = cell
    // A hundred thousand draws do not fail in a world of 40 items or more, but what cannot end must not begin.
    for _ in 0..<100_000 {
      let isNoise = random.chance(noise)
      let item: Int32
      if isNoise {
        item = offer.items[random.index(offer.sums)]
      } else {
        if !isFirst {
          // Cells without items are drawn again, which renormalises the law over the others.
          let last = state
          repeat { state = law.step(from: last, &random) } while offer.cellItems[state].isEmpty
        }
        item = offer.cellItems[state][random.index(offer.cellSums[state])]
      }
      if !met.contains(item) { return (item, isNoise, state) }
    }
    return (offer.items.first { !met.contains($0) } ?? 0, true, state)
  }
}
