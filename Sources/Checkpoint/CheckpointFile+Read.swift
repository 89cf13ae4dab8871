import CHDF5
package import TensorFiles

extension CheckpointFile {
  /// Reads a file that `write` made; every size is checked before anything is allocated, every tensor against its
  /// checksum.
  ///
  /// Tensors come in the order in which they were written. A file of another program or of a newer format is an error.
  package static func read(path: String) throws(FileError) -> CheckpointFile {
    try withHDF5 { () throws(FileError) in
      let input = try HDF5Input.open(path)
      let (kind, metadata, count) = try readHeader(input)
      guard H5Lexists(input.file.id, "model", pmm_h5_default()) > 0 else {
        throw FileError(code: "missing-part", message: "\(path) has no group /model", place: path)
      }
      var reader = CheckpointReader()
      let model = try input.open("model", in: input.file.id)
      try reader.read(group: model.id, path: [], from: input)
      guard reader.tensors.count == count else {
        throw FileError(
          code: "missing-part",
          message: "\(path) says that it has \(count) tensors, but it has \(reader.tensors.count)",
          place: path)
      }
      return CheckpointFile(kind: kind, metadataJSON: metadata, tensors: reader.tensors)
    }
  }

  private static func readHeader(
    _ input: borrowing HDF5Input
  ) throws(FileError) -> (kind: String, metadata: String, tensors: Int) {
    let path = input.path
    guard H5Lexists(input.file.id, "pmm", pmm_h5_default()) > 0 else {
      throw FileError(
        code: "foreign-file", message: "\(path) is an HDF5 file, but not a checkpoint of pmm: it has no /pmm",
        place: path)
    }
    let header = try input.open("pmm", in: input.file.id)
    guard H5Iget_type(header.id) == H5I_DATASET, try input.fixedTexts("format", of: header.id) == [formatName],
      let version = try input.wholeNumber("format_version", of: header.id)
    else {
      throw FileError(
        code: "foreign-file", message: "\(path) is an HDF5 file, but its /pmm is not that of a checkpoint", place: path)
    }
    guard version <= formatVersion else {
      throw FileError(
        code: "newer-format",
        message: "\(path) was made by a newer pmm (format \(version); this one reads up to \(formatVersion))",
        place: path,
        suggestion: "update pmm")
    }
    guard version >= 0, let kind = try input.fixedTexts("kind", of: header.id)?.first,
      let count = try input.wholeNumber("tensors", of: header.id), let count = Int(exactly: count)
    else { throw input.damaged("/pmm lacks its kind or its count of tensors") }
    let type = try Handle(H5Dget_type(header.id), "read a type", place: path)
    let space = try Handle(H5Dget_space(header.id), "read a space", place: path)
    guard try input.shape(space.id, name: "/pmm").count == 1 else { throw input.damaged("/pmm is not one text") }
    let width = try input.fixedTextWidth(type.id, name: "/pmm")
    try input.checkStorage(header.id, count: 1, width: width, name: "/pmm")
    var bytes = [UInt8](repeating: 0, count: width)
    try require(pmm_h5_read(header.id, type.id, &bytes), "read /pmm", place: path)
    return (kind, input.texts(bytes, count: 1, width: width).first ?? "", count)
  }
}

/// Gathers the tensors under /model.
private struct CheckpointReader {
  private static let maxDepth = 64
  private static let maxObjects = 100_000

  var tensors: [StoredTensor] = []
  /// Where objects lie that were met before: a file may link a group into itself.
  private var addresses: Set<UInt64> = []

  mutating func read(
    group: hid_t, path: [String], from input: borrowing HDF5Input
  ) throws(FileError) {
    guard path.count <= Self.maxDepth else { throw input.damaged("groups are nested more than \(Self.maxDepth) deep") }
    try visit(group, path, input)
    for name in try input.links(of: group, byCreation: true) {
      let child = try input.open(name, in: group)
      switch H5Iget_type(child.id) {
      case H5I_GROUP:
        try read(group: child.id, path: path + [name], from: input)
      case H5I_DATASET:
        try visit(child.id, path + [name], input)
        tensors.append(try tensor(child.id, path: path + [name], from: input))
      default:
        throw input.damaged("/model holds something that is neither a group nor a tensor")
      }
    }
  }

