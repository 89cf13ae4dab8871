import Diagnostics
import Syntax

/// The lines of a script with the classes of what stands in them.
struct CodeLines {
  private let source: SourceText
  /// Stretches of the text that have a class, in order.
  private let marks: [(range: Range<Int>, name: String)]
  private let html: HTML
  /// Byte offset at which each line begins, and one behind the end.
  private let starts: [Int]

  init(_ source: SourceText, _ html: HTML) {
    self.source = source
    self.html = html
    starts = [0] + source.bytes.indices.filter { source.bytes[$0] == 10 }.map { $0 + 1 } + [source.bytes.count + 1]
    let lexer = Lexer(source)
    let tokens = lexer.tokens.compactMap { token -> (range: Range<Int>, name: String)? in
      let name: String
      switch token.kind {
      case .keyword: name = "keyword"
      case .integer, .float: name = "number"
      case .string, .format: name = "string"
      case .invalid: name = "invalid"
      case .name, .symbol, .newline, .end: return nil
      }
      return token.start < token.end ? (token.start..<token.end, name) : nil
    }
    marks = (tokens + lexer.comments.map { ($0, "comment") }).sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// A line, numbered from 1, as markup without its end.
  func line(_ number: Int) -> String {
    guard number >= 1, number < starts.count else { return "" }
    let range = starts[number - 1]..<max(starts[number - 1], starts[number] - 1)
    var (out, place) = ("", range.lowerBound)
    var index = firstMark(endingAfter: place)
    while index < marks.count, marks[index].range.lowerBound < range.upperBound {
      let mark = marks[index].range.clamped(to: range)
      if mark.lowerBound > place { out += html.text(source.slice(place..<mark.lowerBound)) }
      let start = max(mark.lowerBound, place)
      if start < mark.upperBound {
        out += "<span class=\"\(marks[index].name)\">\(html.text(source.slice(start..<mark.upperBound)))</span>"
        place = mark.upperBound
      }
      index += 1
    }
    return place < range.upperBound ? out + html.text(source.slice(place..<range.upperBound)) : out
  }

  private func firstMark(endingAfter place: Int) -> Int {
    var (low, high) = (0, marks.count)
    while low < high {
      let middle = (low + high) / 2
      if marks[middle].range.upperBound <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
