/// Whose items the rows of a table are: the catalogues of platforms, one after the other.
///
/// An id is the row of an item in the catalogues at hand. A table that was trained by ids keeps the catalogues that it
/// was trained on, so that it finds the right rows where other catalogues are at hand, and refuses items that it never
/// had a row for.
package struct ItemSpace: Equatable, Sendable {
  package struct Catalogue: Equatable, Sendable {
    package let name: String
    /// Equal fingerprints mean the same items in the same order.
    package let fingerprint: String
    package let count: Int

    package init(name: String, fingerprint: String, count: Int) {
      self.name = name
      self.fingerprint = fingerprint
      self.count = count
    }
  }

  package let catalogues: [Catalogue]
  /// What the rows stand for: "item", or "user" for a table of users.
  package let unit: String

  package init(_ catalogues: [Catalogue], unit: String = "item") {
    self.catalogues = catalogues
    self.unit = unit
  }

  package var count: Int { catalogues.reduce(0) { $0 + $1.count } }
  package var names: String { catalogues.map(\.name).joined(separator: ", ") }

  /// A catalogue that stands here twice, so that an item of it has two ids.
  package var repeated: Catalogue? {
    var seen: Set<String> = []
    return catalogues.first { !seen.insert($0.fingerprint).inserted }
  }

  /// First row of each catalogue.
  private var starts: [Int] {
    var sum = 0
    return catalogues.map { catalogue in
      defer { sum += catalogue.count }
      return sum
    }
  }

  /// The first catalogue of `other` that has no rows here.
  package func missing(from other: ItemSpace) -> Catalogue? {
    other.catalogues.first { wanted in !catalogues.contains { $0.fingerprint == wanted.fingerprint } }
  }

  /// Rows here of ids of `other`; nil where the numbers are the same. Ids of no catalogue stay as they are.
  package func rows(of ids: [Int32], in other: ItemSpace) -> [Int32]? {
    let (own, starts) = (self.starts, other.starts)
    let shifts = other.catalogues.indices.map { index in
      let wanted = other.catalogues[index].fingerprint
      return catalogues.firstIndex { $0.fingerprint == wanted }.map { Int32(own[$0] - starts[index]) } ?? 0
    }
    guard shifts.contains(where: { $0 != 0 }) else { return nil }
    return ids.map { id in
      guard let place = starts.lastIndex(where: { $0 <= Int(id) }), Int(id) < other.count else { return id }
      return id + shifts[place]
    }
  }
}
