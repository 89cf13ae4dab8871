import Diagnostics
import Interpreter
import Recommendation
import TensorFiles

/// A file of another program that is open, or a group of it: names and shapes are known, numbers are read when they are
/// asked for.
final class TensorsOfFile: LanguageObject {
  let source: any TensorSource
  /// The groups that lead here; empty for the whole file.
  let prefix: [String]
  /// What stands below, each with the steps that lead to it from here.
  let entries: [(steps: [String], entry: FileEntry)]
  /// What the file was when it was opened, so that equal labels mean equal numbers.
  let stamp: Label64

  private init(
    _ source: any TensorSource, _ prefix: [String], _ entries: [(steps: [String], entry: FileEntry)], _ stamp: Label64
  ) {
    self.source = source
    self.prefix = prefix
    self.entries = entries
    self.stamp = stamp
  }

  convenience init(_ source: any TensorSource) {
    let stamp = Label64("file of tensors").mixed(source.path).mixed(FileBytes.stamp(source.path) ?? "")
    self.init(source, [], source.entries.map { (Self.steps($0.path), $0) }, stamp)
  }

  /// PyTorch's names have dots where HDF5 has groups; both are steps here.
  static func steps(_ path: [String]) -> [String] {
    path.flatMap { name -> [String] in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      return parts.contains("") ? [name] : parts
    }
  }

  /// What errors call the place: the path of the file, with the groups that lead here.
  var place: String { prefix.isEmpty ? source.path : "\(source.path), \(prefix.joined(separator: "."))" }
  var typeName: String { "file of tensors" }
  var brief: String { place }
  var label: UInt64 { prefix.reduce(stamp) { $0.mixed($1) }.value }

  /// Names of what lies directly below, in the file's order.
  private var children: [String] {
    var seen: Set<String> = []
    return entries.compactMap { $0.steps.first }.filter { seen.insert($0).inserted }
  }

  var fieldNames: [String] { children + (children.contains("attributes") ? [] : ["attributes"]) }

  func field(_ name: String) throws -> Value? {
    if let found = below([name]) { return found }
    return name == "attributes" ? attributes : nil
  }

  /// `f["layers/dense_1"]` and `f["encoder.layer.0.weight"]`; a whole number is a step too.
  func element(_ keys: [Value]) throws -> Value? {
    var found: Value = .object(self)
    for key in keys {
      guard case .object(let object as TensorsOfFile) = found else { return nil }
      let next: Value?
      switch key {
      case .int(let number): next = object.below(["\(number)"])
      case .string(let text): next = object.named(text)
      default: return nil
      }
      guard let next else { throw object.missing(key.described) }
      found = next
    }
    return found
  }

  private func named(_ text: String) -> Value? {
    if let exact = entries.first(where: {
      $0.entry.name == (prefix + [text]).joined(separator: "/") || $0.entry.name == text
    }) {
      return .object(TensorInFile(exact.entry, of: self))
    }
    return below(Self.steps(text.split(separator: "/").map(String.init)))
  }

  private func below(_ steps: [String]) -> Value? {
    let found = entries.filter { $0.steps.starts(with: steps) }
    if let whole = found.first(where: { $0.steps.count == steps.count }) {
      return .object(TensorInFile(whole.entry, of: self))
    }
    guard !found.isEmpty else { return nil }
    return .object(
      TensorsOfFile(source, prefix + steps, found.map { (Array($0.steps.dropFirst(steps.count)), $0.entry) }, stamp))
  }

  private func missing(_ name: String) -> Failure {
    let names = entries.map { $0.steps.joined(separator: ".") }
    let near = NameSuggestion.near(name.filter { $0 != "\"" }, among: names + children)
    return Failure(
      .unknownName, "\(place) has no \(name)",
      tries: near.isEmpty ? [] : near.map { "[\"\($0)\"]" })
  }

  private var attributes: Value {
    let found =
      prefix.isEmpty
      ? source.attributes
      : source.groups.first { Self.steps($0.path) == prefix }?.attributes
        ?? source.attributes.filter { Self.steps($0.name.split(separator: "/").map(String.init)).starts(with: prefix) }
    return FileNotes.record(found)
  }

