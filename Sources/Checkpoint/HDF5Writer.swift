import CHDF5
import TensorFiles

/// Writes groups, tensors and attributes to a new file; used only inside `withHDF5`.
struct HDF5Writer: ~Copyable {
  private let file: hid_t
  /// The path that errors name.
  let place: String
  private var isOpen = true
  /// Names taken in the root.
  private var rootNames: Set<String>
  /// Path of the scale made for an axis of a length.
  private var scales: [Scale: String] = [:]
  private var groups: Set<[String]> = []
  /// Datasets and their dimensions that use a scale, by its path.
  private var uses: [String: [pmm_h5_use]] = [:]

  private struct Scale: Hashable {
    var axis: String
    var length: Int
  }

  /// Creates `path`, which must not be there yet.
  /// - Parameters:
  ///   - place: the path that errors name.
  ///   - reserved: names in the root that no scale may take.
  init(creating path: String, place: String, reserved: Set<String>) throws(FileError) {
    let creation = try Handle(pmm_h5_file_creation(), "make a property list", place: place)
    let access = try Handle(pmm_h5_access(), "make a property list", place: place)
    let id = pmm_h5_create_new(path, creation.id, access.id)
    guard id >= 0 else { throw hdf5Error("create the file", place: place) }
    file = id
    self.place = place
    rootNames = reserved
  }

  deinit {
    if isOpen { H5Fclose(file) }
  }

  /// Writes everything out and closes the file, which is where a full disk may first show.
  mutating func close() throws(FileError) {
    for (name, list) in uses.sorted(by: { $0.key < $1.key }) {
      let scale = try open(name)
      try require(pmm_h5_write_uses(scale.id, list.count, list), "finish the axis \(name)", place: place)
    }
    let flushed = H5Fflush(file, H5F_SCOPE_GLOBAL)
    let closed = H5Fclose(file)
    isOpen = false
    try require(min(flushed, closed), "finish the file", place: place)
  }

  /// Makes the groups on the way to `path`, each level on its own so that none carries a time.
  mutating func makeGroups(_ path: [String]) throws(FileError) {
    for count in 1..<(path.count + 1) where groups.insert(Array(path.prefix(count))).inserted {
      let name = "/" + path.prefix(count).joined(separator: "/")
      let creation = try Handle(pmm_h5_group_creation(), "make a property list", place: place)
      let links = try Handle(pmm_h5_link_creation(), "make a property list", place: place)
      _ = try Handle(
        H5Gcreate2(file, name, links.id, creation.id, pmm_h5_default()), "make the group \(name)", place: place)
    }
  }

  /// Writes one tensor to `path` with its axes as dimension scales, its attributes and its checksum.
  mutating func write(_ tensor: StoredTensor, at path: [String]) throws(FileError) {
    try makeGroups(path.dropLast())
    let name = "/" + path.joined(separator: "/")
    let place = "\(place) \(name)"
    let encoded = EncodedValues(tensor.values)
    let type = try Handle(encoded.makeType(), "make a type", place: place)
    let dataset = try createDataset(name, type: type.id, shape: tensor.shape)
    let sum = try encoded.withBytes { (bytes) throws(FileError) -> UInt32 in
      // The library is called by the thread that holds its lock; the checksum is another one's work meanwhile.
      let sum = SumBeside(bytes)
      if bytes.count > 0 {
        try require(pmm_h5_write(dataset.id, type.id, bytes.baseAddress), "write \(name)", place: place)
      }
      return sum.value()
    }
    try writeTexts("axis_names", tensor.axes, on: dataset.id, isFixed: true)
    try writeTexts("axes", tensor.axes, on: dataset.id, isFixed: false)
    try writeNumber("crc32c", Int64(sum), on: dataset.id)
    for (key, text) in tensor.attributes.sorted(by: { $0.key < $1.key }) {
      try writeText(key, text, on: dataset.id, isFixed: true)
    }
    try attachScales(tensor, to: dataset.id, name: name)
  }

