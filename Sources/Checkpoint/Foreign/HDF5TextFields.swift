import CHDF5
import Glibc
import TensorFiles

/// Texts as they come from the library.
struct HDF5TextFields {
  /// Whether texts of fixed length are filled up with blanks, as Fortran does it, and not with zeros.
  private let isBlankPadded: Bool

  init(_ type: hid_t) { isBlankPadded = H5Tget_strpad(type) == H5T_STR_SPACEPAD }

  /// Takes the padding off a text of fixed length.
  func bytes(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard isBlankPadded else { return field.prefix { $0 != 0 } }
    return field[..<((field.lastIndex { $0 != 0x20 }).map { $0 + 1 } ?? field.startIndex)]
  }

  /// Reads texts of any length: `fill` gets room for `count` pointers.
  static func variable(
    _ type: hid_t, _ space: hid_t, count: Int, place: String, _ fill: (UnsafeMutableRawPointer?) -> herr_t
  ) throws(FileError) -> [[UInt8]] {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let status = pointers.withUnsafeMutableBytes { fill($0.baseAddress) }
    try require(status, "read texts", place: place)
    let texts = pointers.map { pointer -> [UInt8] in
      guard let pointer else { return [] }
      return Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
    }
    pmm_h5_reclaim(type, space, &pointers)
    return texts
  }
}

extension [CChar] {
  /// A name of the library, with its final zero, as text.
  var text: String { String(decoding: prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}
