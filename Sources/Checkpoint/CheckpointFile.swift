package import TensorFiles

/// What a checkpoint is made of: a description, and tensors by their paths in sections.
///
/// Format 1, told in full in docs/reference/checkpoint-format.md: `/pmm` holds the description as JSON, a group for each
/// section (`/model`, `/optimizer`, …) the tensors with a group for each step of the path, and the root one dimension scale
/// for each axis and length. Equal contents give equal bytes.
package struct CheckpointFile: Sendable, Equatable {
  /// The newest format that this program writes and reads.
  package static let formatVersion = 1
  static let formatName = "pmm-checkpoint"

  /// What a group of the root holds.
  package enum Section: String, Sendable, CaseIterable {
    /// The numbers of the model, by the paths of its parameters.
    case model
    /// The state of the optimiser: a group for each kind of number, then the paths of the parameters.
    case optimizer
    /// The numbers of the best epoch so far, where they are not those of the model.
    case best
    /// Where a training stands.
    case train
    /// What it was trained on.
    case data
    /// Where it came from, for people.
    case provenance
  }

  /// A note for people on a group: never read back.
  package struct Note: Sendable, Equatable {
    /// Steps from the root; empty for the file as a whole.
    package let group: [String]
    package let attribute: FileAttribute

    package init(_ group: [String], _ name: String, _ value: FileAttribute.Value) {
      self.group = group
      attribute = FileAttribute(name, value)
    }
  }

  /// What the file holds, such as `model`.
  package var kind: String
  /// The program's own description of the contents, as JSON text.
  package var metadataJSON: String
  /// The tensors of each section, in the order in which they stand in the file.
  package var sections: [Section: [StoredTensor]] = [:]
  package var notes: [Note] = []

  /// The tensors of the model.
  package var tensors: [StoredTensor] {
    get { sections[.model] ?? [] }
    set { sections[.model] = newValue }
  }

  package init(kind: String, metadataJSON: String, tensors: [StoredTensor]) {
    self.kind = kind
    self.metadataJSON = metadataJSON
    self.tensors = tensors
  }

  /// Saves to `path`: after a failure the old file is untouched. Missing folders are made.
  package func write(to path: String) throws(FileError) {
    try check()
    let bytes = estimatedBytes
    try AtomicFile.replace(path, bytes: bytes) { (temporary) throws(FileError) in
      try withHDF5 { () throws(FileError) in
        let reserved = Set(["pmm"] + Section.allCases.map(\.rawValue))
        var writer = try HDF5Writer(creating: temporary, place: path, reserved: reserved)
        try AtomicFile.reserve(temporary, bytes: bytes)
        try fill(&writer)
        try writer.close()
      }
    }
  }

  private func fill(_ writer: inout HDF5Writer) throws(FileError) {
    try writer.writeText(metadataJSON, at: "/pmm")
    try describe(writer)
    try writer.makeGroups(["model"])
    for section in Section.allCases {
      for tensor in sections[section] ?? [] { try writer.write(tensor, at: [section.rawValue] + tensor.path) }
    }
    for note in notes {
      if !note.group.isEmpty { try writer.makeGroups(note.group) }
      let group = try writer.open("/" + note.group.joined(separator: "/"))
      try writer.write(note.attribute, on: group.id)
    }
  }

  /// Says what the file is, once for the loader in texts of fixed length and once in the root for people.
  private func describe(_ writer: borrowing HDF5Writer) throws(FileError) {
    let header = try writer.open("/pmm")
    try writer.writeText("format", Self.formatName, on: header.id, isFixed: true)
    try writer.writeNumber("format_version", Int64(Self.formatVersion), on: header.id)
    try writer.writeText("kind", kind, on: header.id, isFixed: true)
    try writer.writeNumber("tensors", Int64(count), on: header.id)
    let sum = Array(metadataJSON.utf8).withUnsafeBytes(CRC32C.of)
    try writer.writeNumber("crc32c", Int64(sum), on: header.id)
    let root = try writer.open("/")
    try writer.writeText("format", Self.formatName, on: root.id, isFixed: false)
    try writer.writeNumber("format_version", Int64(Self.formatVersion), on: root.id)
    try writer.writeText("kind", kind, on: root.id, isFixed: false)
  }

  private var count: Int { sections.values.reduce(0) { $0 + $1.count } }

  private func check() throws(FileError) {
    guard count <= CheckpointStructure.maxObjects / 2 else {
      throw FileError(code: "bad-tensor", message: "\(count) tensors are more than one checkpoint holds")
    }
    guard !metadataJSON.utf8.contains(0) else {
      throw FileError(code: "bad-tensor", message: "the description holds a zero byte")
    }
    for section in Section.allCases {
      var seen: Set<[String]> = []
      var groups: Set<[String]> = []
      for tensor in sections[section] ?? [] {
        try tensor.check()
        guard tensor.path.count <= CheckpointStructure.maxDepth else {
          throw FileError(
            code: "bad-tensor",
            message: "\(printable(tensor.name)) lies \(tensor.path.count) deep; a checkpoint holds "
              + "\(CheckpointStructure.maxDepth) levels")
        }
        guard seen.insert(tensor.path).inserted else {
          throw FileError(code: "bad-tensor", message: "two tensors have the path \(tensor.name)")
        }
        for count in 1..<max(1, tensor.path.count) { groups.insert(Array(tensor.path.prefix(count))) }
      }
      if let both = seen.intersection(groups).map({ $0.joined(separator: ".") }).min() {
        throw FileError(code: "bad-tensor", message: "\(both) is a tensor and also the path to others")
      }
    }
  }

  private var estimatedBytes: Int {
    sections.values.joined().reduce(metadataJSON.utf8.count + 16384) { $0 + $1.estimatedBytes }
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
