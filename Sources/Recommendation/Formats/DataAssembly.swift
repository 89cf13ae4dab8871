/// Puts items and events together, from whatever files a format keeps them in.
final class DataAssembly {
  let request: DataRequest
  /// The folder in which everything lies, with a slash at its end; pictures are found from there.
  let folder: String
  let items = IDTable()
  let users = IDTable()
  var titles: [String] = []
  var descriptions: [String] = []
  var images: [String] = []
  var others: [(name: String, values: [String])] = []
  var itemLines: [Int] = []
  /// Whether items that no file of items names are taken from the events.
  var isOpen = true
  /// The file of items, where there is one.
  var itemsName = ""
  @exclusivity(unchecked) var events = EventColumns()
  var notes: [String] = []
  private(set) var files: [DataFile] = []
  /// How many of `files` are of items.
  var itemFiles = 0
  var emptyText = WarningCounter("empty-text")
  var badText = WarningCounter("invalid-utf8")
  var unknownItem = WarningCounter("unknown-item")
  var broken = WarningCounter("broken-prefix")
  var belowRating = 0
  let progress: (Double) -> Void
  let interrupted: () -> Bool
  @exclusivity(unchecked) private var steps = 0

  init(
    _ request: DataRequest, folder: String, progress: @escaping (Double) -> Void, interrupted: @escaping () -> Bool
  ) {
    self.request = request
    self.folder = folder
    self.progress = progress
    self.interrupted = interrupted
  }

  /// Asks now and then whether to give up.
  func tick(_ records: TextRecords, every count: Int = 4096) throws(DataError) {
    steps += 1
    guard steps % count == 0 else { return }
    try checkInterrupt(records)
    progress(0.1 + 0.8 * Double(records.bytesRead) / Double(max(1, records.size)))
  }

  func checkInterrupt(_ records: TextRecords) throws(DataError) {
    guard interrupted() else { return }
    throw DataError(
      code: "interrupted", message: "reading \(records.file) was interrupted", place: records.place)
  }

  /// Notes that a file was read to its end.
  func finish(_ records: TextRecords) throws(DataError) {
    files.append(DataFile(path: records.file, digest: try records.digest()))
  }

  /// Opens a table and reads its header.
  func header(
    _ path: String, _ style: TextRecords.Style, usesSynonyms: Bool = true
  ) throws(DataError) -> (TextRecords, Header) {
    let records = try TextRecords(path: path, style: style)
    try checkInterrupt(records)
    guard try records.next() else {
      throw DataError(code: "empty-file", message: "\(path) is empty; a header was expected", place: "\(path):1")
    }
    let header = Header(records, given: request.columns, usesSynonyms: usesSynonyms)
    records.columnNames = header.columns
    return (records, header)
  }

  /// Checks that the record has as many fields as the header.
  func checkWidth(_ records: TextRecords, _ header: Header) throws(DataError) {
    guard records.fieldCount == header.columns.count else {
      throw DataError(
        code: "bad-row",
        message:
          "a row has \(records.fieldCount) fields, but the header names \(header.columns.count): "
          + header.columns.prefix(30).joined(separator: ", "),
        place: records.oddPlace(header.columns.count),
        suggestion: records.style.hasQuotes
          ? "put text that holds commas or line ends in double quotes" : "take tabs out of the text")
    }
  }

  /// An id of a field: not empty, and without a NUL byte.
  func checkID(_ what: String, _ records: TextRecords, _ index: Int) throws(DataError) -> UnsafeBufferPointer<UInt8> {
    let id = records.bytes(index)
    guard !id.isEmpty else {
      throw DataError(code: "bad-row", message: "\(what) (column \(index + 1))", place: records.place(index))
    }
    return id
  }

