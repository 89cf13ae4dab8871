/// How a training history becomes rows.
package enum Windows: String, Sendable, CaseIterable {
  /// One row a user: the newest `length + 1` events.
  case last
  /// The whole history in rows of `length + 1` slots that overlap by one item; only the oldest row may be short.
  case all
}

/// A stretch of the history of a user.
package struct HistoryRow: Sendable, Equatable {
  /// Which history it is of; below 0 for one that is nobody's.
  package let owner: Int32
  /// The place of its first event in that history.
  package let start: Int
  /// Oldest first.
  package let items: [Int32]

  package init(owner: Int32, start: Int, items: [Int32]) {
    (self.owner, self.start, self.items) = (owner, start, items)
  }

  /// The newest `count` events of it.
  package func newest(_ count: Int) -> HistoryRow {
    let dropped = max(0, items.count - max(0, count))
    return dropped == 0 ? self : HistoryRow(owner: owner, start: start + dropped, items: Array(items[dropped...]))
  }
}

/// Rows to train on, oldest event first, each with 2 to `length + 1` events. [row]
///
/// With `.all` the last slot of a row is the first of the next, so that every step from an event to the next one stands
/// in exactly one row. Rows of a user stand together, oldest first; histories of fewer than two events give none.
package func trainingRows(sequences: [[Int32]], length: Int, windows: Windows) -> [HistoryRow] {
  guard length >= 1 else { return [] }
  var rows: [HistoryRow] = []
  for (owner, sequence) in sequences.enumerated() where sequence.count >= 2 {
    func row(_ range: ClosedRange<Int>) -> HistoryRow {
      HistoryRow(owner: Int32(clamping: owner), start: range.lowerBound, items: Array(sequence[range]))
    }
    switch windows {
    case .last:
      rows.append(row(max(0, sequence.count - 1 - length)...sequence.count - 1))
    case .all:
      var ownRows: [HistoryRow] = []
      var end = sequence.count - 1
      while end >= 1 {
        let start = max(0, end - length)
        ownRows.append(row(start...end))
        end = start
      }
      rows.append(contentsOf: ownRows.reversed())
    }
  }
  return rows
}

/// A permutation of `0..<count` that depends on `key` alone: Fisher and Yates's shuffle with counter-based random
/// numbers.
package func shuffledOrder(count: Int, key: UInt64) -> [Int] {
  guard count > 0 else { return [] }
  var order = Array(0..<count)
  for index in stride(from: count - 1, to: 0, by: -1) {
    let bits = scrambled(key &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
    // The high half of a product is uniform up to a bias of 2^-64 times the range.
    let choice = Int(bits.multipliedFullWidth(by: UInt64(index) + 1).high)
    order.swapAt(index, choice)
  }
  return order
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014), applied twice so that neighbouring keys share nothing.
func scrambled(_ value: UInt64) -> UInt64 {
  var bits = value
  for _ in 0..<2 {
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    bits &+= 0x9E37_79B9_7F4A_7C15
  }
  return bits
}