  /// Writes one text as a scalar of exactly its bytes.
  mutating func writeText(_ text: String, at name: String) throws(FileError) {
    let encoded = EncodedValues(.strings([text]))
    let type = try Handle(encoded.makeType(), "make a type", place: place)
    let dataset = try createDataset(name, type: type.id, shape: [])
    let status = encoded.withBytes { pmm_h5_write(dataset.id, type.id, $0.baseAddress) }
    try require(status, "write \(name)", place: "\(place) \(name)")
  }

  /// Opens what stands at `name`, to give it attributes.
  func open(_ name: String) throws(FileError) -> Handle {
    try Handle(H5Oopen(file, name, pmm_h5_default()), "open \(name)", place: place)
  }

  /// Writes a note for people: texts of any length, whole numbers as such.
  func write(_ attribute: FileAttribute, on object: hid_t) throws(FileError) {
    switch attribute.value {
    case .numbers(let numbers) where numbers.count == 1 && Int64(exactly: numbers[0]) != nil:
      try writeNumber(attribute.name, Int64(exactly: numbers[0]) ?? 0, on: object)
    case .numbers(let numbers):
      let type = try Handle(pmm_h5_float64(), "make a type", place: place)
      let space = try space(ofList: numbers.count)
      let made = try createAttribute(attribute.name, on: object, type: type.id, space: space.id)
      try require(H5Awrite(made.id, type.id, numbers), "write the attribute \(attribute.name)", place: place)
    case .texts(let texts) where texts.count == 1:
      try writeText(attribute.name, texts[0], on: object, isFixed: false)
    case .texts(let texts): try writeTexts(attribute.name, texts, on: object, isFixed: false)
    case .other(let text): try writeText(attribute.name, text, on: object, isFixed: false)
    }
  }

  /// The space of one value, or of a list of them.
  private func space(ofList count: Int) throws(FileError) -> Handle {
    let sides = [hsize_t(count)]
    return try Handle(count == 1 ? pmm_h5_scalar() : H5Screate_simple(1, sides, nil), "make a space", place: place)
  }

  /// Writes a whole number as an attribute.
  func writeNumber(_ name: String, _ value: Int64, on object: hid_t) throws(FileError) {
    let type = try Handle(pmm_h5_int64(), "make a type", place: place)
    let space = try Handle(pmm_h5_scalar(), "make a space", place: place)
    let attribute = try createAttribute(name, on: object, type: type.id, space: space.id)
    var value = value.littleEndian
    try require(H5Awrite(attribute.id, type.id, &value), "write the attribute \(name)", place: place)
  }

  /// Writes a text as an attribute: of fixed length for the loader, of any length for people with h5py.
  func writeText(_ name: String, _ text: String, on object: hid_t, isFixed: Bool) throws(FileError) {
    let space = try Handle(pmm_h5_scalar(), "make a space", place: place)
    try writeTexts(name, [text], on: object, space: space.id, isFixed: isFixed)
  }

  /// Writes a list of texts as an attribute; an empty list gives none.
  func writeTexts(_ name: String, _ texts: [String], on object: hid_t, isFixed: Bool) throws(FileError) {
    guard !texts.isEmpty else { return }
    let space = try Handle(H5Screate_simple(1, [hsize_t(texts.count)], nil), "make a space", place: place)
    try writeTexts(name, texts, on: object, space: space.id, isFixed: isFixed)
  }

  private func writeTexts(
    _ name: String, _ texts: [String], on object: hid_t, space: hid_t, isFixed: Bool
  ) throws(FileError) {
    if isFixed {
      let encoded = EncodedValues(.strings(texts))
      let type = try Handle(encoded.makeType(), "make a type", place: place)
      let attribute = try createAttribute(name, on: object, type: type.id, space: space)
      let status = encoded.withBytes { H5Awrite(attribute.id, type.id, $0.baseAddress) }
      try require(status, "write the attribute \(name)", place: place)
      return
    }
    let type = try Handle(pmm_h5_variable_text(), "make a type", place: place)
    let attribute = try createAttribute(name, on: object, type: type.id, space: space)
    // All texts in one buffer, each closed by a zero, and a pointer to each.
    let buffer: [UInt8] = Array(texts.map { Array($0.utf8) + [0] }.joined())
    let status = buffer.withUnsafeBufferPointer { bytes -> herr_t in
      var pointers: [UnsafePointer<UInt8>?] = []
      var start = 0
      for text in texts {
        pointers.append(bytes.baseAddress.map { $0 + start })
        start += text.utf8.count + 1
      }
      return H5Awrite(attribute.id, type.id, pointers)
    }
    try require(status, "write the attribute \(name)", place: place)
  }

