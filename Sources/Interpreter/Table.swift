import Diagnostics

/// A value that fills several columns of a table: a score its metrics.
package protocol RowConvertible: LanguageObject {
  var columns: [(name: String, value: Value)] { get }
}

/// Rows with a key each: what a grid gives, and the log of a run.
package final class Table: LanguageObject {
  package struct Row {
    package let keys: [Value]
    /// What the cell's block gave, whole.
    package let value: Value
    package let cells: [(name: String, value: Value)]

    package init(keys: [Value], value: Value, cells: [(name: String, value: Value)]) {
      self.keys = keys
      self.value = value
      self.cells = cells
    }
  }

  package let keyNames: [String]
  package let rows: [Row]

  package init(keyNames: [String], rows: [Row]) {
    self.keyNames = keyNames
    self.rows = rows
  }

  /// A record fills columns, a score its metrics, anything else the column `value`.
  package static func cells(of value: Value) throws -> [(name: String, value: Value)] {
    switch value {
    case .record(let record): return try record.fields().map { (name: $0.0, value: $0.1) }
    case .object(let object):
      if let row = object as? any RowConvertible { return row.columns }
      return [("value", value)]
    case .none: return []
    default: return [("value", value)]
    }
  }

  package var typeName: String { "table" }

  /// Names of the value columns in order of first appearance.
  package var columnNames: [String] {
    var names: [String] = []
    for row in rows { for cell in row.cells where !names.contains(cell.name) { names.append(cell.name) } }
    return names
  }

  package var fieldNames: [String] { keyNames + columnNames + ["rows"] }

  /// A column as a list.
  package func field(_ name: String) -> Value? {
    if name == "rows" { return .int(rows.count) }
    if let index = keyNames.firstIndex(of: name) { return .list(rows.map { $0.keys[index] }) }
    guard columnNames.contains(name) else { return nil }
    return .list(rows.map { row in row.cells.first { $0.name == name }?.value ?? .none })
  }

  /// `t[k1, k2]`: the value of that cell; with fewer keys the rows that have them.
  package func element(_ keys: [Value]) -> Value? {
    if keys.count == 1, keyNames.isEmpty, case .string(let name) = keys[0] { return field(name) }
    guard !keys.isEmpty, keys.count <= keyNames.count else { return nil }
    let labels = keys.map(\.label)
    let found = rows.filter { row in zip(row.keys, labels).allSatisfy { $0.label == $1 } }
    if found.isEmpty { return nil }
    if keys.count == keyNames.count { return found[0].value }
    return .object(
      Table(
        keyNames: Array(keyNames.dropFirst(keys.count)),
        rows: found.map { Row(keys: Array($0.keys.dropFirst(keys.count)), value: $0.value, cells: $0.cells) }))
  }

  package var printed: String { text(limit: 200) }

  /// Columns aligned, numbers to the right.
  package func text(limit: Int) -> String {
    let columns = columnNames
    var grid: [[String]] = [keyNames + columns]
    var isNumber = [Bool](repeating: true, count: keyNames.count + columns.count)
    for row in rows.prefix(limit) {
      let values = row.keys + columns.map { name in row.cells.first { $0.name == name }?.value ?? .none }
      for (index, value) in values.enumerated() {
        switch value {
        case .int, .float, .none: break
        default: isNumber[index] = false
        }
      }
      grid.append(values.map { $0.isNone ? "" : $0.cellText })
    }
    let widths = grid[0].indices.map { column in grid.map { $0[column].count }.max() ?? 0 }
    var lines = grid.map { cells in
      var line = ""
      for (index, cell) in cells.enumerated() {
        let pad = String(repeating: " ", count: widths[index] - cell.count)
        line += (index > 0 ? "  " : "") + (isNumber[index] ? pad + cell : cell + pad)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    if rows.count > limit { lines.append("... \(rows.count) rows in all") }
    return lines.joined(separator: "\n")
  }
}

extension Value {
  /// One cell of a printed table: metrics and losses with four digits.
  var cellText: String {
    switch self {
    case .float(let value):
      let magnitude = abs(value)
      return magnitude != 0 && (magnitude < 1e-3 || magnitude >= 1e6) ? Value.text(value) : Value.fixed(value, 4)
    case .object(let object):
      let text = object.printed
      return text.contains("\n") ? object.typeName : text
    default: return quotedCell
    }
  }

  private var quotedCell: String {
    if case .string(let text) = self { return text }
    return quoted
  }
}

extension Machine {
  static let mostCells = 100_000

  static func tooManyCells(at span: Span) -> Failure {
    Failure(.outOfRange, "this grid has more than \(mostCells) cells", at: span)
  }

  /// Runs a cell for every combination, in written order. An axis called `seed` sets the seed of its cells.
  func grid(_ columns: [(name: String, values: [Value])], cell: Value, at span: Span) throws -> Value {
    var combinations: [[Value]] = [[]]
    for column in columns {
      // Neither factor is above the limit, so the product is a whole number.
      if combinations.count * column.values.count > Self.mostCells { throw Self.tooManyCells(at: span) }
      combinations = combinations.flatMap { prefix in column.values.map { prefix + [$0] } }
    }
    let outer = seed
    defer { seed = outer }
    var rows: [Table.Row] = []
    for keys in combinations {
      try checkInterrupt()
      if interruptedRun, !isInteractive { throw Failure(.interrupted, "interrupted", at: span) }
      if let index = columns.firstIndex(where: { $0.name == "seed" }) {
        guard case .int(let value) = keys[index] else {
          throw Failure(
            .wrongType, "a grid axis called `seed` takes whole numbers, not \(keys[index].described)", at: span)
        }
        seed = UInt64(bitPattern: Int64(value))
      }
      // The cell's key of randomness is its seed alone, so that cells of one seed are paired.
      let value = try call(cell, keys, at: span, place: Label64("cell"))
      rows.append(Table.Row(keys: keys, value: value, cells: try Table.cells(of: value)))
    }
    return .object(Table(keyNames: columns.map(\.name), rows: rows))
  }
}