  /// Numbers an id of a column that is new; a NUL byte inside means that the file is damaged.
  func add(
    _ id: UnsafeBufferPointer<UInt8>, to table: IDTable, _ records: TextRecords, _ column: Int
  ) throws(DataError) -> (number: Int32, isNew: Bool) {
    guard let found = table.number(id) else {
      throw DataError(
        code: "too-many-items", message: "\(records.file) has more than \(Int32.max - 1) ids",
        place: records.place(column))
    }
    if found.isNew {
      if id.contains(0) {
        throw DataError(
          code: "bad-row", message: "an id holds a NUL byte: the file is damaged or is not text",
          place: records.place(column),
          suggestion: "fetch or write the file again")
      }
      if id.contains(where: { $0 >= 0x80 }), String(validating: id, as: UTF8.self) == nil {
        badText.add(records.place(column))
      }
    }
    return found
  }

  /// The item that a field, or a part of it, names: as the files of items name it, a new one where there are none, nil where it is unknown.
  func item(
    _ id: UnsafeBufferPointer<UInt8>, _ records: TextRecords, _ column: Int
  ) throws(DataError) -> Int32? {
    if isOpen { return try add(id, to: items, records, column).number }
    if let known = items.find(id) { return known }
    unknownItem.add(records.place(column))
    return nil
  }

  func checkRoom(_ records: TextRecords) throws(DataError) {
    guard events.count < EventColumns.limit else {
      throw DataError(
        code: "too-many-events", message: "\(records.file) has more than \(EventColumns.limit) events",
        place: records.place)
    }
  }

  /// An error where a file gave no event.
  func checkEvents(_ file: String, rows: Int) throws(DataError) {
    guard events.count == 0 else { return }
    let why =
      rows == 0
      ? "has \(request.format == nil || request.format == .folder ? "a header but " : "")no event"
      : belowRating > 0 && unknownItem.count == 0
        ? "has \(rows) events, but none with a rating of \(request.minRating ?? 0) or more"
        : "has \(rows) events, but none with an item of \(itemsName)"
    throw DataError(code: "empty-file", message: "\(file) \(why)", place: "\(file):1")
  }

  var warnings: [DataWarning] {
    let source = itemsName.isEmpty ? "the files of items" : itemsName
    return [
      emptyText.warning("items have neither a title nor a description; they are kept with empty text"),
      badText.warning("rows hold bytes that are not UTF-8; these were replaced"),
      unknownItem.warning("events name an item that \(source) does not list; they were skipped"),
      broken.warning(
        "rows do not continue what earlier rows say of their user (column `item_id_list`); they were skipped"),
    ].compactMap { $0 }
  }

  /// Everything read so far as a data set.
  func data(_ format: DataFormat) -> InteractionData {
    let sorted = events.sorted(userCount: users.count)
    var remarks: [DataWarning] = []
    if sorted.late > 0 {
      remarks.append(
        DataWarning(
          kind: "unsorted",
          message: "events stand in the file after a later event of their user; they were sorted by time",
          count: sorted.late, examples: sorted.lateUsers.map { "user \(users.text($0))" }))
    }
    let digests = files.map(\.digest).joined()
    let itemDigests = files.prefix(itemFiles).map(\.digest)
    let settings = request.settings
    let itemsFingerprint =
      itemDigests.isEmpty
      ? items.digest
      : itemDigests.count == 1 && settings.isEmpty
        ? itemDigests[0] : SHA256.hex(Array((itemDigests.joined() + settings).utf8))
    let rawIDs = items.texts
    let catalogue = Catalogue(
      rawIDs: rawIDs, titles: titles, descriptions: descriptions, images: images,
      columns: Dictionary(others.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first }),
      folder: folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder)
    if belowRating > 0 {
      notes.append("\(belowRating) events with a rating below \(request.minRating ?? 0) were left out")
    }
    return InteractionData(
      catalogue: catalogue, userIDs: users.texts, sequences: sorted.sequences, times: sorted.times, warnings: warnings,
      remarks: remarks,
      fingerprint: SHA256.hex(Array((digests + settings).utf8)), itemsFingerprint: itemsFingerprint, format: format,
      notes: notes, files: files)
  }
}
