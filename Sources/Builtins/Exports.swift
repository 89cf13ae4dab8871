import Autodiff
import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Semantics
import TensorCore
import TensorFiles

/// What `export` writes, and the kinds of files that it knows.
private struct Export {
  let call: Invocation
  let path: String
  let format: Format

  enum Format: String, CaseIterable {
    case h5, hdf5, nc, safetensors, npz, npy, csv
  }

  init(_ call: Invocation) throws {
    self.call = call
    path = try call.converted(try call.value(0), to: String.self, name: "path", at: call.spans[0])
    let ending = path.split(separator: "/").last?.split(separator: ".").dropFirst().last.map(String.init) ?? ""
    guard let format = Format(rawValue: ending.lowercased()) else {
      let known = Format.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
      throw call.fail(
        .file, "the ending of a file says its format, and `\(path)` ends in none of \(known)", argument: 0,
        tries: ["\"\(path).h5\"", "\"\(path).safetensors\""])
    }
    self.format = format
  }

  func run() throws {
    let about = call.arguments.count > 1 ? call.arguments[1] : nil
    if about != nil, ![.h5, .hdf5, .nc].contains(format) {
      throw call.fail(.wrongArguments, "`about` is for HDF5 files, not for .\(format.rawValue)", argument: 1)
    }
    guard !call.extra.isEmpty else {
      throw call.fail(
        .wrongArguments, "`export` also needs something to write",
        tries: ["export(path, items = m.items(data.items), ids = data.items.raw_ids)"])
    }
    let tensors = try tensors()
    let notes = try notes(about, tensors)
    do throws(FileError) {
      switch format {
      case .h5, .hdf5, .nc:
        try TensorExport.write(
          path: path, tensors: tensors.map { ($0.name, $0) }, attributes: notes.file, ofTensors: notes.tensors)
      case .safetensors: try SafetensorsFile.write(path, tensors: tensors)
      case .npz: try NumPyFile.writeArchive(path, tensors)
      case .npy: try NumPyFile.write(path, tensors[0])
      case .csv: try AtomicFile.write(Array(TableText.csv(tensors).utf8), to: path)
      }
    } catch { throw error.failure(call, argument: 0) }
  }

  private func tensors() throws -> [StoredTensor] {
    let models = call.extra.compactMap { entry -> (name: String, module: ModuleInstance, whole: ModuleInstance?)? in
      if case .module(let module, let whole) = entry.value { return (entry.name, module, whole) }
      return nil
    }
    if !models.isEmpty {
      guard format == .safetensors, models.count == call.extra.count else {
        throw call.fail(
          .wrongType, "a model is exported on its own, as .safetensors", argument: 0,
          tries: ["export(\"model.safetensors\", model = \(models[0].name))", "save(\(models[0].name), \"model.h5\")"])
      }
      return try models.flatMap { try state(of: $0.module, of: $0.whole, prefix: models.count > 1 ? [$0.name] : []) }
    }
    let dimensions = call.extra.map { entry -> [Dimension] in
      if case .tensor(let tensor) = entry.value { return tensor.tensor.dimensions }
      return []
    }
    let rows = dimensions.lazy.compactMap(\.first).first
    let tensors = try call.extra.map { name, value in
      // A list named as an axis holds its coordinates.
      let own = dimensions.joined().first { $0.axis.name == name }
      if case .list(let values) = value, let own, own.size.value != values.count {
        throw call.fail(
          .axisMismatch,
          "`\(name)` has \(values.count) entries, and the axis of that name has size \(own.size): a list that is named as an "
            + "axis holds its coordinates")
      }
      return try Catalog.stored(name, value, rows: own ?? rows, call)
    }
    if format == .npy, tensors.count != 1 {
      throw call.fail(
        .wrongArguments, "a .npy file holds one array, and \(tensors.count) are given", argument: 0,
        tries: ["a path that ends in .npz"])
    }
    if format == .csv { try checkTable(tensors) }
    return tensors
  }

