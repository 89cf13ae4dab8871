/// The files of a folder, and which of them are the data set that is asked for.
struct DataFolder {
  /// With a slash at its end.
  let base: String
  let names: [String]
  let sniffed: [SniffedFile]
  let request: DataRequest

  private static let endings = [
    ".csv", ".tsv", ".txt", ".inter", ".item", ".text", ".item2index", ".user2index", ".dat",
    ".jsonl", ".json",
  ]

  /// Looks at a folder, or at a file and what lies beside it.
  init(_ request: DataRequest) throws(DataError) {
    let found = FileBytes.folder(request.path)
    guard found.exists else {
      throw DataError(code: "missing-folder", message: "there is no folder \(request.path)", place: request.path)
    }
    self.request = request
    if found.isFolder {
      base = request.path.hasSuffix("/") ? request.path : request.path + "/"
      names = found.names
      guard !names.isEmpty else {
        throw DataError(
          code: "empty-folder", message: "the folder \(request.path) is empty", place: request.path,
          suggestion: "put interactions.csv and items.csv there")
      }
      sniffed =
        names.contains("interactions.csv")
        ? []
        : names.filter { name in Self.endings.contains { name.lowercased().hasSuffix($0) } }.prefix(200).map {
          [base] in SniffedFile(base + $0, name: $0, given: request.columns)
        }
    } else {
      let slash = request.path.lastIndex(of: "/")
      base = slash.map { String(request.path[...$0]) } ?? "./"
      let name = slash.map { String(request.path[request.path.index(after: $0)...]) } ?? request.path
      let stem = Self.stem(name)
      let beside = FileBytes.folder(base).names.filter { other in
        other != name && Self.endings.contains { other.lowercased().hasSuffix($0) } && Self.stem(other) == stem
      }
      names = FileBytes.folder(base).names
      let own = SniffedFile(request.path, name: name, given: request.columns)
      let others = beside.prefix(200).map { [base] in SniffedFile(base + $0, name: $0, given: request.columns) }
      sniffed = [own] + others.filter { !$0.kind.isOfEvents || own.kind == .prefixes }
    }
  }

  var isFolder: Bool { FileBytes.folder(request.path).isFolder }

  /// What data sets of one folder differ in: `QB` of `QB_behaviour.tsv`, `a` of `a.train.inter`.
  static func stem(_ name: String) -> String {
    String(name.prefix { $0 != "." && $0 != "_" })
  }

  private func matches(_ file: SniffedFile) -> Bool {
    guard let name = request.name else { return true }
    return file.name == name || file.name.hasPrefix(name + ".") || file.name.hasPrefix(name + "_")
  }

  /// The files of events of the one data set that is meant.
  func events() throws(DataError) -> [SniffedFile] {
    let all = sniffed.filter { $0.kind.isOfEvents }
    let meant = all.filter(matches)
    guard let first = meant.first else {
      if let name = request.name, !all.isEmpty {
        throw DataError(
          code: "unknown-name",
          message: "no data set `\(name)` is in \(request.path); it holds \(all.map(\.name).joined(separator: ", "))",
          place: request.path, suggestion: "name = \"\(Self.stem(all[0].name))\"")
      }
      throw unrecognised()
    }
    if first.kind == .prefixes {
      let stems = Set(meant.filter { $0.kind == .prefixes }.map { Self.dataName($0.name) }).sorted()
      if stems.count > 1 { throw several(stems) }
      let order = ["train", "valid", "test"]
      let place = { (file: SniffedFile) in order.firstIndex { file.name.contains(".\($0).") } ?? -1 }
      return meant.filter { $0.kind == .prefixes }.sorted { (place($0), $0.name) < (place($1), $1.name) }
    }
    if meant.count > 1, isFolder { throw several(meant.map { Self.dataName($0.name) }) }
    return [first]
  }

