extension TextRecords {
  /// `file:line` of the record read last.
  var place: String { "\(file):\(line)" }

  /// `file:line, column 3 (timestamp)` in the record read last; columns are counted from 1, `index` from 0.
  func place(_ index: Int) -> String { "\(place), column \(columnText(index))" }

  /// `3 (timestamp)`, or `3` where no header names the column.
  func columnText(_ index: Int) -> String {
    let name = columnNames.indices.contains(index) ? columnNames[index] : ""
    return name.isEmpty ? "\(index + 1)" : "\(index + 1) (\(name))"
  }

  /// The first column of a record that is missing or too many where `width` columns were expected.
  func oddPlace(_ width: Int) -> String { place(min(fieldCount, width)) }

  /// Whether a file that starts like this can be UTF-8 text.
  static func isText(_ start: UnsafeBufferPointer<UInt8>) -> Bool {
    let front = start.prefix(1024)
    // Single zeros further down are damage that has a line; many of them are another encoding.
    return !start.starts(with: [0xFF, 0xFE]) && !start.starts(with: [0xFE, 0xFF])
      && front.count { $0 == 0 } * 8 <= front.count && !front.prefix(while: { $0 != UInt8(ascii: "\n") }).contains(0)
  }

  /// A field as text, and whether it was valid UTF-8.
  func text(_ index: Int) -> (text: String, isValid: Bool) {
    let bytes = bytes(index)
    if let text = String(validating: bytes, as: UTF8.self) { return (text, true) }
    return (String(decoding: bytes, as: UTF8.self), false)
  }
}
