import Content
import Recommendation

/// Vectors stored for the items of one data set.
final class ItemVectors {
  let width: Int
  private let vectors: StoredVectors
  private let rows: [Int?]
  /// How rows and items were brought together.
  let note: String

  /// - Throws: where vectors and index, or vectors and items, do not agree.
  init(
    path: String, index: String?, dim: Int?, data: InteractionData, isRaw: Bool
  ) throws {
    let catalogue = data.catalogue
    let vectors =
      isRaw
      ? try StoredVectors.raw(path: path, rows: catalogue.count, width: dim) : try StoredVectors.npy(path: path)
    if let dim, dim != vectors.width {
      throw DataError(
        code: "wrong-size", message: "\(path) has \(vectors.width) values a row, but `dim` is \(dim)", place: path,
        suggestion: "dim = \(vectors.width), or leave it away")
    }
    let found =
      try index.map { index throws(DataError) in
        try FeatureIndex(path: index, catalogue: catalogue, rows: vectors.rows, features: path)
      } ?? FeatureIndex(catalogue: catalogue, rows: vectors.rows, features: path)
    self.vectors = vectors
    rows = found.rows
    width = vectors.width
    note = found.note
  }

  /// How many items have no row: zeros stand for their vectors.
  var missing: Int { rows.count { $0 == nil } }

  /// [item, feature]
  func rows(of items: [Int32]) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(items.count * width)
    for item in items {
      if rows.indices.contains(Int(item)), let row = rows[Int(item)], row >= 0, row < vectors.rows {
        result += vectors.values[(row * width)..<(row + 1) * width]
      } else {
        result += repeatElement(0, count: width)
      }
    }
    return result
  }
}
