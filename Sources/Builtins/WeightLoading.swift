import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Semantics
import TensorCore
import TensorFiles

/// Numbers of a file put into a model by name. Everything is compared before any number is read.
private struct WeightLoading {
  let call: Invocation
  let model: ModuleInstance
  let file: TensorsOfFile
  /// What the caller lets pass: parts of the model that the file lacks, tensors of the file that the model lacks.
  let missing: [PathValue]
  let unexpected: [String]

  private var loaded: [[String]: TensorInFile] = [:]
  private var lacking: [(name: String, place: String)] = []
  private var passed = (missing: 0, unexpected: 0)
  private var extra: [String] = []
  private var misfits: [String] = []

  init(_ call: Invocation, _ model: ModuleInstance, _ file: TensorsOfFile, missing: [PathValue], unexpected: [String]) {
    self.call = call
    self.model = model
    self.file = file
    self.missing = missing
    self.unexpected = unexpected
  }

  /// A model whose parameters are those of the file, or an error that reports all that does not fit.
  mutating func run(prefix: String, names: Record?) throws -> ModuleInstance {
    var left = try tensors(prefix: prefix, names: names)
    let parameters = try model.placement().parameters
    for (path, parameter) in parameters {
      let name = path.joined(separator: ".")
      if let found = left.removeValue(forKey: name) {
        if let misfit = Self.misfit(name, parameter, found.entry) {
          misfits.append(misfit)
        } else {
          loaded[path] = found
        }
      } else if missing.contains(where: { $0.covers(path) }) {
        passed.missing += 1
      } else {
        lacking.append((name, place(of: path)))
      }
    }
    extra = left.keys.filter { name in !unexpected.contains { Self.matches(name, $0) } }.sorted()
    passed.unexpected = left.count - extra.count
    guard !loaded.isEmpty, lacking.isEmpty, extra.isEmpty, misfits.isEmpty else {
      throw report(of: parameters.map { $0.path.joined(separator: ".") })
    }
    let origin = Origin(file.source.path)
    let (call, loaded) = (call, loaded)
    let filled = try model.mappingParameters(origin: origin) {
      path, parameter in
      guard let found = loaded[path] else { return parameter }
      let numbers = try found.numbers(as: Precision.active.dtype, call, argument: 1)
      return parameter.with(numbers: numbers, origin: origin)
    }
    call.machine.note(
      "\(file.place): \(loaded.count) tensors loaded, \(passed.missing) missing, \(passed.unexpected) unexpected")
    return filled
  }

  /// Tensors of the file by the names that the model should have for them.
  private func tensors(prefix: String, names: Record?) throws -> [String: TensorInFile] {
    var renamed: [String: String] = [:]
    for (old, value) in try names?.fields() ?? [] {
      guard case .string(let new) = value else {
        throw call.fail(.wrongType, "`names` says what `\(old)` is called in the model: a string", argument: 3)
      }
      renamed[old] = new
    }
    var found: [String: TensorInFile] = [:]
    var used: Set<String> = []
    for (steps, entry) in file.entries {
      let whole = steps.joined(separator: ".")
      let short = whole.hasPrefix(prefix) ? String(whole.dropFirst(prefix.count)) : whole
      let key = [whole, short].first { renamed[$0] != nil }
      if let key { used.insert(key) }
      let name = key.flatMap { renamed[$0] } ?? short
      guard found.updateValue(TensorInFile(entry, of: file), forKey: name) == nil else {
        throw call.fail(.partMismatch, "two tensors of \(file.place) would be `\(name)`", argument: key == nil ? 2 : 3)
      }
    }
    if let unknown = renamed.keys.filter({ !used.contains($0) }).min() {
      let near = NameSuggestion.near(unknown, among: file.entries.map { $0.steps.joined(separator: ".") })
      throw call.fail(
        .partMismatch, "`names` renames `\(unknown)`, which is not in \(file.place)", argument: 3, tries: near)
    }
    return found
  }

  /// Why a tensor of the file is not this parameter; nil where it can be.
  private static func misfit(_ name: String, _ parameter: ParameterValue, _ entry: FileEntry) -> String? {
    let wanted = parameter.dimensions.map { $0.size.value ?? 0 }
    let axes = NamedTensor.axesText(parameter.dimensions)
    let sizes = "[\(entry.shape.map(String.init).joined(separator: ", "))]"
    if let problem = entry.problem { return "`\(name)`: the file's cannot be read: \(problem)" }
    guard case .numbers(let type) = entry.content, type.isFloat else {
      return "`\(name)`: the model has fractions \(axes), the file \(entry.typeText) \(sizes)"
    }
    guard entry.shape != wanted else { return nil }
    let isTurned = entry.shape.count == 2 && entry.shape == Array(wanted.reversed())
    return "`\(name)`: the model has \(axes), the file \(sizes)"
      + (isTurned
        ? ", which is its transpose: kernels of Keras are [in, out], weights of PyTorch and pmm [out, in]" : "")
  }

