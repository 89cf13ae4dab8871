import CHDF5
import TensorFiles

/// A file open for reading; used only inside `withHDF5`.
struct HDF5Input: ~Copyable {
  let file: Handle
  /// The path that errors name.
  let path: String
  /// Bytes of the file: nothing in it can be stored in more.
  let size: Int

  private init(file: consuming Handle, path: String, size: Int) {
    self.file = file
    self.path = path
    self.size = size
  }

  /// Opens the file at `path` once it has shown to be a whole HDF5 file.
  static func open(_ path: String) throws(FileError) -> HDF5Input { try open(InputFile(path)) }

  /// Opens a file once it has shown to be a whole HDF5 file: this one, whatever stands at its path by now.
  static func open(_ pinned: InputFile) throws(FileError) -> HDF5Input {
    let path = pinned.path
    let kind = try FileKind(of: pinned)
    guard case .hdf5 = kind else { throw kind.notHDF5(path: pinned.path) }
    let access = try Handle(pmm_h5_read_access(), "make a property list", place: path)
    let file = try Handle(pmm_h5_open_to_read(pinned.pathOfDescriptor, access.id), "open \(path)", place: path)
    return HDF5Input(file: file, path: path, size: pinned.size)
  }

  /// Opens the object at `name` in `group`.
  func open(_ name: String, in group: hid_t) throws(FileError) -> Handle {
    try Handle(H5Oopen(group, name, pmm_h5_default()), "open \(printable(name))", place: path)
  }

  /// Names of what a group holds. Links out of the file are never followed; they are errors.
  func links(of group: hid_t, byCreation: Bool) throws(FileError) -> [String] {
    var found = Visited()
    let status = withUnsafeMutablePointer(to: &found) { context in
      pmm_h5_links(group, byCreation, visit, context)
    }
    try require(status, "list a group", place: path)
    if found.hasTooMany { throw damaged("a group holds more than \(Visited.limit) names") }
    if let other = found.other {
      throw FileError(
        code: "unsupported-file", message: "\(printable(other)) is a link to another place, which is not followed",
        place: path, suggestion: "copy what it points to into the file")
    }
    return found.names
  }

  /// Names of an object's attributes.
  func attributeNames(of object: hid_t) throws(FileError) -> [String] {
    var found = Visited()
    let status = withUnsafeMutablePointer(to: &found) { context in pmm_h5_attributes(object, visit, context) }
    try require(status, "list attributes", place: path)
    if found.hasTooMany { throw damaged("an object has more than \(Visited.limit) attributes") }
    return found.names
  }

  /// Sides of a space and their product; a space without points, or with more than an array can hold, is an error.
  func shape(_ space: hid_t, name: String) throws(FileError) -> (shape: [Int], count: Int) {
    let rank = H5Sget_simple_extent_ndims(space)
    guard rank >= 0, rank <= 32, H5Sget_simple_extent_type(space) != H5S_NULL else {
      throw damaged("\(name) has no shape")
    }
    var sides = [hsize_t](repeating: 0, count: Int(rank))
    if rank > 0 { try require(H5Sget_simple_extent_dims(space, &sides, nil), "read a shape", place: path) }
    var shape: [Int] = []
    for side in sides {
      guard let side = Int(exactly: side) else { throw damaged("\(name) claims \(side) entries along an axis") }
      shape.append(side)
    }
    guard let count = elementCount(shape) else { throw damaged("\(name) claims more entries than can be counted") }
    return (shape, count)
  }

