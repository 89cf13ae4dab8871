import CHDF5
import TensorFiles

/// The shape of a dataset or attribute.
enum HDF5Space {
  /// Nil for a space without points, which holds nothing.
  static func shape(_ space: hid_t, place: String) throws(FileError) -> [Int]? {
    guard H5Sget_simple_extent_type(space) != H5S_NULL else { return nil }
    let rank = H5Sget_simple_extent_ndims(space)
    guard rank >= 0, rank <= 32 else {
      throw FileError(code: "damaged-file", message: "a shape of \(rank) dimensions", place: place)
    }
    guard rank > 0 else { return [] }
    var sides = [hsize_t](repeating: 0, count: Int(rank))
    try require(H5Sget_simple_extent_dims(space, &sides, nil), "read a shape", place: place)
    var shape: [Int] = []
    for side in sides {
      guard let side = Int(exactly: side) else {
        throw FileError(code: "damaged-file", message: "an axis of \(side) entries", place: place)
      }
      shape.append(side)
    }
    return shape
  }
}
