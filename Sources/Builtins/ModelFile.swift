import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import TensorCore
import TensorFiles

/// Models as checkpoints: the recipe as JSON, the numbers under /model by path.
enum ModelFile {
  /// The attribute that says whose items the rows of a table are.
  private static let itemsOfRows = "items_of_rows"

  static func save(_ model: ModuleInstance, to path: String, _ call: Invocation) throws {
    var recipe = ModelRecipe(call)
    let description = try recipe.json(model)
    let parameters = try model.placement().parameters
    let tensors = try parameters.map { path, parameter in
      let numbers = try RunContext.numbers(of: parameter, path: path, seed: call.machine.seed)
      var attributes = ["requires_grad": parameter.isFrozen ? "false" : "true"]
      if let space = parameter.space { attributes[Self.itemsOfRows] = try space.json.text() }
      return StoredTensor(
        path: path, axes: parameter.dimensions.map(\.axis.name), shape: numbers.shape,
        values: .float32(numbers.floats()), attributes: attributes)
    }
    let document = JSONValue.object([
      "format_version": .int(0),
      "recipe": description,
      "sources": .object(recipe.sources.mapValues(\.json)),
      "length": model.facts["length"].flatMap { Int.from($0) }.map { .int($0) } ?? .null,
      "trained_on": try TrainedOn.json(model.facts["trained_on"]),
      "parts": .list(model.parts.filter { !$0.value.isNone }.map { .string($0.name) }),
    ])
    let text: String
    do { text = try document.text() } catch {
      throw call.fail(.inside, "the model's description cannot be written: \(error)")
    }
    do throws(FileError) {
      try CheckpointFile(kind: "model", metadataJSON: text, tensors: tensors).write(to: path)
    } catch {
      throw error.failure(call, argument: 1)
    }
  }

  static func open(_ path: String, _ call: Invocation) throws -> ModuleInstance {
    call.machine.note(read: FileState.read(.file, path))
    let file: CheckpointFile
    do throws(FileError) { file = try CheckpointFile.read(path: path) } catch {
      throw error.failure(call, argument: 0)
    }
    guard let document = try? JSONValue.parse(file.metadataJSON), let recipe = document["recipe"] else {
      throw call.fail(.file, "\(path) holds no description of a model", argument: 0)
    }
    guard document["format_version"]?.int == 0 else {
      throw call.fail(.file, "\(path) was made by a newer pmm; this one reads format 0", argument: 0)
    }
    var sources: [String: ModelRecipe.Source] = [:]
    if case .object(let texts)? = document["sources"] {
      sources = texts.compactMapValues(ModelRecipe.Source.init(json:))
    }
    let built = try ModelRecipe(call, sources: sources).module(recipe)
    let filled = try fill(built, file.tensors, path, call)
    var facts = document["length"]?.int.map { ["length": Value.int($0)] } ?? [:]
    facts["trained_on"] = TrainedOn.value(json: document["trained_on"])
    return filled.with(facts: facts)
  }

  /// Every parameter gets its numbers; a name that is missing, left over or of another shape is an error.
  private static func fill(
    _ model: ModuleInstance, _ tensors: [StoredTensor], _ path: String, _ call: Invocation
  ) throws -> ModuleInstance {
    var left = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    var missing: [String] = []
    let filled = try model.mappingParameters(origin: Origin(path)) { steps, parameter in
      let name = steps.joined(separator: ".")
      guard let stored = left.removeValue(forKey: name) else {
        missing.append(name)
        return parameter
      }
      let shape = parameter.dimensions.map { $0.size.value ?? 0 }
      guard stored.shape == shape, case .float32(let values) = stored.values else {
        throw call.fail(
          .partMismatch,
          "`\(name)` in \(path) is \(stored.axes)\(stored.shape), and the model takes "
            + NamedTensor.axesText(parameter.dimensions),
          argument: 0)
      }
      let space = try stored.attributes[Self.itemsOfRows].map { text in
        guard let space = ItemSpace(json: try? JSONValue.parse(text)) else {
          throw call.fail(.file, "`\(name)` in \(path) does not say rightly whose items its rows are", argument: 0)
        }
        return space
      }
      return parameter.with(
        numbers: try Tensor(values, shape: shape, as: Precision.active.dtype), origin: Origin(path)
      ).with(isFrozen: stored.attributes["requires_grad"] == "false").with(space: space)
    }
    guard missing.isEmpty, left.isEmpty else {
      let lacks = missing.isEmpty ? "" : "; missing: \(missing.prefix(5).joined(separator: ", "))"
      let extra = left.isEmpty ? "" : "; not wanted: \(left.keys.sorted().prefix(5).joined(separator: ", "))"
      throw call.fail(.partMismatch, "the numbers in \(path) are not those of its model\(lacks)\(extra)", argument: 0)
    }
    return filled
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
