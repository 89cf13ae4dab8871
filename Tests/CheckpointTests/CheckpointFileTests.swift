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

  @Test func whatAKilledProgramLeftIsRemoved() throws {
    let folder = try #require(folder)
    try sampleState().write(to: folder.file("model.h5"))
    // A process of this number cannot be: the kernel's largest is 4,194,304.
    let name = try #require(try leftName(in: folder))
    let parts = name.split(separator: "-")
    let dead = (parts.dropLast(2) + ["99999999", "x"]).joined(separator: "-")
    let alive = (parts.dropLast(2) + ["1", "x"]).joined(separator: "-")
    for name in [dead, alive, ".other.h5.unfinished-a-99999999-x", ".model.h5.unfinished-elsewhere-99999999-x"] {
      try folder.write(name, "half")
    }
    try sampleState().write(to: folder.file("model.h5"))
    #expect(
      Set(try folder.names) == [
        "model.h5", alive, ".other.h5.unfinished-a-99999999-x", ".model.h5.unfinished-elsewhere-99999999-x",
      ])
  }

  /// The name of a file while it is written.
  private func leftName(in folder: ScratchFolder) throws -> String? {
    var found: String?
    try AtomicFile.replace(folder.file("model.h5"), bytes: 1) { (temporary) throws(FileError) in
      found = temporary.split(separator: "/").last.map(String.init)
      do { try folder.write(found ?? "", "whole") } catch { throw FileError(code: "unwritable", message: "\(error)") }
    }
    return found
  }

  /// Files of every format that ever was are read for ever.
  @Test(arguments: ["format-0.h5", "format-1.h5"]) func oldFilesAreRead(_ name: String) throws {
    let file = try CheckpointFile.read(path: SharedFolder.fixture("checkpoints/\(name)").path)
    #expect(file.kind == "model")
    let gate = try #require(file.tensors.first { $0.name == "gate" })
    #expect(gate.axes == ["d"] && gate.values == .float32([1, 2, 3, 0.1]))
    #expect(gate.attributes["requires_grad"] == "false")
    #expect(file.tensors.map(\.name) == ["up.up.weight", "up.up.bias", "up.down.weight", "up.down.bias", "gate"])
    #expect(try OpenCheckpoint(path: SharedFolder.fixture("checkpoints/\(name)").path).entries.count >= 5)
  }

  @Test func aReplacedFileIsStillReadAsItWas() throws {
    let path = try #require(folder).file("model.h5")
    try sampleState().write(to: path)
    let open = try OpenCheckpoint(path: path)
    var other = sampleState()
    other.tensors[0].values = .float32([0, 0, 0, 0, 0, 0])
    try other.write(to: path)
    #expect(try open.tensor(open.entries(.model)[0]) == sampleState().tensors[0])
  }

  @Test func sectionsAndNotesStandBesideTheModel() throws {
    let path = try #require(folder).file("model.h5")
    var state = sampleState()
    state.sections[.optimizer] = [
      StoredTensor(path: ["exp_avg", "ids"], axes: ["item"], shape: [2], values: .float32([1, 2]))
    ]
    try state.write(to: path)
    #expect(try CheckpointFile.read(path: path) == state)
    let plain = state
    state.notes = [
      CheckpointFile.Note(["train", "rng"], "seed", .texts(["7"])), CheckpointFile.Note([], "step", .numbers([3])),
      CheckpointFile.Note(["train"], "list", .numbers([0.5, 2])),
    ]
    try state.write(to: path)
    #expect(try CheckpointFile.read(path: path) == plain, "notes are for people")
    let group = try HDF5Reader.read(path: path)
    #expect(group.attributes["step"] == .number(3) && group.groups["train"]?.attributes["list"] == .numbers([0.5, 2]))
    #expect(group.groups["train"]?.groups["rng"]?.attributes["seed"] == .text("7"))
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
