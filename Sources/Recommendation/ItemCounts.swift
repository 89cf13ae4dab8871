/// How often items meet each other: rows of counts, of which only those above zero are kept.
package struct ItemCounts: Sendable {
  package let itemCount: Int
  /// Where each row begins in `columns` and `counts`, and where the last one ends. [item + 1]
  private let starts: [Int]
  /// Ascending within a row.
  private let columns: [Int32]
  private let counts: [Float]

  /// What is counted.
  package enum Kind: Sendable {
    /// Row, then column: how often the second item is the event right after the first.
    case next
    /// How many users have both; an item is not counted with itself.
    case together
  }

  /// Counts over `sequences`, [user][event].
  /// - Throws: `interrupted` when `interrupted` says so; `too-many-pairs` for more pairs than memory is taken for.
  package init(
    _ kind: Kind, sequences: [[Int32]], itemCount: Int, interrupted: () -> Bool = { false }
  ) throws(DataError) {
    self.itemCount = itemCount
    // Who follows whom, or who stands in whose company, grouped by item: a row is counted in one array that all share.
    let groups = kind == .next ? [] : sequences.map { Set($0).sorted() }
    var owners = [[Int32]](repeating: [], count: itemCount)
    switch kind {
    case .next:
      for sequence in sequences {
        for (item, next) in zip(sequence, sequence.dropFirst()) { owners[Int(item)].append(next) }
      }
    case .together:
      for (user, items) in groups.enumerated() {
        for item in items { owners[Int(item)].append(Int32(clamping: user)) }
      }
    }
    var starts = [0]
    var columns: [Int32] = []
    var counts: [Float] = []
    var row = [Int32](repeating: 0, count: itemCount)
    var touched: [Int32] = []
    for item in 0..<itemCount {
      if item % 256 == 0, interrupted() { throw DataError(code: "interrupted", message: "counting was interrupted") }
      func add(_ other: Int32) {
        if row[Int(other)] == 0 { touched.append(other) }
        row[Int(other)] += 1
      }
      switch kind {
      case .next: owners[item].forEach(add)
      case .together:
        for user in owners[item] {
          for other in groups[Int(user)] where Int(other) != item { add(other) }
        }
      }
      touched.sort()
      for other in touched {
        columns.append(other)
        counts.append(Float(row[Int(other)]))
        row[Int(other)] = 0
      }
      touched.removeAll(keepingCapacity: true)
      starts.append(columns.count)
      guard columns.count <= Self.limit else {
        throw DataError(
          code: "too-many-pairs",
          message: "more than \(Self.limit) pairs of items meet, and counts of so many are not kept",
          suggestion: "the newest events of each user alone: recent(data, 50)")
      }
    }
    (self.starts, self.columns, self.counts) = (starts, columns, counts)
  }

  /// Pairs of which counts are kept; each takes 8 bytes.
  static let limit = 500_000_000

  /// Adds `weight` times each count of a row to `sums`, [item]; a row that there is not adds nothing.
  package func add(row: Int32, times weight: Double, to sums: UnsafeMutableBufferPointer<Double>) {
    guard row >= 0, Int(row) < itemCount, sums.count >= itemCount else { return }
    for place in starts[Int(row)]..<starts[Int(row) + 1] {
      sums[Int(columns[place])] += weight * Double(counts[place])
    }
  }

  /// The count of a pair; zero for one that there is not.
  package func count(_ row: Int32, _ column: Int32) -> Int {
    guard row >= 0, Int(row) < itemCount else { return 0 }
    let range = starts[Int(row)]..<starts[Int(row) + 1]
    return range.first { columns[$0] == column }.map { Int(counts[$0]) } ?? 0
  }
}
