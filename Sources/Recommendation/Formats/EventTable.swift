extension DataAssembly {
  /// Which columns of a table of events mean what.
  struct EventRoles {
    var user: Int
    var item: Int
    var timestamp: Int?
    var rating: Int?
  }

  /// Reads a table of events with a header; whatever makes the meaning of a row doubtful is an error with its place.
  /// - Parameter needsTimes: whether a table without times is an error; else its order stands for them.
  func readEvents(
    _ path: String, _ style: TextRecords.Style, usesSynonyms: Bool = true, needsTimes: Bool = false
  ) throws(DataError) {
    let (records, header) = try header(path, style, usesSynonyms: usesSynonyms)
    let roles = EventRoles(
      user: try header.require(.user), item: try header.require(.item),
      timestamp: needsTimes ? try header.require(.timestamp) : try header.find(.timestamp),
      rating: request.minRating == nil ? nil : try header.require(.rating))
    let renamed = header.renamed([(.user, roles.user), (.item, roles.item), (.timestamp, roles.timestamp)])
    if !renamed.isEmpty { notes.append("\(fileName(path)): \(renamed.joined(separator: ", "))") }
    if roles.timestamp == nil { noteOrder(path) }
    var rows = 0
    while try records.next() {
      rows += 1
      try tick(records, every: 65536)
      try checkWidth(records, header)
      try add(records, roles)
    }
    try finish(records)
    try checkEvents(path, rows: rows)
  }

  /// Says that the order of the file stands for times.
  func noteOrder(_ path: String) {
    notes.append("\(fileName(path)) has no times: the order of its rows stands for them")
  }

  /// One event of a row.
  func add(_ records: TextRecords, _ roles: EventRoles) throws(DataError) {
    let user = try checkID("an event has no user", records, roles.user)
    let item = try checkID("an event has no item", records, roles.item)
    var moment: EventColumns.Moment?
    if let column = roles.timestamp {
      guard let found = EventColumns.Moment(records.bytes(column)) else {
        throw DataError(
          code: "bad-row",
          message:
            "the timestamp `\(records.text(column).text.prefix(40))` is not a number (column \(column + 1), at byte "
            + "\(records.column(column)) of the line)",
          place: records.place(column),
          suggestion: "write timestamps as numbers, for example Unix seconds, or as dates like 2018-05-01 12:30:00")
      }
      moment = found
    }
    if let column = roles.rating, let least = request.minRating {
      guard let rating = Double(records.text(column).text), rating.isFinite else {
        throw DataError(
          code: "bad-row",
          message: "the rating `\(records.text(column).text.prefix(40))` is not a number (column \(column + 1))",
          place: records.place(column), suggestion: "leave `min_rating` away to ignore ratings")
      }
      if rating < least {
        belowRating += 1
        return
      }
    }
    guard let index = try self.item(item, records, roles.item) else { return }
    try checkRoom(records)
    let number = try add(user, to: users, records, roles.user).number
    if let moment {
      events.append(user: number, item: index, at: moment)
    } else {
      events.append(user: number, item: index)
    }
  }

  func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
