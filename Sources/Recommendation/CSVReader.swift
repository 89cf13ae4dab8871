/// Reads comma-separated records after RFC 4180: quoted fields, doubled quotes, line ends inside quotes; a byte order
/// mark and any kind of line end are accepted, blank lines are passed over.
struct CSVReader {
  /// One field as it stands in the file.
  struct Field {
    var range: Range<Int>
    /// Whether doubled quotes stand inside and must be halved.
    var hasDoubledQuotes = false
    var isQuoted = false
  }

  let file: String
  let bytes: [UInt8]
  /// Fields of the record that `next` read last.
  private(set) var fields: [Field] = []
  /// Line on which that record starts, from 1.
  private(set) var line = 0
  private var position = 0
  private var nextLine = 1
  /// Names of the columns, as the header gives them.
  private(set) var columns: [String] = []

  /// Reads the header of `bytes`; `file` is the name that errors show.
  init(file: String, bytes: [UInt8]) throws(DataError) {
    self.file = file
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(1024).contains(0) {
      throw DataError(
        code: "not-text", message: "\(file) is not UTF-8 text", place: "\(file):1",
        suggestion: "save it as CSV in UTF-8")
    }
    guard try next() else {
      throw DataError(code: "empty-file", message: "\(file) is empty; a header was expected", place: "\(file):1")
    }
    columns = fields.indices.map { columnName(text($0).text) }
  }

  /// Bytes read so far.
  var offset: Int { position }

  /// `file:line` of the record read last.
  var place: String { "\(file):\(line)" }

  /// Index of each column in `wanted`; an absent or doubled one is an error that names the columns there are.
  func require(_ wanted: [String]) throws(DataError) -> [Int] {
    var found: [Int] = []
    for name in wanted {
      guard let index = columns.firstIndex(of: name) else {
        let have = columns.map { "`\($0)`" }.joined(separator: ", ")
        var suggestion = "name the columns \(wanted.joined(separator: ",")) in the first line"
        if columns.count == 1, let only = columns.first, only.contains(where: { ";\t|".contains($0) }) {
          suggestion = "separate the columns by commas"
        }
        throw DataError(
          code: "missing-column", message: "\(file) has no column `\(name)`; its columns are \(have)",
          place: "\(file):1", suggestion: suggestion)
      }
      guard columns.lastIndex(of: name) == index else {
        throw DataError(
          code: "doubled-column", message: "\(file) has two columns `\(name)`", place: "\(file):1",
          suggestion: "rename the one that is not meant")
      }
      found.append(index)
    }
    return found
  }

  /// Moves to the next record; false at the end of the file.
  mutating func next() throws(DataError) -> Bool {
    while position < bytes.count {
      line = nextLine
      fields.removeAll(keepingCapacity: true)
      try readRecord()
      if fields.count > 1 || fields.contains(where: { !$0.range.isEmpty || $0.isQuoted }) { return true }
    }
    fields.removeAll(keepingCapacity: true)
    return false
  }

  /// Checks that the record has as many fields as the header.
  func checkWidth() throws(DataError) {
    guard fields.count == columns.count else {
      throw DataError(
        code: "bad-row",
        message:
          "a row has \(fields.count) fields, but the header names \(columns.count): \(columns.joined(separator: ", "))",
        place: place, suggestion: "put text that holds commas or line ends in double quotes")
    }
  }

  /// The bytes of field `index` of the current record, quotes undone; empty where there is no such field.
  func raw(_ index: Int) -> [UInt8] {
    guard fields.indices.contains(index) else { return [] }
    let field = fields[index]
    let slice = bytes[field.range]
    guard field.hasDoubledQuotes else { return Array(slice) }
    var result: [UInt8] = []
    result.reserveCapacity(slice.count)
    var isSecond = false
    for byte in slice {
      if byte == quote && isSecond {
        isSecond = false
        continue
      }
      isSecond = byte == quote
      result.append(byte)
    }
    return result
  }

  /// Field `index` as text, and whether it was valid UTF-8.
  func text(_ index: Int) -> (text: String, isValid: Bool) {
    let bytes = raw(index)
    if let text = String(validating: bytes, as: UTF8.self) { return (text, true) }
    return (String(decoding: bytes, as: UTF8.self), false)
  }

  private mutating func readRecord() throws(DataError) {
    while true {
      let isEnd = try readField()
      if isEnd { return }
    }
  }

  /// Reads one field and what closes it; true where the record ends with it.
  private mutating func readField() throws(DataError) -> Bool {
    let field: Field
    if position < bytes.count, bytes[position] == quote {
      field = try readQuoted()
    } else {
      let start = position
      while position < bytes.count, !isSeparator(bytes[position]) { position += 1 }
      field = Field(range: start..<position)
    }
    fields.append(field)
    guard position < bytes.count else { return true }
    let byte = bytes[position]
    position += 1
    if byte == comma { return false }
    if byte == carriageReturn, position < bytes.count, bytes[position] == lineFeed { position += 1 }
    nextLine += 1
    return true
  }

  private mutating func readQuoted() throws(DataError) -> Field {
    let opened = nextLine
    position += 1
    let start = position
    var hasDoubledQuotes = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == quote {
        if position + 1 < bytes.count, bytes[position + 1] == quote {
          hasDoubledQuotes = true
          position += 2
          continue
        }
        let end = position
        position += 1
        guard position >= bytes.count || isSeparator(bytes[position]) else {
          throw DataError(
            code: "bad-row", message: "text follows a closing quote", place: "\(file):\(nextLine)",
            suggestion: "double the quotes inside a quoted field")
        }
        return Field(range: start..<end, hasDoubledQuotes: hasDoubledQuotes, isQuoted: true)
      }
      if byte == lineFeed { nextLine += 1 }
      position += 1
    }
    throw DataError(
      code: "bad-row", message: "a quote opened on line \(opened) is never closed", place: "\(file):\(opened)",
      suggestion: "close it, or double the quotes inside a quoted field")
  }
}

private let comma = UInt8(ascii: ",")
private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

private func isSeparator(_ byte: UInt8) -> Bool {
  byte == comma || byte == lineFeed || byte == carriageReturn
}

/// A column's name without the blanks around it, in lower case.
private func columnName(_ text: String) -> String {
  let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
  let front = text.drop(while: isBlank)
  return String(front.prefix(front.count - front.reversed().prefix(while: isBlank).count)).lowercased()
}
