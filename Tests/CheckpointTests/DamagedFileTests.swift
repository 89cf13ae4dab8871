import Checkpoint
import Foundation
import TensorFiles
import TestKit
import Testing

private let python = Python.withModules("h5py")

/// Files that are cut, changed or something else altogether.
struct DamagedFileTests {
  let folder = try? ScratchFolder()

  private func failure(_ name: String, _ bytes: [UInt8]) throws -> FileError? {
    let path = try #require(folder).write(name, bytes)
    return #expect(throws: FileError.self) { try CheckpointFile.read(path: path) }
  }

  private func savedBytes() throws -> [UInt8] {
    let path = try #require(folder).file("whole.h5")
    try sampleState().write(to: path)
    return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test func otherFilesAreNamedForWhatTheyAre() throws {
    #expect(try failure("a", [])?.message.contains("empty") == true)
    #expect(try failure("b", Array("hello".utf8))?.message.contains("text") == true)
    #expect(try failure("c", Array("PK\u{3}\u{4}".utf8))?.message.contains("zip") == true)
    #expect(try failure("d", Array("<!DOCTYPE html><p>".utf8))?.message.contains("web page") == true)
    #expect(try failure("e", Array("version https://git-lfs".utf8))?.message.contains("Git LFS") == true)
    let folder = try #require(folder)
    let missing = #expect(throws: FileError.self) { try CheckpointFile.read(path: folder.file("none")) }
    #expect(missing?.code == "missing-file")
    let place = #expect(throws: FileError.self) { try CheckpointFile.read(path: folder.path) }
    #expect(place?.code == "not-a-file")
  }

  @Test func aCutFileSaysHowMuchIsThere() throws {
    let bytes = try savedBytes()
    for kept in [10, 60, bytes.count / 2, bytes.count - 1] {
      let error = try failure("cut.h5", Array(bytes.prefix(kept)))
      #expect(error?.code == "truncated-file", "\(kept) of \(bytes.count) bytes")
    }
    #expect(try failure("cut.h5", Array(bytes.dropLast()))?.message.contains("of \(bytes.count) bytes") == true)
  }

  @Test func changedNumbersDoNotFitTheirChecksum() throws {
    var bytes = try savedBytes()
    let pattern: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0]
    let place = try #require((0..<bytes.count - 8).first { Array(bytes[$0..<$0 + 8]) == pattern })
    bytes[place] ^= 1
    let error = try failure("changed.h5", bytes)
    #expect(error?.code == "damaged-tensor")
    #expect(error?.message.contains("text.blocks.0.weight") == true)
  }

  @Test func randomDamageNeverStopsTheProcess() throws {
    let whole = try savedBytes()
    var generator = SeededGenerator(seed: 7)
    let path = try #require(folder).file("damaged.h5")
    var refused = 0
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do { _ = try CheckpointFile.read(path: path) } catch { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test(.enabled(if: python != nil, "needs python3 with h5py"))
  func aNewerFormatIsToldApart() throws {
    let python = try #require(python)
    let path = try #require(folder).file("newer.h5")
    try sampleState().write(to: path)
    try python.run("import h5py; h5py.File('\(path)', 'r+')['pmm'].attrs.modify('format_version', 3)")
    let error = #expect(throws: FileError.self) { try CheckpointFile.read(path: path) }
    #expect(error?.code == "newer-format")
    #expect(error?.message.contains("format 3; this one reads up to 1") == true)
  }
}
