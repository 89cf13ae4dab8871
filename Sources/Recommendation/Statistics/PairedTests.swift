import Glibc

/// Tests of whether paired differences scatter around 0. All are two-sided.
package enum PairedTests {
  /// Student's paired t test: p value and t; nil where it says nothing, for fewer than two differences or for equal
  /// ones.
  package static func student(_ differences: [Double]) -> (t: Double, p: Double)? {
    let sample = Sample(differences)
    guard sample.count >= 2, sample.deviation > 0 else { return nil }
    let t = sample.mean / sample.standardError
    return (t, Distributions.studentTails(t, freedom: Double(sample.count - 1)))
  }

  /// Wilcoxon's signed-rank test: the smaller sum of ranks and the p value; nil where no pair differs.
  ///
  /// Pairs without a difference are left out. Exact for at most 50 pairs without ties and zeros and for at most 13
  /// pairs with them, else the normal approximation with correction for ties and none for continuity, as SciPy does.
  package static func wilcoxon(_ differences: [Double]) -> (statistic: Double, p: Double)? {
    let moved = differences.filter { $0 != 0 && !$0.isNaN }
    guard !moved.isEmpty else { return nil }
    let order = moved.indices.sorted { abs(moved[$0]) < abs(moved[$1]) }
    // Twice the ranks, since tied ones are halves.
    var ranks = [Int](repeating: 0, count: moved.count)
    var correction = 0.0
    var hasTies = false
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, abs(moved[order[end]]) == abs(moved[order[start]]) { end += 1 }
      for place in start..<end { ranks[order[place]] = start + end + 1 }
      let size = Double(end - start)
      correction += size * size * size - size
      if end - start > 1 { hasTies = true }
      start = end
    }
    let positive = moved.indices.reduce(0) { $0 + (moved[$1] > 0 ? ranks[$1] : 0) }
    let all = ranks.reduce(0, +)
    let statistic = Double(min(positive, all - positive)) / 2
    let hasZeros = moved.count < differences.count
    if differences.count <= (hasTies || hasZeros ? 13 : 50) {
      return (statistic, exact(min(positive, all - positive), ranks))
    }
    let count = Double(moved.count)
    let variance = (count * (count + 1) * (2 * count + 1) - correction / 2) / 24
    let z = (Double(positive) / 2 - count * (count + 1) / 4) / variance.squareRoot()
    return (statistic, Distributions.normalTails(z))
  }

  /// Twice the probability of a sum of ranks of at most `sum`, each rank counted in by a fair coin.
  private static func exact(_ sum: Int, _ ranks: [Int]) -> Double {
    var chances = [Double](repeating: 0, count: ranks.reduce(0, +) + 1)
    chances[0] = 1
    var reach = 0
    for rank in ranks {
      reach += rank
      for value in stride(from: reach, through: 0, by: -1) {
        chances[value] = 0.5 * (chances[value] + (value >= rank ? chances[value - rank] : 0))
      }
    }
    return min(1, 2 * chances.prefix(sum + 1).reduce(0, +))
  }

  /// McNemar's exact test of two yes-or-no outcomes of the same cases.
  /// - Parameters:
  ///   - first: cases that only the first has.
  ///   - second: cases that only the second has.
  package static func mcnemar(first: Int, second: Int) -> Double {
    min(1, 2 * Distributions.fairCoins(atMost: min(first, second), of: first + second))
  }

  /// Holm's correction of several p values, in their order: the i-th smallest of m times m - i + 1, never less than a
  /// smaller one and never more than 1. Missing ones stay so and do not count.
  package static func holm(_ values: [Double?]) -> [Double?] {
    let order = values.indices.filter { !(values[$0]?.isNaN ?? true) }.sorted { (values[$0] ?? 1) < (values[$1] ?? 1) }
    var result = values
    var largest = 0.0
    for (place, index) in order.enumerated() {
      largest = max(largest, min(1, (values[index] ?? 1) * Double(order.count - place)))
      result[index] = largest
    }
    return result
  }
}
