import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import TensorFiles

/// Models as checkpoints: the recipe as JSON, the numbers under /model by path.
enum ModelFile {
  /// The attribute that says whose items the rows of a table are.
  private static let itemsOfRows = "items_of_rows"

  static func save(_ model: ModuleInstance, to path: String, _ call: Invocation) throws {
    let endings = [
      ".safetensors", ".npz", ".npy", ".csv", ".json", ".txt", ".md", ".tex", ".svg", ".png", ".pt", ".bin",
    ]
    if let ending = endings.first(where: { path.lowercased().hasSuffix($0) }) {
      let stem = path.dropLast(ending.count)
      throw call.fail(
        .wrongArguments, "a model is saved as a checkpoint, which is an HDF5 file, not as \(ending)", argument: 1,
        tries: ["save(…, \"\(stem).h5\")", "export(\"\(stem).safetensors\", model = …)"])
    }
    var file = try file(model, kind: "model", seed: call.machine.seed, call)
    Provenance.add(to: &file, call.machine, seed: call.machine.seed)
    try write(file, to: path, argument: 1, call)
  }

  static func write(_ file: CheckpointFile, to path: String, argument: Int, _ call: Invocation) throws {
    do throws(FileError) { try file.write(to: path) } catch { throw error.failure(call, argument: argument) }
  }

  /// What a file says of a model, without its provenance.
  /// - Parameter more: what else the description holds.
  static func file(
    _ model: ModuleInstance, kind: String, seed: UInt64, more: [String: JSONValue] = [:], _ call: Invocation
  ) throws -> CheckpointFile {
    var recipe = ModelRecipe(call)
    let description = try recipe.json(model)
    try requireSame(model, description, recipe, call)
    let tensors = try model.placement().parameters.map { path, parameter in
      try stored(
        parameter, path, numbers: try RunContext.numbers(of: parameter, path: path, seed: seed))
    }
    let document = JSONValue.object(
      [
        "format_version": .int(CheckpointFile.formatVersion),
        "recipe": description,
        "sources": .object(recipe.sources.mapValues(\.json)),
        "length": model.facts["length"].flatMap { Int.from($0) }.map { .int($0) } ?? .null,
        "trained_on": try TrainedOn.json(model.facts["trained_on"]),
        "parts": .list(model.parts.filter { !$0.value.isNone }.map { .string($0.name) }),
      ].merging(more) { own, _ in own })
    let text: String
    do { text = try document.text().escapedToASCII } catch {
      throw call.fail(.inside, "the model's description cannot be written: \(error)")
    }
    var file = CheckpointFile(kind: kind, metadataJSON: text, tensors: tensors)
    for (index, data) in TrainedOn.facts(model.facts["trained_on"]).enumerated() {
      for (name, text) in data {
        file.notes.append(CheckpointFile.Note(["data", "\(index)"], name, .texts([text])))
      }
    }
    return file
  }

  /// Makes sure that a model with code of the user's comes back as what it is: its file keeps texts and settings, but not the
  /// values that names of the script came to have while it ran.
  private static func requireSame(
    _ model: ModuleInstance, _ description: JSONValue, _ recipe: ModelRecipe, _ call: Invocation
  ) throws {
    if recipe.sources.isEmpty { return }
    let tries = [
      "what the model reads of the script as a parameter of its own: model \(model.definition.name)(…, name = value)"
    ]
    let back: ModuleInstance
    do { back = try ModelRecipe(call, sources: recipe.sources).module(description) } catch let failure as Failure {
      throw call.fail(
        .wrongType, "\(model.definition.name) could not be opened again: \(failure.diagnostic.message)", argument: 0,
        tries: tries)
    }
    func shapes(_ model: ModuleInstance) throws -> [String] {
      try model.placement().parameters.map { "\($0.path) \(NamedTensor.axesText($0.parameter.dimensions))" }
    }
    let fingerprint = Fingerprint(call.machine) { SHA256.hex($0) }
    var isSame = try shapes(model) == shapes(back)
    do {
      let (before, after) = (try fingerprint.program(of: model), try fingerprint.program(of: back))
      isSame = isSame && before == after
    } catch is Fingerprint.Unknown { isSame = false }
    guard isSame else {
      throw call.fail(
        .wrongType,
        "\(model.definition.name) would be another model when it is opened: it reads names of the script whose values "
          + "came while the script ran, were given with --set, or are no longer those of its declaration", argument: 0,
        tries: tries)
    }
  }

