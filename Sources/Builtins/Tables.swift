import Diagnostics
import Interpreter
import Recommendation

/// Mean and spread of a number over several rows: printed as one cell, saved as two columns.
final class Spread: LanguageObject {
  let mean: Double
  /// Sample standard deviation; nan for one value.
  let deviation: Double
  let count: Int

  init(_ values: [Double]) {
    count = values.count
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    self.mean = mean
    deviation =
      values.count < 2
      ? .nan : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  var typeName: String { "mean" }
  var fieldNames: [String] { ["mean", "deviation", "count"] }
  func field(_ name: String) -> Value? {
    switch name {
    case "mean": .float(mean)
    case "deviation": .float(deviation)
    case "count": .int(count)
    default: nil
    }
  }
  var printed: String {
    count < 2 ? Value.fixed(mean, 4) : "\(Value.fixed(mean, 4)) ± \(Value.fixed(deviation, 4)) (\(count))"
  }
  var label: UInt64 { Label64("mean").mixed(mean.bitPattern).mixed(deviation.bitPattern).mixed(count).value }
}

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
    let rows = groups.map { group in
      let cells: [(name: String, value: Value)] = columns.compactMap { name in
        let values = group.rows.compactMap { row in row.cells.first { $0.name == name }?.value }
        let numbers = values.compactMap { Double.from($0) }
        if numbers.count == values.count, !numbers.isEmpty { return (name, .object(Spread(numbers))) }
        guard let first = values.first, values.allSatisfy({ $0.label == first.label }) else { return nil }
        return (name, first)
      }
      return Row(keys: group.keys, value: .record(Record(cells.map { ($0.name, $0.value) })), cells: cells)
    }
    return Table(keyNames: keyNames.filter { $0 != column }, rows: rows)
  }

  /// One row a metric, with its value, chance and ceiling.
  var long: Table {
    let rows = rows.flatMap { row -> [Row] in
      if case .object(let object) = row.value, let score = object as? Score {
        return score.metrics.indices.map { m in
          Row(
            keys: row.keys + [.string(score.metrics[m].label)], value: .float(score.values[m]),
            cells: [
              ("value", .float(score.values[m])), ("chance", .float(score.chances[m])),
              ("ceiling", score.ceilings.map { .float($0[m]) } ?? .none),
            ])
        }
      }
      return row.cells.map { cell in
        Row(
          keys: row.keys + [.string(cell.name)], value: cell.value,
          cells: [("value", cell.value), ("chance", .none), ("ceiling", .none)])
      }
    }
    return Table(keyNames: keyNames + ["metric"], rows: rows)
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
      ) { _, table in TableArgument(table: table.table.long) },
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
        return TableArgument(table: Table(keyNames: names, rows: adapted(a.table) + adapted(b.table)))
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
        guard case .list(let column)? = table.table.field(by) else {
          throw call.fail(.unknownField, "this table has no column `\(by)`", argument: 1)
        }
        let order = column.indices.sorted { a, b in
          let (x, y) = descending ? (column[b], column[a]) : (column[a], column[b])
          if let p = Double.from(x), let q = Double.from(y) { return p < q }
          return x.printed < y.printed
        }
        return TableArgument(table: Table(keyNames: table.table.keyNames, rows: order.map { table.table.rows[$0] }))
      },
    ]
  }
}
