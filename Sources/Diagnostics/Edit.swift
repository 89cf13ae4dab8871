/// What an edit would have to change, known where a mistake is found. The line to change may stand further out, where the
/// user's own text is.
package enum Mend: Sendable {
  /// The size of an axis that is written as one number should be the other.
  case size(axis: String, needed: Int, given: Int)
  /// A word, such as the name of an axis or `x.words`, should be one of these; the first is the likeliest.
  case word(String, [String])
  /// The name of an axis in what makes a tensor should be another: looked for in the model that makes it alone.
  case axis(String, to: String)
}

extension SourceText {
  /// How texts of the standard library are named: nobody is asked to edit those.
  package static let libraryPrefix = "stdlib/"
  package var isLibrary: Bool { name.hasPrefix(Self.libraryPrefix) }
}

extension Span {
  private static let longest = 140

  /// The line that this stands on, with this written otherwise: an edit as it can be typed. Only the new words where the
  /// line is long or is the library's, or where this goes over several lines.
  package func edited(to replacement: String) -> String {
    let (first, last) = (source.position(of: start), source.position(of: end))
    let line = source.line(first.line)
    guard !source.isLibrary, first.line == last.line, line.utf8.count + replacement.utf8.count <= Self.longest else {
      return replacement
    }
    let bytes = Array(line.utf8)
    let (from, to) = (min(first.column - 1, bytes.count), min(last.column - 1, bytes.count))
    let text = String(decoding: bytes[..<from] + Array(replacement.utf8) + bytes[max(from, to)...], as: UTF8.self)
    return text.trimmed
  }

  /// The lines of this, without the blanks before them.
  package var lines: [Span] {
    var result: [Span] = []
    var at = max(0, start)
    let stop = min(end, source.bytes.count)
    while at < stop {
      let end = source.bytes[at..<stop].firstIndex(of: 10) ?? stop
      let first = source.bytes[at..<end].firstIndex { $0 != 32 && $0 != 9 } ?? end
      if first < end { result.append(Span(source, first, end)) }
      at = end + 1
    }
    return result
  }

  /// The place inside of this where a word stands alone; nil unless it stands there exactly once.
  package func only(_ word: String) -> Span? {
    let text = Array(source.bytes[min(start, source.bytes.count)..<min(end, source.bytes.count)])
    let wanted = Array(word.utf8)
    guard !wanted.isEmpty, text.count >= wanted.count else { return nil }
    // `x.words` is found in `f(x.words)` and not in `x.words_2`; 8 is not found in 0.8.
    func isPart(_ byte: UInt8) -> Bool {
      byte == 95 || byte == 46 || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    var found: Int?
    for at in 0...(text.count - wanted.count) where text[at..<at + wanted.count].elementsEqual(wanted) {
      let isBegun = at > 0 && isPart(text[at - 1]) && wanted[0] != 46
      let isGoingOn = at + wanted.count < text.count && isPart(text[at + wanted.count])
      if isBegun || isGoingOn { continue }
      if found != nil { return nil }
      found = at
    }
    return found.map { Span(source, start + $0, start + $0 + wanted.count) }
  }

  /// Edits of the lines that this covers which would mend a mistake; empty where it cannot be seen what to change.
  package func edits(for mend: Mend) -> [String] {
    guard !source.isLibrary else { return [] }
    switch mend {
    case .axis: return []
    case .size(_, let needed, let given):
      for (old, new) in [(needed, given), (given, needed)] {
        if let place = only("\(old)") { return [place.edited(to: "\(new)")] }
      }
      return []
    case .word(let old, let new):
      guard let place = only(old) else { return [] }
      return new.map { place.edited(to: $0) }
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    let bytes = Array(utf8)
    let isBlank: (UInt8) -> Bool = { $0 == 32 || $0 == 9 }
    let start = bytes.firstIndex { !isBlank($0) } ?? bytes.count
    let end = bytes.lastIndex { !isBlank($0) } ?? -1
    return start <= end ? String(decoding: bytes[start...end], as: UTF8.self) : ""
  }
}

extension Failure {
  /// With edits of the text at a span that would mend the mistake, unless something is suggested already.
  package func mended(at span: Span) -> Failure {
    guard diagnostic.tries.isEmpty, let edits = mends.lazy.map({ span.edits(for: $0) }).first(where: { !$0.isEmpty })
    else { return self }
    var copy = self
    copy.diagnostic.tries = edits
    return copy
  }
}
