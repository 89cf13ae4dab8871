/// The entries of earlier sessions and of this one, newest last, each once.
package final class History {
  package private(set) var entries: [String] = []
  private let file: HistoryFile?
  private var hasComplained = false

  /// - Parameter file: where entries are read from and added to; nil keeps them in memory alone.
  package init(file: HistoryFile?) { self.file = file }

  /// Reads the file; what is wrong with it, in words, or nil.
  package func load() -> String? {
    guard let file else { return nil }
    switch file.load() {
    case .entries(let found):
      entries = found
      return nil
    case .problem(let problem): return complaint(problem)
    }
  }

  /// Adds an entry; what went wrong with the file, in words, at most once a session. Blank ones are left out.
  package func add(_ text: String) -> String? {
    let entry = Self.trimmed(text)
    guard !entry.isEmpty else { return nil }
    if let earlier = entries.lastIndex(of: entry) { entries.remove(at: earlier) }
    entries.append(entry)
    return file?.append(entry).flatMap(complaint)
  }

  private func complaint(_ problem: String) -> String? {
    if hasComplained { return nil }
    hasComplained = true
    return "\(problem); entries of this session are kept until it ends"
  }

  /// Without the blank lines at its end.
  static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}

/// A walk through the history with Up and Down: entries that begin with what was typed, and back to it.
package struct HistoryWalk {
  /// What was typed before the walk began.
  private let draft: EntryText
  /// What the entries begin with.
  private let prefix: String
  /// Index of the entry that is shown; the count of entries stands for the draft.
  private var index: Int
  /// What was shown last: a text that differs was edited, and begins a walk of its own.
  package private(set) var shown: EntryText

  package init(from draft: EntryText, entries: [String]) {
    self.draft = draft
    prefix = draft.beforeCursor
    index = entries.count
    shown = draft
  }

  /// The next older entry; nil where there is none.
  package mutating func older(in entries: [String]) -> EntryText? {
    var place = min(index, entries.count)
    while place > 0 {
      place -= 1
      if entries[place].hasPrefix(prefix), entries[place] != draft.text { return show(place, entries) }
    }
    return nil
  }

  /// The next newer entry, and after the newest what was typed; nil when that is shown already.
  package mutating func newer(in entries: [String]) -> EntryText? {
    guard index < entries.count else { return nil }
    var place = index + 1
    while place < entries.count {
      if entries[place].hasPrefix(prefix), entries[place] != draft.text { return show(place, entries) }
      place += 1
    }
    index = entries.count
    shown = draft
    return shown
  }

  private mutating func show(_ place: Int, _ entries: [String]) -> EntryText {
    index = place
    shown = EntryText(entries[place])
    return shown
  }
}

/// An incremental search backwards through the history.
package struct HistorySearch {
  /// What was typed before the search began.
  package let draft: EntryText
  package private(set) var query: [Unicode.Scalar] = []
  /// Index of the entry that is shown; nil before the first match.
  private var index: Int?
  package private(set) var isFailing = false
  package private(set) var shown: EntryText

  package init(from draft: EntryText) {
    self.draft = draft
    shown = draft
  }

  package var prompt: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: query)
    return "\(isFailing ? "nothing holds" : "search") `\(String(view))`: "
  }

  package mutating func add(_ scalar: Unicode.Scalar, in entries: [String]) {
    query.append(scalar)
    find(from: index ?? entries.count - 1, entries)
  }

  package mutating func removeLast(in entries: [String]) {
    if query.popLast() != nil, !query.isEmpty { find(from: entries.count - 1, entries) }
    if query.isEmpty { (index, isFailing, shown) = (nil, false, draft) }
  }

  package mutating func older(in entries: [String]) {
    if !query.isEmpty { find(from: (index ?? entries.count) - 1, entries) }
  }

  private mutating func find(from start: Int, _ entries: [String]) {
    var place = min(start, entries.count - 1)
    while place >= 0 {
      let scalars = Array(entries[place].unicodeScalars)
      if let match = Self.firstMatch(of: query, in: scalars) {
        (index, isFailing, shown) = (place, false, EntryText(scalars, cursor: match))
        return
      }
      place -= 1
    }
    isFailing = true
  }

  private static func firstMatch(of query: [Unicode.Scalar], in text: [Unicode.Scalar]) -> Int? {
    guard !query.isEmpty, query.count <= text.count else { return nil }
    return (0...text.count - query.count).first { start in
      text[start] == query[0] && text[start..<start + query.count].elementsEqual(query)
    }
  }
}
