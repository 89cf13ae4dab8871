/// Files that `torch.save` writes: a state dict, or dictionaries and lists that hold tensors, numbers and texts.
///
/// Such a file holds a pickle, which is a program. It is only read: the few names that tensors need are known, any other is
/// an error that names it, and nothing is ever looked up or called.
package enum TorchFile {
  private static let largestPickle = 256 << 20

  /// Reads what a file of either form holds: a zip archive, as since PyTorch 1.6, or the older stream of pickles.
  package static func open(_ path: String) throws(FileError) -> any TensorSource {
    let file = try InputFile(path)
    let head = try file.bytes(at: 0, count: min(file.size, 4))
    let isZip = head.starts(with: [0x50, 0x4B])
    let contents = try isZip ? zipped(file) : stream(file)
    return try PlainTensors(
      path: path, format: isZip ? "PyTorch" : "PyTorch before 1.6", entries: contents.entries,
      attributes: contents.attributes)
  }

  /// Whether a zip archive is of PyTorch's: other programs write such archives too.
  package static func isTorch(_ archive: InputFile) throws(FileError) -> Bool {
    try ZipFile(archive).members.contains { isProgram($0.name) }
  }

  private static func isProgram(_ name: String) -> Bool { name == "data.pkl" || name.hasSuffix("/data.pkl") }

  private static func zipped(_ file: InputFile) throws(FileError) -> TorchContents {
    let zip = try ZipFile(file)
    guard let program = zip.members.first(where: { isProgram($0.name) }) else {
      if zip.members.contains(where: { $0.name.hasSuffix(".npy") }) {
        throw unknown("\(file.path) is an archive of NumPy's", file, tries: "name it .npz")
      }
      throw unknown("\(file.path) is a zip archive without `data.pkl`: PyTorch did not write it", file)
    }
    let folder = program.name.dropLast("data.pkl".count)
    if zip.members.contains(where: { $0.name == folder + "constants.pkl" }) {
      throw unknown(
        "\(file.path) is a compiled TorchScript program, not a state dict", file,
        tries: "torch.save(torch.jit.load(path).state_dict(), new_path)")
    }
    var members: [String: ZipFile.Member] = [:]
    for member in zip.members { members[member.name] = member }
    var isBigEndian = false
    if let order = members[folder + "byteorder"] {
      isBigEndian = try zip.bytes(order, atMost: 64) == Array("big".utf8)
    }
    let pickle = try Pickle.read(
      try zip.bytes(program, atMost: largestPickle), of: file.path, isAllowed: TorchNames.isAllowed)
    var reader = TorchReader(pickle: pickle, path: file.path, isBigEndian: isBigEndian) {
      (key: String) throws(FileError) -> any ByteStore in
      guard let member = members["\(folder)data/\(key)"] else {
        throw FileError(
          code: "damaged-file", message: "\(file.path) has no numbers `data/\(printable(key))`", place: file.path)
      }
      return try zip.contents(member)
    }
    return try reader.contents()
  }

  /// The form before PyTorch 1.6: pickles of a magic number, a version, facts of the machine, the object and the list of
  /// storages, one behind the other, then the numbers of each storage.
  private static func stream(_ file: InputFile) throws(FileError) -> TorchContents {
    // How far the pickles reach shows only in reading them.
    var window = min(file.size, 1 << 20)
    while true {
      do throws(FileError) { return try stream(file, window) } catch {
        guard error.code == "truncated-pickle", window < min(file.size, largestPickle) else { throw error }
        window = min(file.size, window * 8, largestPickle)
      }
    }
  }

  private static func stream(_ file: InputFile, _ window: Int) throws(FileError) -> TorchContents {
    let bytes = try file.bytes(at: 0, count: window)
    guard bytes.first == 0x80 else {
      throw unknown("\(file.path) is neither a zip archive nor a pickle: PyTorch did not write it", file)
    }
    let magic = try Pickle.read(bytes, of: file.path, isAllowed: TorchNames.isAllowed)
    guard magic.root == .longInt("6cfc9c46f9206aa85019") else {
      throw unknown(
        "\(file.path) is a pickle that `torch.save` did not write", file, tries: "torch.save(state_dict, path)")
    }
    let version = try Pickle.read(bytes, from: magic.end, of: file.path, isAllowed: TorchNames.isAllowed)
    guard version.root == .int(1001) else { throw unknown("\(file.path) is of an unknown version of PyTorch", file) }
    let machine = try Pickle.read(bytes, from: version.end, of: file.path, isAllowed: TorchNames.isAllowed)
    let isBigEndian =
      machine.node(machine.root)?.pairs.contains { $0 == (.text("little_endian"), .bool(false)) } ?? false
    let object = try Pickle.read(bytes, from: machine.end, of: file.path, isAllowed: TorchNames.isAllowed)
    let keys = try Pickle.read(bytes, from: object.end, of: file.path, isAllowed: TorchNames.isAllowed)
    guard let list = keys.node(keys.root), list.kind == .list else {
      throw unknown("\(file.path) lists no storages", file)
    }
    let widths = try TorchReader.storageWidths(object, file.path)
    var storages: [String: FileRange] = [:]
    var at = keys.end
    for case .text(let key) in list.values {
      guard let width = widths[key], let count = try file.bytes(at: at, count: 8).little(0, 8),
        let whole = Int(exactly: count),
        case let (size, overflows) = whole.multipliedReportingOverflow(by: width), !overflows,
        size <= file.size - at - 8
      else {
        throw FileError(
          code: "truncated-file", message: "\(file.path) is cut off within its storages: it has \(file.size) bytes",
          place: file.path, suggestion: "copy or save it again")
      }
      storages[key] = FileRange(file: file, start: at + 8, count: size)
      at += 8 + size
    }
    var reader = TorchReader(pickle: object, path: file.path, isBigEndian: isBigEndian) {
      (key: String) throws(FileError) -> any ByteStore in
      guard let storage = storages[key] else {
        throw FileError(
          code: "damaged-file", message: "\(file.path) has no storage \(printable(key))", place: file.path)
      }
      return storage
    }
    return try reader.contents()
  }

  private static func unknown(_ message: String, _ file: InputFile, tries suggestion: String? = nil) -> FileError {
    FileError(code: "unknown-format", message: message, place: file.path, suggestion: suggestion)
  }
}

