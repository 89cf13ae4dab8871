extension TextRecords.Style {
  /// One JSON object a line: a record has one field, the whole line.
  static let jsonLines = TextRecords.Style(separator: UInt8(ascii: "\n"), hasQuotes: false)
}

extension DataAssembly {
  /// Which key of a JSON line means what; each line may leave out what it likes, but for user and item.
  private struct Keys {
    let header: Header

    /// The value of a role in one line.
    func value(_ role: ColumnRole, _ line: JSONLine) -> (key: String, value: String)? {
      for name in header.given[role.rawValue].map({ [$0.lowercased()] }) ?? role.names {
        if let field = line.fields.first(where: { $0.key.lowercased() == name }), let value = field.value {
          return (field.key, value)
        }
      }
      return nil
    }
  }

  private func keys(_ path: String) -> Keys { Keys(header: Header(file: path, columns: [], given: request.columns)) }

  private func line(_ records: TextRecords) throws(DataError) -> JSONLine {
    do { return try JSONLine(records.bytes(0)) } catch {
      throw DataError(
        code: "bad-row", message: "the line is damaged: \(error.message)",
        place: "\(records.place), \(error.key.isEmpty ? "" : "key \(error.key), ")column \(error.byte)",
        suggestion: "one JSON object a line, with double quotes; single quotes are Python, not JSON")
    }
  }

  private func required(
    _ role: ColumnRole, _ keys: Keys, _ line: JSONLine, _ records: TextRecords
  ) throws(DataError) -> (key: String, value: String) {
    guard let found = keys.value(role, line), !found.value.isEmpty else {
      let names = line.fields.prefix(12).map { "`\($0.key)`" }.joined(separator: ", ")
      throw DataError(
        code: "bad-row", message: "the line has no \(role.rawValue); its keys are \(names)",
        place: "\(records.place), key \(role.rawValue)",
        suggestion: "columns = {\(role.rawValue): \"KEY\"} says which key it is")
    }
    return found
  }

  private func jsonPlace(_ records: TextRecords, _ key: String) -> String { "\(records.place), key \(key)" }

  /// Reads events, one JSON object a line, as Amazon's reviews are published.
  func readEventLines(_ path: String) throws(DataError) {
    let records = try TextRecords(path: path, style: .jsonLines)
    let keys = keys(path)
    var rows = 0
    var hasTimes: Bool?
    while try records.next() {
      rows += 1
      try tick(records)
      let line = try line(records)
      let user = try required(.user, keys, line, records)
      let item = try required(.item, keys, line, records)
      var moment: EventColumns.Moment?
      let time = keys.value(.timestamp, line)
      if let time, case var text = time.value {
        moment = text.withUTF8 { EventColumns.Moment($0) }
        guard moment != nil else {
          throw DataError(
            code: "bad-row", message: "the timestamp `\(time.value.prefix(40))` is not a number",
            place: jsonPlace(records, time.key), suggestion: "write timestamps as numbers, for example Unix seconds")
        }
      }
      guard hasTimes ?? (moment != nil) == (moment != nil) else {
        throw DataError(
          code: "bad-row",
          message: moment == nil
            ? "the line has no time, but earlier ones have one" : "the line has a time, but earlier ones have none",
          place: jsonPlace(records, time?.key ?? "timestamp"), suggestion: "give every line a time, or none")
      }
      hasTimes = moment != nil
      if let least = request.minRating {
        let rating = try required(.rating, keys, line, records)
        guard let value = Double(rating.value), value.isFinite else {
          throw DataError(
            code: "bad-row", message: "the rating `\(rating.value.prefix(40))` is not a number",
            place: jsonPlace(records, rating.key), suggestion: "leave `min_rating` away to ignore ratings")
        }
        if value < least {
          belowRating += 1
          continue
        }
      }
      try checkRoom(records)
      guard let index = try number(item, items, isOpen: isOpen, records) else { continue }
      guard let owner = try number(user, users, isOpen: true, records) else { continue }
      if let moment {
        events.append(user: owner, item: index, at: moment)
      } else {
        events.append(user: owner, item: index)
      }
    }
    if hasTimes != true { noteOrder(path) }
    try finish(records)
    try checkEvents(path, rows: rows)
  }

  /// The number of an id; nil for one that is unknown where the table takes no new ones.
  private func number(
    _ id: (key: String, value: String), _ table: IDTable, isOpen: Bool, _ records: TextRecords
  ) throws(DataError) -> Int32? {
    guard isOpen else {
      if let known = table.find(id.value) { return known }
      unknownItem.add(jsonPlace(records, id.key))
      return nil
    }
    guard !id.value.utf8.contains(0), let found = table.number(id.value) else {
      throw DataError(
        code: "bad-row", message: "an id holds a NUL byte: the file is damaged", place: jsonPlace(records, id.key))
    }
    return found.number
  }

  /// Reads items, one JSON object a line, as Amazon's metadata are published; lists of texts are joined.
  func readItemLines(_ path: String) throws(DataError) {
    let records = try TextRecords(path: path, style: .jsonLines)
    let keys = keys(path)
    var places: [String: Int] = [:]
    while try records.next() {
      try tick(records)
      let line = try line(records)
      let item = try required(.item, keys, line, records)
      guard !item.value.utf8.contains(0), let found = items.number(item.value) else {
        throw DataError(code: "bad-row", message: "an id holds a NUL byte", place: jsonPlace(records, item.key))
      }
      guard found.isNew else {
        throw DataError(
          code: "duplicate-item",
          message: "item \(item.value) stands in lines \(itemLines[Int(found.number)]) and \(records.line)",
          place: jsonPlace(records, item.key), suggestion: "keep one row per item")
      }
      itemLines.append(records.line)
      var used = [item.key]
      for role in [ColumnRole.title, .description, .image] {
        var value = keys.value(role, line)
        // An address is no file; it stays a column.
        if role == .image, value?.value.contains("://") ?? false { value = nil }
        if let value { used.append(value.key) }
        switch role {
        case .title: titles.append(value?.value ?? "")
        case .description: descriptions.append(value?.value ?? "")
        default: images.append(value?.value ?? "")
        }
      }
      for field in line.fields where !used.contains(field.key) {
        guard let value = field.value else { continue }
        let column = field.key.lowercased()
        // A key that few lines have is a column all the same; made-up keys by the thousand are not.
        guard places[column] != nil || places.count < 256 else { continue }
        let place = places[column] ?? others.count
        if place == others.count { others.append((column, [])) }
        places[column] = place
        let missing = items.count - 1 - others[place].values.count
        if missing > 0 { others[place].values += [String](repeating: "", count: missing) }
        if missing >= 0 { others[place].values.append(value) }
      }
      let isBlank = { (text: String?) -> Bool in text?.utf8.allSatisfy { $0 <= 0x20 } ?? true }
      if isBlank(titles.last), isBlank(descriptions.last) { emptyText.add(jsonPlace(records, "title")) }
      let bytes = records.bytes(0)
      if String(validating: bytes, as: UTF8.self) == nil { badText.add(records.place) }
    }
    for place in places.values {
      others[place].values += [String](repeating: "", count: items.count - others[place].values.count)
    }
    try closeItems(records)
  }
}
