/// The lines of an entry that show where all of them do not fit on the screen. libedit always shows the end of what it holds, so
/// it is given these lines and no others.
package struct EntryWindow: Equatable {
  /// What stands before the lines that show, with its line end, and behind them.
  package private(set) var above: [Unicode.Scalar] = []
  package private(set) var below: [Unicode.Scalar] = []
  /// The lines that show, with the cursor in them.
  package private(set) var text = EntryText()
  /// The line that shows first, from 0.
  private var first = 0
  /// What says which lines show; nil where all do.
  package private(set) var heading: String?

  /// Nothing.
  package init() {}

  /// - Parameters:
  ///   - prompt: what stands before the first line.
  ///   - previous: what showed before, and goes on to as far as the cursor lets it.
  package init(_ entry: EntryText, prompt: [Unicode.Scalar], width: Int, height: Int, after previous: EntryWindow) {
    text = entry
    let lines = entry.scalars.split(separator: "\n", omittingEmptySubsequences: false)
    // A row for the heading, and one for what is typed before the window moves.
    let room = max(height - 2, 1)
    var heights: [Int] = []
    var total = 0
    for line in lines {
      let start = heights.isEmpty ? prompt : []
      let rows = EntryLayout(prompt: start, entry: EntryText(Array(line), cursor: 0), width: width).rows.count
      heights.append(rows)
      total += rows
    }
    if total <= height || lines.count < 2 { return }
    let current = lines.firstIndex { $0.startIndex <= entry.cursor && entry.cursor <= $0.endIndex } ?? lines.count - 1
    first = min(previous.first, current)
    var end = Self.end(from: first, heights, room)
    while end <= current {
      first += 1
      end = Self.end(from: first, heights, room)
    }
    while first > 0, end == lines.count, heights[(first - 1)...].reduce(0, +) <= room { first -= 1 }
    let range = lines[first].startIndex..<lines[end - 1].endIndex
    above = Array(entry.scalars[..<range.lowerBound])
    below = Array(entry.scalars[range.upperBound...])
    text = EntryText(Array(entry.scalars[range]), cursor: entry.cursor - range.lowerBound)
    heading = "[lines \(first + 1) to \(end) of \(lines.count)]"
  }

  /// The line behind the last that fits, of those from the first one, which always does.
  private static func end(from first: Int, _ heights: [Int], _ room: Int) -> Int {
    var (end, rows) = (first + 1, heights[first])
    while end < heights.count, rows + heights[end] <= room {
      rows += heights[end]
      end += 1
    }
    return end
  }

  /// The whole entry, of which these lines show, after they may have been changed.
  package func entry(showing text: EntryText) -> EntryText {
    above.isEmpty && below.isEmpty
      ? text : EntryText(above + text.scalars + below, cursor: above.count + text.cursor)
  }
}
