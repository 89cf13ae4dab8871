/// Percentile intervals of means over resampled users.
package enum Bootstrap {
  package struct Interval: Sendable, Equatable {
    package let low: Double
    package let high: Double
  }

  /// Intervals of the means of several quantities over cases, users being resampled with replacement.
  ///
  /// All quantities share their resamples. A user's cases stay together: the mean is the sum over drawn users' cases
  /// divided by how many these are.
  /// - Parameters:
  ///   - sums: of each user's cases, [user][quantity].
  ///   - counts: how many cases each user has, [user].
  ///   - resamples: how many times as many users as there are are drawn.
  ///   - level: the share of resampled means that an interval holds, half of the rest on each side.
  ///   - seed: decides everything.
  ///   - interrupted: is asked now and then whether to give up; then the result is empty.
  /// - Returns: an interval for each quantity; empty without users or resamples.
  package static func intervals(
    sums: [[Double]], counts: [Int], resamples: Int = 10_000, level: Double = 0.95, seed: UInt64,
    interrupted: () -> Bool = { false }
  ) -> [Interval] {
    let users = min(sums.count, counts.count)
    let width = sums.first?.count ?? 0
    guard users > 0, width > 0, resamples > 0, users <= UInt32.max, sums.allSatisfy({ $0.count == width }) else {
      return []
    }
    // The count stands beside the sums, so that a draw reads one stretch of memory.
    var table: [Double] = []
    table.reserveCapacity(users * (width + 1))
    for user in 0..<users { table += sums[user] + [Double(counts[user])] }
    var means = [[Double]](repeating: [], count: width)
    for resample in 0..<resamples {
      if resample % 64 == 0, interrupted() { return [] }
      let drawn = totals(table, users: users, width: width + 1, key: key(seed, resample))
      for quantity in 0..<width { means[quantity].append(drawn[quantity] / max(1, drawn[width])) }
    }
    return means.map { all in
      let sorted = all.sorted()
      return Interval(low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2))
    }
  }

  private static func key(_ seed: UInt64, _ resample: Int) -> UInt64 {
    CounterRandom(seed: seed, stream: "bootstrap", index: resample).streamKey
  }

  /// Sums over as many drawn users as there are, [column].
  private static func totals(_ table: [Double], users: Int, width: Int, key: UInt64) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    table.withUnsafeBufferPointer { table in
      sums.withUnsafeMutableBufferPointer { sums in
        var state = key
        var left = users
        while left > 0 {
          // One round of SplitMix64 over a counter; its halves are two draws.
          state &+= 0x9E37_79B9_7F4A_7C15
          var bits = state
          bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
          bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
          bits ^= bits >> 31
          add(table, Int(((bits >> 32) &* UInt64(users)) >> 32), width, &sums)
          if left > 1 { add(table, Int(((bits & 0xFFFF_FFFF) &* UInt64(users)) >> 32), width, &sums) }
          left -= 2
        }
      }
    }
    return sums
  }

  @inline(__always)
  private static func add(
    _ table: UnsafeBufferPointer<Double>, _ user: Int, _ width: Int, _ sums: inout UnsafeMutableBufferPointer<Double>
  ) {
    let start = user * width
    for column in 0..<width { sums[column] += table[start + column] }
  }

  /// Linear between the two nearest of sorted numbers.
  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.last else { return .nan }
    let place = share * Double(sorted.count - 1)
    let low = Int(place)
    guard low + 1 < sorted.count else { return last }
    return sorted[low] + (sorted[low + 1] - sorted[low]) * (place - Double(low))
  }
}
