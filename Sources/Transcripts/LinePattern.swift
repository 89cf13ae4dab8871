/// An expected line: literal text with numbers between that may be off by a stated tolerance.
struct LinePattern {
  private enum Part {
    case text(String)
    case number(Double, tolerance: Double)
  }

  private static let mark = " ± "
  private var parts: [Part] = []

  init(_ line: String) {
    var rest = Substring(line)
    while let place = rest.firstRange(of: Self.mark) {
      let before = rest[..<place.lowerBound]
      let after = rest[place.upperBound...]
      let number = Self.numberAtEnd(of: before)
      let tolerance = Self.numberAtStart(of: after)
      guard let value = Double(number), let allowed = Double(tolerance), allowed >= 0 else {
        parts.append(.text(String(rest[..<place.upperBound])))
        rest = after
        continue
      }
      parts.append(.text(String(before.dropLast(number.count))))
      parts.append(.number(value, tolerance: allowed))
      rest = after.dropFirst(tolerance.count)
    }
    parts.append(.text(String(rest)))
  }

  /// Whether `line` is the literal text with numbers close enough.
  ///
  /// Where numbers may vary so may the blanks that align them: a run of blanks then matches any other run.
  func matches(_ line: String) -> Bool {
    let isExact = parts.count == 1
    var rest = Substring(isExact ? line : Self.squeezed(line))
    for part in parts {
      switch part {
      case .text(let text):
        let wanted = isExact ? text : Self.squeezed(text)
        guard rest.hasPrefix(wanted) else { return false }
        rest = rest.dropFirst(wanted.count)
      case .number(let value, let tolerance):
        let found = Self.numberAtStart(of: rest)
        guard let actual = Double(found), abs(actual - value) <= tolerance else { return false }
        rest = rest.dropFirst(found.count)
      }
    }
    return rest.isEmpty
  }

  /// The longest start of `text` that is a number.
  private static func numberAtStart(of text: Substring) -> Substring {
    var candidate = text.prefix { isNumeric($0) }
    while !candidate.isEmpty, Double(candidate) == nil { candidate = candidate.dropLast() }
    return candidate
  }

  /// The longest end of `text` that is a number.
  private static func numberAtEnd(of text: Substring) -> Substring {
    var candidate = text.suffix(text.reversed().prefix { isNumeric($0) }.count)
    while !candidate.isEmpty, Double(candidate) == nil { candidate = candidate.dropFirst() }
    return candidate
  }

  private static func isNumeric(_ character: Character) -> Bool {
    character.isASCII && (character.isNumber || "+-.eE".contains(character))
  }

  private static func squeezed(_ text: String) -> String {
    var result = ""
    for character in text where character != " " || result.last != " " { result.append(character) }
    return result
  }
}

extension Substring {
  /// Where `text` first stands.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
