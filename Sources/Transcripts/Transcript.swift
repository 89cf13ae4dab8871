/// A recorded session: what was typed after `pmm> ` (and `...> ` on further lines), then exactly what was printed.
package struct Transcript: Sendable, Equatable {
  /// One thing typed and what came back.
  package struct Entry: Sendable, Equatable {
    /// Line of the prompt in the text, from 1.
    package let line: Int
    /// What was typed, lines joined by line ends, prompts left out.
    package let input: String
    /// What was printed, lines joined by line ends; blank lines at its end do not count.
    package let output: String

    package init(line: Int, input: String, output: String) {
      self.line = line
      self.input = input
      self.output = output
    }
  }

  package static let prompt = "pmm> "
  package static let continuation = "...> "

  /// Text before the first prompt, such as a title.
  package let preamble: String
  package let entries: [Entry]

  package init(preamble: String, entries: [Entry]) {
    self.preamble = preamble
    self.entries = entries
  }

  /// Reads a session; `firstLine` is where `text` begins in its file.
  package static func parse(_ text: String, firstLine: Int = 1) -> Transcript {
    var preamble: [String] = []
    var entries: [Entry] = []
    var input: [String] = []
    var output: [String] = []
    var start = 0
    let finish = {
      if !input.isEmpty {
        entries.append(Entry(line: start, input: joined(input), output: trimmed(output)))
      }
      (input, output) = ([], [])
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let typed = after(prompt, line) {
        finish()
        input = [typed]
        start = firstLine + index
      } else if output.isEmpty, !input.isEmpty, let typed = after(continuation, line) {
        input.append(typed)
      } else if input.isEmpty {
        preamble.append(String(line))
      } else {
        output.append(String(line))
      }
    }
    finish()
    return Transcript(preamble: trimmed(preamble), entries: entries)
  }

  /// The sessions in fenced `pmm` blocks of a Markdown document.
  package static func fenced(in markdown: String) -> [Transcript] {
    var result: [Transcript] = []
    var block: [String]?
    var start = 0
    for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let lines = block {
        if line.hasPrefix("```") {
          result.append(parse(joined(lines), firstLine: start))
          block = nil
        } else {
          block = lines + [String(line)]
        }
      } else if line == "```pmm" {
        block = []
        start = index + 2
      }
    }
    return result
  }

  /// Whether `actual` is what `expected` says; a number written as `0.6931 ± 1e-4` allows for that much.
  package static func matches(expected: String, actual: String) -> Bool {
    difference(expected: expected, actual: actual) == nil
  }

  /// A line of its own that stands for any lines, also none, such as the epochs of a training.
  package static let anyLines = "..."

  /// The first line that differs, in words, or nil where all lines match.
  package static func difference(expected: String, actual: String) -> String? {
    let wanted = lines(expected)
    let found = lines(actual)
    guard let gap = wanted.firstIndex(of: anyLines) else { return difference(wanted, found) }
    // What stands before the first gap is found at the start, what stands behind the last one at the end, the rest between.
    let head = Array(wanted[..<gap])
    if let different = difference(head, Array(found.prefix(gap))) { return different }
    var rest = found[gap...]
    var pieces = wanted[(gap + 1)...].split(separator: anyLines, omittingEmptySubsequences: false).map { Array($0) }
    let tail = pieces.removeLast()
    for piece in pieces {
      while !piece.isEmpty, difference(piece, Array(rest.prefix(piece.count))) != nil {
        if rest.isEmpty { return "after line \(gap + 1) is missing: \(piece[0])" }
        rest = rest.dropFirst()
      }
      rest = rest.dropFirst(piece.count)
    }
    guard rest.count >= tail.count else { return "after line \(gap + 1) is missing: \(tail[0])" }
    return difference(tail, Array(rest.suffix(tail.count)))
  }

  private static func difference(_ wanted: [String], _ found: [String]) -> String? {
    for index in 0..<max(wanted.count, found.count) {
      guard index < wanted.count else { return "line \(index + 1) is not expected: \(found[index])" }
      guard index < found.count else { return "line \(index + 1) is missing: \(wanted[index])" }
      guard wanted[index] == found[index] || LinePattern(wanted[index]).matches(found[index]) else {
        return "line \(index + 1)\n  expected: \(wanted[index])\n  printed:  \(found[index])"
      }
    }
    return nil
  }

  /// What is printed now, with the lines of `expected` where they still hold, so that tolerances written by hand stay.
  package static func merged(expected: String, printed: String) -> String {
    var wanted = lines(expected)[...]
    return joined(
      lines(printed).map { line in
        guard let place = wanted.firstIndex(where: { $0 != anyLines && $0 == line || LinePattern($0).matches(line) })
        else { return line }
        defer { wanted = wanted[(place + 1)...] }
        return wanted[place]
      })
  }

  /// A session as a file of its own holds it: a blank line behind each output.
  package var written: String {
    var text = preamble.isEmpty ? "" : preamble + "\n\n"
    for entry in entries {
      for (index, line) in entry.input.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        text += (index == 0 ? Self.prompt : Self.continuation) + line + "\n"
      }
      if !entry.output.isEmpty { text += entry.output + "\n\n" }
    }
    return text
  }

  private static func after(_ prompt: String, _ line: Substring) -> String? {
    if line.hasPrefix(prompt) { return String(line.dropFirst(prompt.count)) }
    // Editors cut the blank of a prompt with nothing behind it.
    return line == prompt.dropLast() ? "" : nil
  }

  private static func lines(_ text: String) -> [String] {
    let all = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return Array(all[..<(all.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0)])
  }

  private static func joined(_ lines: [String]) -> String { lines.joined(separator: "\n") }

  private static func trimmed(_ text: [String]) -> String { joined(lines(joined(text))) }

  private static func isBlank(_ line: String) -> Bool { line.allSatisfy { $0 == " " || $0 == "\t" } }
}