  private mutating func visit(
    _ object: hid_t, _ path: [String], _ input: borrowing HDF5Input
  ) throws(FileError) {
    guard addresses.insert(pmm_h5_address(object)).inserted else {
      throw input.damaged("\(printable(path.joined(separator: "."))) stands in two places")
    }
    guard addresses.count <= Self.maxObjects else {
      throw input.damaged("it holds more than \(Self.maxObjects) objects")
    }
  }

  private func tensor(
    _ dataset: hid_t, path: [String], from input: borrowing HDF5Input
  ) throws(FileError) -> StoredTensor {
    let name = printable(path.joined(separator: "."))
    let type = try Handle(H5Dget_type(dataset), "read the type of \(name)", place: input.path)
    let space = try Handle(H5Dget_space(dataset), "read the shape of \(name)", place: input.path)
    let (shape, count) = try input.shape(space.id, name: name)
    let (values, sum) = try self.values(dataset, type: type.id, count: count, name: name, from: input)
    guard let stored = try input.wholeNumber("crc32c", of: dataset) else {
      throw input.damaged("\(name) has no checksum")
    }
    guard stored == Int64(sum) else {
      throw FileError(
        code: "damaged-tensor", message: "the values of \(name) do not fit their checksum", place: input.path,
        suggestion: "copy the file again, or go back to an older one")
    }
    let axes = try input.fixedTexts("axis_names", of: dataset) ?? []
    guard axes.count == shape.count else {
      throw input.damaged("\(name) has \(shape.count) dimensions, but \(axes.count) axes")
    }
    var attributes: [String: String] = [:]
    for key in try input.attributeNames(of: dataset) where !reservedAttributes.contains(key) {
      guard let text = try input.fixedTexts(key, of: dataset)?.first else { continue }
      attributes[key] = text
    }
    return StoredTensor(path: path, axes: axes, shape: shape, values: values, attributes: attributes)
  }

  /// Values and their checksum, of the four types that are written.
  private func values(
    _ dataset: hid_t, type: hid_t, count: Int, name: String, from input: borrowing HDF5Input
  ) throws(FileError) -> (StoredTensor.Values, UInt32) {
    let float32 = try Handle(pmm_h5_float32(), "make a type", place: input.path)
    let float64 = try Handle(pmm_h5_float64(), "make a type", place: input.path)
    let int32 = try Handle(pmm_h5_int32(), "make a type", place: input.path)
    if H5Tequal(type, float32.id) > 0 {
      let (numbers, sum) = try read(dataset, type, count, width: 4, Float(0), name, input)
      return (.float32(numbers), sum)
    } else if H5Tequal(type, float64.id) > 0 {
      let (numbers, sum) = try read(dataset, type, count, width: 8, Double(0), name, input)
      return (.float64(numbers), sum)
    } else if H5Tequal(type, int32.id) > 0 {
      let (numbers, sum) = try read(dataset, type, count, width: 4, Int32(0), name, input)
      return (.int32(numbers), sum)
    }
    let width = try input.fixedTextWidth(type, name: name)
    try input.checkStorage(dataset, count: count, width: width, name: name)
    var bytes = [UInt8](repeating: 0, count: count * width)
    if count > 0 { try require(pmm_h5_read(dataset, type, &bytes), "read \(name)", place: input.path) }
    return (.strings(input.texts(bytes, count: count, width: width)), bytes.withUnsafeBytes(CRC32C.of))
  }

  private func read<Number: BitwiseCopyable>(
    _ dataset: hid_t, _ type: hid_t, _ count: Int, width: Int, _ zero: Number, _ name: String,
    _ input: borrowing HDF5Input
  ) throws(FileError) -> ([Number], UInt32) {
    try input.checkStorage(dataset, count: count, width: width, name: name)
    var numbers = [Number](repeating: zero, count: count)
    if count > 0 { try require(pmm_h5_read(dataset, type, &numbers), "read \(name)", place: input.path) }
    return (numbers, numbers.withUnsafeBytes(CRC32C.of))
  }
}
