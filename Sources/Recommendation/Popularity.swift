import Glibc

/// How often each item occurs in `sequences`. [item]; indices outside the catalogue are passed over.
package func occurrences(_ sequences: [[Int32]], itemCount: Int) -> [Int] {
  var counts = [Int](repeating: 0, count: max(0, itemCount))
  for sequence in sequences {
    for item in sequence where counts.indices.contains(Int(item)) { counts[Int(item)] += 1 }
  }
  return counts
}

/// Natural logarithm of each item's share of all slots of `rows`; an item that never occurs counts as if it had once.
/// [item]
package func logPopularity(rows: [[Int32]], itemCount: Int) -> [Float] {
  let counts = occurrences(rows, itemCount: itemCount)
  let total = max(1, counts.reduce(0, +))
  return counts.map { Float(log(Double(max(1, $0)) / Double(total))) }
}

/// Ranks items by how often they occur in training, the same for every user.
package struct PopularityModel: Sendable {
  /// Occurrences in training. [item]
  package let scores: [Float]

  /// Counts over the training events of those who have a test, as published baselines do.
  package init(_ split: Split, itemCount: Int) {
    self.init(train: split.counted, itemCount: itemCount)
  }

  package init(train: [[Int32]], itemCount: Int) {
    scores = occurrences(train, itemCount: itemCount).map(Float.init)
  }
}
