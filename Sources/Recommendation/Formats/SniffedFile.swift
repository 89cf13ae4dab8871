/// What the name and the first lines of a file say of it.
struct SniffedFile {
  enum Kind: String {
    case events = "events"
    case prefixes = "lists of items with the next one"
    case sequences = "lists of items, a user a line"
    case pairs = "events without header"
    case items = "items"
    case texts = "items with texts, without header"
    case list = "a list of items"
    case counters = "likes and views"
    case index = "an index of ids"
    case other = "something else"

    var isOfEvents: Bool { [.events, .prefixes, .sequences, .pairs].contains(self) }
    var isOfItems: Bool { [.items, .texts, .list].contains(self) }
  }

  let name: String
  let path: String
  let style: TextRecords.Style
  let kind: Kind
  var header: Header?
  /// What kept the first lines from being read.
  private(set) var problem: DataError?
  /// Numbers of columns of the first rows.
  let widths: [Int]

  /// Reads the first lines of a file; what is no text is `other`.
  init(_ path: String, name: String, given: [String: String]) {
    self.name = name
    self.path = path
    let lower = name.lowercased()
    var rows: [[String]] = []
    var style = TextRecords.Style.commas
    if [".jsonl", ".json"].contains(where: lower.hasSuffix) {
      style = .jsonLines
    } else if [".tsv", ".inter", ".item", ".text", ".item2index", ".user2index", ".txt"].contains(
      where: lower.hasSuffix)
    {
      style = .tabs
    } else if !lower.hasSuffix(".csv") || Self.rows(path, .commas, 1).first?.count == 1,
      let first = Self.rows(path, .tabs, 1).first, first.count > 1
    {
      style = .tabs
    }
    (rows, problem) = Self.front(path, style, 40)
    self.style = style
    widths = rows.map(\.count)
    // What a name says is believed of damaged files too: else one would be passed over without a word.
    let isPart = [".train.inter", ".valid.inter", ".test.inter"].contains { lower.hasSuffix($0) }
    if style == .jsonLines {
      let header = Self.jsonHeader(path, rows, given)
      self.header = header
      kind = header.map { $0.isOfEvents ? .events : $0.isOfItems ? .items : .other } ?? .other
      return
    }
    guard let first = rows.first else {
      kind = isPart ? .prefixes : lower.hasSuffix(".inter") ? .events : .other
      return
    }
    let header = Header(file: path, columns: first, given: given)
    if lower.hasSuffix(".inter"), !header.isOfEvents {
      kind = isPart ? .prefixes : .events
    } else if header.isOfEvents {
      self.header = header
      kind = header.has(.prefix) ? .prefixes : .events
    } else if ["mapping", "index"].contains(where: lower.contains) {
      kind = .index
    } else if header.isOfItems {
      self.header = header
      kind = .items
    } else if header.has(.user) || header.has(.timestamp) || header.has(.item) && first.count > 1 {
      self.header = header
      kind = .other
    } else {
      kind = Self.kind(rows, lower, style)
    }
  }

  /// Whether the name alone says that the file holds items.
  var isCalledItems: Bool { Self.saysItems(name) && !name.lowercased().hasSuffix(".json") }

  static func saysItems(_ name: String) -> Bool {
    let words = ["item", "items", "titles", "products", "catalogue", "catalog", "meta", "metadata"]
    return name.lowercased().split { "._- ".contains($0) }.contains { words.contains(String($0)) }
  }

  /// That a file which is called like one of items cannot be understood, and why.
  var notUnderstood: DataError {
    if let problem { return problem }
    let width = widths.first ?? 0
    let odd = widths.firstIndex { $0 != width }
    return DataError(
      code: "unknown-format",
      message: "\(name) is called like a file of items, but "
        + (width == 0
          ? "has no row"
          : "what stands in it was not recognised: its first row has \(width) columns and names no item"
            + (odd.map { ", row \($0 + 1) has \(widths[$0])" } ?? "")),
      place: "\(path):1",
      suggestion: "a header such as item,title, an item and its text a row, or another name for the file")
  }

  /// The keys of the first line that is an object, as columns.
  private static func jsonHeader(_ path: String, _ rows: [[String]], _ given: [String: String]) -> Header? {
    for row in rows {
      var text = row.first ?? ""
      do {
        let line = try text.withUTF8 { bytes throws(JSONLine.Problem) in try JSONLine(bytes) }
        return Header(file: path, columns: line.fields.map(\.key), given: given)
      } catch { continue }
    }
    return nil
  }

  private static func kind(_ rows: [[String]], _ name: String, _ style: TextRecords.Style) -> Kind {
    if name.hasSuffix("2index") { return .index }
    let width = rows[0].count
    // One row in three may be damaged: reading says which.
    let isMost = { (holds: ([String]) -> Bool) in rows.count(where: holds) * 3 >= rows.count * 2 }
    guard isMost({ $0.count == width }) else { return .other }
    let isSolid = { (text: String) in !text.isEmpty && text.utf8.count <= 64 && !text.utf8.contains(0x20) }
    if width == 1 { return isMost { isSolid($0[0]) } && !style.hasQuotes ? .list : .other }
    if style == .tabs {
      if width == 3, isMost({ $0.count == 3 && Int($0[1]) != nil && Int($0[2]) != nil }),
        name.contains("likes") || name.contains("views")
      {
        return .counters
      }
      if width == 3, isMost({ $0.allSatisfy(isSolid) }) { return .pairs }
      guard width == 2 else { return .other }
      let ids = isMost { row in
        row.count == 2 && row[1].split(separator: " ").allSatisfy { $0.utf8.contains { $0 &- 48 < 10 } }
      }
      let says = ["behaviour", "behavior", "users", "pairs", "sequence"].contains { name.contains($0) }
      let isItems = ["item", "text", "title"].contains { name.contains($0) }
      return says || (ids && !isItems) ? .sequences : .texts
    }
    let isPairs = isMost { row in row.allSatisfy(isSolid) && row.count >= 2 }
    let isItems = ["item", "title", "text"].contains { name.contains($0) }
    if isPairs, !isItems { return .pairs }
    return (2...4).contains(width) ? .texts : .other
  }

  /// The first rows of a file, as far as they can be read.
  private static func rows(_ path: String, _ style: TextRecords.Style, _ count: Int) -> [[String]] {
    front(path, style, count).rows
  }

  private static func front(
    _ path: String, _ style: TextRecords.Style, _ count: Int
  ) -> (rows: [[String]], problem: DataError?) {
    var rows: [[String]] = []
    do {
      let records = try TextRecords(path: path, style: style)
      while rows.count < count, try records.next() {
        rows.append(
          (0..<min(records.fieldCount, 200)).map {
            String(records.text($0).text.prefix(style == .jsonLines ? 1 << 20 : 4096))
          })
      }
    } catch {
      // Told when the file is read; one of no known kind is not read, unless its name says that it is wanted.
      return (rows, error)
    }
    return (rows, nil)
  }
}
