import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import TensorFiles
import Training

/// Where a training stands between two steps: all that the next one depends on. Random numbers are functions of seed, stream,
/// step and index, so there is no state of a generator.
struct TrainingState {
  static let kind = "training"

  /// Where in the epochs it stands.
  struct Position {
    /// The epoch in work, counted from 1; one more than there are when all are done.
    var epoch = 1
    /// Steps of it that are done.
    var batch = 0
    /// The weighted value of each term, added up over the rows seen in this epoch.
    var sums: [Double]
    var seen = 0
    /// Time that this epoch took so far.
    var seconds = 0.0
    /// Steps done since the start.
    var step = 0
  }

  struct Best {
    let epoch: Int
    let value: Double
    /// Of the trained parameters, in their order.
    let numbers: [Tensor]
  }

  /// The model with the numbers that it has now.
  let model: ModuleInstance
  /// Paths of the parameters that are trained.
  let trained: [[String]]
  /// What the optimiser keeps, by its name, in the order of `trained`.
  let moments: [(name: String, tensors: [Tensor])]
  let position: Position
  let best: Best?
  let log: [Table.Row]
  let seed: UInt64
  /// What must be the same for the training to go on, in words, by name.
  let terms: [(name: String, text: String)]
  let sources: [Evidence.Source]
  /// What the numbers were computed with.
  var kernels = Kernels.level.rawValue
  var version = Version.text

  /// Names of what is kept of AdamW, as in PyTorch.
  static let momentNames = ["exp_avg", "exp_avg_sq"]
}

// MARK: To a file

extension TrainingState {
  func file(_ platforms: [Platform], _ call: Invocation) throws -> CheckpointFile {
    let bestIsNow = best.map { $0.epoch == position.epoch - 1 && position.batch == 0 } ?? false
    let training = JSONValue.object([
      "epoch": .int(position.epoch), "batch_in_epoch": .int(position.batch), "samples_seen": .int(position.seen),
      "step": .int(position.step), "seconds": .string(Bits.text([position.seconds])), "seed": .string("\(seed)"),
      "trained": .list(trained.map { .list($0.map { .string($0) }) }),
      "best_epoch": best.map { .int($0.epoch) } ?? .null,
      "best_value": best.map { .string(Bits.text([$0.value])) } ?? .null, "best_is_now": .bool(bestIsNow),
      "terms": .list(terms.map { .list([.string($0.name), .string($0.text)]) }),
      "kernels": .string(Kernels.level.rawValue), "version": .string(Version.text),
      "log": .list(
        zip(log.first?.cells ?? [], columnPaths).map { cell, path in
          .list([.string(cell.name), .bool(Int.from(cell.value) != nil), .string(path)])
        }),
      "sources": .list(sources.map { .list([.string($0.name), .string($0.fingerprint)]) }),
    ])
    var file = try ModelFile.file(model, kind: Self.kind, seed: seed, more: ["training": training], call)
    let axes = Dictionary(
      try model.placement().parameters.map { ($0.path, $0.parameter.dimensions.map(\.axis.name)) }
    ) { first, _ in first }
    func tensors(_ numbers: [Tensor], under head: [String]) throws -> [StoredTensor] {
      try zip(trained, numbers).map { path, tensor in
        StoredTensor(
          path: head + path, axes: axes[path] ?? [], shape: tensor.shape, values: .borrowed(try TensorBytes(tensor)))
      }
    }
    file.sections[.optimizer] = try moments.flatMap { try tensors($0.tensors, under: [$0.name]) }
    if let best, !bestIsNow { file.sections[.best] = try tensors(best.numbers, under: []) }
    file.sections[.train] = [
      StoredTensor(path: ["sums"], axes: ["term"], shape: [position.sums.count], values: .float64(position.sums))
    ]
    for column in (log.first?.cells ?? []).indices {
      let numbers = log.map { row in
        row.cells.indices.contains(column) ? Double.from(row.cells[column].value) ?? .nan : .nan
      }
      file.sections[.train]?.append(
        StoredTensor(
          path: ["log", columnPaths[column]], axes: ["epoch"], shape: [numbers.count], values: .float64(numbers)))
    }
    file.sections[.data] = platforms.enumerated().map { index, platform in
      StoredTensor(
        path: ["\(index)", "ids"], axes: ["item"], shape: [platform.rawIDs.count], values: .strings(platform.rawIDs))
    }
    describe(&file, platforms)
    Provenance.add(to: &file, call.machine, seed: seed)
    return file
  }