  var printed: String {
    var lines = ["\(printable(place)): \(source.format), \(entries.count) tensor\(entries.count == 1 ? "" : "s")"]
    var shown: [String] = []
    let limit = 60
    for (steps, entry) in entries {
      guard lines.count <= limit else { break }
      let groups = Array(steps.dropLast())
      let common = zip(groups, shown).prefix { $0 == $1 }.count
      for depth in common..<max(common, groups.count) {
        lines.append(String(repeating: "  ", count: depth + 1) + printable(groups[depth]))
      }
      shown = groups
      lines.append(
        String(repeating: "  ", count: steps.count) + printable(steps.last ?? entry.name) + "  " + entry.summary)
    }
    let printed = lines.count - 1
    if printed >= limit { lines.append("  ... (f.NAME shows a part)") }
    return lines.joined(separator: "\n")
  }
}

/// One tensor of an opened file.
final class TensorInFile: LanguageObject {
  let entry: FileEntry
  let file: TensorsOfFile

  init(_ entry: FileEntry, of file: TensorsOfFile) {
    self.entry = entry
    self.file = file
  }

  var typeName: String { "tensor of a file" }
  var brief: String { entry.summary }
  var label: UInt64 { entry.path.reduce(file.stamp.mixed("entry")) { $0.mixed($1) }.value }
  var fieldNames: [String] {
    ["shape", "type", "axes", "attributes", "storage"] + (entry.content == .texts ? ["texts"] : [])
      + (entry.problem == nil ? [] : ["problem"])
  }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "shape": return .list(entry.shape.map { .int($0) })
    case "type": return .string(entry.typeText)
    case "axes": return .list(entry.axes.map { $0.map { .string($0) } ?? .none })
    case "attributes": return FileNotes.record(entry.attributes)
    case "storage": return .string(entry.storage)
    case "problem": return entry.problem.map { .string($0) }
    case "texts" where entry.content == .texts:
      guard let count = elementCount(entry.shape), count <= Value.longest else {
        throw Failure(.file, "\(entry.name) in \(file.source.path) holds more texts than a list can")
      }
      do throws(FileError) { return .list(try file.source.texts(entry).map { .string($0) }) } catch {
        throw Failure(.file, error.message, tries: error.suggestion.map { [$0] } ?? [])
      }
    default: return nil
    }
  }

  var printed: String {
    "\(printable(entry.name)) in \(printable(file.source.path)): \(entry.summary)"
      + (entry.problem.map { "\n  cannot be read: \($0)" } ?? "")
  }
}

extension FileEntry {
  var typeText: String {
    switch content {
    case .numbers(let type): type.rawValue
    case .texts: "texts"
    case .other(let words): words
    }
  }

  /// Type, shape with the names of axes where they are known, and how it is stored.
  var summary: String {
    let sides = zip(axes, shape).map { name, size in name.map { "\(printable($0))=\(size)" } ?? "\(size)" }
    let stored = storage.isEmpty || storage == "contiguous" ? "" : ", \(printable(storage))"
    return "\(typeText) [\(sides.joined(separator: ", "))]\(stored)" + (problem == nil ? "" : ", not readable")
  }
}

/// Notes of files as values of the language.
private enum FileNotes {
  /// A record; one number or text stands for itself, several are a list.
  static func record(_ attributes: [FileAttribute]) -> Value {
    .record(Record(attributes.map { ($0.name, value($0.value)) }))
  }

  private static func value(_ value: FileAttribute.Value) -> Value {
    switch value {
    case .numbers(let numbers): numbers.count == 1 ? number(numbers[0]) : .list(numbers.map(number))
    case .texts(let texts): texts.count == 1 ? .string(texts[0]) : .list(texts.map { .string($0) })
    case .other(let words): .string(words)
    }
  }

  private static func number(_ value: Double) -> Value {
    // As far as doubles hold every whole number.
    if value.magnitude < 0x1p53, let whole = Int(exactly: value) { return .int(whole) }
    return .float(value)
  }
}
