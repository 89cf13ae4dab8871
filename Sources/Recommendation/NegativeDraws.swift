/// Items that a user did not meet, drawn for the losses that tell the next item from others.
///
/// Each is uniform over the items that the row may be offered and does not hold, independent of all others, and may
/// occur again in the same row. Draws are functions of the key and their place alone.
package struct NegativeDraws: Sendable, Equatable {
  /// Distinct rows of the catalogue that were drawn, ascending; never empty where there is an item at all. [drawn]
  package let items: [Int32]
  /// Index into `items`; 0 in slots without a target. [batch, step, draw]
  package let slots: [Int32]

  /// - Parameters:
  ///   - own: which items of the batch a row holds, `rows` x `ids.count`.
  ///   - ids: row of the catalogue of each item of the batch.
  ///   - offered: which rows of the catalogue a row may get, `rows` x `entries`; nil for all.
  ///   - wanted: which steps get draws, `rows` x `steps`.
  ///   - key: decides everything; equal keys give equal draws.
  /// - Throws: `nothing-left` for a row with targets that holds all it may be offered, `bad-size` for arrays that do
  ///   not fit each other.
  package init(
    own: [Bool], ids: [Int32], offered: [Bool]?, wanted: [Bool], rows: Int, steps: Int, entries: Int, count: Int,
    key: UInt64
  ) throws(DataError) {
    guard own.count == rows * ids.count, wanted.count == rows * steps,
      offered?.count ?? rows * entries == rows * entries,
      ids.allSatisfy({ $0 >= 0 && Int($0) < entries })
    else {
      throw DataError(code: "bad-size", message: "the items of the batch are not rows of the catalogue", place: nil)
    }
    var drawn = [Int32](repeating: -1, count: rows * steps * count)
    for row in 0..<rows where wanted[row * steps..<(row + 1) * steps].contains(true) {
      var isFree =
        offered.map { Array($0[row * entries..<(row + 1) * entries]) }
        ?? [Bool](repeating: true, count: entries)
      for (item, id) in ids.enumerated() where own[row * ids.count + item] { isFree[Int(id)] = false }
      let free = isFree.indices.filter { isFree[$0] }
      guard !free.isEmpty else {
        throw DataError(
          code: "nothing-left", message: "row \(row) of the batch holds every item of its platform", place: nil)
      }
      for slot in row * steps * count..<(row + 1) * steps * count where wanted[slot / count] {
        let bits = scrambled(key &+ UInt64(slot) &* 0x9E37_79B9_7F4A_7C15)
        drawn[slot] = Int32(free[Int(bits.multipliedFullWidth(by: UInt64(free.count)).high)])
      }
    }
    let distinct = Set(drawn).subtracting([-1]).sorted()
    items = distinct.isEmpty && entries > 0 ? [0] : distinct
    let places = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, Int32($0)) })
    slots = drawn.map { places[$0] ?? 0 }
  }
}
