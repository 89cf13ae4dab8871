import CHDF5
import Synchronization
package import TensorFiles

/// A checkpoint that is open for reading: what it holds is known, numbers are read when they are asked for.
///
/// The library is asked for the structure alone, which carries checksums of its own. Numbers and texts are read straight from
/// the file at the place that the structure states, and compared with their checksums.
package final class OpenCheckpoint: Sendable {
  /// One tensor, not read yet.
  package struct Entry: Sendable {
    package let section: CheckpointFile.Section
    package let path: [String]
    package let axes: [String]
    package let shape: [Int]
    package let attributes: [String: String]
    /// Nil for texts.
    package let type: NumberType?
    /// Bytes of one value.
    let width: Int
    /// Where the values begin, and how many bytes they take.
    let place: Range<Int>
    let sum: UInt32

    package var name: String { path.joined(separator: ".") }
    package var count: Int { width == 0 ? 0 : place.count / width }
  }

  package let kind: String
  package let metadataJSON: String
  /// Tensors section by section, in the order in which they were written.
  package let entries: [Entry]
  private let file: InputFile
  private static let open = Atomic<Int>(0)
  /// How many files of this kind are held open now.
  package static var openCount: Int { open.load(ordering: .relaxed) }
  package var path: String { file.path }

  /// Opens a file that `CheckpointFile.write` made. A file of another program or of a newer format is an error.
  package init(path: String) throws(FileError) {
    let file = try InputFile(path)
    let found = try withHDF5 { () throws(FileError) -> CheckpointStructure in
      try CheckpointStructure(HDF5Input.open(file), file)
    }
    self.file = file
    kind = found.kind
    metadataJSON = found.metadata
    entries = found.entries
    Self.open.add(1, ordering: .relaxed)
  }

  deinit { Self.open.subtract(1, ordering: .relaxed) }

  package func entries(_ section: CheckpointFile.Section) -> [Entry] { entries.filter { $0.section == section } }

  /// Reads the numbers of an entry, as they stand in the file, into `target`, which has exactly that room.
  package func read(_ entry: Entry, into target: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard target.count == entry.place.count else { throw damaged("\(printable(entry.name)) has another size") }
    guard try file.readSummed(at: entry.place.lowerBound, into: target) == entry.sum else {
      throw FileError(
        code: "damaged-tensor", message: "the values of \(printable(entry.name)) do not fit their checksum",
        place: path,
        suggestion: "copy the file again, or go back to an older one")
    }
  }

  /// The entry with its values in memory.
  package func tensor(_ entry: Entry) throws(FileError) -> StoredTensor {
    StoredTensor(
      path: entry.path, axes: entry.axes, shape: entry.shape, values: try values(entry), attributes: entry.attributes)
  }

  private func values(_ entry: Entry) throws(FileError) -> StoredTensor.Values {
    switch entry.type {
    case .float32: return .float32(try array(entry, 0))
    case .float64: return .float64(try array(entry, 0))
    case .int32: return .int32(try array(entry, 0))
    case nil:
      let bytes: [UInt8] = try array(entry, 0)
      return .strings(FixedText.texts(bytes, count: entry.count, width: entry.width))
    default: throw damaged("\(printable(entry.name)) is of a type that a checkpoint does not hold")
    }
  }

  private func array<Number: BitwiseCopyable>(_ entry: Entry, _ zero: Number) throws(FileError) -> [Number] {
    var numbers = [Number](repeating: zero, count: entry.place.count / MemoryLayout<Number>.size)
    var failure: FileError?
    numbers.withUnsafeMutableBytes { bytes in
      do throws(FileError) { try read(entry, into: bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    return numbers
  }

  private func damaged(_ message: String) -> FileError { HDF5Input.damaged(message, path: path) }
}

extension CheckpointFile {
  /// Reads a whole file that `write` made; every size is checked before anything is allocated, every tensor against its
  /// checksum. Notes for people are left out.
  package static func read(path: String) throws(FileError) -> CheckpointFile {
    let file = try OpenCheckpoint(path: path)
    var result = CheckpointFile(kind: file.kind, metadataJSON: file.metadataJSON, tensors: [])
    for entry in file.entries { result.sections[entry.section, default: []].append(try file.tensor(entry)) }
    return result
  }
}
