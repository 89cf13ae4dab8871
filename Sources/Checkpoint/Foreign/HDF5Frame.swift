import Glibc
import TensorFiles

/// Messages between this process and the child that reads a file: a byte for the kind, eight for the length, the contents.
enum HDF5Frame: UInt8 {
  /// To the child: walk through the file.
  case walk = 1
  /// To the child: read the dataset at this address, eight bytes.
  case read = 2
  /// From the child: a piece of the description, as JSON.
  case description = 3
  /// The numbers of one tile, at its full size.
  case numbers = 4
  /// A tile that was never written; one value.
  case fill = 5
  /// The texts of one tile, each with four bytes of length before it.
  case texts = 6
  /// Why the request failed, as JSON.
  case failure = 7
  /// Work goes on; empty.
  case progress = 8

  static let headBytes = 9

  static func head(_ kind: HDF5Frame, _ count: Int) -> [UInt8] {
    [kind.rawValue] + (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
  }

  /// Kind and length, or nil where the bytes are no head.
  static func parse(_ head: [UInt8]) -> (kind: HDF5Frame, count: Int)? {
    guard head.count == headBytes, let kind = HDF5Frame(rawValue: head[0]) else { return nil }
    let count = head[1...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: count).map { (kind, $0) }
  }
}

/// What the child says of a failure.
struct HDF5Failure: Codable {
  var code: String
  var message: String
  var suggestion: String?
}