  /// Makes sure that `count` values of `width` bytes lie in the file as they are, neither packed nor elsewhere, so that
  /// nothing is allocated that the file does not hold.
  func checkStorage(_ dataset: hid_t, count: Int, width: Int, name: String) throws(FileError) {
    let creation = try Handle(H5Dget_create_plist(dataset), "read the storage of \(name)", place: path)
    guard H5Pget_nfilters(creation.id) == 0 else {
      throw FileError(
        code: "unsupported-file", message: "\(name) is compressed, which is not read", place: path,
        suggestion: "h5repack -f NONE IN OUT")
    }
    let layout = H5Pget_layout(creation.id)
    guard layout == H5D_CONTIGUOUS || layout == H5D_COMPACT || layout == H5D_CHUNKED,
      H5Pget_external_count(creation.id) == 0
    else {
      throw FileError(
        code: "unsupported-file", message: "\(name) keeps its values in another file, which is not read", place: path)
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow, bytes <= size, H5Dget_storage_size(dataset) >= hsize_t(bytes) else {
      throw damaged("\(name) claims \(count) values of \(width) bytes, but the file does not hold them")
    }
  }

  /// A text attribute of fixed length, or nil where it is absent; any other kind is an error.
  func fixedTexts(_ name: String, of object: hid_t) throws(FileError) -> [String]? {
    guard H5Aexists(object, name) > 0 else { return nil }
    let attribute = try Handle(
      H5Aopen(object, name, pmm_h5_default()), "open the attribute \(printable(name))", place: path)
    let type = try Handle(H5Aget_type(attribute.id), "read a type", place: path)
    let space = try Handle(H5Aget_space(attribute.id), "read a space", place: path)
    let count = try shape(space.id, name: "the attribute \(printable(name))").count
    let width = try fixedTextWidth(type.id, name: "the attribute \(printable(name))")
    guard count <= 1 << 16, width <= 1 << 20, count * width <= size else {
      throw damaged("the attribute \(printable(name)) is too large")
    }
    var bytes = [UInt8](repeating: 0, count: max(1, count * width))
    try require(H5Aread(attribute.id, type.id, &bytes), "read the attribute \(printable(name))", place: path)
    return FixedText.texts(bytes, count: count, width: width)
  }

  /// A whole number kept as a scalar attribute, or nil where it is absent or something else.
  func wholeNumber(_ name: String, of object: hid_t) throws(FileError) -> Int64? {
    guard H5Aexists(object, name) > 0 else { return nil }
    let attribute = try Handle(
      H5Aopen(object, name, pmm_h5_default()), "open the attribute \(printable(name))", place: path)
    let type = try Handle(H5Aget_type(attribute.id), "read a type", place: path)
    let space = try Handle(H5Aget_space(attribute.id), "read a space", place: path)
    guard H5Tget_class(type.id) == H5T_INTEGER, try shape(space.id, name: name).count == 1 else { return nil }
    let native = try Handle(pmm_h5_native_int64(), "make a type", place: path)
    var value: Int64 = 0
    try require(H5Aread(attribute.id, native.id, &value), "read the attribute \(printable(name))", place: path)
    return value
  }

  /// Bytes of one text of a fixed length; a text of any length is an error, since damaged ones crash the library.
  func fixedTextWidth(_ type: hid_t, name: String) throws(FileError) -> Int {
    guard H5Tget_class(type) == H5T_STRING, H5Tis_variable_str(type) == 0 else {
      throw damaged("\(name) is not text of a fixed length")
    }
    let width = H5Tget_size(type)
    guard width >= 1, width <= size else { throw damaged("\(name) claims texts of \(width) bytes") }
    return width
  }

  func damaged(_ message: String) -> FileError { Self.damaged(message, path: path) }

  static func damaged(_ message: String, path: String) -> FileError {
    FileError(
      code: "damaged-file", message: "the file is damaged: \(message)", place: path,
      suggestion: "copy it again, or go back to an older one")
  }
}

/// Texts of a fixed number of bytes.
enum FixedText {
  /// Cuts `bytes` into texts and drops the zeros that fill them up.
  static func texts(_ bytes: [UInt8], count: Int, width: Int) -> [String] {
    (0..<count).map { index in
      let part = bytes[index * width..<(index + 1) * width]
      let end = (part.lastIndex { $0 != 0 }).map { $0 + 1 } ?? part.startIndex
      return String(decoding: part[..<end], as: UTF8.self)
    }
  }
}

/// What a visit of links or attributes gathered.
private struct Visited {
  static let limit = 200_000

  var names: [String] = []
  /// The first link that is not to an object of this file.
  var other: String?
  var hasTooMany = false
}

/// Called from C for each name.
private func visit(name: UnsafePointer<CChar>?, isHard: Bool, context: UnsafeMutableRawPointer?) -> herr_t {
  guard let name, let found = context?.assumingMemoryBound(to: Visited.self) else { return -1 }
  guard found.pointee.names.count < Visited.limit else {
    found.pointee.hasTooMany = true
    return 1
  }
  let text = String(cString: name)
  if !isHard {
    found.pointee.other = text
    return 1
  }
  found.pointee.names.append(text)
  return 0
}