  private func createAttribute(
    _ name: String, on object: hid_t, type: hid_t, space: hid_t
  ) throws(FileError) -> Handle {
    try Handle(
      H5Acreate2(object, name, type, space, pmm_h5_default(), pmm_h5_default()), "make the attribute \(name)",
      place: place)
  }

  private func createDataset(_ name: String, type: hid_t, shape: [Int]) throws(FileError) -> Handle {
    let place = "\(place) \(name)"
    let sides = shape.map(hsize_t.init)
    let space = try Handle(
      shape.isEmpty ? pmm_h5_scalar() : H5Screate_simple(Int32(sides.count), sides, nil), "make a space", place: place)
    let creation = try Handle(pmm_h5_dataset_creation(), "make a property list", place: place)
    let links = try Handle(pmm_h5_link_creation(), "make a property list", place: place)
    return try Handle(
      H5Dcreate2(file, name, type, space.id, links.id, creation.id, pmm_h5_default()), "make the dataset \(name)",
      place: place)
  }

  private mutating func attachScales(_ tensor: StoredTensor, to dataset: hid_t, name: String) throws(FileError) {
    // What is named as its own axis is the scale: netCDF's variable of coordinates.
    if tensor.axes.count == 1, name == "/" + tensor.axes[0] {
      try require(H5DSset_scale(dataset, tensor.axes[0]), "make the axis \(tensor.axes[0])", place: place)
      scales[Scale(axis: tensor.axes[0], length: tensor.shape[0])] = name
      return
    }
    if tensor.axes.isEmpty { return }
    var own = hobj_ref_t()
    try require(pmm_h5_reference(dataset, &own), "refer to \(name)", place: place)
    var references: [hobj_ref_t] = []
    for (index, (axis, length)) in zip(tensor.axes, tensor.shape).enumerated() {
      let path = try scaleName(axis, length)
      var reference = hobj_ref_t()
      let scale = try open(path)
      try require(pmm_h5_reference(scale.id, &reference), "refer to axis \(axis)", place: place)
      references.append(reference)
      uses[path, default: []].append(pmm_h5_use(dataset: own, dimension: Int32(index), padding: 0))
      try require(H5DSset_label(dataset, UInt32(index), axis), "label axis \(axis) of \(name)", place: place)
    }
    try require(pmm_h5_write_scales(dataset, references.count, &references), "name the axes of \(name)", place: place)
  }

  /// The scale in the root that stands for `axis` at `length`: `axis`, or `axis_length` where that name is taken.
  private mutating func scaleName(_ axis: String, _ length: Int) throws(FileError) -> String {
    let key = Scale(axis: axis, length: length)
    if let known = scales[key] { return known }
    var name = axis
    if rootNames.contains(name) { name = "\(axis)_\(length)" }
    while rootNames.contains(name) { name += "_" }
    rootNames.insert(name)
    scales[key] = "/" + name
    // netCDF's convention for an axis without coordinates: this name, this type, and never a number written.
    let type = try Handle(pmm_h5_float32_big_endian(), "make a type", place: place)
    let dataset = try createDataset("/" + name, type: type.id, shape: [length])
    let digits = String(length)
    let padded = String(repeating: " ", count: max(0, 10 - digits.count)) + digits
    try require(
      H5DSset_scale(dataset.id, "This is a netCDF dimension but not a netCDF variable.\(padded)"),
      "make the axis \(name)", place: place)
    return "/" + name
  }
}
