import Checkpoint
import Foundation
import TensorFiles
import TestKit
import Testing

/// A state with every kind of value and shape.
func sampleState() -> CheckpointFile {
  CheckpointFile(
    kind: "model", metadataJSON: #"{"note": "größer ≥ 1", "width": 8}"#,
    tensors: [
      StoredTensor(
        path: ["text", "blocks", "0", "weight"], axes: ["out", "in"], shape: [2, 3],
        values: .float32([1, -2.5, .infinity, 0, .leastNonzeroMagnitude, 6]),
        attributes: ["origin": "fresh", "none": ""]),
      StoredTensor(path: ["text", "square"], axes: ["d", "d"], shape: [2, 2], values: .float64([1, 2, 3, .pi])),
      StoredTensor(path: ["ids"], axes: ["item"], shape: [3], values: .strings(["a", "", "été"])),
      StoredTensor(path: ["users"], axes: ["item"], shape: [2], values: .int32([-1, .max])),
      StoredTensor(path: ["step"], axes: [], shape: [], values: .int32([7])),
      StoredTensor(path: ["empty"], axes: ["item", "d"], shape: [0, 2], values: .float32([])),
      StoredTensor(path: ["clash"], axes: ["model"], shape: [4], values: .float32([1, 2, 3, 4])),
    ])
}

struct CheckpointFileTests {
  let folder = try? ScratchFolder()

  @Test func whatIsSavedComesBack() throws {
    let path = try #require(folder).file("new/folder/model.h5")
    let state = sampleState()
    try state.write(to: path)
    #expect(try CheckpointFile.read(path: path) == state)
  }

  @Test func equalStatesGiveEqualBytes() throws {
    let folder = try #require(folder)
    try sampleState().write(to: folder.file("a.h5"))
    try sampleState().write(to: folder.file("b.h5"))
    let first = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.h5")))
    #expect(try first == Data(contentsOf: URL(fileURLWithPath: folder.file("b.h5"))))
    try sampleState().write(to: folder.file("a.h5"))
    #expect(try first == Data(contentsOf: URL(fileURLWithPath: folder.file("a.h5"))))
    #expect(try folder.names == ["a.h5", "b.h5"], "no unfinished file may stay")
  }

  @Test func aFailureLeavesTheOldFile() throws {
    let folder = try #require(folder)
    let path = folder.file("model.h5")
    try sampleState().write(to: path)
    var broken = sampleState()
    // Passes every check before the file is begun, but HDF5 refuses an attribute's name of this length.
    broken.tensors[0].attributes = [String(repeating: "k", count: 70_000): "v"]
    #expect(throws: FileError.self) { try broken.write(to: path) }
    #expect(try CheckpointFile.read(path: path) == sampleState())
    #expect(try folder.names == ["model.h5"])
  }

  @Test func aLinkStaysAndItsFileIsReplaced() throws {
    let folder = try #require(folder)
    try folder.write("real", "old")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "real")
    try AtomicFile.write(Array("new".utf8), to: folder.file("link"))
    #expect(try String(contentsOfFile: folder.file("real"), encoding: .utf8) == "new")
    #expect(try folder.names == ["link", "real"])
  }

  @Test func aFolderInTheWayIsAnError() throws {
    let folder = try #require(folder)
    try folder.write("file", "text")
    #expect(throws: FileError.self) { try sampleState().write(to: folder.path) }
    #expect(throws: FileError.self) { try sampleState().write(to: folder.file("file/model.h5")) }
  }

  @Test(arguments: [
    StoredTensor(path: ["a"], axes: ["d"], shape: [2], values: .float32([1])),
    StoredTensor(path: ["a"], axes: [], shape: [2], values: .float32([1, 2])),
    StoredTensor(path: [], axes: [], shape: [], values: .float32([1])),
    StoredTensor(path: ["a/b"], axes: [], shape: [], values: .float32([1])),
    StoredTensor(path: [".."], axes: [], shape: [], values: .float32([1])),
    StoredTensor(path: ["a"], axes: ["d"], shape: [-1], values: .float32([])),
    StoredTensor(path: ["a"], axes: [], shape: [], values: .float32([1]), attributes: ["crc32c": "1"]),
  ])
  func whatCannotStandInAFileIsRefused(_ tensor: StoredTensor) throws {
    let path = try #require(folder).file("model.h5")
    let error = #expect(throws: FileError.self) {
      try CheckpointFile(kind: "model", metadataJSON: "", tensors: [tensor]).write(to: path)
    }
    #expect(error?.code == "bad-tensor")
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aTensorMayNotBeAGroupToo() throws {
    let path = try #require(folder).file("model.h5")
    let state = CheckpointFile(
      kind: "model", metadataJSON: "",
      tensors: [["a"], ["a", "b"]].map { StoredTensor(path: $0, axes: [], shape: [], values: .float32([1])) })
    let error = #expect(throws: FileError.self) { try state.write(to: path) }
    #expect(error?.code == "bad-tensor")
  }

  @Test func manyTensorsShareTheirAxes() throws {
    let path = try #require(folder).file("model.h5")
    let tensors = (0..<1500).map { index in
      StoredTensor(path: ["blocks", String(index), "w"], axes: ["d"], shape: [1], values: .float32([Float(index)]))
    }
    let state = CheckpointFile(kind: "model", metadataJSON: "{}", tensors: tensors)
    try state.write(to: path)
    #expect(try CheckpointFile.read(path: path) == state)
  }
}
