/// Finds the names that a mistyped one may have meant.
package enum NameSuggestion {
  /// The candidates within a small edit distance, nearest first, at most `limit`.
  package static func near(_ name: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
    let typed = Array(name.lowercased().utf8)
    let allowed = max(1, min(3, typed.count / 3 + (typed.count >= 2 ? 1 : 0)))
    var found: [(distance: Int, name: String)] = []
    for candidate in Set(candidates) where candidate != name {
      let other = Array(candidate.lowercased().utf8)
      if abs(other.count - typed.count) > allowed { continue }
      let distance = distance(typed, other)
      if distance <= allowed, distance < max(typed.count, 1) { found.append((distance, candidate)) }
    }
    return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
  }

  /// Edit distance with neighbouring letters swapped counted as one edit.
  package static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count <= 200, b.count <= 200 else { return 200 }
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      for j in 0..<b.count {
        var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j], !before.isEmpty { best = min(best, before[j - 1] + 1) }
        current.append(best)
      }
      before = previous
      previous = current
    }
    return previous[b.count]
  }
}
