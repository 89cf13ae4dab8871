import TensorFiles

/// What a file is, told from its first bytes before any reader trusts it.
enum FileKind {
  /// HDF5, whose part begins at this byte.
  case hdf5(start: Int)
  case zip, pickle, numpy, safetensors
  /// Something else, in words: `a web page`.
  case other(String)

  /// Whether it is a known format beside HDF5.
  var isOtherFormat: Bool {
    switch self {
    case .zip, .pickle, .numpy, .safetensors: true
    case .hdf5, .other: false
    }
  }

  /// What a message calls it: `a zip archive`.
  var words: String {
    switch self {
    case .hdf5: "an HDF5 file"
    case .zip: "a zip archive, such as PyTorch and Keras write"
    case .pickle: "a Python pickle, such as PyTorch once wrote"
    case .numpy: "a NumPy array"
    case .safetensors: "a safetensors file"
    case .other(let words): words
    }
  }
}

extension FileKind {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// What the file is; an HDF5 file that is cut off is an error.
  init(of file: InputFile) throws(FileError) {
    let head = try file.head(256)
    if head.starts(with: Self.signature) {
      try Self.checkLength(head, file)
      self = .hdf5(start: 0)
      return
    }
    // A file may begin with a block of the user's own, a power of two from 512 on.
    var offset = 512
    while offset <= file.size - Self.signature.count, offset <= 1 << 30 {
      if try file.bytes(at: offset, count: Self.signature.count) == Self.signature {
        self = .hdf5(start: offset)
        return
      }
      offset *= 2
    }
    self = Self.kind(head)
  }

  /// The error on a file that is not HDF5.
  func notHDF5(path: String) -> FileError {
    FileError(
      code: "not-hdf5", message: "\(printable(path)) is \(words), not an HDF5 file", place: path,
      suggestion: words.contains("Git LFS") ? "git lfs pull" : nil)
  }

  /// Compares the end that superblocks 0 to 3 state with the size there is.
  private static func checkLength(_ head: [UInt8], _ file: InputFile) throws(FileError) {
    guard head.count >= 48 else { throw truncated(file, nil) }
    let version = head[8]
    // Where the end of the file stands, and the byte that tells how wide it is.
    let (at, widthAt) = version >= 2 ? (28, 9) : (version == 1 ? 44 : 40, 13)
    guard version <= 3, head[widthAt] == 8, at + 8 <= head.count else { return }
    let end = head[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if end > UInt64(file.size) { throw truncated(file, end) }
  }

  private static func truncated(_ file: InputFile, _ whole: UInt64?) -> FileError {
    let missing = whole.map { " of \($0) bytes; \($0 - UInt64(file.size)) are missing" } ?? " bytes"
    return FileError(
      code: "truncated-file", message: "\(printable(file.path)) is cut off: it has \(file.size)\(missing)",
      place: file.path, suggestion: "copy or save it again")
  }

  private static func kind(_ head: [UInt8]) -> FileKind {
    let starts = { (text: String) -> Bool in head.starts(with: text.utf8) }
    if head.isEmpty { return .other("empty") }
    if starts("PK") { return .zip }
    if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .numpy }
    if starts("version https://git-lfs") { return .other("a Git LFS pointer") }
    if head.count > 9, head[8] == UInt8(ascii: "{"), head[7] == 0 { return .safetensors }
    if head.count > 2, head[0] == 0x80, 2...5 ~= head[1] { return .pickle }
    if head.starts(with: [0x1F, 0x8B]) { return .other("a gzip archive") }
    if starts("CDF") { return .other("a netCDF-3 file") }
    let text = String(decoding: head, as: UTF8.self).lowercased()
    if text.contains("<!doctype html") || text.contains("<html") { return .other("a web page") }
    let isText = head.allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    return .other(isText ? "text" : "of an unknown type")
  }
}
