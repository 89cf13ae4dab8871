import CHDF5
package import TensorFiles

/// A value that hangs on a group or dataset.
package enum HDF5Attribute: Sendable, Equatable {
  case number(Double)
  case text(String)
  case bool(Bool)
  /// A list of numbers.
  case numbers([Double])
  /// A list of texts.
  case texts([String])
}

/// A dataset with its numbers as doubles.
package struct HDF5Dataset: Sendable, Equatable {
  /// Empty for a single number.
  package let shape: [Int]
  /// Row-major; empty for texts.
  package let doubles: [Double]
  package let isInteger: Bool
  package let isBool: Bool
  /// Texts of a dataset of texts, else empty.
  package let texts: [String]
  package let attributes: [String: HDF5Attribute]
}

/// A group and all that it holds.
package final class HDF5Group: Sendable {
  package let groups: [String: HDF5Group]
  package let datasets: [String: HDF5Dataset]
  package let attributes: [String: HDF5Attribute]

  init(groups: [String: HDF5Group], datasets: [String: HDF5Dataset], attributes: [String: HDF5Attribute]) {
    self.groups = groups
    self.datasets = datasets
    self.attributes = attributes
  }
}

/// Reads a whole HDF5 file of numbers and short texts into memory, such as the reference values of tests.
///
/// It checks sizes, but trusts the file's texts of any length, which HDF5 1.10 does not guard: not for files of
/// strangers.
package enum HDF5Reader {
  /// Bytes of numbers, as doubles, that one file may need.
  private static let budget = 2 << 30
  private static let maxDepth = 64

  package static func read(path: String) throws(FileError) -> HDF5Group {
    try withHDF5 { () throws(FileError) in
      let input = try HDF5Input.open(path)
      let root = try input.open("/", in: input.file.id)
      var left = budget
      return try group(root.id, depth: 0, left: &left, input)
    }
  }

  private static func group(
    _ object: hid_t, depth: Int, left: inout Int, _ input: borrowing HDF5Input
  ) throws(FileError) -> HDF5Group {
    guard depth <= maxDepth else { throw input.damaged("groups are nested more than \(maxDepth) deep") }
    var groups: [String: HDF5Group] = [:]
    var datasets: [String: HDF5Dataset] = [:]
    for name in try input.links(of: object, byCreation: false) {
      // A file that links a group into itself would else cost time without end.
      left -= 1024
      guard left >= 0 else { throw tooLarge(input) }
      let child = try input.open(name, in: object)
      switch H5Iget_type(child.id) {
      case H5I_GROUP: groups[name] = try group(child.id, depth: depth + 1, left: &left, input)
      case H5I_DATASET: datasets[name] = try dataset(child.id, name: printable(name), left: &left, input)
      default: continue
      }
    }
    return HDF5Group(groups: groups, datasets: datasets, attributes: try attributes(of: object, input))
  }

  private static func dataset(
    _ object: hid_t, name: String, left: inout Int, _ input: borrowing HDF5Input
  ) throws(FileError) -> HDF5Dataset {
    let type = try Handle(H5Dget_type(object), "read the type of \(name)", place: input.path)
    let space = try Handle(H5Dget_space(object), "read the shape of \(name)", place: input.path)
    let (shape, count) = try input.shape(space.id, name: name)
    let width = H5Tget_size(type.id)
    // Axes without coordinates are never written; small ones read as zeros.
    if H5Dget_storage_size(object) > 0 || count > 1 << 22 {
      try input.checkStorage(object, count: count, width: width, name: name)
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: max(8, width))
    guard !overflow else { throw tooLarge(input) }
    left -= min(bytes, budget + 1)
    guard left >= 0 else { throw tooLarge(input) }
    let kind = ValueKind(type.id)
    var doubles: [Double] = []
    var texts: [String] = []
    if kind.isNumber {
      doubles = [Double](repeating: 0, count: count)
      let memory = try Handle(kind.memoryType(type.id), "make a type", place: input.path)
      if count > 0 { try require(pmm_h5_read(object, memory.id, &doubles), "read \(name)", place: input.path) }
    } else {
      texts = try HDF5Texts.read(type.id, space.id, count: count, input) { pmm_h5_read(object, type.id, $0) }
    }
    return HDF5Dataset(
      shape: shape, doubles: kind.numbers(doubles), isInteger: kind == .integer, isBool: kind == .bool, texts: texts,
      attributes: try attributes(of: object, input))
  }

  private static func attributes(
    of object: hid_t, _ input: borrowing HDF5Input
  ) throws(FileError) -> [String: HDF5Attribute] {
    var result: [String: HDF5Attribute] = [:]
    for name in try input.attributeNames(of: object) {
      result[name] = try attribute(name, of: object, input)
    }
    return result
  }

  /// The value of an attribute; nil for a kind that is not read, such as the references of dimension scales.
  private static func attribute(
    _ name: String, of object: hid_t, _ input: borrowing HDF5Input
  ) throws(FileError) -> HDF5Attribute? {
    let shown = "the attribute \(printable(name))"
    let attribute = try Handle(H5Aopen(object, name, pmm_h5_default()), "open \(shown)", place: input.path)
    let type = try Handle(H5Aget_type(attribute.id), "read a type", place: input.path)
    let space = try Handle(H5Aget_space(attribute.id), "read a space", place: input.path)
    guard H5Sget_simple_extent_type(space.id) != H5S_NULL else { return nil }
    let (shape, count) = try input.shape(space.id, name: shown)
    let (bytes, overflow) = count.multipliedReportingOverflow(by: max(8, H5Tget_size(type.id)))
    guard !overflow, bytes <= 1 << 24 else { throw input.damaged("\(shown) is too large") }
    let kind = ValueKind(type.id)
    if kind.isNumber {
      var doubles = [Double](repeating: 0, count: count)
      let memory = try Handle(kind.memoryType(type.id), "make a type", place: input.path)
      if count > 0 { try require(H5Aread(attribute.id, memory.id, &doubles), "read \(shown)", place: input.path) }
      doubles = kind.numbers(doubles)
      guard shape.isEmpty, let value = doubles.first else { return .numbers(doubles) }
      return kind == .bool ? .bool(value != 0) : .number(value)
    }
    guard kind == .text else { return nil }
    let texts = try HDF5Texts.read(type.id, space.id, count: count, input) { H5Aread(attribute.id, type.id, $0) }
    guard shape.isEmpty, let text = texts.first else { return .texts(texts) }
    return .text(text)
  }

  private static func tooLarge(_ input: borrowing HDF5Input) -> FileError {
    FileError(
      code: "file-too-large", message: "\(input.path) needs more than \(budget) bytes of memory", place: input.path)
  }
}