/// The names that a pickle of tensors may hold.
enum TorchNames {
  static let storages: [String: NumberType] = [
    "torch.DoubleStorage": .float64, "torch.FloatStorage": .float32, "torch.HalfStorage": .float16,
    "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
    "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8, "torch.BoolStorage": .bool,
  ]

  /// A storage of bytes; the type of the numbers stands with the tensor.
  static let untyped = "torch.storage.UntypedStorage"

  static let types: [String: NumberType] = [
    "torch.float64": .float64, "torch.float32": .float32, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
    "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8, "torch.uint64": .uint64,
    "torch.uint32": .uint32, "torch.uint16": .uint16, "torch.uint8": .uint8, "torch.bool": .bool,
  ]

  /// Types and storages of numbers that are not read: files that name them open, those tensors have a problem.
  private static let unread: Set<String> = [
    "torch.complex64", "torch.complex128", "torch.complex32", "torch.float8_e5m2", "torch.float8_e4m3fn",
    "torch.float8_e4m3fnuz", "torch.float8_e5m2fnuz", "torch.float8_e8m0fnu", "torch.ComplexFloatStorage",
    "torch.ComplexDoubleStorage",
  ]

  static let dictionary = "collections.OrderedDict"
  static let tensor2 = "torch._utils._rebuild_tensor_v2"
  static let tensor3 = "torch._utils._rebuild_tensor_v3"
  static let parameter = "torch._utils._rebuild_parameter"
  static let size = "torch.Size"
  static let device = "torch.device"

  static func isAllowed(_ name: String) -> Bool {
    storages[name] != nil || types[name] != nil || unread.contains(name)
      || [untyped, dictionary, tensor2, tensor3, parameter, size, device].contains(name)
  }
}
