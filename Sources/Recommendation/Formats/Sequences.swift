extension DataAssembly {
  /// Reads `user<TAB>item item ...` without header: every user once, items in order.
  func readSequences(_ path: String) throws(DataError) {
    let records = try TextRecords(path: path, style: .tabs)
    try checkInterrupt(records)
    var rows = 0
    var lines: [Int] = []
    while try records.next() {
      rows += 1
      try tick(records)
      guard records.fieldCount == 2 else {
        throw DataError(
          code: "bad-row", message: "a row has \(records.fieldCount) columns; a user, a tab and items were expected",
          place: records.oddPlace(2), suggestion: "separate user and items by one tab, items by blanks")
      }
      let user = try checkID("a row has no user", records, 0)
      if let known = users.find(user) {
        throw DataError(
          code: "duplicate-user",
          message: "user \(users.text(Int(known))) stands in lines \(lines[Int(known)]) and \(records.line)",
          place: records.place(0), suggestion: "keep one row per user")
      }
      var number: Int32?
      try eachToken(records, 1) { item throws(DataError) in
        guard let index = try self.item(item, records, 1) else { return }
        try checkRoom(records)
        if number == nil {
          number = try add(user, to: users, records, 0).number
          lines.append(records.line)
        }
        if let number { events.append(user: number, item: index) }
      }
    }
    noteOrder(path)
    try finish(records)
    try checkEvents(path, rows: rows)
  }

  /// Calls `body` with each part of a field that blanks separate.
  func eachToken(
    _ records: TextRecords, _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(DataError) -> Void
  ) throws(DataError) {
    let bytes = records.bytes(index)
    var start = 0
    while start < bytes.count {
      if bytes[start] == 0x20 {
        start += 1
        continue
      }
      var end = start
      while end < bytes.count, bytes[end] != 0x20 { end += 1 }
      try body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
      start = end
    }
  }

  // MARK: Prefixes

  /// Reads `X.item2index` or `X.user2index`: the raw id of each index.
  /// - Returns: raw ids by index.
  func readIndex(_ path: String) throws(DataError) -> [String] {
    let records = try TextRecords(path: path, style: .tabs)
    var found: [Int: (id: String, line: Int)] = [:]
    while try records.next() {
      try tick(records)
      guard records.fieldCount == 2, let index = Int(records.text(1).text), index >= 0 else {
        throw DataError(
          code: "bad-row",
          message: "a row must be an id, a tab and its index; column 2 is `\(records.text(1).text.prefix(40))`",
          place: records.fieldCount == 2 ? records.place(1) : records.oddPlace(2))
      }
      let (id, isValid) = records.text(0)
      guard isValid, !id.isEmpty, !id.utf8.contains(0) else {
        throw DataError(code: "bad-row", message: "the id in column 1 is not UTF-8 text", place: records.place(0))
      }
      if let known = found.updateValue((id, records.line), forKey: index) {
        throw DataError(
          code: "duplicate-item", message: "index \(index) stands in lines \(known.line) and \(records.line)",
          place: records.place(1), suggestion: "keep one row per index")
      }
    }
    try finish(records)
    var ids: [String] = []
    for index in 0..<found.count {
      guard let entry = found[index] else {
        let largest = found.keys.max() ?? 0
        throw DataError(
          code: "wrong-count",
          message: "\(path) has \(found.count) rows, but its indices run up to \(largest) and leave out \(index)",
          place: "\(path):1, column 2", suggestion: "number them from 0 without gaps")
      }
      ids.append(entry.id)
    }
    return ids
  }

  /// Reads rows of user, the items before (at most the last fifty), and the item that comes next, and joins them to whole
  /// sequences. The rows of a user come in order, in one file after the other.
  func readPrefixes(_ paths: [String], _ sequences: inout [[Int32]], _ name: (String) -> String?) throws(DataError) {
    for path in paths {
      let (records, header) = try header(path, .tabs)
      let user = try header.require(.user)
      let target = try header.require(.item)
      let prefix = try header.require(.prefix)
      while try records.next() {
        try tick(records)
        try checkWidth(records, header)
        let owner = try checkID("a row has no user", records, user)
        let next = try checkID("a row has no item", records, target)
        var part: [Int32] = []
        var isKnown = true
        try eachToken(records, prefix) { token throws(DataError) in
          if let item = try self.indexed(token, records, prefix, name) { part.append(item) } else { isKnown = false }
        }
        if let item = try indexed(next, records, target, name) { part.append(item) } else { isKnown = false }
        guard isKnown else { continue }
        let number = Int(try add(owner, to: users, records, user).number)
        if number == sequences.count { sequences.append([]) }
        guard number < sequences.count, Self.join(part, to: &sequences[number]) else {
          broken.add(records.place(prefix))
          continue
        }
      }
      try finish(records)
    }
  }

  private func indexed(
    _ token: UnsafeBufferPointer<UInt8>, _ records: TextRecords, _ column: Int, _ name: (String) -> String?
  ) throws(DataError) -> Int32? {
    guard !isOpen else { return try add(token, to: items, records, column).number }
    let text = String(decoding: token, as: UTF8.self)
    if let raw = name(text), let item = items.find(raw) { return item }
    unknownItem.add(records.place(column))
    return nil
  }

  /// Joins a prefix with its target to what is known of a sequence; false where they contradict each other.
  static func join(_ part: [Int32], to sequence: inout [Int32]) -> Bool {
    let before = part.dropLast()
    if sequence.isEmpty || (before.count >= sequence.count && part.starts(with: sequence)) {
      sequence = part
      return true
    }
    if sequence.suffix(before.count).elementsEqual(before), let target = part.last {
      sequence.append(target)
      return true
    }
    // A shorter prefix that comes after a longer one says nothing new.
    guard part.count <= sequence.count else { return false }
    return (0...sequence.count - part.count).contains { start in
      sequence[start..<start + part.count].elementsEqual(part)
    }
  }
}
