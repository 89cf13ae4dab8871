/// Draws diagnostics: the one place that decides how they look.
package struct Renderer: Sendable {
  package var isColoured: Bool

  package init(isColoured: Bool = false) { self.isColoured = isColoured }

  /// The text of one diagnostic, without a final line end; at most about a screen.
  package func render(_ diagnostic: Diagnostic) -> String {
    let head =
      diagnostic.severity == .note
      ? diagnostic.severity.rawValue : "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]"
    var lines = ["\(paint(head, diagnostic.severity)): \(Self.words(diagnostic.message))"]
    var groups: [(source: SourceText, labels: [Label])] = []
    for label in diagnostic.labels.prefix(6) {
      if let index = groups.firstIndex(where: { $0.source === label.span.source }) {
        groups[index].labels.append(label)
      } else {
        groups.append((label.span.source, [label]))
      }
    }
    let widest = groups.flatMap(\.labels).map { "\($0.span.line)".utf8.count }.max() ?? 1
    let margin = String(repeating: " ", count: widest)
    for group in groups {
      let first = group.labels[0].span
      let at = first.source.position(of: first.start)
      lines.append("\(margin)--> \(first.source.name):\(at.line):\(at.column)")
      lines.append("\(margin) |")
      var previous = 0
      for label in group.labels.sorted(by: { $0.span.start < $1.span.start }) {
        if label.span.line != previous { lines += quote(label.span, margin: widest) }
        previous = label.span.line
        lines.append(underline(label, margin: margin, isFirst: label.span.start == first.start))
      }
    }
    for note in diagnostic.notes { lines.append("\(margin) = note: \(Self.words(note))") }
    for attempt in diagnostic.tries { lines.append("\(margin) = try: \(Self.words(attempt))") }
    return lines.joined(separator: "\n")
  }

  private func quote(_ span: Span, margin: Int) -> [String] {
    let number = "\(span.line)"
    let pad = String(repeating: " ", count: margin - number.utf8.count)
    return ["\(pad)\(number) | \(Self.printable(clipped(span.source.line(span.line))))"]
  }

  /// Long lines are cut, so that one message stays one screen.
  private func clipped(_ line: String) -> String {
    line.utf8.count <= 160 ? line : String(line.prefix(157)) + "..."
  }

  /// What is said, cut where a name or a text of the user's is too long to be read.
  private static func words(_ text: String) -> String {
    printable(text.utf8.count <= 1000 ? text : String(text.prefix(500)) + "...")
  }

  private func underline(_ label: Label, margin: String, isFirst: Bool) -> String {
    let start = label.span.source.position(of: label.span.start)
    let line = label.span.source.line(start.line)
    let before = String(decoding: line.utf8.prefix(max(0, start.column - 1)), as: UTF8.self)
    let stop = label.span.source.position(of: max(label.span.start, label.span.end))
    let endColumn = stop.line == start.line ? stop.column : line.utf8.count + 1
    let inside = String(
      decoding: line.utf8.dropFirst(start.column - 1).prefix(max(0, endColumn - start.column)), as: UTF8.self)
    // A tab keeps its width on the line above, so it is kept here too.
    let blanks = String(before.prefix(157).map { $0 == "\t" ? "\t" : " " })
    let mark = String(repeating: isFirst ? "^" : "~", count: min(100, max(1, inside.count)))
    let text = label.text.isEmpty ? "" : " " + Self.words(label.text)
    return "\(margin) | \(blanks)\(isColoured ? "\u{1B}[31m\(mark)\u{1B}[0m" : mark)\(text)"
  }

  private func paint(_ text: String, _ severity: Severity) -> String {
    guard isColoured else { return text }
    let colour =
      switch severity {
      case .error: "31;1"
      case .warning: "33;1"
      case .note: "36;1"
      }
    return "\u{1B}[\(colour)m\(text)\u{1B}[0m"
  }

  /// Control characters of foreign names and texts are shown, never sent to the terminal.
  package static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { ($0.value < 32 && $0 != "\t" && $0 != "\n") || $0.value == 127 }) else {
      return text
    }
    return text.unicodeScalars.map { scalar in
      scalar.value < 32 && scalar != "\t" && scalar != "\n" || scalar.value == 127
        ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
  }
}
