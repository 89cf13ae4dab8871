/// A text with a name: a script file, an entry at the prompt, or an example of the documentation.
/// Positions are byte offsets into its UTF-8 form.
package final class SourceText: Sendable {
  /// What diagnostics call it: a path, `pmm`, or the title of a page.
  package let name: String
  package let text: String
  package let bytes: [UInt8]
  /// Byte offset at which each line begins.
  private let lineStarts: [Int]

  package init(name: String, text: String) {
    self.name = name
    self.text = text
    bytes = Array(text.utf8)
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == 10 { starts.append(offset + 1) }
    lineStarts = starts
  }

  /// The line (from 1) and the column (from 1, in bytes) of a byte offset; offsets outside are clamped.
  package func position(of offset: Int) -> (line: Int, column: Int) {
    let offset = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, offset - lineStarts[low] + 1)
  }

  /// The text of a line (from 1) without its line end; empty when there is no such line.
  package func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
    if end > start, bytes[end - 1] == 13 { end -= 1 }
    return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
  }

  /// The text between two byte offsets, clamped to the text.
  package func slice(_ range: Range<Int>) -> String {
    let low = min(max(range.lowerBound, 0), bytes.count)
    let high = min(max(range.upperBound, low), bytes.count)
    return String(decoding: bytes[low..<high], as: UTF8.self)
  }
}

/// A stretch of a source text.
package struct Span: Sendable {
  package let source: SourceText
  package let start: Int
  package let end: Int

  package init(_ source: SourceText, _ start: Int, _ end: Int) {
    self.source = source
    self.start = start
    self.end = max(start, end)
  }

  package var line: Int { source.position(of: start).line }
  /// `file:line`, as blame is printed.
  package var place: String { "\(source.name):\(line)" }
  package var text: String { source.slice(start..<end) }

  package func through(_ other: Span) -> Span { Span(source, min(start, other.start), max(end, other.end)) }
}
