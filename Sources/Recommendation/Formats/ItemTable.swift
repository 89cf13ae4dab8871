extension DataAssembly {
  /// Reads a table of items with a header: item, title, description, image and any other columns.
  /// - Parameter isStrict: whether title, description and image must be there.
  func readItems(
    _ path: String, _ style: TextRecords.Style, usesSynonyms: Bool = true, isStrict: Bool = false
  ) throws(DataError) {
    let (records, header) = try header(path, style, usesSynonyms: usesSynonyms)
    let item = try header.require(.item)
    let title = isStrict ? try header.require(.title) : try header.find(.title)
    let description = isStrict ? try header.require(.description) : try header.find(.description)
    let image = isStrict ? try header.require(.image) : try header.find(.image)
    let renamed = header.renamed([(.item, item), (.title, title), (.description, description), (.image, image)])
    if !renamed.isEmpty { notes.append("\(fileName(path)): \(renamed.joined(separator: ", "))") }
    let known = [item, title, description, image]
    var extra: [(column: Int, place: Int)] = []
    for (column, name) in header.columns.enumerated() where !known.contains(column) && !name.isEmpty {
      extra.append((column, others.count))
      others.append((name, []))
    }
    while try records.next() {
      try tick(records)
      try checkWidth(records, header)
      try addItem(records, id: item)
      var damaged: Int?
      let field = { (column: Int?) -> String in
        guard let column else { return "" }
        let (text, valid) = records.text(column)
        // A NUL byte is no text, though it is valid UTF-8.
        if damaged == nil, !valid || text.utf8.contains(0) { damaged = column }
        return text.utf8.contains(0) ? text.replacing("\u{0}", with: "\u{FFFD}") : text
      }
      titles.append(field(title))
      descriptions.append(field(description))
      images.append(field(image))
      for (column, place) in extra { others[place].values.append(field(column)) }
      noteText(records, text: title ?? description, damaged: damaged)
    }
    try closeItems(records)
  }

  /// Takes in the id of a row of items; a doubled one is an error that names both lines.
  func addItem(_ records: TextRecords, id column: Int) throws(DataError) {
    let id = try checkID("an item has no id", records, column)
    let found = try add(id, to: items, records, column)
    guard found.isNew else {
      throw DataError(
        code: "duplicate-item",
        message:
          "item \(items.text(Int(found.number))) stands in lines \(itemLines[Int(found.number)]) and \(records.line)",
        place: records.place(column), suggestion: "keep one row per item")
    }
    itemLines.append(records.line)
  }

  /// Counts the row read last where it has no text or is no UTF-8.
  /// - Parameters:
  ///   - text: the column that the text should be in, nil where the file has none.
  ///   - damaged: the first column that is not UTF-8.
  func noteText(_ records: TextRecords, text: Int?, damaged: Int?) {
    let isBlank = { (text: String?) -> Bool in text?.utf8.allSatisfy { $0 <= 0x20 } ?? true }
    if let text, isBlank(titles.last), isBlank(descriptions.last) { emptyText.add(records.place(text)) }
    if let damaged { badText.add(records.place(damaged)) }
  }

  /// The file of items was read: events may name no others.
  func closeItems(_ records: TextRecords) throws(DataError) {
    guard items.count > 0 else {
      throw DataError(
        code: "empty-file", message: "\(records.file) has a header but no item", place: "\(records.file):1")
    }
    try finish(records)
    itemFiles += 1
    itemsName = fileName(records.file)
    isOpen = false
  }

  /// Reads items without header: `item<TAB>text` of exactly two columns, `item,text,text` quoted, or one item a line.
  func readPlainItems(_ path: String, _ style: TextRecords.Style) throws(DataError) {
    let records = try TextRecords(path: path, style: style)
    try checkInterrupt(records)
    var width = 0
    var column: Int?
    while try records.next() {
      try tick(records)
      if width == 0 {
        width = records.fieldCount
        column = try textColumn(records, width: width)
      }
      guard records.fieldCount == width else {
        throw DataError(
          code: "bad-row",
          message: "a row has \(records.fieldCount) columns, but the first one has \(width)",
          place: records.oddPlace(width),
          suggestion: style.hasQuotes
            ? "put text that holds commas in double quotes"
            : "take tabs out of the titles: an item and its text are two columns")
      }
      try addItem(records, id: 0)
      if let column {
        let (text, valid) = records.text(column)
        let isValid = valid && !text.utf8.contains(0)
        titles.append(text.utf8.contains(0) ? text.replacing("\u{0}", with: "\u{FFFD}") : text)
        noteText(records, text: column, damaged: isValid ? nil : column)
      }
    }
    try closeItems(records)
  }

  /// Which column of a file of items without header is the text.
  private func textColumn(_ records: TextRecords, width: Int) throws(DataError) -> Int? {
    guard width > 1 else { return nil }
    guard let wanted = request.text else {
      if width > 2 {
        notes.append(
          "\(fileName(records.file)) has \(width - 1) columns of text; the last one is used (text = 2 takes the second)"
        )
      }
      return width - 1
    }
    let names = ["chinese": 2, "english": 3]
    guard let number = Int(wanted) ?? names[wanted.lowercased()], number >= 2, number <= width else {
      throw DataError(
        code: "missing-column",
        message: "text = \(wanted) names no column of text in \(records.file), which has \(width) columns",
        place: "\(records.file):1",
        suggestion: width > 2 ? "text = 2 up to text = \(width)" : "text = 2")
    }
    return number - 1
  }

  /// Reads `item<TAB>likes<TAB>views` of items that are known; their numbers become columns.
  func readCounters(_ path: String) throws(DataError) {
    let records = try TextRecords(path: path, style: .tabs)
    var columns = [[String](repeating: "", count: items.count), [String](repeating: "", count: items.count)]
    var unknown = WarningCounter("unknown-item")
    while try records.next() {
      try tick(records)
      guard records.fieldCount == 3 else {
        throw DataError(
          code: "bad-row", message: "a row has \(records.fieldCount) columns; item, likes and views were expected",
          place: records.oddPlace(3))
      }
      guard let item = items.find(records.bytes(0)) else {
        unknown.add(records.place(0))
        continue
      }
      columns[0][Int(item)] = records.text(1).text
      columns[1][Int(item)] = records.text(2).text
    }
    others.append(("likes", columns[0]))
    others.append(("views", columns[1]))
    if unknown.count > 0 {
      notes.append(
        "\(fileName(path)) has \(unknown.count) items that are not in the data (\(unknown.examples.joined(separator: ", ")))"
      )
    }
    try finish(records)
  }
}

