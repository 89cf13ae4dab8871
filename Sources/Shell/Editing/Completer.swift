import Diagnostics
import Syntax

/// Ways to go on at a place of a text: a function of the text, the place and what is known. Only what stands before the place
/// counts, and it may be anything.
package struct Completer {
  private let known: any CompletionNames

  package init(_ known: any CompletionNames) { self.known = known }

  /// - Parameter cursor: in Unicode scalars; is brought into bounds.
  /// - Returns: nil where nothing fits.
  package func complete(_ text: String, at cursor: Int) -> Completion? {
    let scalars = Array(text.unicodeScalars.prefix(max(cursor, 0)))
    let place = Place(scalars)
    guard let wanted = shellLine(place) ?? program(place) else { return nil }
    var seen: Set<String> = []
    let fitting = wanted.candidates.filter { $0.text.unicodeScalars.starts(with: wanted.typed.unicodeScalars) }
      .sorted { $0.text < $1.text }.filter { seen.insert($0.text).inserted }
    if fitting.isEmpty { return nil }
    return Completion(
      range: scalars.count - wanted.typed.unicodeScalars.count..<scalars.count, candidates: fitting)
  }

  /// What was typed of a word, and what it may become.
  private struct Wanted {
    let typed: String
    let candidates: [Candidate]
  }

  /// The text before the cursor, as tokens, and the word that the cursor ends.
  private struct Place {
    let text: String
    let source: SourceText
    /// Tokens before the word.
    let before: [Token]
    let word: String
    /// The part of a string that is not closed, from behind its quote.
    let open: String?
    /// Whether nothing can be said: inside a comment, a number or an f-string, or right behind something that is whole.
    let isInert: Bool
    /// Whether nothing but blanks stands before the word on its line.
    let beginsLine: Bool

    init(_ scalars: [Unicode.Scalar]) {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      text = String(view)
      source = SourceText(name: "pmm", text: text)
      let size = source.bytes.count
      let tokens = Lexer(source).tokens.filter { $0.kind != .end && $0.kind != .newline }
      // A comment leaves no token, and reaches to the end of its line.
      let line = source.bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0
      let lastEnd = tokens.last?.end ?? 0
      let isComment = source.bytes[min(max(line, lastEnd), size)...].contains(UInt8(ascii: "#"))
      beginsLine = (tokens.last { $0.end < size || ![.name, .keyword, .integer].contains($0.kind) }?.end ?? 0) <= line
      guard let last = tokens.last, last.end == size else {
        (before, word, open, isInert) = (tokens, "", nil, isComment)
        return
      }
      switch last.kind {
      case .name, .keyword, .integer:
        (before, word, open, isInert) = (tokens.dropLast(), source.slice(last.start..<size), nil, false)
      case .invalid where source.bytes[last.start] == UInt8(ascii: "\""):
        (before, word, open, isInert) = (tokens.dropLast(), "", source.slice(last.start + 1..<size), false)
      case .symbol: (before, word, open, isInert) = (tokens, "", nil, false)
      case .invalid, .float, .string, .format, .newline, .end: (before, word, open, isInert) = (tokens, "", nil, true)
      }
    }
  }

  // MARK: Lines for the shell

  private func shellLine(_ place: Place) -> Wanted? {
    let line = place.text.drop { $0 == " " || $0 == "\n" }
    let rest = String(line.dropFirst())
    switch line.first {
    case "?":
      return Wanted(typed: rest.drop { $0 == "?" }.trimmedLeft, candidates: known.names + known.importable)
    case "!":
      return files(
        after: String(rest.split(separator: " ", omittingEmptySubsequences: false).last ?? ""), quoted: false)
    case "%":
      guard let blank = rest.firstIndex(of: " ") else { return Wanted(typed: rest, candidates: known.commands) }
      let typed = String(rest[blank...].split(separator: " ", omittingEmptySubsequences: false).last ?? "")
      switch known.arguments(of: String(rest[..<blank])) {
      case .code: return nil
      case .files: return files(after: typed, quoted: false)
      case .words(let words): return Wanted(typed: typed, candidates: words)
      }
    default: return nil
    }
  }

  // MARK: Programs

  private func program(_ place: Place) -> Wanted? {
    if place.isInert { return nil }
    if let open = place.open { return insideString(open, place) }
    let tokens = place.before
    if let last = tokens.last, last.kind == .symbol, last.text == "." {
      guard let chain = chain(endingAt: tokens.count - 2, tokens) else { return path(place, tokens) }
      return Wanted(typed: place.word, candidates: known.members(of: chain))
    }
    if let found = importing(place, tokens) { return found }
    if let found = bracket(place, tokens) { return found }
    if let last = tokens.last, last.kind == .keyword, last.text == "without" {
      return base(of: tokens.count - 1, tokens).map { Wanted(typed: place.word, candidates: known.members(of: $0)) }
    }
    return anything(place)
  }

  private static let words = Token.hardWords.union(Token.softWords).map { Candidate($0, "keyword") }

  private func anything(_ place: Place, first: [Candidate] = []) -> Wanted? {
    // Behind a name or a closing bracket only a word that joins can follow, and blanks alone say nothing.
    let all = first + known.names + Self.words
    let isFitting = all.contains { $0.text.unicodeScalars.starts(with: place.word.unicodeScalars) }
    return Wanted(typed: place.word, candidates: isFitting ? all : known.importable)
  }

  /// Names of files in a string, or names in the brackets of a table.
  private func insideString(_ open: String, _ place: Place) -> Wanted? {
    if let last = place.before.last, last.kind == .symbol, last.text == "[",
      let chain = chain(endingAt: place.before.count - 2, place.before), !chain.isCalled
    {
      let names = known.keys(of: chain.names).names
      if !names.isEmpty {
        return Wanted(typed: open, candidates: names.map { Candidate(Self.escaped($0.text), $0.remark) })
      }
    }
    return files(after: open, quoted: true)
  }

  private func files(after typed: String, quoted: Bool) -> Wanted {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let start = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    // What is hidden shows where it is asked for.
    let found = known.files(in: folder).filter { start.hasPrefix(".") || !$0.text.hasPrefix(".") }
    return Wanted(
      typed: start, candidates: quoted ? found.map { Candidate(Self.escaped($0.text), $0.remark) } : found)
  }

  /// A text as it is written between quotes.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result
  }

  private func importing(_ place: Place, _ tokens: [Token]) -> Wanted? {
    guard
      let start = tokens.lastIndex(where: {
        $0.kind == .keyword && ["from", "import"].contains($0.text) || Self.isSoftFrom($0)
      })
    else { return nil }
    let rest = tokens[(start + 1)...]
    guard rest.allSatisfy({ [.name, .keyword].contains($0.kind) || [".", ","].contains($0.text) }) else { return nil }
    if tokens[start].text == "import" {
      if let from = tokens[..<start].lastIndex(where: { $0.text == "from" }), from + 1 < start {
        guard rest.isEmpty || rest.last?.text == "," else { return nil }
        let module = tokens[(from + 1)..<start].map(\.text).joined()
        let given = Set(rest.map(\.text))
        return Wanted(typed: place.word, candidates: known.exports(of: module).filter { !given.contains($0.text) })
      }
      return rest.isEmpty ? Wanted(typed: place.word, candidates: known.modules) : nil
    }
    if rest.isEmpty { return Wanted(typed: place.word, candidates: known.modules) }
    return Wanted(typed: place.word, candidates: [Candidate("import", "keyword")])
  }

  /// `from` is a name until another word follows it.
  private static func isSoftFrom(_ token: Token) -> Bool { token.kind == .name && token.text == "from" }

  // MARK: Brackets

  /// What the innermost open bracket asks for; nil where it asks for nothing special.
  private func bracket(_ place: Place, _ tokens: [Token]) -> Wanted? {
    guard let open = Self.innermostOpen(tokens) else { return nil }
    let inside = tokens[(open + 1)...]
    let begins = inside.isEmpty || inside.last.map { $0.kind == .symbol && $0.text == "," } ?? false
    switch tokens[open].text {
    case "(":
      guard let chain = chain(endingAt: open - 1, tokens), !chain.isCalled else { return nil }
      let parameters = known.parameters(of: chain.names)
      if begins {
        let given = Self.keywords(in: inside)
        let keywords = parameters.filter { !given.contains($0.name) }.map { Candidate("\($0.name) = ", $0.remark) }
        return anything(place, first: keywords)
      }
      let last = Array(inside.suffix(2))
      if last.count == 2, last[1].text == "=", let parameter = parameters.first(where: { $0.name == last[0].text }),
        parameter.isAxis
      {
        return Wanted(typed: place.word, candidates: known.axes)
      }
      return nil
    case "[":
      guard begins, let chain = chain(endingAt: open - 1, tokens), !chain.isCalled else { return nil }
      let axes = known.keys(of: chain.names).axes
      return axes.isEmpty ? nil : Wanted(typed: place.word, candidates: axes)
    default:
      guard begins || place.beginsLine else { return nil }
      let previous = open > 0 ? tokens[open - 1] : nil
      if let previous, previous.kind == .symbol, previous.text == "." {
        return chain(endingAt: open - 2, tokens).map { members($0, without: inside, place) }
      }
      if let previous, previous.kind == .keyword, ["with", "without"].contains(previous.text) {
        return base(of: open - 1, tokens).map { members($0, without: inside, place) }
      }
      return nil
    }
  }

  private func members(_ chain: NameChain, without given: ArraySlice<Token>, _ place: Place) -> Wanted {
    let names = Set(given.filter { $0.kind == .name }.map(\.text))
    return Wanted(typed: place.word, candidates: known.members(of: chain).filter { !names.contains($0.text) })
  }

  /// A path such as `.text.blo` in `with { }` or behind `without`: parts of the model on the left.
  private func path(_ place: Place, _ tokens: [Token]) -> Wanted? {
    var start = tokens.count - 1
    var steps: [String] = []
    while start > 1, [.name, .keyword, .integer].contains(tokens[start - 1].kind), tokens[start - 2].text == "." {
      steps.insert(tokens[start - 1].text, at: 0)
      start -= 2
    }
    guard start > 0 else { return nil }
    var edit = start - 1
    if tokens[edit].text != "without" {
      guard let open = Self.innermostOpen(Array(tokens[..<start])), open > 0, tokens[open].text == "{" else {
        return nil
      }
      edit = open - 1
    }
    guard ["with", "without"].contains(tokens[edit].text), let chain = base(of: edit, tokens) else { return nil }
    return Wanted(
      typed: place.word, candidates: known.members(of: NameChain(chain.names + steps, isCalled: chain.isCalled)))
  }

  private static func innermostOpen(_ tokens: [Token]) -> Int? {
    var closed = 0
    for index in tokens.indices.reversed() where tokens[index].kind == .symbol {
      switch tokens[index].text {
      case ")", "]", "}": closed += 1
      case "(", "[", "{":
        if closed == 0 { return index }
        closed -= 1
      default: break
      }
    }
    return nil
  }

  /// Names of the keywords at the top level of an open call.
  private static func keywords(in tokens: ArraySlice<Token>) -> Set<String> {
    var depth = 0
    var found: Set<String> = []
    for index in tokens.indices where tokens[index].kind == .symbol {
      switch tokens[index].text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth -= 1
      case "=" where depth == 0 && index > tokens.startIndex: found.insert(tokens[index - 1].text)
      default: break
      }
    }
    return found
  }

  /// The bracket that the one at an index closes.
  private static func opening(of close: Int, _ tokens: [Token]) -> Int? {
    innermostOpen(Array(tokens[..<close]))
  }

  /// The names `a.b.c` that end at a token; of a call of them the same, so that a model that is made here has its parts. Nil
  /// where something else stands there.
  private func chain(endingAt last: Int, _ tokens: [Token]) -> NameChain? {
    var index = last
    if index >= 0, index < tokens.count, tokens[index].kind == .symbol, tokens[index].text == ")" {
      guard let open = Self.opening(of: index, tokens) else { return nil }
      guard let called = chain(endingAt: open - 1, tokens), !called.isCalled else { return nil }
      return NameChain(called.names, isCalled: true)
    }
    var names: [String] = []
    while index >= 0, index < tokens.count, [.name, .keyword, .integer].contains(tokens[index].kind) {
      // A hard word is a name only behind a point.
      if tokens[index].kind == .keyword, !(index > 0 && tokens[index - 1].text == ".") { return nil }
      names.insert(tokens[index].text, at: 0)
      guard index > 1, tokens[index - 1].kind == .symbol, tokens[index - 1].text == "." else {
        return NameChain(names, isCalled: false)
      }
      index -= 2
    }
    return nil
  }

  /// What an edit works on, `with` or `without` standing at an index: `a.b` in `a.b without x with {`.
  private func base(of edit: Int, _ tokens: [Token]) -> NameChain? {
    var last = edit - 1
    while last > 0 {
      // Steps back over a whole edit before this one.
      var start = last
      if tokens[last].text == "}" {
        guard let open = Self.opening(of: last, tokens), open > 0 else { return nil }
        start = open
        // `with ck.{text}`
        while start > 1, tokens[start - 1].text == "." { start -= 2 }
      } else if chain(endingAt: last, tokens) != nil, tokens[last].text != ")" {
        while start > 1, tokens[start - 1].text == "." { start -= 2 }
      }
      guard start > 0, start <= last, tokens[start - 1].kind == .keyword,
        ["with", "without"].contains(tokens[start - 1].text)
      else { break }
      last = start - 2
    }
    return chain(endingAt: last, tokens)
  }
}

extension StringProtocol {
  fileprivate var trimmedLeft: String { String(drop { $0 == " " }) }
}