  /// Where the part that holds a parameter was declared.
  private func place(of path: [String]) -> String {
    var module = model
    for step in path.dropLast() {
      guard let index = module.memberIndex(step), case .module(let inner, _) = module.members[index] else { break }
      module = inner
    }
    return "\(module.definition.name), \(module.definition.span.place)"
  }

  /// Whether a name is `pattern`, in which a star stands for anything.
  private static func matches(_ name: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else { return name == pattern }
    guard name.hasPrefix(first), name.utf8.count >= first.utf8.count + last.utf8.count, name.hasSuffix(last) else {
      return false
    }
    var rest = name.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }

  private func report(of names: [String]) -> Failure {
    var notes: [String] = []
    func list(_ title: String, _ lines: [String]) {
      guard !lines.isEmpty else { return }
      let shown = lines.prefix(10).map { "\n     \($0)" }.joined()
      notes.append("\(lines.count) \(title):\(shown)" + (lines.count > 10 ? "\n     and \(lines.count - 10) more" : ""))
    }
    list("of another shape or type", misfits)
    list(
      "missing in the file",
      lacking.map { name, place in
        let near =
          NameSuggestion.near(name, among: extra, limit: 1) + extra.filter { $0.hasSuffix("." + name) }.prefix(1)
        return "`\(name)` (\(place))" + (near.first.map { "; the file has `\($0)`" } ?? "")
      })
    list("unexpected in the file", extra.map { "`\($0)`" })
    var tries: [String] = []
    if loaded.isEmpty, let prefix = commonPrefix(of: names) { tries.append("prefix = \"\(prefix)\"") }
    if !loaded.isEmpty {
      if !lacking.isEmpty {
        let parts = Set(lacking.map { "." + ($0.name.split(separator: ".").first.map(String.init) ?? "") }).sorted()
        tries.append("missing = [\(parts.prefix(4).joined(separator: ", "))]")
      }
      if !extra.isEmpty {
        let groups = Set(
          extra.map { name in
            name.contains(".") ? "\"\(name.prefix { $0 != "." }).*\"" : "\"\(name)\""
          }
        ).sorted()
        tries.append("unexpected = [\(groups.prefix(4).joined(separator: ", "))]")
      }
    }
    var failure = call.fail(
      .partMismatch,
      loaded.isEmpty
        ? "nothing of \(file.place) fits \(model.definition.name)"
        : "the tensors of \(file.place) are not those of \(model.definition.name): \(loaded.count) of \(names.count) fit",
      argument: 1, tries: tries)
    failure.diagnostic.notes = notes
    return failure
  }

  /// What stands before the model's names in those of the file.
  private func commonPrefix(of names: [String]) -> String? {
    for name in names.prefix(50) {
      if let found = extra.first(where: { $0.hasSuffix("." + name) }) { return String(found.dropLast(name.count)) }
    }
    return nil
  }
}

extension Catalog {
  static var weightLoading: [Builtin] {
    [
      Builtin(
        "load",
        """
        A model with the numbers of a file, by name: `source` is a path, an opened file or a part of one. `prefix` is taken off the \
        file's names, `names` renames tensors of the file. Every parameter must be found, but for the paths in `missing`, and every \
        tensor used, but for the names in `unexpected`, where a star stands for anything. The error reports all that does not \
        fit; shapes are never turned.
        """,
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<Value>("source"),
        BuiltinParameter<String>("prefix", default: "", shown: "\"\""),
        BuiltinParameter<Record?>("names", default: .none, shown: "none"),
        BuiltinParameter<[PathValue]>("missing", default: [], shown: "[]"),
        BuiltinParameter<[String]>("unexpected", default: [], shown: "[]"),
        examples: """
          pmm> from layers import Linear
          pmm> m = Linear(item(2), d(3))
          pmm> export("out/load-example.safetensors", model = m)
          pmm> n = load(m, "out/load-example.safetensors")
          note: out/load-example.safetensors: 2 tensors loaded, 0 missing, 0 unexpected
          pmm> try { load(m, "no-such.safetensors") } catch e { e.code }
          file
          """
      ) { call, model, source, prefix, names, missing, unexpected -> Value in
        let file: TensorsOfFile
        switch source {
        case .string(let path): file = try TensorsOfFile.open(path, call, argument: 1)
        case .object(let object as TensorsOfFile): file = object
        default:
          throw call.fail(
            .wrongType, "`source` is a path or an opened file, not \(source.described)", argument: 1,
            tries: ["load(model, \"weights.safetensors\")"])
        }
        var loading = WeightLoading(call, model, file, missing: missing, unexpected: unexpected)
        return .module(try loading.run(prefix: prefix, names: names), within: nil)
      }
    ]
  }
}

extension TensorsOfFile {
  /// Opens a file of any format; errors point at the argument that named it.
  static func open(_ path: String, _ call: Invocation, argument: Int) throws -> TensorsOfFile {
    call.machine.note(read: FileState.read(.file, path))
    do throws(FileError) { return TensorsOfFile(try TensorFile.open(path)) } catch {
      throw error.failure(call, argument: argument)
    }
  }
}
