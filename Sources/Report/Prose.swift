/// Words of comments as paragraphs and lists; what stands between back quotes is code.
struct Prose {
  private let html: HTML

  init(_ html: HTML) { self.html = html }

  /// Lines of words: a blank line ends a paragraph, and lines that begin with `- ` are points of a list.
  func blocks(_ lines: [String]) -> String {
    var (out, paragraph, points): (String, [String], [String]) = ("", [], [])
    func flush() {
      if !paragraph.isEmpty { out += "<p>\(inline(paragraph.joined(separator: "\n")))</p>\n" }
      if !points.isEmpty { out += "<ul>\n\(points.map { "<li>\(inline($0))</li>\n" }.joined())</ul>\n" }
      (paragraph, points) = ([], [])
    }
    for line in lines {
      if line.isEmpty {
        flush()
      } else if line.hasPrefix("- ") {
        if !paragraph.isEmpty { flush() }
        points.append(String(line.dropFirst(2)))
      } else if !points.isEmpty {
        points[points.count - 1] += "\n" + line
      } else {
        paragraph.append(line)
      }
    }
    flush()
    return out
  }

  /// A stretch of words.
  func inline(_ words: String) -> String {
    let pieces = words.split(separator: "`", omittingEmptySubsequences: false)
    // The last sign of an odd number of them stands for itself.
    let isOdd = pieces.count % 2 == 0
    var out = ""
    for (index, piece) in pieces.enumerated() {
      let isLast = index == pieces.count - 1
      if isOdd, isLast { out += "`" }
      out +=
        index % 2 == 1 && !(isOdd && isLast) ? "<code>\(html.text(String(piece)))</code>" : html.text(String(piece))
    }
    return out
  }
}
