/// Reads items.csv: item, title, description, image and any other columns.
struct CatalogueReader {
  static let columns = ["item", "title", "description", "image"]

  private var rawIDs: [String] = []
  private var titles: [String] = []
  private var descriptions: [String] = []
  private var images: [String] = []
  private var others: [(name: String, column: Int, values: [String])] = []
  private var lines: [Int] = []
  private(set) var index: [IDKey: Int32] = [:]
  private var emptyText = WarningCounter("empty-text")
  private var badText = WarningCounter("invalid-utf8")

  /// Reads every item of `bytes`; a doubled id is an error that names both lines.
  mutating func read(file: String, bytes: [UInt8], interrupted: () -> Bool) throws(DataError) {
    var reader = try CSVReader(file: file, bytes: bytes)
    let columns = try reader.require(Self.columns)
    for (column, name) in reader.columns.enumerated() where !columns.contains(column) && !name.isEmpty {
      others.append((name, column, []))
    }
    while try reader.next() {
      if lines.count % 4096 == 4095, interrupted() {
        throw DataError(code: "interrupted", message: "reading \(file) was interrupted", place: reader.place)
      }
      try reader.checkWidth()
      let key = IDKey(bytes: reader.raw(columns[0]))
      guard !key.bytes.isEmpty else {
        throw DataError(code: "bad-row", message: "an item has no id", place: reader.place)
      }
      guard lines.count < Int(Int32.max) else {
        throw DataError(
          code: "too-many-items", message: "\(file) has more than \(Int32.max) items", place: reader.place)
      }
      if let first = index.updateValue(Int32(lines.count), forKey: key) {
        let name = String(decoding: key.bytes, as: UTF8.self)
        throw DataError(
          code: "duplicate-item", message: "item \(name) stands in lines \(lines[Int(first)]) and \(reader.line)",
          place: reader.place, suggestion: "keep one row per item")
      }
      add(reader, columns: columns)
    }
    guard !lines.isEmpty else {
      throw DataError(code: "empty-file", message: "\(file) has a header but no item", place: "\(file):1")
    }
  }

  private mutating func add(_ reader: CSVReader, columns: [Int]) {
    var isValid = true
    let field = { (column: Int) -> String in
      let (text, valid) = reader.text(column)
      if !valid { isValid = false }
      return text
    }
    lines.append(reader.line)
    rawIDs.append(field(columns[0]))
    titles.append(field(columns[1]))
    descriptions.append(field(columns[2]))
    images.append(field(columns[3]))
    for index in others.indices { others[index].values.append(field(others[index].column)) }
    let isBlank = { (text: String?) -> Bool in text?.utf8.allSatisfy { $0 <= 0x20 } ?? true }
    if isBlank(titles.last), isBlank(descriptions.last) { emptyText.add(reader.place) }
    if !isValid { badText.add(reader.place) }
  }

  /// The items read, as a catalogue of `folder`.
  func catalogue(folder: String) -> Catalogue {
    Catalogue(
      rawIDs: rawIDs, titles: titles, descriptions: descriptions, images: images,
      columns: Dictionary(others.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }), folder: folder)
  }

  var warnings: [DataWarning] {
    [
      emptyText.warning("items have neither a title nor a description; they are kept with empty text"),
      badText.warning("items hold bytes that are not UTF-8; these were replaced"),
    ].compactMap { $0 }
  }
}
