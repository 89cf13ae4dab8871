import CHDF5
import TensorFiles

/// What a checkpoint holds, as the library tells it; used only inside `withHDF5`.
struct CheckpointStructure: Sendable {
  static let maxDepth = 64
  static let maxObjects = 100_000

  private(set) var kind = ""
  private(set) var metadata = ""
  private(set) var entries: [OpenCheckpoint.Entry] = []
  /// Where objects lie that were met before: a file may link a group into itself.
  private var addresses: Set<UInt64> = []

  init(_ input: borrowing HDF5Input, _ file: InputFile) throws(FileError) {
    let count = try readHeader(input, file)
    for section in CheckpointFile.Section.allCases
    where H5Lexists(input.file.id, section.rawValue, pmm_h5_default()) > 0 {
      let group = try input.open(section.rawValue, in: input.file.id)
      guard H5Iget_type(group.id) == H5I_GROUP else { throw input.damaged("/\(section.rawValue) is no group") }
      try read(group: group.id, section, path: [], from: input)
    }
    guard entries.count == count else {
      throw FileError(
        code: "missing-part",
        message: "\(input.path) says that it has \(count) tensors, but it has \(entries.count)", place: input.path)
    }
  }

  /// Reads what `/pmm` says; gives the count of tensors.
  private mutating func readHeader(_ input: borrowing HDF5Input, _ file: InputFile) throws(FileError) -> Int {
    let path = input.path
    let isThere = H5Lexists(input.file.id, "pmm", pmm_h5_default())
    guard isThere >= 0 else { throw input.damaged("its root cannot be read") }
    guard isThere > 0 else {
      throw FileError(
        code: "foreign-file", message: "\(path) is an HDF5 file, but not a checkpoint of pmm: it has no /pmm",
        place: path)
    }
    let header = try input.open("pmm", in: input.file.id)
    guard H5Iget_type(header.id) == H5I_DATASET,
      try input.fixedTexts("format", of: header.id) == [CheckpointFile.formatName],
      let version = try input.wholeNumber("format_version", of: header.id)
    else {
      throw FileError(
        code: "foreign-file", message: "\(path) is an HDF5 file, but its /pmm is not that of a checkpoint", place: path)
    }
    guard version <= CheckpointFile.formatVersion else {
      throw FileError(
        code: "newer-format",
        message: "\(path) was made by a newer pmm (format \(version); this one reads up to "
          + "\(CheckpointFile.formatVersion))",
        place: path,
        suggestion: "update pmm")
    }
    guard version >= 0, let kind = try input.fixedTexts("kind", of: header.id)?.first,
      let count = try input.wholeNumber("tensors", of: header.id), let count = Int(exactly: count)
    else { throw input.damaged("/pmm lacks its kind or its count of tensors") }
    self.kind = kind
    let found = try StoredValues(header.id, name: "/pmm", input)
    guard found.type == nil, found.shape.isEmpty else { throw input.damaged("/pmm is not one text") }
    var bytes = [UInt8](repeating: 0, count: found.place.count)
    var sum: UInt32 = 0
    var failure: FileError?
    bytes.withUnsafeMutableBytes { target in
      do throws(FileError) { sum = try file.readSummed(at: found.place.lowerBound, into: target) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    // Format 0 kept no checksum of its description.
    if version > 0, try input.wholeNumber("crc32c", of: header.id) != Int64(sum) {
      throw input.damaged("its description does not fit its checksum")
    }
    metadata = FixedText.texts(bytes, count: 1, width: found.width).first ?? ""
    return count
  }

  private mutating func read(
    group: hid_t, _ section: CheckpointFile.Section, path: [String], from input: borrowing HDF5Input
  ) throws(FileError) {
    guard path.count <= Self.maxDepth else { throw input.damaged("groups are nested more than \(Self.maxDepth) deep") }
    try visit(group, path, input)
    for name in try input.links(of: group, byCreation: true) {
      let child = try input.open(name, in: group)
      switch H5Iget_type(child.id) {
      case H5I_GROUP:
        try read(group: child.id, section, path: path + [name], from: input)
      case H5I_DATASET:
        try visit(child.id, path + [name], input)
        entries.append(try entry(child.id, section, path: path + [name], from: input))
      default:
        throw input.damaged("/\(section.rawValue) holds something that is neither a group nor a tensor")
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

  private func entry(
    _ dataset: hid_t, _ section: CheckpointFile.Section, path: [String], from input: borrowing HDF5Input
  ) throws(FileError) -> OpenCheckpoint.Entry {
    let name = printable(path.joined(separator: "."))
    let found = try StoredValues(dataset, name: name, input)
    guard let stored = try input.wholeNumber("crc32c", of: dataset), let sum = UInt32(exactly: stored) else {
      throw input.damaged("\(name) has no checksum")
    }
    let axes = try input.fixedTexts("axis_names", of: dataset) ?? []
    guard axes.count == found.shape.count else {
      throw input.damaged("\(name) has \(found.shape.count) dimensions, but \(axes.count) axes")
    }
    var attributes: [String: String] = [:]
    for key in try input.attributeNames(of: dataset) where !reservedAttributes.contains(key) {
      guard let text = try input.fixedTexts(key, of: dataset)?.first else { continue }
      attributes[key] = text
    }
    return OpenCheckpoint.Entry(
      section: section, path: path, axes: axes, shape: found.shape, attributes: attributes, type: found.type,
      width: found.width, place: found.place, sum: sum)
  }
}

/// Where the values of a dataset lie in the file, as they are: neither packed nor elsewhere.
private struct StoredValues {
  let shape: [Int]
  /// Nil for texts of a fixed length.
  let type: NumberType?
  let width: Int
  let place: Range<Int>

  init(_ dataset: hid_t, name: String, _ input: borrowing HDF5Input) throws(FileError) {
    let type = try Handle(H5Dget_type(dataset), "read the type of \(name)", place: input.path)
    let space = try Handle(H5Dget_space(dataset), "read the shape of \(name)", place: input.path)
    let (shape, count) = try input.shape(space.id, name: name)
    self.shape = shape
    let number = try Self.numberType(type.id, input)
    self.type = number
    if let number { width = number.size } else { width = try input.fixedTextWidth(type.id, name: name) }
    try input.checkStorage(dataset, count: count, width: width, name: name)
    guard count > 0 else {
      place = 0..<0
      return
    }
    let bytes = count * width
    let start = H5Dget_offset(dataset)
    guard let start = Int(exactly: start), case let (end, overflow) = start.addingReportingOverflow(bytes), !overflow,
      end <= input.size
    else {
      throw FileError(
        code: "unsupported-file", message: "the values of \(name) do not lie in one piece", place: input.path,
        suggestion: "h5repack -f NONE -l CONTI IN OUT")
    }
    place = start..<end
  }

  private static func numberType(_ type: hid_t, _ input: borrowing HDF5Input) throws(FileError) -> NumberType? {
    for known in [NumberType.float32, .float64, .int32] {
      let handle = try Handle(known.makeHDF5Type(), "make a type", place: input.path)
      if H5Tequal(type, handle.id) > 0 { return known }
    }
    return nil
  }
}
