/// The best items of one user.
package enum TopItems {
  /// Items by score, largest first, at most `k` of them; of equal ones the one with the smaller `place` comes first.
  ///
  /// - Parameters:
  ///   - scores: one for each item; a score that is not a number is never among the best. [item]
  ///   - excluded: rows that are not candidates.
  ///   - place: decides among equals, so that the numbering of items does not. [item]
  package static func best(
    _ k: Int, of scores: UnsafeBufferPointer<Float>, excluded: [Int32], place: [Int32]
  ) -> [Int32] {
    guard k > 0, place.count == scores.count else { return [] }
    var isOut: Set<Int32> = []
    for item in excluded { isOut.insert(item) }
    var best: [Int32] = []
    best.reserveCapacity(min(k, scores.count) + 1)
    func precedes(_ a: Int32, _ b: Int32) -> Bool {
      let (x, y) = (scores[Int(a)], scores[Int(b)])
      return x != y ? x > y : place[Int(a)] < place[Int(b)]
    }
    for index in scores.indices {
      let item = Int32(clamping: index)
      // Most items fall at this first comparison.
      if best.count == k, let last = best.last, !precedes(item, last) { continue }
      guard !scores[index].isNaN, !isOut.contains(item) else { continue }
      var low = 0
      var high = best.count
      while low < high {
        let middle = (low + high) / 2
        if precedes(best[middle], item) { low = middle + 1 } else { high = middle }
      }
      best.insert(item, at: low)
      if best.count > k { best.removeLast() }
    }
    return best
  }

  /// The place of each text among all, by its bytes. [item]
  package static func places(of texts: [String]) -> [Int32] {
    let order = texts.indices.sorted { a, b in
      texts[a].utf8.lexicographicallyPrecedes(texts[b].utf8) || (texts[a].utf8.elementsEqual(texts[b].utf8) && a < b)
    }
    var places = [Int32](repeating: 0, count: texts.count)
    for (place, item) in order.enumerated() { places[item] = Int32(clamping: place) }
    return places
  }
}
