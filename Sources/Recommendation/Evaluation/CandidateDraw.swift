import Glibc

/// Candidates that are drawn for each case instead of ranking the whole catalogue.
package struct CandidateDraw: Sendable {
  package enum Law: String, Sendable, CaseIterable {
    /// Each item is as likely as any other.
    case uniform
    /// Items are as likely as they are frequent in training, so that those which never occur there are not drawn.
    case popularity
  }

  package let law: Law
  /// Negatives of a case.
  package let count: Int
  private let seed: UInt64
  private let itemCount: Int
  /// Running sums of weights, [item]; empty under the uniform law.
  private let sums: [Double]

  /// - Parameter occurrences: how often each item occurs in training, [item].
  package init(_ law: Law, count: Int, occurrences: [Int], seed: UInt64) {
    self.law = law
    self.count = count
    self.seed = seed
    itemCount = occurrences.count
    guard law == .popularity else {
      sums = []
      return
    }
    var sum = 0.0
    sums = occurrences.map {
      sum += Double(max(0, $0))
      return sum
    }
  }

  /// Distinct items for a case, none of them in `excluded`: drawn one after the other without replacement, each time
  /// by the law among those that are left.
  ///
  /// They depend on the seed, `index` and `excluded` alone.
  /// - Parameter excluded: items that are not drawn, the targets and what the user is known to have met.
  /// - Throws: `too-few-items` where fewer than `count` items can be drawn.
  package func negatives(index: Int, excluded: Set<Int32>) throws(DataError) -> [Int32] {
    var random = CounterRandom(seed: seed, stream: "negatives", index: index)
    var taken = excluded
    var drawn: [Int32] = []
    drawn.reserveCapacity(count)
    // Tries that hit a taken item are repeated, which keeps the law. Where that takes long, what is left is drawn at once.
    for _ in 0..<(8 * count + 64) where drawn.count < count {
      let item = Int32(one(&random))
      if Int(item) < itemCount, taken.insert(item).inserted { drawn.append(item) }
    }
    if drawn.count < count { drawn += try rest(count - drawn.count, taken, &random, excluded) }
    return drawn
  }

  private func one(_ random: inout CounterRandom) -> Int {
    guard law == .popularity else { return random.below(itemCount) }
    let place = random.unit() * (sums.last ?? 0)
    var (low, high) = (0, itemCount)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > place { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func weight(_ item: Int) -> Double {
    law == .uniform ? 1 : sums[item] - (item > 0 ? sums[item - 1] : 0)
  }

  /// The items whose exponential waiting times at rates of their weights end first are a draw one after the other
  /// without replacement (Efraimidis and Spirakis 2006).
  private func rest(
    _ missing: Int, _ taken: Set<Int32>, _ random: inout CounterRandom, _ excluded: Set<Int32>
  ) throws(DataError) -> [Int32] {
    var waits: [(time: Double, item: Int32)] = []
    for item in 0..<itemCount {
      let weight = weight(item)
      guard weight > 0, !taken.contains(Int32(item)) else { continue }
      waits.append((-log(random.unit()) / weight, Int32(item)))
    }
    guard waits.count >= missing else {
      let free = (0..<itemCount).count { weight($0) > 0 && !excluded.contains(Int32($0)) }
      let which = law == .popularity ? "items that occur in training" : "items"
      throw DataError(
        code: "too-few-items",
        message:
          "\(count) negatives are asked for, but only \(free) of \(itemCount) \(which) are neither a target nor met",
        suggestion: "negatives = none, which ranks all items")
    }
    return waits.sorted { ($0.time, $0.item) < ($1.time, $1.item) }.prefix(missing).map(\.item)
  }
}

/// At most `most` of `users`, chosen by `seed` alone, in the order given.
package func sampledUsers(_ users: [Int], most: Int, seed: UInt64) -> [Int] {
  guard users.count > most else { return users }
  let random = CounterRandom(seed: seed, stream: "users")
  let order = shuffledOrder(count: users.count, key: random.streamKey)
  return order.prefix(max(0, most)).sorted().map { users[$0] }
}
