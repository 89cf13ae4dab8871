/// Which row of a file of vectors belongs to which item.
package struct FeatureIndex: Sendable {
  /// The row of each item, nil where the index names none. [item]
  package let rows: [Int?]
  /// How the index was understood.
  package let note: String

  /// Rows in the order of the catalogue.
  /// - Throws: where there are not as many rows as items.
  package init(catalogue: Catalogue, rows count: Int, features: String) throws(DataError) {
    guard count == catalogue.count else {
      throw DataError(
        code: "wrong-count",
        message: "\(features) has \(count) rows, but the data have \(catalogue.count) items", place: features,
        suggestion: "index = \"FILE\" says which row is whose, as i_id_mapping.csv does")
    }
    rows = (0..<count).map { $0 }
    note = "row i of \(features) belongs to item i of the data, in the order of the file of items"
  }

  /// Reads an index such as `i_id_mapping.csv`: a header, then raw ids and numbers of rows, by commas or tabs. Without a
  /// column that numbers all rows from 0, the row is the place in the file. Items of the data are looked up in the column
  /// that holds most of their ids.
  /// - Parameter count: how many rows the file of vectors has.
  package init(path: String, catalogue: Catalogue, rows count: Int, features: String) throws(DataError) {
    let sniffed = SniffedFile(path, name: path.lowercased(), given: [:])
    let records = try TextRecords(path: path, style: sniffed.style)
    var table: [[String]] = []
    var lines: [Int] = []
    while try records.next() {
      let row = (0..<min(records.fieldCount, 16)).map { records.text($0).text }
      if let first = table.first, first.count != row.count {
        throw DataError(
          code: "bad-row", message: "a row has \(row.count) fields, but the first one has \(first.count)",
          place: records.oddPlace(first.count))
      }
      table.append(row)
      lines.append(records.line)
    }
    guard let first = table.first, !first.isEmpty else {
      throw DataError(code: "empty-file", message: "\(path) is empty; ids were expected", place: "\(path):1")
    }
    let known = IDTable()
    for id in catalogue.rawIDs { _ = known.number(id) }
    // One line more than rows is a header, and so is a first line whose ids nobody knows.
    let hasHeader =
      table.count == count + 1 || first.contains { $0.lowercased().contains("id") || $0 == "item" || $0 == "asin" }
    if hasHeader {
      table.removeFirst()
      lines.removeFirst()
    }
    guard table.count == count else {
      throw DataError(
        code: "wrong-count",
        message: "\(features) has \(count) rows, but \(path) names \(table.count) items", place: "\(path):1",
        suggestion: "check that both were made together")
    }
    let numbers = first.indices.first { column in
      var seen = [Bool](repeating: false, count: count)
      for row in table {
        guard let number = Int(row[column]), seen.indices.contains(number), !seen[number] else { return false }
        seen[number] = true
      }
      return true
    }
    let shares = first.indices.map { column in table.count { known.find($0[column]) != nil } }
    // A raw id that looks like a number of a row is still a raw id where no other column is known.
    let best = first.indices.max { left, right in
      shares[left] != shares[right]
        ? shares[left] < shares[right] : (left == numbers ? true : right != numbers && left > right)
    }
    guard let best, shares[best] > 0 else {
      throw DataError(
        code: "wrong-ids",
        message: "no column of \(path) holds an id of the data, such as \(catalogue.rawIDs.first ?? "")",
        place: "\(path):1",
        suggestion: "check that index and interactions are of the same data set")
    }
    var rows = [Int?](repeating: nil, count: catalogue.count)
    for (place, row) in table.enumerated() {
      guard let item = known.find(row[best]) else { continue }
      if rows[Int(item)] != nil {
        throw DataError(
          code: "duplicate-item", message: "item \(row[best]) stands twice in column \(best + 1)",
          place: "\(path):\(lines[place]), column \(best + 1)", suggestion: "keep one row per item")
      }
      rows[Int(item)] = numbers.flatMap { Int(row[$0]) } ?? place
    }
    self.rows = rows
    let name = { (column: Int) in hasHeader ? "`\(first[column])`" : "\(column + 1)" }
    let how = numbers.map { "column \(name($0)) numbers the rows" } ?? "the place in the file numbers the rows"
    note = "\(path): column \(name(best)) holds the ids (\(shares[best]) of \(count) are in the data), \(how)"
  }
}
