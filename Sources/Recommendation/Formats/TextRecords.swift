import Glibc

/// Reads the records of a delimited text file chunk by chunk, whatever its size.
///
/// Comma-separated files follow RFC 4180: quoted fields, doubled quotes, line ends inside quotes. A byte order mark and
/// any kind of line end are accepted, blank lines are passed over. Fields are bytes that are valid until the next
/// record is read; the SHA-256 of the file is made on the way.
final class TextRecords {
  /// What stands between fields, and whether quotes mean anything.
  struct Style: Equatable {
    var separator = UInt8(ascii: ",")
    var hasQuotes = true
    static let commas = Style()
    static let tabs = Style(separator: UInt8(ascii: "\t"), hasQuotes: false)
  }

  private struct Field {
    var start: Int
    var end: Int
    var isQuoted = false
    /// Whether doubled quotes stand inside and must be halved.
    var hasDoubledQuotes = false
  }

  private enum Reading {
    case record
    /// The buffer ends inside the record.
    case short
  }

  /// Longer records are refused: a quote that is never closed would else pull in the whole file.
  static let longestRecord = 64 << 20
  static let mostFields = 100_000

  let file: String
  private(set) var style: Style
  private let descriptor: Int32
  // Nothing here calls out while it changes these, so the checks at every access would only cost time.
  @exclusivity(unchecked) private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 20
  @exclusivity(unchecked) private var position = 0
  @exclusivity(unchecked) private var end = 0
  @exclusivity(unchecked) private var isAtEnd = false
  @exclusivity(unchecked) private var fields: UnsafeMutablePointer<Field>
  @exclusivity(unchecked) private(set) var fieldCount = 0
  @exclusivity(unchecked) private var fieldCapacity = 64
  private let hash = StreamDigest()
  /// Bytes in the file when it was opened.
  let size: Int
  private(set) var bytesRead = 0
  /// Line on which the record read last starts, from 1.
  @exclusivity(unchecked) private(set) var line = 0
  @exclusivity(unchecked) private var nextLine = 1
  @exclusivity(unchecked) private var recordStart = 0
  /// Where the quote that is open was opened.
  @exclusivity(unchecked) private var quoteLine = 0

  /// Opens a regular file; its first kilobyte must be text.
  init(path: String, style: Style) throws(DataError) {
    file = path
    self.style = style
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let reason = errno
    buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    fields = UnsafeMutablePointer<Field>.allocate(capacity: fieldCapacity)
    var info = stat()
    let isFile = descriptor >= 0 && fstat(descriptor, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    size = Int(info.st_size)
    guard descriptor >= 0 else {
      throw DataError(
        code: "missing-file", message: "cannot open \(path): \(String(cString: strerror(reason)))", place: path)
    }
    guard isFile else {
      throw DataError(code: "not-a-file", message: "\(path) is not a regular file", place: path)
    }
    try fill()
    let start = UnsafeBufferPointer(start: UnsafePointer(buffer), count: end)
    if start.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    guard Self.isText(start) else {
      throw DataError(
        code: "not-text", message: "\(path) is not UTF-8 text", place: "\(path):1",
        suggestion: "save it as \(style.hasQuotes ? "CSV" : "text") in UTF-8")
    }
  }

  deinit {
    buffer.deallocate()
    fields.deallocate()
    if descriptor >= 0 { close(descriptor) }
  }

  /// Names of the columns, where a header gave some; places are told with them.
  var columnNames: [String] = []

  /// The bytes of a field of the record read last, quotes undone; empty where there is no such field.
  func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    guard index >= 0, index < fieldCount else { return UnsafeBufferPointer(start: nil, count: 0) }
    if fields[index].hasDoubledQuotes { halveQuotes(index) }
    let field = fields[index]
    return UnsafeBufferPointer(start: UnsafePointer(buffer + field.start), count: field.end - field.start)
  }

  /// Halves doubled quotes in place: the bytes were hashed when they were read, and no record is read twice.
  private func halveQuotes(_ index: Int) {
    let field = fields[index]
    var target = field.start
    var isSecond = false
    for from in field.start..<field.end {
      let byte = buffer[from]
      if byte == quote, isSecond {
        isSecond = false
        continue
      }
      isSecond = byte == quote
      buffer[target] = byte
      target += 1
    }
    fields[index].end = target
    fields[index].hasDoubledQuotes = false
  }

  /// Where in its line a field starts, in bytes from 1.
  func column(_ index: Int) -> Int { index >= 0 && index < fieldCount ? fields[index].start - recordStart + 1 : 1 }

  /// Moves to the next record that is not blank; false at the end of the file.
  func next() throws(DataError) -> Bool {
    while true {
      if position >= end {
        guard !isAtEnd else { break }
        try fill()
        continue
      }
      line = nextLine
      recordStart = position
      while try readRecord() == .short {
        nextLine = line
        position = recordStart
        try fill()
      }
      if fieldCount > 1 || fieldCount == 1 && (fields[0].start < fields[0].end || fields[0].isQuoted) { return true }
    }
    fieldCount = 0
    return false
  }

