import Checkpoint
import TensorFiles
import TestKit
import Testing

/// Files that h5py writes, and what this program reads of them.
struct ForeignFiles {
  static let python = Python.withModules("h5py", "numpy")
  static let absence: Comment = "needs python3 with h5py and numpy"

  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Runs `program` with `f`, an open h5py file, and opens what came of it.
  func make(_ program: String, options: String = "") throws -> any TensorSource {
    try TensorFile.open(write(program, options: options))
  }

  /// The path of the file that `program` fills.
  func write(_ program: String, options: String = "") throws -> String {
    let path = folder.file("file.h5")
    let lines = program.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    try #require(Self.python).run(
      "import h5py, numpy as np, zlib\nwith h5py.File(\(literal(path)), 'w'\(options)) as f:\n\(lines)\n")
    return path
  }

  private func literal(_ text: String) -> String { "'\(text)'" }
}

extension TensorSource {
  func entry(_ name: String) throws -> FileEntry {
    try #require(entries.first { $0.name == name }, "there is no \(name) among \(entries.map(\.name))")
  }

  /// The numbers of an entry as doubles.
  func doubles(_ name: String) throws -> [Double] {
    let entry = try entry(name)
    var numbers = [Double](repeating: .nan, count: try #require(elementCount(entry.shape)))
    var failure: FileError?
    numbers.withUnsafeMutableBytes { target in
      do throws(FileError) { try read(entry, as: .float64, into: target) } catch { failure = error }
    }
    if let failure { throw failure }
    return numbers
  }

  /// What reading an entry as `type` complains about; nil where it does not.
  func complaint(_ name: String, as type: NumberType = .float64) throws -> FileError? {
    let entry = try entry(name)
    let bytes = try #require(elementCount(entry.shape)) * type.size
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 8)
    defer { target.deallocate() }
    do throws(FileError) { try read(entry, as: type, into: target) } catch { return error }
    return nil
  }
}