  /// The parameters of a model by their paths, as they stand. What a recipe draws depends on the path in the whole model.
  private func state(
    of module: ModuleInstance, of whole: ModuleInstance?, prefix: [String]
  ) throws -> [StoredTensor] {
    let above = try whole?.placement().modulePaths[ObjectIdentifier(module)] ?? []
    return try module.placement().parameters.map { path, parameter in
      let numbers = try RunContext.numbers(of: parameter, path: above + path, seed: call.machine.seed)
      return StoredTensor(
        path: prefix + path, axes: parameter.dimensions.map(\.axis.name), shape: numbers.shape,
        values: .borrowed(try TensorBytes(numbers)))
    }
  }

  /// A table has one tensor of one or two axes; lists beside it are further columns.
  private func checkTable(_ tensors: [StoredTensor]) throws {
    let most = 4_000_000
    let lines = tensors[0].shape.first ?? 1
    guard tensors.allSatisfy({ $0.shape.count <= 2 && $0.shape.first ?? 1 == lines }),
      tensors.filter({ $0.shape.count == 2 }).count <= 1
    else {
      throw call.fail(
        .axisMismatch, "a table has one tensor of one or two axes, and lists as long as its first axis", argument: 0,
        tries: ["a path that ends in .npz", "a path that ends in .h5"])
    }
    let cells = tensors.reduce(0) { $0 + $1.values.count }
    guard cells <= most else {
      throw call.fail(
        .file, "\(cells) numbers are too many for a table of text; at most \(most) are written", argument: 0,
        tries: ["a path that ends in .npz", "a path that ends in .h5"])
    }
  }

  /// What `about` says: of a tensor where it names one and gives a record, else of the file.
  private func notes(_ about: Value?, _ tensors: [StoredTensor]) throws -> (
    file: [FileAttribute], tensors: [String: [FileAttribute]]
  ) {
    guard let about, !about.isNone else { return ([], [:]) }
    guard case .record(let record) = about else {
      throw call.fail(
        .wrongType, "`about` is a record, not \(about.described)", argument: 1,
        tries: ["about = {title: \"...\", items: {units: \"1\"}}"])
    }
    var file: [FileAttribute] = []
    var ofTensors: [String: [FileAttribute]] = [:]
    for (name, value) in try record.fields() {
      guard case .record(let inner) = value else {
        file.append(try attribute(name, value))
        continue
      }
      guard tensors.contains(where: { $0.name == name }) else {
        let near = NameSuggestion.near(name, among: tensors.map(\.name))
        throw call.fail(
          .wrongArguments,
          "`about` speaks of `\(name)`, which is not exported; there are "
            + tensors.map { "`\($0.name)`" }.joined(separator: ", "), argument: 1, tries: near)
      }
      ofTensors[name] = try inner.fields().map { try attribute($0, $1) }
    }
    return (file, ofTensors)
  }

  private func attribute(_ name: String, _ value: Value) throws -> FileAttribute {
    guard !name.isEmpty, !name.utf8.contains(0), !reservedAttributes.contains(name) else {
      throw call.fail(.wrongArguments, "`\(name)` is a name that the format uses itself", argument: 1)
    }
    if let text = String.from(value) { return FileAttribute(name, .texts([text])) }
    if let number = Double.from(value) { return FileAttribute(name, .numbers([number])) }
    if let texts = [String].from(value), !texts.isEmpty { return FileAttribute(name, .texts(texts)) }
    if let numbers = [Double].from(value), !numbers.isEmpty { return FileAttribute(name, .numbers(numbers)) }
    throw call.fail(
      .wrongType, "`\(name)` in `about` is a text, a number or a list of them, not \(value.described)", argument: 1)
  }
}

/// Small tensors and lists as lines of text.
private enum TableText {
  /// A line for each place along the first axis: lists first, then the numbers.
  static func csv(_ tensors: [StoredTensor]) -> String {
    let ordered = tensors.filter { $0.shape.count < 2 } + tensors.filter { $0.shape.count == 2 }
    var columns: [(name: String, cells: [String])] = []
    for tensor in ordered {
      let cells = cells(tensor.values)
      let width = tensor.shape.count == 2 ? tensor.shape[1] : 1
      for column in 0..<width {
        let name = tensor.shape.count == 2 ? "\(tensor.name)_\(column)" : tensor.name
        columns.append((name, stride(from: column, to: cells.count, by: width).map { cells[$0] }))
      }
    }
    var text = columns.map { quoted($0.name) }.joined(separator: ",") + "\n"
    for line in 0..<(columns.map(\.cells.count).min() ?? 0) {
      text += columns.map { $0.cells[line] }.joined(separator: ",") + "\n"
    }
    return text
  }