  /// SHA-256 of the whole file, of which the rest is read now.
  func digest() throws(DataError) -> String {
    while !isAtEnd {
      position = end
      recordStart = end
      try fill()
    }
    return hash.finish()
  }

  /// Reads on; what stands before `position` is given up.
  private func fill() throws(DataError) {
    guard !isAtEnd else { return }
    if position > 0 {
      memmove(buffer, buffer + position, end - position)
      end -= position
      recordStart -= position
      position = 0
    }
    if end == capacity {
      guard capacity < Self.longestRecord else {
        throw DataError(
          code: "bad-row",
          message: quoteLine > 0
            ? "a quote opened on line \(quoteLine) is not closed within \(Self.longestRecord >> 20) MiB"
            : "a row is longer than \(Self.longestRecord >> 20) MiB",
          place: "\(file):\(quoteLine > 0 ? quoteLine : line), column \(columnText(fieldCount))",
          suggestion: "check that this is a table of text")
      }
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
      memcpy(larger, buffer, end)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    while true {
      let got = read(descriptor, buffer + end, capacity - end)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        throw DataError(
          code: "unreadable-file", message: "\(file) cannot be read: \(String(cString: strerror(errno)))", place: file)
      }
      isAtEnd = got == 0
      hash.update(UnsafeBufferPointer(start: UnsafePointer(buffer + end), count: got))
      end += got
      bytesRead += got
      // A file that shrinks while it is read must not pass for a shorter one.
      if isAtEnd, bytesRead < size {
        throw DataError(
          code: "unreadable-file", message: "\(file) ended after \(bytesRead) of its \(size) bytes", place: file,
          suggestion: "check that nothing is writing to it, then load it again")
      }
      return
    }
  }

  private func readRecord() throws(DataError) -> Reading {
    fieldCount = 0
    quoteLine = 0
    let separator = style.separator
    while true {
      if fieldCount >= Self.mostFields {
        throw DataError(
          code: "bad-row", message: "a row has more than \(Self.mostFields) fields", place: place(Self.mostFields),
          suggestion: "check that this is a table with one event or item a row")
      }
      if style.hasQuotes, position < end, buffer[position] == quote {
        guard try readQuoted() else { return .short }
      } else {
        let start = position
        var at = position
        while at < end {
          let byte = buffer[at]
          if byte == separator || byte == lineFeed || byte == carriageReturn { break }
          at += 1
        }
        position = at
        append(Field(start: start, end: at))
      }
      guard position < end else { return isAtEnd ? .record : .short }
      let byte = buffer[position]
      position += 1
      // Where lines are all there is, nothing separates fields.
      if byte == separator, byte != lineFeed {
        if position == end, !isAtEnd { return .short }
        continue
      }
      if byte == carriageReturn {
        if position == end, !isAtEnd { return .short }
        if position < end, buffer[position] == lineFeed { position += 1 }
      }
      nextLine += 1
      return .record
    }
  }

  private func append(_ field: Field) {
    if fieldCount == fieldCapacity {
      let larger = UnsafeMutablePointer<Field>.allocate(capacity: fieldCapacity * 2)
      larger.moveInitialize(from: fields, count: fieldCount)
      fields.deallocate()
      fields = larger
      fieldCapacity *= 2
    }
    (fields + fieldCount).initialize(to: field)
    fieldCount += 1
  }

  /// Reads a quoted field; false where the buffer ends first.
  private func readQuoted() throws(DataError) -> Bool {
    quoteLine = nextLine
    let start = position + 1
    var at = start
    var hasDoubled = false
    while at < end {
      let byte = buffer[at]
      if byte == quote {
        if at + 1 == end, !isAtEnd { return false }
        if at + 1 < end, buffer[at + 1] == quote {
          hasDoubled = true
          at += 2
          continue
        }
        position = at + 1
        guard position >= end || isSeparator(buffer[position]) else {
          throw DataError(
            code: "bad-row", message: "text follows a closing quote at byte \(position - recordStart + 1) of the row",
            place: "\(file):\(nextLine), column \(columnText(fieldCount))",
            suggestion: "double the quotes inside a quoted field")
        }
        append(Field(start: start, end: at, isQuoted: true, hasDoubledQuotes: hasDoubled))
        quoteLine = 0
        return true
      }
      if byte == lineFeed { nextLine += 1 }
      at += 1
    }
    guard isAtEnd else { return false }
    throw DataError(
      code: "bad-row", message: "a quote opened on line \(quoteLine) is never closed",
      place: "\(file):\(quoteLine), column \(columnText(fieldCount))",
      suggestion: "close it, or double the quotes inside a quoted field")
  }

  private func isSeparator(_ byte: UInt8) -> Bool {
    byte == style.separator || byte == lineFeed || byte == carriageReturn
  }
}

private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