extension DataAssembly {
  /// Reads `X.text`: raw id or index, and a text, of items that an index names; without one it is the file of items.
  func readTexts(_ path: String, isIndexed: Bool, _ name: (String) -> String?) throws(DataError) {
    guard isIndexed else { return try readItems(path, .tabs) }
    let (records, header) = try header(path, .tabs)
    let id = try header.require(.item)
    let text = try header.require(.title)
    titles = Array(repeating: "", count: items.count)
    var lines = [Int](repeating: 0, count: items.count)
    while try records.next() {
      try tick(records)
      try checkWidth(records, header)
      let bytes = try checkID("an item has no id", records, id)
      var item = items.find(bytes)
      if item == nil, let raw = name(String(decoding: bytes, as: UTF8.self)) { item = items.find(raw) }
      guard let item else {
        unknownItem.add(records.place(id))
        continue
      }
      if lines[Int(item)] > 0 {
        throw DataError(
          code: "duplicate-item",
          message: "item \(items.text(Int(item))) stands in lines \(lines[Int(item)]) and \(records.line)",
          place: records.place(id), suggestion: "keep one row per item")
      }
      lines[Int(item)] = records.line
      let (value, isValid) = records.text(text)
      titles[Int(item)] = value.replacing("\u{0}", with: "\u{FFFD}")
      if !isValid || value.utf8.contains(0) { badText.add(records.place(text)) }
    }
    for (item, line) in lines.enumerated() where titles[item].utf8.allSatisfy({ $0 <= 0x20 }) {
      emptyText.add(
        line > 0
          ? "\(path):\(line), column \(records.columnText(text))"
          : "\(path), which has no row of item \(items.text(item))")
    }
    try finish(records)
    itemFiles += 1
  }
}
