import Diagnostics

extension Machine {
  static let mostCells = 100_000

  static func tooManyCells(at span: Span) -> Failure {
    Failure(.outOfRange, "this grid has more than \(mostCells) cells", at: span)
  }

  /// Runs a cell for every combination, in written order. An axis called `seed` sets the seed of its cells. What a run
  /// before has kept of a cell is taken instead of running it.
  func grid(_ columns: [(name: String, values: [Value])], cell: Value, at span: Span) throws -> Value {
    var combinations: [[Value]] = [[]]
    for column in columns {
      // Neither factor is above the limit, so the product is a whole number.
      if combinations.count * column.values.count > Self.mostCells { throw Self.tooManyCells(at: span) }
      combinations = combinations.flatMap { prefix in column.values.map { prefix + [$0] } }
    }
    let outer = seed
    defer { seed = outer }
    let place = columns.firstIndex { $0.name == "seed" }
    func seedOfCell(_ keys: [Value]) throws -> UInt64 {
      guard let place else { return outer }
      guard case .int(let value) = keys[place] else {
        throw Failure(
          .wrongType, "a grid axis called `seed` takes whole numbers, not \(keys[place].described)", at: span)
      }
      return UInt64(bitPattern: Int64(value))
    }
    let cells = try keptCells(of: cell, count: combinations.count, at: span)
    var known: [Value?] = []
    if let cells {
      for keys in combinations {
        try checkInterrupt()
        known.append(try cells.kept(keys, seed: try seedOfCell(keys)))
      }
      cells.begin(found: known.count { $0 != nil }, of: known.count)
    }
    var rows: [Table.Row] = []
    for (index, keys) in combinations.enumerated() {
      try checkInterrupt()
      if interruptedRun, !isInteractive { throw Failure(.interrupted, "interrupted", at: span) }
      let value: Value
      if let kept = index < known.count ? known[index] : nil {
        value = kept
      } else {
        seed = try seedOfCell(keys)
        // The cell's key of randomness is its seed alone, so that cells of one seed are paired.
        let run = { try self.call(cell, keys, at: span, place: Label64("cell")) }
        value = try cells.map { try $0.computed(keys, seed: seed, run) } ?? run()
      }
      rows.append(Table.Row(keys: keys, value: value, cells: try Table.cells(of: value)))
    }
    return .object(Table(keyNames: columns.map(\.name), rows: rows))
  }

  /// What is kept of a grid's cells; nil inside of a cell that is kept whole, and inside of models and losses.
  private func keptCells(of cell: Value, count: Int, at span: Span) throws -> (any KeptCells)? {
    guard let cellStore, count > 0, contexts.isEmpty, reads == nil, !isChecking, case .function(let function) = cell
    else { return nil }
    return try cellStore.cells(of: function, self, at: span)
  }

  /// Runs a cell and gives what it read of the disk.
  package func notingReads(_ body: () throws -> Value) rethrows -> (value: Value, reads: [FileRead]) {
    let outer = reads
    reads = []
    defer { reads = outer }
    let value = try body()
    return (value, reads ?? [])
  }

  /// Notes that the cell that runs has read something of the disk.
  package func note(read: @autoclosure () -> FileRead) {
    guard reads != nil else { return }
    reads?.append(read())
  }
}
