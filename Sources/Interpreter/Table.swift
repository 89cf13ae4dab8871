/// A value that fills several columns of a table: a score its metrics, a run its validation.
package protocol RowConvertible: LanguageObject {
  var columns: [Table.Column] { get }
}

/// Rows with a key each: what a grid gives, and the log of a run.
package final class Table: LanguageObject {
  /// A column that a value fills, with what guessing gives and what can be reached at best, where these are known.
  package struct Column {
    package var name: String
    package let value: Value
    package let chance: Value
    package let ceiling: Value

    package init(_ name: String, _ value: Value, chance: Value = .none, ceiling: Value = .none) {
      self.name = name
      self.value = value
      self.chance = chance
      self.ceiling = ceiling
    }
  }

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

    /// A row whose whole value is the record of its cells.
    package init(keys: [Value], cells: [(name: String, value: Value)]) {
      self.init(keys: keys, value: .record(Record(cells.map { ($0.name, $0.value) })), cells: cells)
    }

    /// The value in a column, none where this row has nothing there.
    package func cell(_ column: String) -> Value { cells.first { $0.name == column }?.value ?? .none }
  }

  package let keyNames: [String]
  package let rows: [Row]
  /// What rows came from that do not say so themselves, such as means of scores.
  package let inherited: Evidence

  /// - Parameter inherited: where the numbers come from, beside what the rows' own values say.
  package init(keyNames: [String], rows: [Row], inherited: Evidence = Evidence()) {
    self.keyNames = keyNames
    self.rows = rows
    self.inherited = inherited
  }

  /// Seeds, protocols and data behind the numbers.
  package private(set) lazy var evidence: Evidence = {
    var all = inherited
    let seed = keyNames.firstIndex(of: "seed")
    for row in rows {
      if let seed, case .int(let value) = row.keys[seed] { all.add(seed: value) }
      all.add(row.value)
    }
    return all
  }()

  /// The columns that a value fills: a record its fields, a score its metrics, a run its validation, anything else the
  /// column `value`. A score or run in a field fills its own columns; where two of a record would fill the same one, the
  /// name says of which field it is.
  package static func columns(of value: Value) throws -> [Column] {
    switch value {
    case .record(let record):
      let fields = try record.fields().map { name, value -> (field: String, columns: [Column], isSpread: Bool) in
        guard case .object(let object) = value, let row = object as? any RowConvertible else {
          return (name, [Column(name, value)], false)
        }
        return (name, row.columns, true)
      }
      let counts = Dictionary(fields.flatMap { $0.columns.map { ($0.name, 1) } }, uniquingKeysWith: +)
      return fields.flatMap { field in
        field.columns.map { column in
          guard field.isSpread, counts[column.name] ?? 0 > 1 else { return column }
          var named = column
          named.name += " of \(field.field)"
          return named
        }
      }
    case .object(let object):
      if let row = object as? any RowConvertible { return row.columns }
      return [Column("value", value)]
    case .none: return []
    default: return [Column("value", value)]
    }
  }

  /// The cells of a row that holds a value.
  package static func cells(of value: Value) throws -> [(name: String, value: Value)] {
    try columns(of: value).map { (name: $0.name, value: $0.value) }
  }

  package var typeName: String { "table" }

  /// Names of the value columns in order of first appearance.
  package var columnNames: [String] {
    var names: [String] = []
    for row in rows { for cell in row.cells where !names.contains(cell.name) { names.append(cell.name) } }
    return names
  }

  package var fieldNames: [String] { keyNames + columnNames + ["rows"] }

  /// A column as a list. What fills no column of its own is found by the name that it has in the cells: `value` for what
  /// the cells gave, whole, and a field of theirs, such as a run that stands beside a score.
  package func field(_ name: String) throws -> Value? {
    if name == "rows" { return .int(rows.count) }
    if let index = keyNames.firstIndex(of: name) { return .list(rows.map { $0.keys[index] }) }
    if columnNames.contains(name) { return .list(rows.map { $0.cell(name) }) }
    if name == "value", !rows.isEmpty { return .list(rows.map(\.value)) }
    let found = try rows.map { row -> Value? in
      if case .record(let record) = row.value { try record.field(name) } else { nil }
    }
    return found.contains { $0 != nil } ? .list(found.map { $0 ?? .none }) : nil
  }

  /// `t[k1, k2]`: the value of that cell; with fewer keys the rows that have them. One string that is no key is the name
  /// of a column: keys come first, so that a new column never changes what a key means.
  package func element(_ keys: [Value]) throws -> Value? {
    if keys.isEmpty { return nil }
    if keys.count <= keyNames.count, let found = selected(keys) { return found }
    if keys.count == 1, case .string(let name) = keys[0] { return try field(name) }
    return nil
  }

  private func selected(_ keys: [Value]) -> Value? {
    let labels = keys.map(\.label)
    let found = rows.filter { row in zip(row.keys, labels).allSatisfy { $0.label == $1 } }
    if found.isEmpty { return nil }
    if keys.count == keyNames.count { return found[0].value }
    return .object(
      Table(
        keyNames: Array(keyNames.dropFirst(keys.count)),
        rows: found.map { Row(keys: Array($0.keys.dropFirst(keys.count)), value: $0.value, cells: $0.cells) },
        inherited: inherited))
  }

  package var printed: String { text(limit: 200) }
  package var exhibit: Exhibit? { .table(self) }

  /// Columns aligned, numbers to the right.
  package func text(limit: Int) -> String {
    let columns = columnNames
    var grid: [[String]] = [keyNames + columns]
    var isNumber = [Bool](repeating: true, count: keyNames.count + columns.count)
    for row in rows.prefix(limit) {
      let values = row.keys + columns.map { row.cell($0) }
      for (index, value) in values.enumerated() where !value.isNone && !value.isNumeric { isNumber[index] = false }
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
  /// Whether columns of it are aligned as numbers are.
  package var isNumeric: Bool {
    switch self {
    case .int, .float: true
    case .object(let object): object.isNumeric
    default: false
    }
  }

  /// One cell of a printed table: metrics and losses with four digits.
  package var cellText: String {
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
