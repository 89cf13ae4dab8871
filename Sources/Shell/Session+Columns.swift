import TensorCore

extension Session {
  /// Rows as lines with two blanks between columns; the last column is as long as it is.
  static func columns(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() where widths[column] > 0 {
        if column > 0 { line += column == 1 && widths[0] == 1 ? " " : "  " }
        line += column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// "1.5 MiB", "12 KiB"; empty for nothing.
  static func bytes(_ count: Int) -> String {
    if count == 0 { return "" }
    if count < 1 << 10 { return "\(count) B" }
    return count < 1 << 20 ? "\((count + 1023) >> 10) KiB" : ByteCount.text(count)
  }

  /// "0.0123 s", "75.2 s".
  static func seconds(_ seconds: Double) -> String {
    let scale = seconds < 0.1 ? 10_000.0 : seconds < 10 ? 1000 : 10
    return "\((seconds * scale).rounded() / scale) s"
  }
}