  private static func cells(_ values: StoredTensor.Values) -> [String] {
    switch values {
    case .strings(let texts): texts.map(quoted)
    case .float32(let numbers): numbers.map { "\($0)" }
    case .float64(let numbers): numbers.map { "\($0)" }
    case .int32(let numbers): numbers.map { "\($0)" }
    case .borrowed(let numbers):
      numbers.withBytes { bytes in
        (0..<numbers.count).map { index in
          switch numbers.type {
          case .float32: "\(bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self))"
          case .float64: "\(bytes.loadUnaligned(fromByteOffset: index * 8, as: Double.self))"
          case .int32: "\(bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))"
          case .bool: bytes[index] == 0 ? "false" : "true"
          case .float16, .bfloat16, .int64, .int16, .int8, .uint64, .uint32, .uint16, .uint8: ""
          }
        }
      }
    }
  }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { "\",\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension Catalog {
  static var export: Builtin {
    Builtin(
      "export",
      """
      Writes named tensors and lists for other programs, by the ending of `path`: .h5, .hdf5 and .nc (HDF5, axes named, for h5py, \
      netCDF and R), .safetensors, .npz and .npy (NumPy), .csv for small tables. Lists as long as the tensors' first axis \
      stand along it; one named as an axis holds its coordinates. `about` gives notes for HDF5 files: of the file, and of a tensor where it names one. A model as \
      .safetensors is a state dict of PyTorch's: `export("m.safetensors", model = m)`.
      """,
      signature: Signature(
        "export", [Signature.Parameter("path", isRequired: true), Signature.Parameter("about", isRequired: false)],
        takesAnyKeyword: true),
      defaults: ["about": "none"],
      examples: """
        pmm> try { export("x.h5") } catch e { e.code }
        wrong-arguments
        pmm> try { export("x.docx", a = full(0.0, [item(2)])) } catch e { e.code }
        file
        """
    ) { call in
      try Export(call).run()
      return .none
    }
  }

  /// A list that is as long as `rows` runs along that axis.
  fileprivate static func stored(
    _ name: String, _ value: Value, rows: Dimension?, _ call: Invocation
  ) throws -> StoredTensor {
    switch value {
    case .tensor(let tensor): return try stored(tensor.tensor, path: [name], call)
    case .list(let values):
      let axis = rows.flatMap { $0.size.value == values.count ? $0.axis.name : nil } ?? "\(name)_row"
      let shape = [values.count]
      if let texts = [String].from(value) {
        return StoredTensor(path: [name], axes: [axis], shape: shape, values: .strings(texts))
      }
      if let ints = [Int].from(value) {
        let small = ints.compactMap { Int32(exactly: $0) }
        if small.count == ints.count {
          return StoredTensor(path: [name], axes: [axis], shape: shape, values: .int32(small))
        }
      }
      if let doubles = [Double].from(value) {
        return StoredTensor(path: [name], axes: [axis], shape: shape, values: .float64(doubles))
      }
      throw call.fail(.wrongType, "`\(name)` must be a list of strings or of numbers to be exported")
    default: throw call.fail(.wrongType, "`\(name)` must be a tensor or a list to be exported, not \(value.described)")
    }
  }

  static func stored(_ tensor: NamedTensor, path: [String], _ call: Invocation) throws -> StoredTensor {
    guard let numbers = tensor.variable?.tensor else {
      throw call.fail(.valueInShapeRun, "only shapes are known here, so nothing can be written")
    }
    return StoredTensor(
      path: path, axes: tensor.dimensions.map(\.axis.name), shape: numbers.shape,
      values: .borrowed(try TensorBytes(numbers)))
  }
}