  /// A parameter as it stands in a file.
  private static func stored(
    _ parameter: ParameterValue, _ path: [String], numbers: Tensor
  ) throws -> StoredTensor {
    var attributes = ["requires_grad": parameter.isFrozen ? "false" : "true"]
    if let space = parameter.space { attributes[itemsOfRows] = try space.json.text() }
    return StoredTensor(
      path: path, axes: parameter.dimensions.map(\.axis.name), shape: numbers.shape,
      values: .borrowed(try TensorBytes(numbers)), attributes: attributes)
  }

  /// Opens a checkpoint: a model, or the run that a training had come to.
  static func open(_ path: String, _ call: Invocation) throws -> Value {
    call.machine.note(read: FileState.read(.file, path))
    let file = try opened(path, argument: 0, call)
    switch file.kind {
    case "model": return .module(try model(file, call).model, within: nil)
    case TrainingState.kind: return .object(try TrainingState(file, argument: 0, call).run(call))
    default:
      throw call.fail(
        .file, "\(path) holds a \(printable(file.kind)), which `open` does not read", argument: 0,
        tries: ["pmm inspect \(path)"])
    }
  }

  static func opened(_ path: String, argument: Int, _ call: Invocation) throws -> OpenCheckpoint {
    do throws(FileError) { return try OpenCheckpoint(path: path) } catch {
      throw error.failure(call, argument: argument)
    }
  }

  /// The model of a checkpoint, its numbers still in the file, and the description.
  static func model(
    _ file: OpenCheckpoint, argument: Int = 0, _ call: Invocation
  ) throws -> (model: ModuleInstance, document: JSONValue) {
    let path = file.path
    guard let document = try? JSONValue.parse(file.metadataJSON), let recipe = document["recipe"] else {
      throw call.fail(.file, "\(path) holds no description of a model", argument: argument)
    }
    guard let version = document["format_version"]?.int, (0...CheckpointFile.formatVersion).contains(version) else {
      throw call.fail(
        .file,
        "\(path) was made by a newer pmm; this one reads formats up to \(CheckpointFile.formatVersion)",
        argument: argument)
    }
    var sources: [String: ModelRecipe.Source] = [:]
    if case .object(let texts)? = document["sources"] {
      sources = texts.compactMapValues(ModelRecipe.Source.init(json:))
    }
    let built = try ModelRecipe(call, sources: sources).module(recipe)
    let filled = try fill(built, file, argument: argument, call)
    var facts = document["length"]?.int.map { ["length": Value.int($0)] } ?? [:]
    facts["trained_on"] = TrainedOn.value(json: document["trained_on"])
    return (filled.with(facts: facts), document)
  }

