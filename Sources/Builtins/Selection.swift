import Diagnostics
import Interpreter
import Recommendation

/// Choosing rows of a table.
extension Table {
  /// A row as a record: its keys, then its columns.
  func record(of row: Row) -> Record {
    Record(zip(keyNames, row.keys).map { ($0, $1) } + row.cells.filter { !keyNames.contains($0.name) })
  }

  /// What the names of columns begin with that hold validation, by which one may choose.
  static let validation = "valid "

  /// The row whose validation is best, of each group of rows that share the keys in `groups`; of equal ones the first.
  func best(by column: String, within groups: [String], _ call: Invocation) throws -> Table {
    let offered = columnNames.filter { $0.hasPrefix(Self.validation) }
    guard column.hasPrefix(Self.validation) else {
      var failure = call.fail(
        .wrongType, "`best` chooses by validation, and `\(column)` is not a validation column", argument: 1,
        tries: offered.map { "by = \"\($0)\"" })
      failure.diagnostic.notes = [
        "a score of the test part that was chosen by the test part says how well the choice fits those users, not how well "
          + "the model does",
        offered.isEmpty
          ? "this table has no column that begins with \"\(Self.validation)\"; a run of `train` fills them, and so does "
            + "`evaluate` on data.valid" : "validation columns begin with \"\(Self.validation)\"",
      ]
      throw failure
    }
    // Of ranks the smallest is best.
    let sign = column == Self.validation + RankingMetric.Kind.meanRank.rawValue ? -1.0 : 1
    let values = try self.column(column, call, argument: 1)
    let places = try groups.map { name in
      guard let place = keyNames.firstIndex(of: name) else {
        throw call.fail(
          .unknownField, "this table has no key column `\(name)`", argument: 2,
          tries: keyNames.map { "within = [\"\($0)\"]" })
      }
      return place
    }
    var chosen: [(labels: [UInt64], row: Int, value: Double?)] = []
    for (index, row) in rows.enumerated() {
      let labels = places.map { row.keys[$0].label }
      let value = values[index].comparable.flatMap { $0.isNaN ? nil : sign * $0 }
      guard let group = chosen.firstIndex(where: { $0.labels == labels }) else {
        chosen.append((labels, index, value))
        continue
      }
      guard let value else { continue }
      if let best = chosen[group].value, best >= value { continue }
      chosen[group] = (labels, index, value)
    }
    if chosen.isEmpty { throw call.fail(.outOfRange, "this table has no rows to choose from", argument: 0) }
    if let empty = chosen.first(where: { $0.value == nil }) {
      let group = places.map { "\(keyNames[$0]) \(rows[empty.row].keys[$0].printed)" }.joined(separator: ", ")
      throw call.fail(
        .outOfRange, "no row\(group.isEmpty ? "" : " of \(group)") has a number in `\(column)`", argument: 0)
    }
    return with(rows: chosen.map { rows[$0.row] })
  }
}

extension Catalog {
  static var selections: [Builtin] {
    [
      Builtin(
        "keep",
        """
        The rows of a table for which a function is true. The function gets a row as a record of its keys and columns; \
        a column with blanks in its name is read as `row["valid ndcg@10"]`.
        """,
        BuiltinParameter<TableArgument>("table"), BuiltinParameter<Value>("test"),
        examples: """
          pmm> keep(grid k in 1..4 { {x: k * k} }, row => row.x > 3 and row.k < 4)
          k  x
          2  4
          3  9
          """
      ) { call, table, test in
        let rows = try table.table.rows.filter { row in
          let value = try call.machine.call(
            test, [.record(table.table.record(of: row))], at: call.spans[1] ?? call.span, place: call.place)
          guard case .bool(let keeps) = value else {
            throw call.fail(
              .notBool, "`keep` takes a function that gives true or false, not \(value.described)", argument: 1,
              tries: ["row => row.\((table.table.columnNames.first ?? "x")) > 0"])
          }
          return keeps
        }
        return TableArgument(table: table.table.with(rows: rows))
      },
      Builtin(
        "best",
        """
        The row of a table with the largest value of a validation column, of `valid mean_rank` the smallest; with `within`, such a row for each combination \
        of these keys. Columns that do not begin with "valid " are refused, since a test score that was chosen by the \
        test says little. `.value[0]` of the result is what that cell gave, such as its run.
        """,
        BuiltinParameter<TableArgument>("table"), BuiltinParameter<String>("by"),
        BuiltinParameter<[String]>("within", default: [], shown: "[]"),
        examples: """
          pmm> t = grid rate in [0.1, 0.2], seed in 1..2 { {"valid ndcg@10": rate * seed, "ndcg@10": 0.5} }
          pmm> best(t, by = "valid ndcg@10", within = ["seed"])
            rate  seed  valid ndcg@10  ndcg@10
          0.2000     1         0.2000   0.5000
          0.2000     2         0.4000   0.5000
          """
      ) { call, table, by, within in
        TableArgument(table: try table.table.best(by: by, within: within, call))
      },
    ]
  }
}
