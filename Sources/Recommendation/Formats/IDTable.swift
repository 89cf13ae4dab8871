import Glibc

/// Numbers ids by their bytes in order of first appearance, without an allocation for each.
///
/// Comparing bytes and not text keeps apart two spellings of one letter. The hash is Swift's, which is seeded for each
/// process, so a file cannot be made to collide; numbers do not depend on it.
final class IDTable {
  private var arena: [UInt8] = []
  /// Where each id starts in `arena`; one more entry than ids.
  private var starts: [Int] = [0]
  private var hashes: [UInt32] = []
  /// Number plus one of the id in each slot, 0 where none is.
  private var slots: [UInt32]

  init() { slots = Array(repeating: 0, count: 1024) }

  var count: Int { hashes.count }

  /// The number of `id`, or nil where it has none.
  func find(_ id: UnsafeBufferPointer<UInt8>) -> Int32? {
    let slot = self.slot(of: id, hash(id))
    let entry = slots[slot]
    return entry == 0 ? nil : Int32(entry - 1)
  }

  func find(_ id: String) -> Int32? {
    var copy = id
    return copy.withUTF8 { find($0) }
  }

  /// The number of `id`, a new one where it had none; nil once there are as many as 32 bits can count.
  func number(_ id: UnsafeBufferPointer<UInt8>) -> (number: Int32, isNew: Bool)? {
    let hash = self.hash(id)
    let slot = self.slot(of: id, hash)
    let entry = slots[slot]
    if entry != 0 { return (Int32(entry - 1), false) }
    let number = hashes.count
    guard number < Int(Int32.max) - 1 else { return nil }
    slots[slot] = UInt32(number + 1)
    hashes.append(hash)
    arena.append(contentsOf: id)
    starts.append(arena.count)
    if hashes.count * 2 > slots.count { grow() }
    return (Int32(number), true)
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

  private func hash(_ id: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(id))
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  private func slot(of id: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      let entry = Int(slots[slot] - 1)
      if hashes[entry] == hash, isEqual(entry, id) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func isEqual(_ entry: Int, _ id: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[entry]
    let length = starts[entry + 1] - start
    guard length == id.count else { return false }
    guard length > 0, let other = id.baseAddress else { return true }
    return arena.withUnsafeBufferPointer { own in
      own.baseAddress.map { memcmp($0 + start, other, length) == 0 } ?? false
    }
  }

  private func grow() {
    var larger = [UInt32](repeating: 0, count: slots.count * 2)
    let mask = larger.count - 1
    for (entry, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = UInt32(entry + 1)
    }
    slots = larger
  }
}
