import Checkpoint
import Diagnostics
import Foundation
import Interpreter
import Recommendation
import TensorFiles

/// Tables as text files, by the ending of the path, each with a manifest beside it.
enum TableFile {
  /// How a table for readers looks; files for programs hold every digit and nothing of this but the caption, in the manifest.
  struct Style {
    var caption: String?
    /// Columns whose largest number is bold.
    var bold: [String] = []
    /// Digits after the point.
    var digits = 4
  }

  static func save(_ table: Table, to path: String, _ style: Style, _ call: Invocation) throws {
    let text: String
    switch path.split(separator: ".").last.map({ $0.lowercased() }) {
    case "csv":
      try refuseBold(style, path, call)
      let rows = table.rows.map { row in cells(row, table).map { csv($0.plain) } }
      text = ([columns(table).map(csv)] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
    case "jsonl":
      try refuseBold(style, path, call)
      let names = columns(table)
      text = try table.rows.map { try jsonLine(names, cells($0, table)) + "\n" }.joined()
    case "md": text = try TableMarkup(table, style, call).markdown
    case "tex": text = try TableMarkup(table, style, call).latex
    default:
      throw call.fail(
        .file, "a table is saved as .csv, .jsonl, .md or .tex, and \(path) ends otherwise", argument: 1,
        tries: ["\(path).csv"])
    }
    try write(text, to: path, call)
    try write(manifest(table, style, call), to: path + ".manifest.json", call)
  }

  private static func refuseBold(_ style: Style, _ path: String, _ call: Invocation) throws {
    guard style.bold.isEmpty else {
      throw call.fail(
        .wrongArguments, "`bold` is for tables that people read, .md and .tex, and \(path) is for programs", argument: 3
      )
    }
  }

  /// A mean fills a column for itself, one for its deviation and one for its count.
  private static func columns(_ table: Table) -> [String] {
    let names = table.columnNames.flatMap { name in
      isSpread(name, table) ? [name, "\(name)_deviation", "\(name)_count"] : [name]
    }
    return unique(table.keyNames + names)
  }

  /// A column that is called as one before it gets a number: programs find columns by name.
  static func unique(_ names: [String]) -> [String] {
    var taken = Set<String>()
    return names.map { name in
      var free = name
      var count = 1
      while !taken.insert(free).inserted {
        count += 1
        free = "\(name)_\(count)"
      }
      return free
    }
  }

  private static func isSpread(_ name: String, _ table: Table) -> Bool {
    table.rows.contains { row in
      if case .object(let object) = row.cell(name) { return object is Spread }
      return false
    }
  }

  private static func cells(_ row: Table.Row, _ table: Table) -> [Value] {
    row.keys
      + table.columnNames.flatMap { name -> [Value] in
        let value = row.cell(name)
        guard isSpread(name, table) else { return [value] }
        guard case .object(let object) = value, let spread = object as? Spread else { return [value, .none, .none] }
        return [.float(spread.mean), spread.count < 2 ? .none : .float(spread.deviation), .int(spread.count)]
      }
  }

  /// RFC 4180.
  static func csv(_ text: String) -> String {
    // By bytes: a comma with an accent is one character and would be none of these.
    guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
    return "\"" + replacing(text, ["\"": "\"\""]) + "\""
  }

  /// One object with the columns in their order.
  private static func jsonLine(_ names: [String], _ values: [Value]) throws -> String {
    let fields = try zip(names, values).map { name, value in
      "\(try JSONValue.string(name).text()):\(try json(value).text())"
    }
    return "{\(fields.joined(separator: ","))}"
  }

  private static func json(_ value: Value) -> JSONValue {
    switch value {
    case .none: .null
    case .int(let number): .int(number)
    case .float(let number): .number(number)
    case .bool(let flag): .bool(flag)
    case .list(let values): .list(values.map(json))
    default: .string(value.plain)
    }
  }

  /// A text with some of its code points written otherwise.
  static func replacing(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
    text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
  }

  // MARK: Manifest

  /// What the numbers came from: the script and its text's hash, its options and seed, and the seeds, protocols and data
  /// that occur in the table.
  private static func manifest(_ table: Table, _ style: Style, _ call: Invocation) throws -> String {
    let machine = call.machine
    let script = machine.script ?? call.span.source
    var options: [String: JSONValue] = [:]
    for option in machine.declaredOptions {
      options[option.name] = .string(machine.givenOptions[option.name] ?? option.value.printed)
    }
    let origin = table.evidence
    var fields: [String: JSONValue] = [
      "made_by": .string("pmm \(Version.text)"), "script": .string(script.name),
      "script_sha256": .string(SHA256.hex(script.bytes)),
      "seed": Int(exactly: machine.seed).map { .int($0) } ?? .string("\(machine.seed)"),
      "seeds": .list(origin.seeds.map { .int($0) }), "options": .object(options),
      "protocols": .list(origin.protocols.map { .string($0) }),
      "data": .list(
        origin.sources.map { .object(["name": .string($0.name), "fingerprint": .string($0.fingerprint)]) }),
      "rows": .int(table.rows.count), "columns": .list(columns(table).map { .string($0) }),
    ]
    if let caption = style.caption { fields["caption"] = .string(caption) }
    return try JSONValue.object(fields).text(pretty: true) + "\n"
  }

  private static func write(_ text: String, to path: String, _ call: Invocation) throws {
    do throws(FileError) { try AtomicFile.write(Array(text.utf8), to: path) } catch {
      throw error.failure(call, argument: 1)
    }
  }
}

extension Value {
  /// A value as a file holds it: every digit of a number, strings without quotes, one line for what would be drawn over
  /// several.
  var plain: String {
    switch self {
    case .none: return ""
    case .float(let value): return "\(value)"
    case .string(let text): return text
    case .object(let object):
      let text = object.printed
      return text.contains("\n") ? object.brief : text
    case .module(let module, _): return module.definition.name
    default: return printed
    }
  }
}