  /// A name in the file for each column of the log: its own, where that can be one.
  private var columnPaths: [String] {
    let names = (log.first?.cells ?? []).map(\.name)
    return names.enumerated().map { index, name in
      let isPlain = !name.isEmpty && !name.hasPrefix(".") && !name.utf8.contains { $0 == 0x2F || $0 < 0x20 }
      return isPlain && names.firstIndex(of: name) == index && name.utf8.count < 200 ? name : "column \(index)"
    }
  }

  /// What people look for.
  private func describe(_ file: inout CheckpointFile, _ platforms: [Platform]) {
    func note(_ group: [String], _ name: String, _ number: Int) {
      file.notes.append(CheckpointFile.Note(group, name, .numbers([Double(number)])))
    }
    note(["train"], "epoch", position.epoch)
    note(["train"], "batch_in_epoch", position.batch)
    note(["train"], "step", position.step)
    note(["train"], "samples_seen", position.seen)
    if let best {
      note(["train"], "best_epoch", best.epoch)
      file.notes.append(CheckpointFile.Note(["train"], "best_value", .numbers([best.value])))
    }
    for term in terms { file.notes.append(CheckpointFile.Note(["train"], term.name, .texts([term.text]))) }
    file.notes.append(CheckpointFile.Note(["train", "rng"], "algorithm", .texts(["philox4x32-10 of (key, index)"])))
    file.notes.append(CheckpointFile.Note(["train", "rng"], "seed", .texts(["\(seed)"])))
    note(["train", "rng"], "step", position.step)
    note(["optimizer"], "step", position.step)
    file.notes.append(CheckpointFile.Note(["optimizer"], "name", .texts(["AdamW"])))
    for (index, platform) in platforms.enumerated() {
      note(["data", "\(index)"], "users", platform.log.userIDs.count)
      note(["data", "\(index)"], "items", platform.itemCount)
    }
  }
}

// MARK: From a file

