extension DataAssembly {
  /// Reads events without header; which column is the item is as `order` says, or told by the ids.
  func readPairs(_ path: String, _ style: TextRecords.Style) throws(DataError) {
    let roles = try pairRoles(path, style)
    let records = try TextRecords(path: path, style: style)
    var rows = 0
    var width = 0
    if roles.timestamp == nil { noteOrder(path) }
    while try records.next() {
      rows += 1
      try tick(records, every: 65536)
      if width == 0 { width = records.fieldCount }
      guard records.fieldCount == width else {
        throw DataError(
          code: "bad-row", message: "a row has \(records.fieldCount) columns, but the first one has \(width)",
          place: records.oddPlace(width), suggestion: "every row must have the same columns")
      }
      try add(records, roles)
    }
    try finish(records)
    try checkEvents(path, rows: rows)
  }

  /// What the first rows of a file say of its columns.
  private struct Sample {
    var rows: [[String]] = []
    var width: Int { rows.first?.count ?? 0 }

    init(_ path: String, _ style: TextRecords.Style) throws(DataError) {
      let records = try TextRecords(path: path, style: style)
      while rows.count < 20_000, try records.next() {
        rows.append((0..<min(records.fieldCount, 8)).map { records.text($0).text })
      }
    }

    func column(_ index: Int) -> [String] { rows.compactMap { $0.indices.contains(index) ? $0[index] : nil } }
  }

  private func pairRoles(_ path: String, _ style: TextRecords.Style) throws(DataError) -> EventRoles {
    let sample = try Sample(path, style)
    guard sample.width >= 2 else {
      throw DataError(
        code: "bad-row", message: "\(path) has \(sample.width) columns; a user and an item were expected",
        place: "\(path):1, column \(sample.width + 1)")
    }
    if !request.order.isEmpty { return try givenRoles(path, sample.width) }
    guard sample.width <= 3 else {
      throw DataError(
        code: "unclear-order", message: "\(path) has \(sample.width) columns and no header", place: "\(path):1",
        suggestion: "order = [\"user\", \"item\", \"timestamp\", \"\"] says what they are")
    }
    let (item, why) = try itemColumn(path, sample)
    let named = item == 0 ? "item, user" : "user, item"
    notes.append("\(fileName(path)): columns are \(named)\(sample.width == 3 ? ", timestamp" : ""), because \(why)")
    return EventRoles(user: 1 - item, item: item, timestamp: sample.width == 3 ? 2 : nil)
  }

  private func givenRoles(_ path: String, _ width: Int) throws(DataError) -> EventRoles {
    let order = request.order.map { Header.columnName($0) }
    guard let user = order.firstIndex(of: "user"), let item = order.firstIndex(of: "item"), order.count == width else {
      throw DataError(
        code: "unclear-order",
        message: "order names \(order.count) columns (\(order.joined(separator: ", "))), but \(path) has \(width)",
        place: "\(path):1", suggestion: "name user and item, and every other column, if only by \"\"")
    }
    return EventRoles(
      user: user, item: item, timestamp: order.firstIndex(of: "timestamp"), rating: order.firstIndex(of: "rating"))
  }

  /// Which of the first two columns is the item, and how that is known.
  private func itemColumn(_ path: String, _ sample: Sample) throws(DataError) -> (column: Int, why: String) {
    let columns = [sample.column(0), sample.column(1)]
    if !isOpen {
      let shares = columns.map { column in
        Double(column.count { items.find($0) != nil }) / Double(max(1, column.count))
      }
      let better = shares[0] > shares[1] ? 0 : 1
      if shares[better] >= 0.5, shares[1 - better] < 0.5 * shares[better] {
        let percent = Int((shares[better] * 100).rounded(.down))
        return (better, "\(percent) % of the ids in column \(better + 1) are in \(itemsName)")
      }
    }
    let prefixes = columns.map(Self.commonLetter)
    let isItem = prefixes.map { $0 == "v" || $0 == "i" }
    let isUser = prefixes.map { $0 == "u" }
    if isItem[0] != isItem[1] || isUser[0] != isUser[1] {
      let column = isItem[0] || isUser[1] ? 0 : 1
      return (column, "ids begin with `\(prefixes[0] ?? "-")` and `\(prefixes[1] ?? "-")`")
    }
    // Logs are mostly written user by user: then the ids of one column come in runs and those of the other do not.
    let runs = columns.map { column in
      (runs: zip(column, column.dropFirst()).count { $0 != $1 } + 1, distinct: Set(column).count)
    }
    let isGrouped = runs.map { $0.runs == $0.distinct && $0.distinct * 2 <= sample.rows.count }
    if isGrouped[0] != isGrouped[1] {
      let user = isGrouped[0] ? 0 : 1
      return (1 - user, "the rows of each id in column \(user + 1) stand together, as those of a user do")
    }
    throw DataError(
      code: "unclear-order",
      message: "neither the ids nor their order in \(path) say which of its two columns is the user and which the item",
      place: "\(path):1", suggestion: "order = [\"user\", \"item\"\(sample.width == 3 ? ", \"timestamp\"" : "")]")
  }

  /// The letter that all ids of a column begin with, before a digit.
  private static func commonLetter(_ column: [String]) -> Character? {
    guard let first = column.first?.first, first.isLetter else { return nil }
    let isCommon = column.allSatisfy { $0.first == first && $0.dropFirst().first?.isNumber == true }
    return isCommon ? Character(first.lowercased()) : nil
  }
}
