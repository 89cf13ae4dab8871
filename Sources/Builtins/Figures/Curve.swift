import Diagnostics
import Interpreter

extension Catalog {
  static var curves: [Builtin] {
    [
      Builtin(
        "curve",
        """
        Lines: losses and validation of a run by epoch, of its log, of a list or a record of runs, or of a grid of them; a \
        tensor of one axis, or a line for each entry of its first; a list of numbers. `save(figure, "x.svg")` writes it, or as .png.
        """,
        BuiltinParameter<Value>("x"), BuiltinParameter<String?>("title", default: .none, shown: "none"),
        examples: """
          pmm> curve(grid epoch in 1..3 { {loss: 2.0 / epoch, seconds: 1.0} })
          3 epochs
          losses
          ...
          """
      ) { call, x, title -> Value in .object(try figure(x, title, call)) }
    ]
  }

  private typealias Log = (name: String, table: Table)

  private static func figure(_ value: Value, _ title: String?, _ call: Invocation) throws -> Figure {
    if let lines = try numberLines(value, call) {
      return Figure(
        title: title ?? (lines.count == 1 ? lines[0].name : "\(lines.count) lines"), xName: numberAxis(value),
        panels: [Figure.Panel(title: "", marks: .lines(lines))])
    }
    let logs = try logs(value, "", call)
    guard let first = logs.first else { throw call.fail(.data, "there is no run to draw", argument: 0) }
    let isSingle = logs.count == 1
    let x = first.table.keyNames.last ?? "row"
    var lines: [(run: String, column: String, points: [(x: Double, y: Double?)])] = []
    for (index, log) in logs.enumerated() {
      let numbers = log.table.columnNames.filter { name in
        !["seconds", "memory_mb"].contains(name) && points(name, log.table).contains { $0.y != nil }
      }
      let hasWhole = !isSingle && numbers.contains("loss")
      for name in numbers where !hasWhole || name == "loss" || isValidation(name) {
        lines.append((log.name.isEmpty ? "run \(index + 1)" : log.name, name, points(name, log.table)))
      }
    }
    let panels = [("losses", false), ("validation", true)].compactMap { title, isValid -> Figure.Panel? in
      let own = lines.filter { isValidation($0.column) == isValid }
      guard let column = own.first?.column else { return nil }
      // What all lines share stands above them.
      let shares = !isSingle && own.allSatisfy { $0.column == column }
      return Figure.Panel(
        title: shares ? column : title,
        marks: .lines(
          own.map { line in
            let name = isSingle ? line.column : shares ? line.run : "\(line.run), \(line.column)"
            return Figure.Line(name: name, points: line.points)
          }))
    }
    guard !panels.isEmpty else {
      let names = first.table.columnNames
      throw call.fail(
        .wrongType,
        "there are no numbers to draw: \(names.isEmpty ? "the table has no columns" : "the columns are \(names.joined(separator: ", "))")",
        argument: 0, tries: ["curve(run)", "curve(run.log)"])
    }
    let count = logs.map(\.table.rows.count).max() ?? 0
    let words =
      "\(isSingle ? "" : "\(logs.count) runs of ")\(isSingle ? "" : "up to ")\(count) \(x)\(count == 1 ? "" : "s")"
    return Figure(
      title: title ?? words, xName: x, panels: panels)
  }

  private static func isValidation(_ column: String) -> Bool { column.hasPrefix(Table.validation) }

  /// A column by the last key, where that is a number, else by the row.
  private static func points(_ name: String, _ table: Table) -> [(x: Double, y: Double?)] {
    table.rows.enumerated().map { index, row in
      let x = row.keys.last.flatMap { Double.from($0) }.flatMap { $0.isFinite ? $0 : nil } ?? Double(index + 1)
      return (x, row.cell(name).comparable.flatMap { $0.isFinite ? $0 : nil })
    }
  }

  private static func logs(_ value: Value, _ name: String, _ call: Invocation) throws -> [Log] {
    let prefix = name.isEmpty ? "" : "\(name), "
    switch value {
    case .object(let run as Run): return [(name, run.log)]
    case .object(let table as Table):
      let runs = try table.rows.flatMap { row -> [Log] in
        guard case .object(let run as Run) = row.value else { return [] }
        let keys = zip(table.keyNames, row.keys).map { "\($0) \($1.printed)" }.joined(separator: ", ")
        return try logs(.object(run), prefix + keys, call)
      }
      return runs.isEmpty ? [(name, table)] : runs
    case .list(let values):
      return try values.enumerated().flatMap { try logs($1, "\(prefix)run \($0 + 1)", call) }
    case .record(let record): return try record.fields().flatMap { try logs($1, prefix + $0, call) }
    default:
      throw call.fail(
        .wrongType, "curves are drawn of runs and of their logs, not of \(value.described)", argument: 0,
        tries: ["curve(run)", "curve([first.log, second.log])", "curve({small: first, large: second})"])
    }
  }
}
