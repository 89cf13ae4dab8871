import Glibc

/// Numbers ids by their bytes in order of first appearance, without an allocation for each.
///
/// Comparing bytes and not text keeps apart two spellings of one letter. The hash is seeded at random for each table, so a
/// file cannot be made to collide; numbers do not depend on it.
final class IDTable {
  /// A place of the table: what is looked at first lies together, since each look at another place is a wait for memory.
  private struct Slot {
    /// Eight bytes of the id; with its length they say all of an id of up to eight.
    var front: UInt64 = 0
    /// Bits of the hash, and the length of the id up to 255.
    var check: UInt32 = 0
    /// Number plus one of the id, 0 where there is none.
    var entry: UInt32 = 0
  }

  /// What is known of an id before it is looked up.
  private struct Key {
    var front: UInt64
    var check: UInt32
    var place: Int
  }

  private let seed = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
  private var arena: [UInt8] = []
  /// Where each id starts in `arena`; one more entry than ids.
  private var starts: [Int] = [0]
  // Nothing here calls out while it changes these, so the checks at every access would only cost time.
  @exclusivity(unchecked) private var slots: UnsafeMutablePointer<Slot>
  @exclusivity(unchecked) private var mask = 1023
  @exclusivity(unchecked) private(set) var count = 0

  init() {
    slots = Self.table(mask + 1)
  }

  deinit { slots.deallocate() }

  /// Empty places. Of a large table the system is asked for large pages, or finding the page would cost as much as the look.
  private static func table(_ count: Int) -> UnsafeMutablePointer<Slot> {
    let bytes = count * MemoryLayout<Slot>.stride
    let page = 2 << 20
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: bytes >= page ? page : 16)
    // A system without large pages gives small ones.
    if bytes >= page { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
    return raw.initializeMemory(as: Slot.self, repeating: Slot(), count: count)
  }

  /// The number of `id`, or nil where it has none.
  func find(_ id: UnsafeBufferPointer<UInt8>) -> Int32? {
    let entry = slots[place(of: id, key(id))].entry
    return entry == 0 ? nil : Int32(entry - 1)
  }

  /// The number of `id`, a new one where it had none; nil once there are as many as 32 bits can count.
  func number(_ id: UnsafeBufferPointer<UInt8>) -> (number: Int32, isNew: Bool)? {
    let key = self.key(id)
    let place = self.place(of: id, key)
    let entry = slots[place].entry
    if entry != 0 { return (Int32(entry - 1), false) }
    let number = count
    guard number < Int(Int32.max) - 1 else { return nil }
    slots[place] = Slot(front: key.front, check: key.check, entry: UInt32(number + 1))
    arena.append(contentsOf: id)
    starts.append(arena.count)
    count += 1
    if count * 2 > mask { grow() }
    return (Int32(number), true)
  }

  func find(_ id: String) -> Int32? {
    var copy = id
    return copy.withUTF8 { find($0) }
  }

  func number(_ id: String) -> (number: Int32, isNew: Bool)? {
    var copy = id
    return copy.withUTF8 { number($0) }
  }

  /// An id as text; bytes that are not UTF-8 are replaced.
  func text(_ number: Int) -> String {
    guard number >= 0, number < count else { return "" }
    return String(decoding: arena[starts[number]..<starts[number + 1]], as: UTF8.self)
  }

  var texts: [String] { (0..<count).map { text($0) } }

  /// SHA-256 over the ids, each with its length before it.
  var digest: String {
    var hash = SHA256()
    for number in 0..<count {
      let id = Array("\(starts[number + 1] - starts[number]):".utf8) + arena[starts[number]..<starts[number + 1]]
      id.withUnsafeBufferPointer { hash.update($0) }
    }
    return hash.finish()
  }

  private func key(_ id: UnsafeBufferPointer<UInt8>) -> Key {
    let front = Self.front(id)
    var hash = mixed(front, UInt64(truncatingIfNeeded: id.count))
    if id.count > 8, let base = UnsafeRawPointer(id.baseAddress) {
      for at in stride(from: 8, to: id.count, by: 8) {
        // The last eight bytes overlap those before them.
        hash = mixed(hash, base.loadUnaligned(fromByteOffset: min(at, id.count - 8), as: UInt64.self))
      }
    }
    return Key(
      front: front, check: UInt32(truncatingIfNeeded: hash >> 40) << 8 | UInt32(min(id.count, 255)),
      place: Int(truncatingIfNeeded: hash & 0xFFFF_FFFF))
  }

  /// Two words made one: both halves of a product of which nobody outside knows the factors.
  private func mixed(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ seed.0).multipliedFullWidth(by: right ^ seed.1)
    return product.high ^ product.low
  }

  /// The first eight bytes; all bytes of a shorter id, some twice, in a way that its length undoes.
  private static func front(_ id: UnsafeBufferPointer<UInt8>) -> UInt64 {
    guard let base = UnsafeRawPointer(id.baseAddress) else { return 0 }
    switch id.count {
    case 8...: return base.loadUnaligned(as: UInt64.self)
    case 4...:
      let low = base.loadUnaligned(as: UInt32.self)
      let high = base.loadUnaligned(fromByteOffset: id.count - 4, as: UInt32.self)
      return UInt64(high) << 32 | UInt64(low)
    case 1...: return UInt64(id[0]) | UInt64(id[id.count / 2]) << 8 | UInt64(id[id.count - 1]) << 16
    default: return 0
    }
  }

  /// Where an id stands, or would stand.
  private func place(of id: UnsafeBufferPointer<UInt8>, _ key: Key) -> Int {
    var place = key.place & mask
    while slots[place].entry != 0 {
      let slot = slots[place]
      if slot.check == key.check, slot.front == key.front, id.count <= 8 || isEqual(Int(slot.entry - 1), id) {
        return place
      }
      place = (place + 1) & mask
    }
    return place
  }

  private func isEqual(_ entry: Int, _ id: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[entry]
    let length = starts[entry + 1] - start
    guard length == id.count, let other = id.baseAddress else { return false }
    return arena.withUnsafeBufferPointer { own in
      own.baseAddress.map { memcmp($0 + start, other, length) == 0 } ?? false
    }
  }

  private func grow() {
    let larger = Self.table((mask + 1) * 2)
    let old = (slots: slots, count: mask + 1)
    mask = mask * 2 + 1
    slots = larger
    for index in 0..<old.count where old.slots[index].entry != 0 {
      let slot = old.slots[index]
      let entry = Int(slot.entry - 1)
      let place = arena.withUnsafeBufferPointer { own in
        key(UnsafeBufferPointer(rebasing: own[starts[entry]..<starts[entry + 1]])).place
      }
      var free = place & mask
      while slots[free].entry != 0 { free = (free + 1) & mask }
      slots[free] = slot
    }
    old.slots.deallocate()
  }
}
