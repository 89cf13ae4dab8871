import Checkpoint
import Diagnostics
import Interpreter

/// Tables as text files, by the ending of the path, each with a manifest beside it.
enum TableFile {
  static func save(_ table: Table, to path: String, _ call: Invocation) throws {
    let names = columns(table)
    let rows = table.rows.map { row in cells(row, table) }
    let text: String
    switch path.split(separator: ".").last.map({ $0.lowercased() }) {
    case "csv": text = lines([names.map(csv)] + rows.map { $0.map { csv($0.plain) } }, separator: ",")
    case "jsonl": text = try rows.map { try jsonLine(names, $0) + "\n" }.joined()
    case "md":
      let rule = names.map { _ in "---" }
      let cells = { (texts: [String]) in texts.map { replacing($0, ["|": "\\|", "\n": " ", "\r": " "]) } }
      text = ([cells(names), rule] + rows.map { cells($0.map(\.plain)) })
        .map { "| \($0.joined(separator: " | ")) |\n" }.joined()
    case "tex": text = latex(names, rows)
    default:
      throw call.fail(
        .file, "a table is saved as .csv, .jsonl, .md or .tex, and \(path) ends otherwise", argument: 1,
        tries: ["\(path).csv"])
    }
    try write(text, to: path, call)
    try write(manifest(table, call), to: path + ".manifest.json", call)
  }

  /// A mean fills a column for itself, one for its deviation and one for its count.
  private static func columns(_ table: Table) -> [String] {
    table.keyNames
      + table.columnNames.flatMap { name in
        isSpread(name, table) ? [name, "\(name)_deviation", "\(name)_count"] : [name]
      }
  }

  private static func isSpread(_ name: String, _ table: Table) -> Bool {
    table.rows.contains { row in
      if case .object(let object)? = row.cells.first(where: { $0.name == name })?.value { return object is Spread }
      return false
    }
  }

  private static func cells(_ row: Table.Row, _ table: Table) -> [Value] {
    row.keys
      + table.columnNames.flatMap { name -> [Value] in
        let value = row.cells.first { $0.name == name }?.value ?? .none
        guard isSpread(name, table) else { return [value] }
        guard case .object(let object) = value, let spread = object as? Spread else { return [value, .none, .none] }
        return [.float(spread.mean), spread.count < 2 ? .none : .float(spread.deviation), .int(spread.count)]
      }
  }

  private static func lines(_ rows: [[String]], separator: String) -> String {
    rows.map { $0.joined(separator: separator) + "\n" }.joined()
  }

  /// RFC 4180.
  private static func csv(_ text: String) -> String {
    // By bytes: a comma with an accent is one character and would be none of these.
    guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
    return "\"" + replacing(text, ["\"": "\"\""]) + "\""
  }

  private static func jsonLine(_ names: [String], _ values: [Value]) throws -> String {
    var fields: [String: JSONValue] = [:]
    for (name, value) in zip(names, values) {
      switch value {
      case .none: fields[name] = .null
      case .int(let number): fields[name] = .int(number)
      case .float(let number): fields[name] = .number(number)
      case .bool(let flag): fields[name] = .bool(flag)
      default: fields[name] = .string(value.plain)
      }
    }
    return try JSONValue.object(fields).text()
  }

  /// A text with some of its code points written otherwise.
  private static func replacing(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
    text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
  }

  private static let latexEscapes: [Unicode.Scalar: String] = [
    "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}",
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
  ]

  private static func latex(_ names: [String], _ rows: [[Value]]) -> String {
    func escaped(_ text: String) -> String { replacing(text, latexEscapes) }
    var text = "\\begin{tabular}{\(String(repeating: "l", count: names.count))}\n\\hline\n"
    text += names.map(escaped).joined(separator: " & ") + " \\\\\n\\hline\n"
    for row in rows { text += row.map { escaped($0.plain) }.joined(separator: " & ") + " \\\\\n" }
    return text + "\\hline\n\\end{tabular}\n"
  }

  /// What the numbers came from: the script, its options and seed.
  private static func manifest(_ table: Table, _ call: Invocation) throws -> String {
    let machine = call.machine
    var options: [String: JSONValue] = [:]
    for option in machine.declaredOptions {
      options[option.name] = .string(machine.givenOptions[option.name] ?? option.value.printed)
    }
    let document = JSONValue.object([
      "made_by": .string("pmm \(Version.text)"), "script": .string(call.span.source.name),
      "seed": Int(exactly: machine.seed).map { .int($0) } ?? .string("\(machine.seed)"), "options": .object(options),
      "rows": .int(table.rows.count), "columns": .list(columns(table).map { .string($0) }),
    ])
    return try document.text(pretty: true) + "\n"
  }

  private static func write(_ text: String, to path: String, _ call: Invocation) throws {
    do throws(CheckpointError) { try AtomicFile.write(Array(text.utf8), to: path) } catch {
      throw error.failure(call, argument: 1)
    }
  }
}

extension Value {
  /// A value as a file holds it: every digit of a number, strings without quotes.
  fileprivate var plain: String {
    switch self {
    case .none: ""
    case .float(let value): "\(value)"
    default: printed
    }
  }
}
