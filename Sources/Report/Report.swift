package import Diagnostics
import Foundation
import Syntax

/// A run of a script as one page that needs nothing else: no network, no other file, no program in it.
package struct Report {
  /// What the page says of where its numbers come from, a name and a text each.
  package typealias Fact = (name: String, text: String)

  /// More lines of news than these are folded.
  private static let mostNews = 6

  private let record: RunRecord
  private let facts: [Fact]
  private let generator: String
  private let html: HTML
  private let code: CodeLines
  private let cells: [ScriptCell]

  /// - Parameters:
  ///   - generator: program and version.
  ///   - home: the folder of the user, whose path stays from the page.
  package init(of record: RunRecord, facts: [Fact], generator: String, home: String) {
    self.record = record
    self.facts = facts
    self.generator = generator
    html = HTML(home: home)
    code = CodeLines(record.source, html)
    cells = ScriptCell.all(in: record.source.text)
  }

  private var source: SourceText { record.source }
  private var entries: [(line: Int, event: RunRecord.Event)] { record.entries }

  private var title: String { source.name.split(separator: "/").last.map(String.init) ?? source.name }

  package var page: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="generator" content="\(html.text(generator))">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
    <title>\(html.text(title))</title>
    <style>
    \(Self.style)</style>
    </head>
    <body>
    <header>
    <h1>\(html.text(title))</h1>
    \(state)
    </header>
    \(contents)<main>
    \(body)</main>
    \(provenance)</body>
    </html>

    """
  }

  /// How the run ended, with a way to the place.
  private var state: String {
    let place = record.stop.map { " at \(way(to: $0.lowerBound))" } ?? ""
    return switch record.ending {
    case .done: "<p class=\"state\">Ran to its end.</p>"
    case .rejected: "<p class=\"state failed\"><strong>Mistaken</strong>\(place). Nothing ran.</p>"
    case .failed: "<p class=\"state failed\"><strong>Failed</strong>\(place). What follows did not run.</p>"
    case .interrupted:
      "<p class=\"state failed\"><strong>Interrupted</strong>\(place). What follows did not run.</p>"
    }
  }

  /// A link to a line, or its name where the page does not hold it: an error may stand behind the last line.
  private func way(to line: Int) -> String {
    let isShown = !isBlank(line) && cells.contains { $0.line + $0.wordLines..<$0.line + $0.lines.count ~= line }
    return isShown ? "<a href=\"#line-\(line)\">line \(line)</a>" : "line \(line)"
  }

  private func isBlank(_ line: Int) -> Bool { source.line(line).allSatisfy(\.isWhitespace) }

  private var contents: String {
    let titled = cells.filter { !$0.title.isEmpty }
    guard titled.count > 1 else { return "" }
    let items = titled.map { "<li><a href=\"#cell-\($0.number)\">\(html.text($0.title))</a></li>\n" }
    return "<nav aria-label=\"Cells\">\n<ol>\n\(items.joined())</ol>\n</nav>\n"
  }

  // MARK: Cells

  private var body: String {
    var out = ""
    // What belongs to no line, such as an unknown option, stands above all.
    let above = entries.filter { $0.line < 1 }.map(\.event)
    if !above.isEmpty { out += shown(above) }
    for (index, cell) in cells.enumerated() {
      let end = index + 1 < cells.count ? cells[index + 1].line : Int.max
      out += section(cell, entries.filter { $0.line >= max(cell.line, 1) && $0.line < end })
    }
    return out
  }

  private func section(_ cell: ScriptCell, _ entries: [(line: Int, event: RunRecord.Event)]) -> String {
    var out: String
    if cell.title.isEmpty {
      out = "<section id=\"cell-\(cell.number)\" aria-label=\"Cell \(cell.number)\">\n"
    } else {
      out = """
        <section id="cell-\(cell.number)" aria-labelledby="title-\(cell.number)">
        <h2 id="title-\(cell.number)">\(Prose(html).inline(cell.title))</h2>

        """
    }
    out += Prose(html).blocks(cell.prose)
    let last = cell.line + cell.lines.count - 1
    var next = cell.line + cell.wordLines
    var rest = entries[...]
    while let line = rest.first?.line {
      out += listing(next...max(next, line), of: next <= line)
      next = max(next, line + 1)
      out += shown(rest.prefix { $0.line == line }.map(\.event))
      rest = rest.drop { $0.line == line }
    }
    return out + listing(next...max(next, last), of: next <= last) + "</section>\n"
  }

  /// Lines of code with their numbers; nothing for lines that are all blank.
  private func listing(_ lines: ClosedRange<Int>, of isThere: Bool) -> String {
    guard isThere else { return "" }
    guard let first = lines.first(where: { !isBlank($0) }), let last = lines.last(where: { !isBlank($0) }) else {
      return ""
    }
    let isCut = record.ending == .failed || record.ending == .interrupted
    let rows = (first...last).map { line -> String in
      let isLeft = isCut && line > record.stop?.upperBound ?? .max
      let name = record.stop?.contains(line) == true ? " class=\"stop\"" : isLeft ? " class=\"left\"" : ""
      return
        "<span id=\"line-\(line)\"\(name)><a href=\"#line-\(line)\" tabindex=\"-1\">\(line)</a>\(code.line(line))\n</span>"
    }
    return "<pre class=\"code\" tabindex=\"0\"><code>\(rows.joined())</code></pre>\n"
  }

  // MARK: What was shown

  private func shown(_ events: [RunRecord.Event]) -> String {
    var (out, texts, news): (String, [String], [String]) = ("", [], [])
    func flush() {
      if !texts.isEmpty { out += lines(texts, "output") }
      if !news.isEmpty { out += self.news(news) }
      (texts, news) = ([], [])
    }
    for event in events {
      switch event {
      case .text(let text):
        if !news.isEmpty { flush() }
        texts.append(text)
      case .news(let line):
        if !texts.isEmpty { flush() }
        news.append(line)
      case .note(let words):
        flush()
        out += "<div class=\"message note\"><p><strong>note</strong> \(html.text(words))</p></div>\n"
      case .table(let table):
        flush()
        out += self.table(table)
      case .drawing(let svg, let words):
        flush()
        out += figure(html.inline(svg: svg), words)
      case .picture(let bytes, let type, let words):
        flush()
        let title = words.split(separator: "\n").first.map(String.init) ?? ""
        let image =
          "<img alt=\"\(html.text(title))\" src=\"data:\(type);base64,\(Data(bytes).base64EncodedString())\">\n"
        out += "<figure>\n\(image)<figcaption>\(html.text(words))</figcaption>\n</figure>\n"
      case .message(let diagnostic):
        flush()
        out += message(diagnostic)
      case .took(let seconds):
        flush()
        out += "<p class=\"took\">\(Self.duration(seconds))</p>\n"
      }
    }
    flush()
    return out
  }

  private func lines(_ lines: [String], _ name: String) -> String {
    "<pre class=\"\(name)\" tabindex=\"0\">\(html.text(lines.joined(separator: "\n")))</pre>\n"
  }

  /// Of many lines the last is seen, and the others when they are asked for.
  private func news(_ news: [String]) -> String {
    guard let last = news.last, news.count > Self.mostNews else { return lines(news, "news") }
    return """
      <details class="many"><summary>\(news.count) lines, at last <code>\(html.text(last))</code></summary>
      \(lines(news, "news"))</details>

      """
  }

  private func figure(_ drawing: String, _ words: String) -> String {
    """
    <figure>
    <div class="scroll" tabindex="0">
    \(drawing)</div>
    <details><summary>As characters</summary>
    <pre tabindex="0">\(html.text(words))</pre>
    </details>
    </figure>

    """
  }

  private func table(_ table: ShownTable) -> String {
    let heads = (table.keys + table.columns).enumerated().map { index, name in
      "<th scope=\"col\"\(table.isNumber[index] ? " class=\"number\"" : "")>\(html.text(name))</th>"
    }
    let rows = table.rows.map { row -> String in
      let cells = row.enumerated().map { index, cell in
        let name = table.isNumber[index] ? " class=\"number\"" : ""
        return index < table.keys.count
          ? "<th scope=\"row\"\(name)>\(html.text(cell))</th>" : "<td\(name)>\(html.text(cell))</td>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    }
    return """
      <div class="scroll" tabindex="0">
      <table>
      <caption>\(html.text(table.words))</caption>
      <thead><tr>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>
      </div>

      """
  }

  private func message(_ diagnostic: Diagnostic) -> String {
    let name = diagnostic.severity.rawValue
    let place = record.line(diagnostic).map { " \(way(to: $0))" } ?? ""
    return """
      <div class="message \(name)">
      <p><strong>\(name)</strong>\(place)</p>
      <pre tabindex="0">\(html.text(Renderer().render(diagnostic)))</pre>
      </div>

      """
  }

  package static func duration(_ seconds: Double) -> String {
    if seconds < 60 { return "\(Double(Int(seconds * 10)) / 10) s" }
    let whole = Int(seconds)
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  // MARK: Provenance

  private var provenance: String {
    let rows = facts.filter { !$0.text.isEmpty }.map { fact in
      "<dt>\(html.text(fact.name))</dt><dd>\(html.text(fact.text))</dd>\n"
    }
    return """
      <footer>
      <h2 id="provenance">Where this comes from</h2>
      <dl>
      \(rows.joined())</dl>
      </footer>

      """
  }
}
