/// Rows of user histories as arrays, padded on the left, over the distinct items of the batch.
///
/// A training row of `n` events fills the newest `n - 1` steps; its last event is only ever a target. A ranking row
/// fills the newest steps with its whole history and has no target.
package struct RowBatch: Sendable {
  /// Distinct catalogue items of the batch, ascending. [item]
  package let items: [Int32]
  package let rows: Int
  /// Whose history each row is of; below 0 for nobody's. [batch]
  package let owners: [Int32]
  /// The place in that history of the event in the oldest step that holds one. [batch]
  package let starts: [Int]
  /// Events in the steps of each row. [batch]
  package let inputs: [Int]
  package let steps: Int
  /// Index into `items` of the event in each step, 0 at pads. [batch, step]
  package let slots: [Int32]
  /// Index into `items` of the event after it, 0 where there is none. [batch, step]
  package let next: [Int32]
  /// Whether a step holds an event. [batch, step]
  package let mask: [Bool]
  /// Whether a step holds an event with a target after it. [batch, step]
  package let anchor: [Bool]
  /// Whether an item occurs in the row, the last target included. [batch, item]
  package let own: [Bool]
  /// Occurrences over all slots of all rows, last targets included. [item]
  package let count: [Float]
  /// Logarithm of the items' popularity. [item]
  package let logPopularity: [Float]

  /// A batch to train on; of a row longer than `length + 1` the newest events are kept.
  /// - Parameter logPopularity: over the whole catalogue; an item beyond its end gets 0.
  package static func training(rows: [HistoryRow], length: Int, logPopularity: [Float]) -> RowBatch {
    RowBatch(rows.map { $0.newest(max(0, length) + 1) }, steps: max(0, length), hasTarget: true, logPopularity)
  }

  /// A batch to rank from: each row is the newest `length` events of a history, which may be empty.
  package static func ranking(histories: [HistoryRow], length: Int, logPopularity: [Float] = []) -> RowBatch {
    RowBatch(histories.map { $0.newest(length) }, steps: max(0, length), hasTarget: false, logPopularity)
  }

  private init(_ rows: [HistoryRow], steps: Int, hasTarget: Bool, _ logPopularity: [Float]) {
    let items = Array(Set(rows.lazy.flatMap(\.items))).sorted()
    let places = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($0.element, $0.offset) })
    var slots = [Int32](repeating: 0, count: rows.count * steps)
    var next = slots
    var mask = [Bool](repeating: false, count: rows.count * steps)
    var anchor = mask
    var own = [Bool](repeating: false, count: rows.count * items.count)
    var count = [Float](repeating: 0, count: items.count)
    var inputCounts: [Int] = []
    for (row, events) in rows.enumerated() {
      let indices = events.items.map { places[$0] ?? 0 }
      for index in indices {
        own[row * items.count + index] = true
        count[index] += 1
      }
      let inputs = hasTarget ? indices.count - 1 : indices.count
      inputCounts.append(max(0, inputs))
      for event in 0..<max(0, inputs) {
        let step = row * steps + steps - inputs + event
        slots[step] = Int32(indices[event])
        mask[step] = true
        if hasTarget {
          next[step] = Int32(indices[event + 1])
          anchor[step] = true
        }
      }
    }
    self.items = items
    self.rows = rows.count
    (owners, starts, self.inputs) = (rows.map(\.owner), rows.map(\.start), inputCounts)
    self.steps = steps
    (self.slots, self.next, self.mask, self.anchor, self.own, self.count) = (slots, next, mask, anchor, own, count)
    self.logPopularity = items.map { logPopularity.indices.contains(Int($0)) ? logPopularity[Int($0)] : 0 }
  }
}
