import Glibc

/// What stands in the first k places of all lists together: coverage, concentration and popularity.
///
/// Where equal scores straddle the k-th place, each of the n tied items fills the (k - g) places behind the g better
/// ones with probability (k - g)/n, so that nothing depends on the numbers of items. Memory is one number an item.
package struct RecommendedLists: Sendable {
  package let k: Int
  private let counts: [Double]
  /// How much of an item belongs to the tail, for each share that the head is. [head][item]
  private let tails: [(head: Double, weights: [Double])]
  /// Expected places of an item over all lists. [item]
  private var exposure: [Double]
  /// Probability that no list holds an item. [item]
  private var unseen: [Double]
  private var candidates: [(score: Float, item: Int32)] = []
  private var scratch: [Float] = []

  /// What one list holds.
  package struct One: Sendable, Equatable {
    /// Mean training events of its items.
    package let averagePopularity: Double
    /// Share of its items that belong to the tail, for each head asked for.
    package let tailShares: [Double]
  }

  /// - Parameters:
  ///   - k: length of a list, from 1; where there are fewer candidates, all are listed.
  ///   - occurrences: how often each item occurs in training, [item].
  ///   - heads: shares of the training events that the head is.
  package init(k: Int, occurrences: [Int], heads: [Double] = [RankingMetric.usualHead]) {
    self.k = max(1, k)
    counts = occurrences.map { Double($0) }
    tails = heads.map { ($0, Self.tail(occurrences, head: $0)) }
    exposure = [Double](repeating: 0, count: occurrences.count)
    unseen = [Double](repeating: 1, count: occurrences.count)
  }

  /// How much of each item belongs to the tail, 0 or 1. [item]
  ///
  /// The head is the smallest set of the most popular items that make up `head` of all training events. Of equally
  /// popular items that not all fit into it, each belongs to it in part.
  package static func tail(_ occurrences: [Int], head: Double) -> [Double] {
    let total = Double(occurrences.reduce(0, +))
    var wanted = head * total
    var byCount: [Int: Double] = [:]
    let groups = Dictionary(occurrences.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key > $1.key }
    for (count, items) in groups {
      // Rounding of the product must not ask for one more item.
      let needed = count > 0 ? (wanted / Double(count) - 1e-9).rounded(.up) : 0
      let taken = min(Double(items), max(0, needed))
      byCount[count] = 1 - taken / Double(items)
      wanted -= taken * Double(count)
    }
    return occurrences.map { byCount[$0] ?? 1 }
  }

  /// Counts one list in, whatever stands at its last place.
  /// - Parameters:
  ///   - scores: of all items, [item]; all candidates' are numbers.
  ///   - hidden: items that are not recommended.
  package mutating func add(scores: UnsafeBufferPointer<Float>, hidden: Set<Int32>) -> One {
    candidates.removeAll(keepingCapacity: true)
    scratch.removeAll(keepingCapacity: true)
    for item in 0..<min(scores.count, counts.count) where !hidden.contains(Int32(item)) {
      candidates.append((scores[item], Int32(item)))
      scratch.append(scores[item])
    }
    guard !candidates.isEmpty else { return add(list: []) }
    let length = min(k, candidates.count)
    let last = Self.largest(length, of: &scratch)
    let (better, tied) = candidates.reduce(into: (0, 0)) { sums, one in
      if one.score > last { sums.0 += 1 } else if one.score == last { sums.1 += 1 }
    }
    let share = Double(length - better) / Double(max(1, tied))
    let shown = candidates.filter { $0.score >= last }.map { (Int($0.item), $0.score > last ? 1 : share) }
    return add(shown, length: length)
  }

  /// Counts one list in that shares its last place with no other candidate.
  /// - Parameter list: its items, as many as there are candidates or places.
  package mutating func add(list: [Int32]) -> One {
    add(list.filter { counts.indices.contains(Int($0)) }.sorted().map { (Int($0), 1) }, length: list.count)
  }

  /// - Parameter shown: the items that a list of `length` places may hold, ascending, each with its probability.
  private mutating func add(_ shown: [(item: Int, chance: Double)], length: Int) -> One {
    guard length > 0 else { return One(averagePopularity: 0, tailShares: tails.map { _ in 0 }) }
    var popularity = 0.0
    var tailed = [Double](repeating: 0, count: tails.count)
    for (item, chance) in shown {
      exposure[item] += chance
      unseen[item] *= 1 - chance
      popularity += chance * counts[item]
      for index in tails.indices { tailed[index] += chance * tails[index].weights[item] }
    }
    return One(averagePopularity: popularity / Double(length), tailShares: tailed.map { $0 / Double(length) })
  }

  /// The expected share of the catalogue that stands in at least one list; tied items of a list are drawn for each
  /// list on its own.
  package var coverage: Double {
    unseen.isEmpty ? 0 : unseen.reduce(0) { $0 + (1 - $1) } / Double(unseen.count)
  }

  /// Gini's coefficient of the exposure of all items of the catalogue: 0 where all are shown equally often, near 1 where
  /// few fill all lists.
  package var gini: Double {
    let sorted = exposure.sorted()
    let total = sorted.reduce(0, +)
    guard total > 0 else { return 0 }
    let count = Double(sorted.count)
    let weighted = sorted.enumerated().reduce(0) { $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element }
    return weighted / (count * total)
  }

  /// What one list of a scorer that knows nothing holds on average, [head] for the tail.
  package var chance: One {
    let count = Double(max(1, counts.count))
    return One(
      averagePopularity: counts.reduce(0, +) / count, tailShares: tails.map { $0.weights.reduce(0, +) / count })
  }

  /// The coverage of `cases` lists of a scorer that knows nothing.
  package func chanceOfCoverage(cases: Int) -> Double {
    let share = min(1, Double(k) / Double(max(1, counts.count)))
    return 1 - pow(1 - share, Double(cases))
  }

  /// The place of a head among those asked for.
  package func index(ofHead head: Double) -> Int? { tails.firstIndex { $0.head == head } }

  /// The `count`-th largest of some numbers, which it reorders (Hoare's selection).
  private static func largest(_ count: Int, of numbers: inout [Float]) -> Float {
    var (low, high) = (0, numbers.count - 1)
    let place = count - 1
    while low < high {
      let pivot = numbers[(low + high) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while numbers[left] > pivot { left += 1 }
        while numbers[right] < pivot { right -= 1 }
        if left <= right {
          numbers.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if place <= right { high = right } else if place >= left { low = left } else { break }
    }
    return numbers[place]
  }
}