extension TrainingState {
  /// Reads what `file` wrote; anything that does not fit is an error.
  init(_ file: OpenCheckpoint, argument: Int, _ call: Invocation) throws {
    func damaged(_ what: String) -> Failure {
      call.fail(.file, "\(file.path) is damaged: \(what)", argument: argument, tries: ["go back to an older one"])
    }
    guard file.kind == Self.kind else {
      throw call.fail(
        .file, "\(file.path) holds a \(printable(file.kind)), not the state of a training", argument: argument,
        tries: ["train(open(\"\(file.path)\"), …)"])
    }
    let (model, document) = try ModelFile.model(file, argument: argument, call)
    guard let training = document["training"], let epoch = training["epoch"]?.int, epoch >= 1,
      let batch = training["batch_in_epoch"]?.int, batch >= 0, let seen = training["samples_seen"]?.int, seen >= 0,
      let step = training["step"]?.int, step >= 0, let seed = training["seed"]?.string.flatMap({ UInt64($0) }),
      let seconds = training["seconds"]?.string.flatMap({ Bits.numbers($0) })?.first,
      let trained = training["trained"]?.list?.map({ $0.list?.compactMap(\.string) ?? [] }),
      let columns = training["log"]?.list, let terms = training["terms"]?.list, let sources = training["sources"]?.list
    else { throw damaged("it does not say where the training stands") }
    let shapes = Dictionary(
      try model.placement().parameters.map { ($0.path, $0.parameter.dimensions.map { $0.size.value ?? 0 }) }
    ) { first, _ in first }
    let entries = Dictionary(
      file.entries.map { ([$0.section.rawValue] + $0.path, $0) }
    ) { first, _ in first }
    func tensors(_ head: [String]) throws -> [Tensor] {
      try trained.map { path in
        guard let entry = entries[head + path], entry.type == .float32, let shape = shapes[path], entry.shape == shape
        else { throw damaged("\((head + path).joined(separator: "/")) is missing or of another shape") }
        return try ModelFile.numbers(entry, file, call, argument: argument)
      }
    }
    func doubles(_ path: [String]) throws -> [Double] {
      guard let entry = entries[["train"] + path] else {
        throw damaged("train/\(path.joined(separator: "/")) is missing")
      }
      let tensor: StoredTensor
      do throws(FileError) { tensor = try file.tensor(entry) } catch { throw error.failure(call, argument: argument) }
      guard case .float64(let numbers) = tensor.values, tensor.shape.count == 1 else {
        throw damaged("train/\(path.joined(separator: "/")) is no list of numbers")
      }
      return numbers
    }
    func pairs(_ list: [JSONValue]) throws -> [(String, String)] {
      try list.map { pair in
        guard let both = pair.list, both.count == 2, let name = both[0].string, let text = both[1].string else {
          throw damaged("a setting has no name")
        }
        return (name, text)
      }
    }
    self.model = model
    self.trained = trained
    kernels = training["kernels"]?.string ?? "unknown"
    version = training["version"]?.string ?? "unknown"
    self.seed = seed
    self.terms = try pairs(terms).map { (name: $0.0, text: $0.1) }
    self.sources = try pairs(sources).map { Evidence.Source(name: $0.0, fingerprint: $0.1) }
    moments = try Self.momentNames.map { (name: $0, tensors: try tensors(["optimizer", $0])) }
    position = Position(
      epoch: epoch, batch: batch, sums: try doubles(["sums"]), seen: seen, seconds: seconds, step: step)
    if let best = training["best_epoch"]?.int {
      guard let value = training["best_value"]?.string.flatMap({ Bits.numbers($0) })?.first, best >= 1, best <= epoch
      else { throw damaged("its best epoch has no value") }
      let isNow = training["best_is_now"] == .bool(true)
      self.best = Best(epoch: best, value: value, numbers: try tensors([isNow ? "model" : "best"]))
    } else {
      best = nil
    }
    var cells: [[(name: String, value: Value)]] = Array(repeating: [], count: 0)
    for column in columns {
      guard let facts = column.list, facts.count == 3, let name = facts[0].string, case .bool(let isWhole) = facts[1],
        let path = facts[2].string
      else { throw damaged("a column of its log has no name") }
      let numbers = try doubles(["log", path])
      if cells.isEmpty { cells = Array(repeating: [], count: numbers.count) }
      guard numbers.count == cells.count else { throw damaged("the columns of its log differ in length") }
      for (row, number) in numbers.enumerated() {
        cells[row].append((name, isWhole ? Int(exactly: number).map { .int($0) } ?? .none : .float(number)))
      }
    }
    log = cells.enumerated().map { Table.Row(keys: [.int($0.offset + 1)], cells: $0.element) }
  }

  /// The run as it would have ended here: its best model, its last one, its log.
  func run(_ call: Invocation) throws -> Run {
    let numbers = Dictionary(zip(trained, best?.numbers ?? [])) { first, _ in first }
    let bestModel = model.mappingParameters(origin: model.origin) { path, parameter in
      numbers[path].map { parameter.with(numbers: $0) } ?? parameter
    }
    return Run(
      model: best == nil ? model : bestModel, last: model, log: Table(keyNames: ["epoch"], rows: log),
      bestEpoch: best?.epoch ?? log.count, seed: seed, sources: sources)
  }
}