  /// The name without its endings, `X` of `X.train.inter`.
  private static func dataName(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  private func several(_ names: [String]) -> DataError {
    let shown = names.prefix(8).joined(separator: ", ")
    return DataError(
      code: "several-data-sets", message: "\(request.path) holds \(names.count) data sets: \(shown)",
      place: request.path,
      suggestion: "name = \"\(names.first ?? "")\"")
  }

  /// The file of items that goes with a file of events, or nil where there is none.
  func items(of events: SniffedFile) throws(DataError) -> SniffedFile? {
    if let given = request.items {
      let path = given.hasPrefix("/") ? given : base + given
      return SniffedFile(path, name: given.split(separator: "/").last.map(String.init) ?? given, given: request.columns)
    }
    let all = sniffed.filter { $0.kind.isOfItems && $0.name != events.name }
    let own = all.filter { Self.stem($0.name) == Self.stem(events.name) }
    let candidates = own.isEmpty ? all : own
    for kind in [SniffedFile.Kind.items, .texts, .list] {
      let found = candidates.filter { $0.kind == kind }
      if found.count > 1 {
        throw DataError(
          code: "several-files",
          message: "\(found.map(\.name).joined(separator: " and ")) could both be the items of \(events.name)",
          place: request.path, suggestion: "items = \"\(found[0].name)\"")
      }
      if let only = found.first { return only }
    }
    // Prefixes have files of their own for items, which are read by name.
    if events.kind != .prefixes, let lost = sniffed.first(where: { $0.kind == .other && $0.isCalledItems }) {
      throw lost.notUnderstood
    }
    return nil
  }

  /// The file of items beside interactions.csv, nil where there is none.
  func itemsOfFolder() throws(DataError) -> String? {
    if let given = request.items { return given }
    if names.contains("items.csv") { return "items.csv" }
    let other = names.sorted().first { name in
      name != "interactions.csv" && SniffedFile.saysItems(name)
        && Self.endings.contains { name.lowercased().hasSuffix($0) }
    }
    guard let other else { return nil }
    throw DataError(
      code: "missing-file", message: "beside interactions.csv there is \(other), but no items.csv", place: base + other,
      suggestion: "items = \"\(other)\", or another name for it")
  }

  /// Says what a folder holds, and what could be read.
  func unrecognised() -> DataError {
    let shown = names.prefix(8).map { name in
      guard let file = sniffed.first(where: { $0.name == name }) else { return name }
      if file.kind == .other, let columns = file.header?.columns {
        return "\(name) (columns \(columns.prefix(6).joined(separator: ", ")))"
      }
      if file.kind == .other { return name }
      return "\(name) (\(file.kind.rawValue))"
    }
    let formats = DataFormat.allCases.map(\.rawValue).joined(separator: ", ")
    return DataError(
      code: names.contains("items.csv") ? "missing-file" : "unknown-format",
      message:
        "the folder \(request.path) has no interactions.csv; it holds "
        + "\(shown.joined(separator: ", "))\(names.count > 8 ? ", ..." : ""), in which no interactions were recognised",
      place: request.path,
      suggestion:
        "formats are \(formats): `formats()` lists what each looks like; columns = {user: \"...\", item: \"...\"}")
  }

  /// Which format the files of events are of.
  static func format(_ events: SniffedFile, _ items: SniffedFile?) -> DataFormat {
    let lower = events.name.lowercased()
    switch events.kind {
    case .prefixes: return .unisrec
    case .sequences: return lower.contains("_pairs.") ? .microlens : .behaviour
    case .pairs: return lower.contains("_pairs.") ? .microlens : .pairs
    default:
      if lower.hasSuffix(".inter") { return .recbole }
      if lower.contains("_pairs.") { return .microlens }
      let names = events.header?.columns ?? []
      if names == ["item_id", "user_id", "timestamp"],
        items.map({ $0.header?.columns.contains("tag") ?? false }) ?? true
      {
        return .pixelrec
      }
      return .table
    }
  }
}
