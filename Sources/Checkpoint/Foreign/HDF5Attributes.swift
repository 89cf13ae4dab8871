import CHDF5
import Glibc
import TensorFiles

/// The attributes of one object: those for people, and what some of them say about axes.
struct HDF5Attributes {
  /// Attributes that describe axes or only serve the library.
  private static let hidden: Set<String> = [
    "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid", "_Netcdf4Coordinates", "axis_names",
  ]

  var shown: [FileAttribute] = []
  /// Whether the object is a dimension scale.
  var isScale = false
  /// The name that a dimension scale gives its axis.
  var scaleName: String?
  /// Whether a scale stands only for an axis, without values of its own.
  var isBareScale = false
  var axisNames: [String] = []
  var labels: [String] = []
  /// Addresses of the scales, one for each axis.
  var scales: [UInt64?] = []
  var dimension: Int?
  var coordinates: [Int] = []

  /// - Parameter budget: bytes that may still be kept; what does not fit is told in words.
  init(of object: hid_t, budget: inout Int, place: String) throws(FileError) {
    var names = NameList()
    let status = withUnsafeMutablePointer(to: &names) { pmm_h5_attributes(object, NameList.visit, $0) }
    try require(status, "list attributes", place: place)
    for name in names.kept {
      do throws(FileError) {
        try read(name, of: object, budget: &budget, place: place)
      } catch {
        // One damaged attribute does not hide the rest.
        shown.append(FileAttribute(name.text, .other("damaged: \(error.message)")))
      }
    }
    if names.count > names.kept.count {
      shown.append(FileAttribute("…", .other("and \(names.count - names.kept.count) more attributes")))
    }
    isScale = text("CLASS") == "DIMENSION_SCALE"
    guard isScale else { return }
    shown.removeAll { $0.name == "CLASS" || $0.name == "NAME" && scaleName != nil }
    isBareScale = scaleName?.hasPrefix("This is a netCDF dimension but not a netCDF variable") ?? false
    if isBareScale { scaleName = nil }
  }

  private func text(_ name: String) -> String? {
    guard case .texts(let texts) = shown.first(where: { $0.name == name })?.value, texts.count == 1 else { return nil }
    return texts[0]
  }

  private mutating func read(
    _ name: [CChar], of object: hid_t, budget: inout Int, place: String
  ) throws(FileError) {
    let shownName = name.text
    let attribute = try Handle(H5Aopen(object, name, pmm_h5_default()), "open it", place: place)
    let kind = try Handle(H5Aget_type(attribute.id), "read its type", place: place)
    let space = try Handle(H5Aget_space(attribute.id), "read its shape", place: place)
    let type = try HDF5Type(kind.id, place: place)
    if shownName == "DIMENSION_LIST" {
      scales = try Self.references(attribute.id, kind.id, space.id, place: place)
      return
    }
    guard !Self.hidden.contains(shownName) || shownName != "REFERENCE_LIST" else { return }
    let value = try Self.value(attribute.id, kind.id, type, space.id, budget: &budget, place: place)
    switch (shownName, value) {
    case ("axis_names", .texts(let texts)): axisNames = texts
    case ("DIMENSION_LABELS", .texts(let texts)): labels = texts
    case ("_Netcdf4Dimid", .numbers(let numbers)): dimension = numbers.first.flatMap { Int(exactly: $0) }
    case ("_Netcdf4Coordinates", .numbers(let numbers)): coordinates = numbers.compactMap { Int(exactly: $0) }
    default:
      if shownName == "NAME", case .texts(let texts) = value { scaleName = texts.first }
      if !Self.hidden.contains(shownName) { shown.append(FileAttribute(shownName, value)) }
    }
  }

  private static func value(
    _ attribute: hid_t, _ kind: hid_t, _ type: HDF5Type, _ space: hid_t, budget: inout Int, place: String
  ) throws(FileError) -> FileAttribute.Value {
    guard let shape = try HDF5Space.shape(space, place: place) else { return .other("nothing") }
    guard let count = elementCount(shape) else { return .other("more values than can be counted") }
    let shapeWords = shape.isEmpty ? "" : "\(shape.map(String.init).joined(separator: " x ")) "
    if case .other(let words) = type.content { return .other(shapeWords + words) }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: max(type.width, type.memoryWidth))
    guard !overflow, count <= HDF5Limits.attributeValues, bytes <= budget else {
      return .other("\(shapeWords)values, too many to show")
    }
    if count == 0 {
      if case .texts = type.content { return .texts([]) }
      return .numbers([])
    }
    budget -= bytes
    switch type.content {
    case .numbers(let number):
      var raw = [UInt8](repeating: 0, count: bytes)
      let memory = try Handle(type.memoryType(kind), "make a type", place: place)
      try require(H5Aread(attribute, memory.id, &raw), "read it", place: place)
      if type.isSwapped { raw.withUnsafeMutableBytes { NumberConversion.swapBytes($0, width: number.size) } }
      return .numbers(doubles(raw, number, count: count))
    case .texts(let width?):
      var raw = [UInt8](repeating: 0, count: bytes)
      try require(H5Aread(attribute, kind, &raw), "read it", place: place)
      let fields = HDF5TextFields(kind)
      return .texts(
        (0..<count).map { String(decoding: fields.bytes(raw[$0 * width..<($0 + 1) * width]), as: UTF8.self) })
    case .texts(nil):
      let texts = try HDF5TextFields.variable(kind, space, count: count, place: place) { H5Aread(attribute, kind, $0) }
      budget -= texts.reduce(0) { $0 + $1.count }
      guard budget >= 0 else { return .other("\(shapeWords)texts, too long to show") }
      return .texts(texts.map { String(decoding: $0, as: UTF8.self) })
    case .other(let words): return .other(words)
    }
  }

  private static func doubles(_ raw: [UInt8], _ number: NumberType, count: Int) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    _ = raw.withUnsafeBytes { source in
      // Every number has a double near it.
      result.withUnsafeMutableBytes { NumberConversion.convert(source, of: number, as: .float64, into: $0) }
    }
    return result
  }

  /// The first object that each entry of a list of references points to.
  private static func references(
    _ attribute: hid_t, _ kind: hid_t, _ space: hid_t, place: String
  ) throws(FileError) -> [UInt64?] {
    guard H5Tget_class(kind) == H5T_VLEN, let count = try HDF5Space.shape(space, place: place).flatMap(elementCount),
      count > 0, count <= 32
    else { return [] }
    let base = try Handle(H5Tget_super(kind), "read a type", place: place)
    let reference = try Handle(pmm_h5_object_reference(), "make a type", place: place)
    guard H5Tequal(base.id, reference.id) > 0 else { return [] }
    var lists = [hvl_t](repeating: hvl_t(len: 0, p: nil), count: count)
    try require(H5Aread(attribute, kind, &lists), "read it", place: place)
    let addresses = lists.map { list in
      list.len > 0 ? list.p.map { UInt64($0.loadUnaligned(as: UInt64.self)) } : nil
    }
    pmm_h5_reclaim(kind, space, &lists)
    return addresses
  }
}

/// Names that a visit of attributes gathered.
private struct NameList {
  var kept: [[CChar]] = []
  var count = 0

  static let visit: pmm_h5_visit = { name, _, context in
    guard let name, let list = context?.assumingMemoryBound(to: NameList.self) else { return -1 }
    list.pointee.count += 1
    if list.pointee.kept.count < HDF5Limits.attributes {
      list.pointee.kept.append(Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1)))
    }
    return 0
  }
}
