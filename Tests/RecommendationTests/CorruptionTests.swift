import Recommendation
import Testing

/// Counts and labels of the noise that NID and RCL learn from.
@Suite struct CorruptionTests {
  /// A batch of one row with `n` different events on the right, over `items` items of which it holds the first n.
  private func noise(
    _ n: Int, steps: Int = 20, items: Int = 40, shuffle: Double = 0.15, replace: Double = 0.05, key: UInt64
  )
    -> (noise: Corruption, slots: [Int32], mask: [Bool])
  {
    let mask = (0..<steps).map { $0 >= steps - n }
    let slots = (0..<steps).map { $0 >= steps - n ? Int32($0 - (steps - n)) : 0 }
    let own = (0..<items).map { $0 < n }
    let noise = Corruption(
      slots: slots, mask: mask, own: own, rows: 1, steps: steps, items: items, shuffle: shuffle, replace: replace,
      key: key)
    return (noise, slots, mask)
  }

  @Test(arguments: 2...20) func countsFollowTheRule(_ n: Int) {
    var replaced = 0
    for key in 0..<200 {
      let (noise, slots, mask) = noise(n, key: UInt64(key))
      let labels = noise.label
      let moved = labels.filter { $0 == 1 }.count
      let strangers = labels.filter { $0 == 2 }.count
      if n >= 4 {
        #expect(moved == max(2, Int((0.15 * Double(n)).rounded())))
        #expect(strangers == max(1, Int((0.05 * Double(n)).rounded())))
      } else {
        #expect(moved == 0)
        #expect(strangers <= 1)
      }
      replaced += strangers
      for step in slots.indices {
        if !mask[step] { #expect(labels[step] == 0 && noise.slots[step] == slots[step], "pads stay") }
        #expect((labels[step] == 0) == (noise.slots[step] == slots[step]), "a label says what changed")
        if labels[step] == 2 { #expect(Int(noise.slots[step]) >= n, "a stranger is no item of the row") }
      }
      let before = slots.indices.filter { labels[$0] == 1 }.map { slots[$0] }.sorted()
      let after = slots.indices.filter { labels[$0] == 1 }.map { noise.slots[$0] }.sorted()
      #expect(before == after, "shuffled events only change places")
    }
    if n < 4 { #expect(replaced > 0 && replaced < 100, "a short row is replaced in now and then") }
  }

  @Test func theKeyDecidesEverything() {
    #expect(noise(12, key: 1).noise == noise(12, key: 1).noise)
    #expect(Set((0..<20).map { noise(12, key: UInt64($0)).noise.slots }).count > 15)
  }

  @Test func aRowThatHoldsEveryItemGetsNoStranger() {
    let (noise, _, _) = noise(12, items: 12, key: 3)
    #expect(!noise.label.contains(2))
    #expect(noise.label.contains(1))
  }

  @Test func equalItemsThatChangePlacesAreUnchanged() {
    let noise = Corruption(
      slots: [4, 4, 4, 4], mask: [true, true, true, true], own: [false, false, false, false, true], rows: 1, steps: 4,
      items: 5, shuffle: 1, replace: 0, key: 9)
    #expect(noise.label == [0, 0, 0, 0])
  }

  @Test func nothingIsDoneWithoutShares() {
    let (noise, slots, _) = noise(12, shuffle: 0, replace: 0, key: 5)
    #expect(noise.slots == slots)
  }
}
