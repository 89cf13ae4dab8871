import Diagnostics
import Interpreter

extension Table {
  /// Rows that differ in one key only become one: numbers as mean, spread and count.
  func mean(over column: String, _ call: Invocation) throws -> Table {
    guard let index = keyNames.firstIndex(of: column) else {
      throw call.fail(
        .unknownField, "this table has no key column `\(column)`", argument: 1,
        tries: keyNames.map { "over = \"\($0)\"" })
    }
    var groups: [(keys: [Value], rows: [Row])] = []
    for row in rows {
      var keys = row.keys
      keys.remove(at: index)
      let labels = keys.map(\.label)
      if let found = groups.firstIndex(where: { $0.keys.map(\.label) == labels }) {
        groups[found].rows.append(row)
      } else {
        groups.append((keys, [row]))
      }
    }
    let columns = columnNames
    let merged = groups.map { group in
      let cells: [(name: String, value: Value)] = columns.compactMap { name in
        let values = group.rows.compactMap { row in row.cells.first { $0.name == name }?.value }
        let numbers = values.compactMap { Double.from($0) }
        if numbers.count == values.count, !numbers.isEmpty { return (name, .object(Spread(numbers))) }
        guard let first = values.first, values.allSatisfy({ $0.label == first.label }) else { return nil }
        return (name, first)
      }
      return Row(keys: group.keys, cells: cells)
    }
    return Table(keyNames: keyNames.filter { $0 != column }, rows: merged, inherited: evidence)
  }

  /// One row a metric, with its value, chance and ceiling.
  func long() throws -> Table {
    let rows = try rows.flatMap { row -> [Row] in
      let known = try Table.columns(of: row.value)
      return row.cells.map { cell in
        let column = known.first { $0.name == cell.name }
        return Row(
          keys: row.keys + [.string(cell.name)], value: cell.value,
          cells: [
            ("value", cell.value), ("chance", column?.chance ?? .none), ("ceiling", column?.ceiling ?? .none),
          ])
      }
    }
    return Table(keyNames: keyNames + ["metric"], rows: rows, inherited: evidence)
  }

  /// The same table with other rows of its own.
  func with(rows: [Row]) -> Table { Table(keyNames: keyNames, rows: rows, inherited: inherited) }

  /// A column by its name, or an error that lists the columns.
  func column(_ name: String, _ call: Invocation, argument: Int) throws -> [Value] {
    if case .list(let values)? = try field(name) { return values }
    let all = keyNames + columnNames
    let near = NameSuggestion.near(name, among: all)
    throw call.fail(
      .unknownField, "this table has no column `\(name)`", argument: argument,
      tries: near.isEmpty ? ["one of \(all.joined(separator: ", "))"] : near)
  }
}

/// A table as an argument.
struct TableArgument: ValueConvertible {
  let table: Table
  static var typeName: String { "a table" }
  static func from(_ value: Value) -> TableArgument? {
    if case .object(let object) = value, let table = object as? Table { return TableArgument(table: table) }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(table) }
}

extension Catalog {
  static var tables: [Builtin] {
    [
      Builtin(
        "long", "One row per metric, with value, chance and ceiling.", BuiltinParameter<TableArgument>("table"),
        examples: """
          pmm> long(grid k in 1..2 { {loss: 0.5} })
          k  metric   value  chance  ceiling
          1  loss    0.5000
          2  loss    0.5000
          """
      ) { _, table in TableArgument(table: try table.table.long()) },
      Builtin(
        "append", "The rows of two tables; a key that one lacks stays empty.", BuiltinParameter<TableArgument>("a"),
        BuiltinParameter<TableArgument>("b"),
        examples: """
          pmm> append(grid k in [1] { {x: 1} }, grid k in [2] { {x: 3} })
          k  x
          1  1
          2  3
          """
      ) { _, a, b in
        var names = a.table.keyNames
        for name in b.table.keyNames where !names.contains(name) {
          // The metric stays the last key.
          if names.last == "metric" { names.insert(name, at: names.count - 1) } else { names.append(name) }
        }
        func adapted(_ table: Table) -> [Table.Row] {
          table.rows.map { row in
            Table.Row(
              keys: names.map { name in table.keyNames.firstIndex(of: name).map { row.keys[$0] } ?? .none },
              value: row.value, cells: row.cells)
          }
        }
        return TableArgument(
          table: Table(
            keyNames: names, rows: adapted(a.table) + adapted(b.table),
            inherited: a.table.inherited.adding(b.table.inherited)))
      },
      Builtin(
        "sort", "The rows of a table by a column, smallest first.", BuiltinParameter<TableArgument>("table"),
        BuiltinParameter<String>("by"), BuiltinParameter<Bool>("descending", default: false, shown: "false"),
        examples: """
          pmm> sort(grid k in 1..2 { {x: -k} }, by = "x")
          k   x
          2  -2
          1  -1
          """
      ) { call, table, by, descending in
        let column = try table.table.column(by, call, argument: 1)
        let order = column.indices.sorted { a, b in
          let (x, y) = descending ? (column[b], column[a]) : (column[a], column[b])
          if let p = x.comparable, let q = y.comparable { return p < q }
          return x.printed < y.printed
        }
        return TableArgument(table: table.table.with(rows: order.map { table.table.rows[$0] }))
      },
    ]
  }
}
