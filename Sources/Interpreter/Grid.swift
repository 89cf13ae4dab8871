import Diagnostics

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
