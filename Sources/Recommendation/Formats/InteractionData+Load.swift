extension InteractionData {
  /// Reads a folder of `interactions.csv` and, perhaps, `items.csv`, or whatever else is recognised there.
  /// - Parameters:
  ///   - progress: is told the fraction done, 0 to 1, now and then.
  ///   - interrupted: is asked now and then whether to give up; then an error `interrupted` is thrown.
  package static func load(
    folder: String, progress: @escaping (Double) -> Void = { _ in }, interrupted: @escaping () -> Bool = { false }
  ) throws(DataError) -> InteractionData {
    try load(DataRequest(path: folder), progress: progress, interrupted: interrupted)
  }

  /// Reads a data set in any of the formats there are; which one is told by names and first lines where the request does
  /// not say. Every format gives the same: items in the order of their file or of first appearance, users in order of
  /// first appearance, sequences in file order after a stable sort by time.
  ///
  /// An event with an item that the items do not list is skipped and counted as a warning; whatever makes the meaning of
  /// a row doubtful is an error with its place.
  package static func load(
    _ request: DataRequest, progress: @escaping (Double) -> Void = { _ in },
    interrupted: @escaping () -> Bool = { false }
  ) throws(DataError) -> InteractionData {
    let folder = try DataFolder(request)
    let assembly = DataAssembly(request, folder: folder.base, progress: progress, interrupted: interrupted)
    if folder.isFolder, folder.names.contains("interactions.csv"), request.format ?? .folder == .folder {
      try readFolder(folder, assembly)
      progress(1)
      return assembly.data(.folder)
    }
    if request.format == .folder { throw folder.unrecognised() }
    let files = try folder.events()
    let items = try folder.items(of: files[0])
    let found = DataFolder.format(files[0], items)
    let format = request.format ?? found
    guard format == found || [format, found].allSatisfy({ $0.isTable }) || [format, found].allSatisfy({ $0.isPlain })
    else {
      throw DataError(
        code: "unknown-format",
        message: "\(files[0].name) is \(files[0].kind.rawValue), not \(format.title)", place: files[0].path,
        suggestion: "format = \"\(found.rawValue)\"")
    }
    let names = files.map(\.name) + (items.map { [$0.name] } ?? [])
    assembly.notes.append("\(request.path) is read as \(format.title): \(names.joined(separator: ", "))")
    if format == .unisrec {
      try readUniSRec(files, folder, assembly)
    } else {
      if let items { try readItems(items, assembly) }
      try readEvents(files[0], assembly)
    }
    if assembly.isOpen { assembly.notes.append("there is no file of items: they are numbered as they first appear") }
    for file in folder.sniffed where file.kind == .counters && !assembly.isOpen { try assembly.readCounters(file.path) }
    progress(1)
    return assembly.data(format)
  }

  private static func readFolder(_ folder: DataFolder, _ assembly: DataAssembly) throws(DataError) {
    let hasMapping = !assembly.request.columns.isEmpty
    let items = try folder.itemsOfFolder()
    if items == "items.csv" {
      try assembly.readItems(folder.base + "items.csv", .commas, usesSynonyms: hasMapping, isStrict: !hasMapping)
    } else if let items {
      let path = items.hasPrefix("/") ? items : folder.base + items
      try readItems(SniffedFile(path, name: items, given: assembly.request.columns), assembly)
    }
    assembly.progress(0.1)
    try assembly.readEvents(
      folder.base + "interactions.csv", .commas, usesSynonyms: hasMapping, needsTimes: !hasMapping)
    if assembly.isOpen {
      assembly.notes.append(
        "\(assembly.request.path) has no items.csv: items are numbered as they first appear, and have only their ids")
    }
  }

  private static func readItems(_ file: SniffedFile, _ assembly: DataAssembly) throws(DataError) {
    if file.style == .jsonLines { return try assembly.readItemLines(file.path) }
    switch file.kind {
    case .texts, .list: try assembly.readPlainItems(file.path, file.style)
    default: try assembly.readItems(file.path, file.style)
    }
  }

  private static func readEvents(_ file: SniffedFile, _ assembly: DataAssembly) throws(DataError) {
    if file.style == .jsonLines { return try assembly.readEventLines(file.path) }
    switch file.kind {
    case .sequences: try assembly.readSequences(file.path)
    case .pairs: try assembly.readPairs(file.path, file.style)
    default: try assembly.readEvents(file.path, file.style)
    }
  }

  /// Whole sequences from the prefixes of all three files, with raw ids and texts where their files are there.
  private static func readUniSRec(
    _ files: [SniffedFile], _ folder: DataFolder, _ assembly: DataAssembly
  ) throws(DataError) {
    let stem = String(files[0].name.prefix { $0 != "." })
    var isIndexed = false
    if folder.names.contains("\(stem).item2index") {
      let ids = try assembly.readIndex(folder.base + "\(stem).item2index")
      for (index, id) in ids.enumerated() {
        guard let found = assembly.items.number(id), found.isNew else {
          throw DataError(
            code: "duplicate-item", message: "item \(id) has two indices; the second is \(index)",
            place: folder.base + "\(stem).item2index")
        }
      }
      assembly.isOpen = false
      assembly.itemFiles += 1
      assembly.itemsName = "\(stem).item2index"
      isIndexed = true
      assembly.notes.append(
        "items stand in \(stem).item2index, in that order; numbers in the other files are its indices")
    }
    let raw = isIndexed ? assembly.items.texts : []
    // The tool that makes these files writes indices; files by others may hold the raw ids.
    let name = { (text: String) -> String? in
      if let index = Int(text), raw.indices.contains(index) { return raw[index] }
      return text
    }
    var sequences: [[Int32]] = []
    let textName = "\(stem).text"
    if folder.names.contains(textName) {
      try assembly.readTexts(folder.base + textName, isIndexed: isIndexed, name)
    }
    try assembly.readPrefixes(files.map(\.path), &sequences, name)
    for (user, sequence) in sequences.enumerated() {
      for item in sequence { assembly.events.append(user: Int32(user), item: item) }
    }
    assembly.notes.append("sequences are joined from their prefixes")
    try assembly.checkEvents(files[0].path, rows: sequences.count)
  }
}

extension DataFormat {
  /// Tables of events with a header, which one reader reads.
  fileprivate var isTable: Bool { [.table, .recbole, .pixelrec, .microlens].contains(self) }
  /// Files without header.
  fileprivate var isPlain: Bool { [.behaviour, .pairs, .microlens].contains(self) }
}