/// The kinds of values that are read.
private enum ValueKind {
  case integer, real, bool, text, other

  init(_ type: hid_t) {
    switch H5Tget_class(type) {
    case H5T_INTEGER: self = .integer
    case H5T_FLOAT: self = .real
    // h5py and this program keep truth values as an enumeration of one byte.
    case H5T_ENUM: self = H5Tget_size(type) == 1 ? .bool : .other
    case H5T_STRING: self = .text
    default: self = .other
    }
  }

  var isNumber: Bool { self == .integer || self == .real || self == .bool }

  /// The type to read as: doubles, or for truth values their own, as HDF5 does not turn enumerations into numbers.
  func memoryType(_ type: hid_t) -> hid_t { self == .bool ? H5Tcopy(type) : pmm_h5_native_double() }

  /// Truth values were read into the first bytes of the array; this spreads them out.
  func numbers(_ values: [Double]) -> [Double] {
    guard self == .bool else { return values }
    return values.withUnsafeBytes { bytes in values.indices.map { bytes[$0] == 0 ? 0 : 1 } }
  }
}

/// Texts of fixed and of any length.
private enum HDF5Texts {
  static func read(
    _ type: hid_t, _ space: hid_t, count: Int, _ input: borrowing HDF5Input,
    _ fill: (UnsafeMutableRawPointer?) -> herr_t
  ) throws(FileError) -> [String] {
    guard H5Tget_class(type) == H5T_STRING, count > 0 else { return [] }
    guard H5Tis_variable_str(type) > 0 else {
      let width = try input.fixedTextWidth(type, name: "a text")
      var bytes = [UInt8](repeating: 0, count: count * width)
      try require(bytes.withUnsafeMutableBytes { fill($0.baseAddress) }, "read a text", place: input.path)
      return FixedText.texts(bytes, count: count, width: width)
    }
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let status = pointers.withUnsafeMutableBytes { fill($0.baseAddress) }
    try require(status, "read a text", place: input.path)
    let texts = pointers.map { $0.map { String(cString: $0) } ?? "" }
    pmm_h5_reclaim(type, space, &pointers)
    return texts
  }
}
