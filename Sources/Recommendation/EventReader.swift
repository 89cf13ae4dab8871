/// Reads interactions.csv: user, item, timestamp.
struct EventReader {
  static let columns = ["user", "item", "timestamp"]

  /// A moment as whole seconds (or whatever the file counts) and the fraction after them, so that no digit is lost.
  private struct Moment: Comparable {
    var whole: Int64
    var fraction: Double

    static func < (left: Moment, right: Moment) -> Bool {
      left.whole != right.whole ? left.whole < right.whole : left.fraction < right.fraction
    }
  }

  private struct Event {
    var moment: Moment
    var item: Int32
  }

  private let items: [IDKey: Int32]
  private(set) var userIDs: [String] = []
  private var users: [IDKey: Int] = [:]
  private var events: [[Event]] = []
  private var unknownItem = WarningCounter("unknown-item")

  /// Events are looked up in `items`, the index of every id in the catalogue.
  init(items: [IDKey: Int32]) { self.items = items }

  /// Reads every event of `bytes`.
  mutating func read(
    file: String, bytes: [UInt8], progress: (Double) -> Void, interrupted: () -> Bool
  ) throws(DataError) {
    var reader = try CSVReader(file: file, bytes: bytes)
    let columns = try reader.require(Self.columns)
    var rows = 0
    while try reader.next() {
      rows += 1
      if rows % 65536 == 0 {
        progress(0.1 + 0.8 * Double(reader.offset) / Double(max(1, bytes.count)))
        if interrupted() {
          throw DataError(code: "interrupted", message: "reading \(file) was interrupted", place: reader.place)
        }
      }
      try reader.checkWidth()
      try add(reader, columns: columns)
    }
    guard !events.isEmpty else {
      let why = rows == 0 ? "has a header but no event" : "has \(rows) events, but none with an item of items.csv"
      throw DataError(code: "empty-file", message: "\(file) \(why)", place: "\(file):1")
    }
    sort()
  }

  private mutating func add(_ reader: CSVReader, columns: [Int]) throws(DataError) {
    let user = reader.raw(columns[0])
    let item = reader.raw(columns[1])
    guard !user.isEmpty, !item.isEmpty else {
      throw DataError(
        code: "bad-row", message: "an event has no \(user.isEmpty ? "user" : "item")", place: reader.place)
    }
    let stamp = reader.text(columns[2]).text
    guard let moment = Self.moment(stamp) else {
      throw DataError(
        code: "bad-row", message: "the timestamp `\(stamp.prefix(40))` is not a number", place: reader.place,
        suggestion: "write timestamps as numbers, for example Unix seconds")
    }
    guard let index = items[IDKey(bytes: item)] else {
      unknownItem.add(reader.place)
      return
    }
    let key = IDKey(bytes: user)
    let event = Event(moment: moment, item: index)
    if let known = users[key] {
      events[known].append(event)
    } else {
      users[key] = events.count
      userIDs.append(String(decoding: user, as: UTF8.self))
      events.append([event])
    }
  }

  private static func moment(_ text: String) -> Moment? {
    if let whole = Int64(text) { return Moment(whole: whole, fraction: 0) }
    guard let number = Double(text), number.isFinite, abs(number) < 9e18 else { return nil }
    let whole = number.rounded(.down)
    return Moment(whole: Int64(whole), fraction: number - whole)
  }

  /// Items of each user, oldest first; events of one moment keep the order of the file. [user][event]
  var sequences: [[Int32]] { events.map { $0.map(\.item) } }
  /// Their moments; what a double cannot tell apart was still put in order. [user][event]
  var times: [[Double]] { events.map { $0.map { Double($0.moment.whole) + $0.moment.fraction } } }

  private mutating func sort() {
    for user in events.indices {
      // Swift's sort is stable but does not promise it, so the place in the file takes part in the comparison.
      events[user] = events[user].enumerated().sorted { left, right in
        left.element.moment != right.element.moment
          ? left.element.moment < right.element.moment : left.offset < right.offset
      }.map(\.element)
    }
  }

  var warnings: [DataWarning] {
    [unknownItem.warning("events name an item that items.csv does not list; they were skipped")].compactMap { $0 }
  }
}
