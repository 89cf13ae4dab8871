import TensorFiles

/// What the child process found in an HDF5 file. It comes from a process that reads a stranger's file, so it is checked
/// before it is believed.
struct HDF5Description: Codable {
  var nodes: [HDF5Node] = []
  /// Those of the root.
  var attributes: [FileAttribute] = []
  /// What was left out of the walk, a sentence each.
  var notes: [String] = []
  /// Whether more of it follows; a long one is sent in pieces.
  var hasMore = false

  /// Nodes of one piece.
  static let pieceNodes = 1_000
}

/// A group, a dataset, or a link that leads to neither.
struct HDF5Node: Codable {
  enum Kind: String, Codable { case group, dataset, other }

  var kind: Kind
  var path: [String]
  /// Where the object's header lies, by which the child finds it again.
  var address: UInt64 = 0
  var attributes: [FileAttribute] = []
  var values: HDF5Values?
  /// What a node of the kind `other` is, in words.
  var words = ""
  /// Why it cannot be read.
  var problem: String?
}

/// The values of a dataset: what they are and where they lie.
struct HDF5Values: Codable {
  enum Place: Codable, Equatable {
    /// As they are from this byte of the file on.
    case direct(offset: Int)
    /// Never written: all have the value with these bytes.
    case fill([UInt8])
    /// Read by the child, a tile of this shape at a time.
    case tiles([Int])
  }

  var shape: [Int]
  var type: HDF5Type
  /// For people.
  var storage: String
  var place: Place
  var axes: [String?]
}

/// How one value stands in the file.
struct HDF5Type: Codable, Equatable {
  enum Content: Codable, Equatable {
    case numbers(NumberType)
    /// Texts of this many bytes each; nil for texts of any length.
    case texts(Int?)
    case other(String)
  }

  var content: Content
  /// Bytes of one value as it stands in the file.
  var width: Int
  /// Whether numbers stand with their highest byte first.
  var isBigEndian = false
  /// A layout of numbers that the library must turn into `content`'s type.
  var isOdd = false
  /// What else is to be said of the type, such as the names of an enumeration.
  var note: String?
}

/// Limits for what a file of a stranger may ask for.
enum HDF5Limits {
  static let depth = 256
  static let objects = 100_000
  /// Bytes of all paths.
  static let pathBytes = 64 << 20
  /// Bytes of all attributes that are kept.
  static let attributeBytes = 32 << 20
  /// Attributes of one object that are read.
  static let attributes = 2_000
  /// Numbers or texts of one attribute that are kept.
  static let attributeValues = 4_096
  /// Bytes of one chunk, before and after it is unpacked.
  static let tileBytes = 1 << 30
  static let tiles = 1 << 24
  /// Bytes of texts of one dataset.
  static let textBytes = 1 << 30
  /// Values that take more bytes than this must be stored in a reasonable part of them.
  static let freeBytes = 1 << 30
  /// How many times smaller than its values a dataset's storage may be once they take more than `freeBytes`.
  static let packing = 500
  /// Address space of the child.
  static let memory = 4 << 30
  /// Processor seconds of the child without a result.
  static let cpuSeconds = 10
  /// Bytes of the description.
  static let descriptionBytes = 256 << 20
}
