/// Where items with equal scores stand.
package enum TieRule: String, Sendable, CaseIterable {
  /// The mean over all orders of the tied items: what breaking ties at random gives in the long run, without a seed.
  case expected
  /// Relevant items stand before the others of their tie.
  case optimistic
  /// Relevant items stand behind the others of their tie.
  case pessimistic
}

/// Candidates of one score among which relevant items are.
package struct TieGroup: Sendable, Equatable {
  /// Candidates that score strictly more.
  package let better: Int
  /// Candidates of this score, relevant or not.
  package let tied: Int
  /// How many of `tied` are relevant, one or more.
  package let relevant: Int

  package init(better: Int, tied: Int, relevant: Int) {
    (self.better, self.tied, self.relevant) = (better, tied, relevant)
  }
}

/// Where the relevant items of a case stand among its candidates.
package struct RankedCase: Sendable, Equatable {
  /// Best first; without relevant items that are no candidates.
  package let groups: [TieGroup]
  /// How many items are relevant, also of those that are no candidates and so cannot be hit.
  package let relevant: Int
  package let candidates: Int

  package init(groups: [TieGroup], relevant: Int, candidates: Int) {
    (self.groups, self.relevant, self.candidates) = (groups, relevant, candidates)
  }

  /// Whether a relevant item shares its score with another candidate, so that the tie rule matters.
  package var hasTies: Bool { groups.contains { $0.tied > $0.relevant } }
  /// Whether all of several candidates score the same, so that nothing was said about them.
  package var isConstant: Bool { candidates > 1 && groups.first?.tied == candidates }
}

/// A score that is no number has no place in an order.
package struct NotANumber: Error, Sendable, Equatable {
  /// Whose score it is.
  package let item: Int

  package init(item: Int) { self.item = item }
}

/// Where relevant items stand among all candidates, and what that is worth.
///
/// Items with equal scores are in an order that nobody chose, so by default a metric is the mean over all orders of the
/// tied items: a constant scorer gets exactly what chance gives.
package enum Ranking {
  /// The items that are no candidates of a case, ascending and each once.
  /// - Parameters:
  ///   - excluded: sorted; they may occur several times and lie outside of the catalogue.
  ///   - keepsTargets: whether a target that is excluded stays a candidate.
  package static func hidden(
    _ excluded: [Int32], targets: [Int32], keepsTargets: Bool, itemCount: Int
  ) -> [Int32] {
    distinct(excluded).filter { (0..<itemCount).contains(Int($0)) && !(keepsTargets && targets.contains($0)) }
  }

  /// Ranks from counts.
  /// - Parameters:
  ///   - places: for each relevant item that is a candidate, how many score more and how many the same, itself included.
  ///   - relevant: how many items are relevant.
  package static func ranked(places: [(better: Int, tied: Int)], relevant: Int, candidates: Int) -> RankedCase {
    var groups: [TieGroup] = []
    // Those of the same score have the same number of better ones, and only they.
    for place in places.sorted(by: { $0.better < $1.better }) {
      let isNew = groups.last?.better != place.better
      let known = isNew ? 0 : groups.removeLast().relevant
      groups.append(TieGroup(better: place.better, tied: place.tied, relevant: known + 1))
    }
    return RankedCase(groups: groups, relevant: relevant, candidates: candidates)
  }

  /// Ranks the items of a catalogue for one case.
  /// - Parameters:
  ///   - scores: of all items, [item].
  ///   - targets: the relevant items, each once. One that the catalogue lacks has no place and counts as missed.
  ///   - excluded: items that are no candidates, sorted; they may occur several times.
  ///   - keepsTargets: whether a target that is excluded stays a candidate; else it counts as missed.
  /// - Throws: `NotANumber` with the first candidate whose score is none.
  package static func ranked(
    scores: UnsafeBufferPointer<Float>, targets: [Int32], excluded: [Int32], keepsTargets: Bool = true
  ) throws(NotANumber) -> RankedCase {
    let hidden = hidden(excluded, targets: targets, keepsTargets: keepsTargets, itemCount: scores.count)
    if let item = firstInvalid(scores, hidden) { throw NotANumber(item: item) }
    let places = targets.filter { scores.indices.contains(Int($0)) && !hidden.contains($0) }.map { target in
      counts(scores: scores, of: scores[Int(target)], hidden: hidden)
    }
    return ranked(places: places, relevant: targets.count, candidates: scores.count - hidden.count)
  }

  /// Ranks some relevant items among some others.
  /// - Parameters:
  ///   - scores: of the relevant items that are candidates, then of the others.
  ///   - placed: how many of them are relevant.
  ///   - relevant: how many items are relevant, also of those that are no candidates.
  /// - Throws: `NotANumber` with the first place in `scores` that holds none.
  package static func ranked(
    scores: UnsafeBufferPointer<Float>, placed: Int, relevant: Int
  ) throws(NotANumber) -> RankedCase {
    let targets = (0..<min(placed, scores.count)).map { Int32(clamping: $0) }
    let found = try ranked(scores: scores, targets: targets, excluded: [])
    return RankedCase(groups: found.groups, relevant: relevant, candidates: found.candidates)
  }

  /// How many candidates score strictly better than `target`, and how many equal it, itself included.
  ///
  /// `excluded`, sorted, are not candidates, but the target always is one. For scores that are known to be numbers: a
  /// target without a score that is one has no rank, `tied` is 0.
  package static func counts(
    scores: UnsafeBufferPointer<Float>, target: Int, excluded: [Int32]
  ) -> (better: Int, tied: Int) {
    guard scores.indices.contains(target) else { return (0, 0) }
    let hidden = distinct(excluded).filter { Int($0) != target && scores.indices.contains(Int($0)) }
    return counts(scores: scores, of: scores[target], hidden: hidden)
  }

  /// How many candidates score strictly more than `own`, and how many the same.
  private static func counts(
    scores: UnsafeBufferPointer<Float>, of own: Float, hidden: [Int32]
  ) -> (better: Int, tied: Int) {
    // Four lanes at a time, since comparisons of single numbers compile to branches that nobody can predict. 32-bit
    // counters fill the lanes as floats do; a catalogue is smaller than their range.
    let wanted = SIMD4(repeating: own)
    var (betters, equals) = (SIMD4<Int32>(), SIMD4<Int32>())
    let whole = scores.count / 4 * 4
    if let base = scores.baseAddress.map({ UnsafeRawPointer($0) }) {
      for start in stride(from: 0, to: whole, by: 4) {
        let four = base.loadUnaligned(fromByteOffset: start * MemoryLayout<Float>.stride, as: SIMD4<Float>.self)
        betters.replace(with: betters &+ 1, where: four .> wanted)
        equals.replace(with: equals &+ 1, where: four .== wanted)
      }
    }
    var (better, tied) = (betters.wrappedSum(), equals.wrappedSum())
    for score in scores[whole...] {
      if score > own { better += 1 } else if score == own { tied += 1 }
    }
    for item in hidden {
      let score = scores[Int(item)]
      if score > own { better -= 1 } else if score == own { tied -= 1 }
    }
    return (Int(better), Int(tied))
  }

  private static func firstInvalid(_ scores: UnsafeBufferPointer<Float>, _ hidden: [Int32]) -> Int? {
    let hidden = Set(hidden)
    return scores.indices.first { scores[$0].isNaN && !hidden.contains(Int32($0)) }
  }

  /// Sorted items, each once.
  private static func distinct(_ sorted: [Int32]) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(sorted.count)
    for item in sorted where item != result.last { result.append(item) }
    return result
  }
}
