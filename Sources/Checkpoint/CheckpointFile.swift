package import TensorFiles

/// A model on disk: what it is, and every tensor by its path.
///
/// Format 0: `/pmm` holds the description as JSON, `/model/...` the tensors with a group for each step of the path, and
/// the root one dimension scale for each axis and length. Equal states give equal bytes.
package struct CheckpointFile: Sendable, Equatable {
  /// The newest format that this program writes and reads.
  package static let formatVersion = 0
  static let formatName = "pmm-checkpoint"

  /// What the file holds, such as `model`.
  package var kind: String
  /// The program's own description of the model, as JSON text.
  package var metadataJSON: String
  package var tensors: [StoredTensor]

  package init(kind: String, metadataJSON: String, tensors: [StoredTensor]) {
    self.kind = kind
    self.metadataJSON = metadataJSON
    self.tensors = tensors
  }

  /// Saves to `path`: after a failure the old file is untouched. Missing folders are made.
  package func write(to path: String) throws(FileError) {
    try check()
    try AtomicFile.replace(path, bytes: estimatedBytes) { (temporary) throws(FileError) in
      try withHDF5 { () throws(FileError) in
        var writer = try HDF5Writer(creating: temporary, place: path, reserved: ["pmm", "model"])
        try writer.writeText(metadataJSON, at: "/pmm")
        try describe(writer)
        try writer.makeGroups(["model"])
        for tensor in tensors { try writer.write(tensor, at: ["model"] + tensor.path) }
        try writer.close()
      }
    }
  }

  /// Says what the file is, once for the loader in texts of fixed length and once in the root for people.
  private func describe(_ writer: borrowing HDF5Writer) throws(FileError) {
    let header = try writer.open("/pmm")
    try writer.writeText("format", Self.formatName, on: header.id, isFixed: true)
    try writer.writeNumber("format_version", Int64(Self.formatVersion), on: header.id)
    try writer.writeText("kind", kind, on: header.id, isFixed: true)
    try writer.writeNumber("tensors", Int64(tensors.count), on: header.id)
    let root = try writer.open("/")
    try writer.writeText("format", Self.formatName, on: root.id, isFixed: false)
    try writer.writeNumber("format_version", Int64(Self.formatVersion), on: root.id)
    try writer.writeText("kind", kind, on: root.id, isFixed: false)
  }

  private func check() throws(FileError) {
    var seen: Set<[String]> = []
    var groups: Set<[String]> = []
    for tensor in tensors {
      try tensor.check()
      guard seen.insert(tensor.path).inserted else {
        throw FileError(code: "bad-tensor", message: "two tensors have the path \(tensor.name)")
      }
      for count in 1..<max(1, tensor.path.count) { groups.insert(Array(tensor.path.prefix(count))) }
    }
    if let both = seen.intersection(groups).map({ $0.joined(separator: ".") }).min() {
      throw FileError(code: "bad-tensor", message: "\(both) is a tensor and also the path to others")
    }
  }

  private var estimatedBytes: Int {
    tensors.reduce(metadataJSON.utf8.count + 8192) { $0 + $1.estimatedBytes }
  }
}

extension StoredTensor {
  /// Bytes in a file, with some room for names.
  var estimatedBytes: Int {
    switch values {
    case .float32, .int32: 4 * values.count + 2048
    case .float64: 8 * values.count + 2048
    case .borrowed(let numbers): numbers.count * numbers.type.size + 2048
    case .strings(let texts): texts.count * (texts.map(\.utf8.count).max() ?? 0) + 2048
    }
  }
}