  /// Every parameter gets its numbers; what is missing, left over or of another shape is an error that names all of it.
  private static func fill(
    _ model: ModuleInstance, _ file: OpenCheckpoint, argument: Int, _ call: Invocation
  ) throws -> ModuleInstance {
    let origin = Origin(file.path)
    var left = Dictionary(file.entries(.model).map { ($0.path, $0) }) { first, _ in first }
    var report = LoadReport(file: file.path, model: model.definition.name)
    // A program may open any number of files, but hold open only so many.
    let isDeferred = OpenCheckpoint.openCount < 100
    let filled = try model.mappingParameters(origin: origin) { path, parameter in
      guard let entry = left.removeValue(forKey: path) else {
        report.missing.append(path.joined(separator: "."))
        return parameter
      }
      guard entry.shape == parameter.dimensions.map({ $0.size.value ?? 0 }), let type = entry.type,
        type.isFloat
      else {
        report.misfits.append(
          "`\(entry.name)` is \(entry.axes)\(entry.shape) in the file, and the model takes "
            + NamedTensor.axesText(parameter.dimensions))
        return parameter
      }
      let space = try entry.attributes[itemsOfRows].map { text in
        guard let space = ItemSpace(json: try? JSONValue.parse(text)) else {
          throw call.fail(
            .file, "`\(entry.name)` in \(file.path) does not say rightly whose items its rows are", argument: argument)
        }
        return space
      }
      let numbers = DeferredNumbers { try self.numbers(entry, file, call, argument: argument) }
      let filled =
        isDeferred
        ? parameter.with(deferred: numbers, origin: origin)
        : parameter.with(numbers: try numbers.tensor(), origin: origin)
      return filled.with(isFrozen: entry.attributes["requires_grad"] == "false").with(space: space)
    }
    report.unexpected = file.entries(.model).filter { left[$0.path] != nil }.map(\.name)
    if let message = report.failure { throw call.fail(.partMismatch, message, argument: argument) }
    return filled
  }

  /// The numbers of an entry, in the precision in use.
  static func numbers(
    _ entry: OpenCheckpoint.Entry, _ file: OpenCheckpoint, _ call: Invocation, argument: Int
  ) throws -> Tensor {
    guard let type = entry.type?.dtype else {
      throw call.fail(.file, "`\(entry.name)` in \(file.path) is no tensor of numbers", argument: argument)
    }
    let tensor = try Tensor(uninitialized: entry.shape, type)
    let bytes = UnsafeMutableRawBufferPointer(start: tensor.storage.base, count: tensor.count * type.size)
    do throws(FileError) { try file.read(entry, into: bytes) } catch { throw error.failure(call, argument: argument) }
    return type == .float32 || type == .float64 ? try tensor.converted(to: Precision.active.dtype) : tensor
  }
}

/// How the tensors of a file and the parameters of a model fit each other.
struct LoadReport {
  let file: String
  let model: String
  /// Parameters that the file lacks.
  var missing: [String] = []
  /// Tensors that the model has no place for.
  var unexpected: [String] = []
  /// Those of another shape or type, in words that say both sides.
  var misfits: [String] = []

  init(file: String, model: String) {
    self.file = file
    self.model = model
  }

  /// Nil where all fits.
  var failure: String? {
    if missing.isEmpty, unexpected.isEmpty, misfits.isEmpty { return nil }
    var lines = ["the numbers in \(file) are not those of \(model)"]
    func add(_ head: String, _ names: [String]) {
      if names.isEmpty { return }
      let more = names.count > 8 ? ", and \(names.count - 8) more" : ""
      lines.append("\(head): \(names.prefix(8).joined(separator: ", "))\(more)")
    }
    add("missing", missing)
    add("not wanted", unexpected)
    add("of another shape", misfits)
    return lines.joined(separator: "; ")
  }
}

extension String {
  /// JSON of the same meaning in ASCII alone, since not every tool reads other texts.
  fileprivate var escapedToASCII: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isASCII {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result
  }
}

extension ModelRecipe.Source {
  /// The text alone where nothing of the user's is imported.
  var json: JSONValue {
    if imports.isEmpty { return .string(text) }
    return .object(["text": .string(text), "imports": .object(imports.mapValues { .string($0) })])
  }

  init?(json: JSONValue) {
    guard let text = json.string ?? json["text"]?.string else { return nil }
    self.init(text: text)
    if case .object(let imports)? = json["imports"] { self.imports = imports.compactMapValues(\.string) }
  }
}
