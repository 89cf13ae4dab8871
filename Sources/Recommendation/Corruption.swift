/// Noised rows for the denoising objectives: some events of a row change places, some give way to strangers.
///
/// Over the n real steps of a row (PMMRec, section III-C; where the paper leaves numbers open, the smallest reading that
/// is not a no-op): `shuffle` n of them, at least 2, change places in a cycle, and `replace` n others, at least 1, get a
/// random item of the batch that the row does not hold. Rows of fewer than 4 events are not shuffled and are replaced
/// in with the expected frequency. A step counts by what changed, not by what was meant.
package struct Corruption: Sendable, Equatable {
  /// Indices into the batch's items after the noise. [batch, step]
  package let slots: [Int32]
  /// 0 unchanged, 1 shuffled, 2 replaced; 0 at pads. [batch, step]
  package let label: [Int32]

  /// - Parameters:
  ///   - slots: index of each step's item, `rows` x `steps`.
  ///   - mask: which steps hold an event.
  ///   - own: which items a row holds, `rows` x `items`.
  ///   - key: decides everything; equal keys give equal noise.
  package init(
    slots: [Int32], mask: [Bool], own: [Bool], rows: Int, steps: Int, items: Int, shuffle: Double, replace: Double,
    key: UInt64
  ) {
    var changed = slots
    var label = [Int32](repeating: 0, count: slots.count)
    let isWhole = slots.count == rows * steps && mask.count == slots.count && own.count == rows * items
    for row in 0..<(isWhole ? rows : 0) {
      let places = (row * steps..<(row + 1) * steps).filter { mask[$0] }
      let rowKey = scrambled(key &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
      let order = shuffledOrder(count: places.count, key: rowKey).map { places[$0] }
      let (moved, replaced) = Self.counts(places.count, shuffle, replace, key: rowKey)
      for index in 0..<moved {
        let (to, from) = (order[index], order[(index + 1) % moved])
        changed[to] = slots[from]
        label[to] = slots[to] == slots[from] ? 0 : 1
      }
      let strangers = (0..<items).filter { !own[row * items + $0] }
      if strangers.isEmpty { continue }
      for index in 0..<replaced {
        let to = order[moved + index]
        let bits = scrambled(rowKey &+ 0xA5A5 &+ UInt64(index))
        changed[to] = Int32(strangers[Int(bits.multipliedFullWidth(by: UInt64(strangers.count)).high)])
        label[to] = 2
      }
    }
    self.slots = changed
    self.label = label
  }

  /// How many of n events change places and how many are replaced.
  static func counts(_ n: Int, _ shuffle: Double, _ replace: Double, key: UInt64) -> (moved: Int, replaced: Int) {
    guard n >= 4 else {
      let chance = min(max(replace * Double(n), 0), 1)
      let draw = Double(scrambled(key &+ 0x5A5A) >> 11) / 9_007_199_254_740_992
      return (0, n > 0 && draw < chance ? 1 : 0)
    }
    let moved = shuffle > 0 ? min(n, max(2, Int((shuffle * Double(n)).rounded()))) : 0
    let replaced = replace > 0 ? min(n - moved, max(1, Int((replace * Double(n)).rounded()))) : 0
    return (moved, replaced)
  }
}
