import TensorFiles

/// What can be told of a file before HDF5 opens it.
enum FileCheck {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Makes sure that a file is a HDF5 file with all its bytes.
  static func check(_ file: InputFile) throws(FileError) {
    let (path, size) = (file.path, file.size)
    let head = try file.head(256)
    if head.starts(with: signature) { return try checkLength(head, size: size, path: path) }
    // A file may begin with a block of the user's own, a power of two from 512 on.
    var offset = 512
    while offset <= size - signature.count, offset <= 1 << 30 {
      if try file.bytes(at: offset, count: signature.count) == signature { return }
      offset *= 2
    }
    throw FileError(
      code: "not-hdf5", message: "\(path) is \(describe(head)), not an HDF5 file", place: path,
      suggestion: head.starts(with: "version https://git-lfs".utf8) ? "git lfs pull" : nil)
  }

  /// Compares the end that superblocks 0 to 3 state with the size there is.
  private static func checkLength(_ head: [UInt8], size: Int, path: String) throws(FileError) {
    guard head.count >= 48 else { throw truncated(size, nil, path) }
    let version = head[8]
    // Where the end of the file stands, and the byte that tells how wide it is.
    let (at, widthAt) = version >= 2 ? (28, 9) : (version == 1 ? 44 : 40, 13)
    guard version <= 3, head[widthAt] == 8, at + 8 <= head.count else { return }
    let end = head[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if end > UInt64(size) { throw truncated(size, end, path) }
  }

  private static func truncated(_ size: Int, _ whole: UInt64?, _ path: String) -> FileError {
    let of = whole.map { " of \($0)" } ?? ""
    return FileError(
      code: "truncated-file", message: "\(path) is cut off: it has \(size)\(of) bytes", place: path,
      suggestion: "copy or save it again")
  }

  private static func describe(_ head: [UInt8]) -> String {
    let starts = { (text: String) -> Bool in head.starts(with: text.utf8) }
    if head.isEmpty { return "empty" }
    if starts("PK") { return "a zip archive, such as PyTorch and Keras write" }
    if starts("version https://git-lfs") { return "a Git LFS pointer" }
    if head.count > 9, head[8] == UInt8(ascii: "{"), head[7] == 0 { return "a safetensors file" }
    if head.starts(with: [0x1F, 0x8B]) { return "a gzip archive" }
    if starts("CDF") { return "a netCDF-3 file" }
    let text = String(decoding: head, as: UTF8.self).lowercased()
    if text.contains("<!doctype html") || text.contains("<html") { return "a web page" }
    let isText = head.allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    return isText ? "text" : "of an unknown type"
  }
}
