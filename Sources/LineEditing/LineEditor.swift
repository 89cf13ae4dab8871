import CLibEdit
import Foundation

/// What the editor asks whoever knows the language.
package struct EntrySupport {
  /// Whether a text is to go on in another line.
  package var wantsMore: (String) -> Bool
  /// By how many blanks the line behind this text is indented.
  package var indent: (String) -> Int
  /// What a pasted text means: one that holds prompts is a recorded session.
  package var pasted: (String) -> String
  /// Ways to go on at a place, counted in Unicode scalars: what they replace, and each with a short remark.
  package var complete: (String, Int) -> (range: Range<Int>, candidates: [CandidateList.Candidate])?

  package init(
    wantsMore: @escaping (String) -> Bool, indent: @escaping (String) -> Int, pasted: @escaping (String) -> String,
    complete: @escaping (String, Int) -> (range: Range<Int>, candidates: [CandidateList.Candidate])?
  ) {
    self.wantsMore = wantsMore
    self.indent = indent
    self.pasted = pasted
    self.complete = complete
  }
}

/// What the user did at a prompt.
package enum Entry: Equatable {
  case text(String)
  /// Ctrl-C.
  case abandoned
  /// Ctrl-D on an empty entry.
  case end
  /// The terminal is gone.
  case lost
}

/// Reads entries of any number of lines at a terminal. libedit reads and draws; what keys mean for whole entries is decided
/// here. All of it runs on one thread, and there is one editor in a program, because libedit has state of its own.
package final class LineEditor {
  private let support: EntrySupport
  private let history: History
  private let keyboard = Keyboard()
  private let editor: OpaquePointer
  private var prompt: [Unicode.Scalar] = []
  /// What stands before the entry now: the prompt, or what is searched for.
  private var label: [Unicode.Scalar] = []
  private var shownPrompt = ShownPrompt()
  private var window = EntryWindow()
  /// Of the screen, when it was drawn last.
  private var size = TerminalSize.now
  private var outcome = Entry.end
  private var walk: HistoryWalk?
  private var search: HistorySearch?
  private var strokeOfSearch = Keyboard.Stroke.key(.abandon)
  /// Whether the entry is to be abandoned and libedit has not called for it yet.
  private var isAbandoning = false
  private var lastCut: [Unicode.Scalar] = []
  private var candidates: [CandidateList.Candidate] = []
  private var cursorBeforeList = 0

  /// Nil where libedit finds no terminal or no memory.
  package init?(history: History, support: EntrySupport) {
    self.history = history
    self.support = support
    _ = Self.speaksUTF8
    guard
      let editor = pmm_el_begin(
        nil,
        { LineEditor.active?.read($1) ?? 0 },
        { _ in LineEditor.active?.shownPrompt.start },
        { UInt8(truncatingIfNeeded: LineEditor.active?.act(UInt32(bitPattern: $1)) ?? CC_NORM) })
    else { return nil }
    self.editor = editor
    bindKeys()
    // What the user wishes comes last; where it sets the keys of vi, these are bound anew.
    el_source(editor, nil)
    keyboard.isVi = pmm_el_is_vi(editor)
    if keyboard.isVi { bindKeys() }
    keyboard.onSignal = { [weak self] in self?.receive($0) }
  }

  /// Whether the system draws and measures letters of all languages; asking makes it so.
  static let speaksUTF8 = pmm_el_speak_utf8()

  deinit { el_end(editor) }

  /// The editor that reads now: callbacks of C carry nothing along.
  nonisolated(unsafe) private static weak var active: LineEditor?

  /// Shows a prompt and reads an entry.
  package func read(prompt text: String) -> Entry {
    prompt = Array(text.unicodeScalars)
    (label, window, size) = (prompt, EntryWindow(), .now)
    shownPrompt.scalars = label
    (walk, search, outcome, isAbandoning) = (nil, nil, .end, false)
    Self.active = self
    defer { Self.active = nil }
    return EditingSignals.during {
      // By itself libedit shows the prompt first and goes raw with the first key: what is typed in between would be shown twice.
      pmm_el_set_raw(editor, true)
      write("\u{1B}[?2004h")
      let isRead = pmm_el_gets(editor)
      write("\u{1B}[?2004l")
      if !isRead {
        write("\n")
        return outcome
      }
      return outcome
    }
  }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { if let start = $0.baseAddress { pmm_el_write(start, $0.count) } }
    }
  }

  // MARK: Keys

  /// Control characters that are commands of this editor, while inserting.
  private static let controls = [
    "^M", "^J", "^I", "^A", "^B", "^E", "^F", "^H", "^?", "^D", "^K", "^U", "^W", "^Y", "^P", "^N", "^R", "}", ")", "]",
  ]
  /// Keys of vi's command mode that are.
  private static let viCommands = ["^M", "^J", "^D", "^P", "^N", "^R", "k", "j", "/"]

  private func bindKeys() {
    let isVi = pmm_el_is_vi(editor)
    for key in Self.controls { pmm_el_bind(editor, false, key, "pmm") }
    if isVi {
      for key in Self.viCommands { pmm_el_bind(editor, true, key, "pmm") }
      // It would give vi no more than the lines that show, on a path of its own.
      pmm_el_bind(editor, true, "v", "ed-unassigned")
    }
    for key in Key.allCases {
      let name = "\\" + String(key.rawValue, radix: 8)
      // What ends an entry also moves the terminal's cursor below it.
      let command = key == .accept ? "ed-newline" : "pmm"
      pmm_el_bind(editor, false, name, command)
      if isVi { pmm_el_bind(editor, true, name, command) }
    }
  }

  /// Gives libedit its next character.
  private func read(_ character: UnsafeMutablePointer<UInt32>?) -> Int32 {
    guard let character else { return -1 }
    // libedit takes it for the rest of a key that begins with ESC, if such a one was begun.
    var stroke = isAbandoning ? .key(.abandon) : keyboard.stroke()
    if stroke == .key(.end) {
      outcome = .lost
      return 0
    }
    if search != nil, stroke != .key(.searchStep), stroke != .key(.searchEnd) {
      strokeOfSearch = stroke
      stroke = .key(Self.belongsToSearch(stroke) ? .searchStep : .searchEnd)
    }
    isAbandoning = stroke == .key(.abandon)
    switch stroke {
    case .scalar(let scalar): character.pointee = scalar.value
    case .key(let key): character.pointee = key.rawValue
    }
    return 1
  }

  private static func belongsToSearch(_ stroke: Keyboard.Stroke) -> Bool {
    guard case .scalar(let scalar) = stroke else { return false }
    // Ctrl-R, Ctrl-G, the two deletes, and what can be shown.
    return [0x12, 0x07, 0x08, 0x7F].contains(scalar.value) || scalar.value >= 0x20
  }

  private func receive(_ news: EditingSignals.News) {
    if news.contains(.resize) { redrawResized() }
    if news.contains(.stop) {
      pmm_el_set_raw(editor, false)
      write("\u{1B}[?2004l")
      EditingSignals.stop()
      pmm_el_set_raw(editor, true)
      write("\u{1B}[?2004h")
    }
    if news.contains(.proceed) {
      // Whoever had the terminal meanwhile may have left it in another mode than libedit believes.
      pmm_el_set_raw(editor, false)
      pmm_el_set_raw(editor, true)
      write("\u{1B}[?2004h\n")
      pmm_el_redraw(editor)
    }
  }

  /// Takes what is shown off a screen whose size changed, and draws it anew.
  private func redrawResized() {
    let layout = EntryLayout(prompt: shownPrompt.scalars, entry: shownText, width: size.width)
    let before = size
    size = .now
    let up = layout.rowsAboveCursor(height: before.height, width: size.width, isRewrapped: TerminalSize.isRewrapped)
    write("\r" + (up > 0 ? "\u{1B}[\(up)A" : "") + "\u{1B}[J")
    el_resize(editor)
    _ = show(entry)
    pmm_el_redraw(editor)
  }

  // MARK: Text

  /// What libedit holds: the lines of the entry that show.
  private var shownText: EntryText {
    var start: UnsafePointer<UInt32>?
    var cursor: Int32 = 0
    let count = pmm_el_line(editor, &start, &cursor)
    let values = UnsafeBufferPointer(start: start, count: Int(count))
    return EntryText(values.map { Unicode.Scalar($0) ?? "\u{FFFD}" }, cursor: Int(cursor))
  }

  private var entry: EntryText { window.entry(showing: shownText) }

  /// Shows a text; a refusal, with a beep, where it is too long.
  private func show(_ entry: EntryText) -> Int32 {
    guard entry.scalars.count <= Keyboard.longestPaste else { return CC_REFRESH_BEEP }
    window = EntryWindow(entry, prompt: label, width: size.width, height: size.height, after: window)
    shownPrompt.scalars = label
    if let heading = window.heading {
      // No prompt of libedit can end its row, but blanks can.
      shownPrompt.scalars += Array(heading.unicodeScalars)
      let layout = EntryLayout(prompt: shownPrompt.scalars, entry: EntryText(), width: size.width)
      shownPrompt.scalars += [Unicode.Scalar](repeating: " ", count: size.width - layout.cursor.column)
    }
    let values = window.text.scalars.map { $0.value == 0 ? 0xFFFD : $0.value } + [0]
    return pmm_el_replace(editor, values, Int32(window.text.cursor)) ? CC_REFRESH : CC_REFRESH_BEEP
  }

  /// Shows what a change makes of the text.
  private func change(_ body: (inout EntryText) -> Void) -> Int32 {
    var changed = entry
    body(&changed)
    return show(changed)
  }

  private func cut(_ body: (inout EntryText) -> [Unicode.Scalar]) -> Int32 {
    var changed = entry
    let cut = body(&changed)
    if cut.isEmpty { return CC_NORM }
    lastCut = cut
    return show(changed)
  }

  // MARK: Commands

  /// Does what a key asks for; the code tells libedit what to draw.
  private func act(_ character: UInt32) -> Int32 {
    if let key = Key(rawValue: character) { return act(key) }
    switch character {
    case 0x0D, 0x0A: return enter()
    case 0x09: return complete()
    case 0x01: return change { $0.moveToLineStart() }
    case 0x05: return change { $0.moveToLineEnd() }
    case 0x02: return act(.left)
    case 0x06: return act(.right)
    case 0x08, 0x7F: return act(.deleteBackward)
    case 0x04: return entry.scalars.isEmpty ? CC_EOF : change { $0.deleteForward() }
    case 0x0B: return cut { $0.cutToLineEnd() }
    case 0x15: return cut { $0.cutToLineStart() }
    case 0x17: return cut { $0.cutBlankDelimitedWord() }
    case 0x19: return change { [lastCut] in $0.insert(lastCut) }
    case 0x10: return step(older: true)
    case 0x0E: return step(older: false)
    case UInt32(UInt8(ascii: "k")): return act(.up)
    case UInt32(UInt8(ascii: "j")): return act(.down)
    case 0x12, UInt32(UInt8(ascii: "/")): return beginSearch()
    default:
      guard let bracket = Unicode.Scalar(character) else { return CC_ERROR }
      return change { $0.insertClosing(bracket) }
    }
  }

  private func act(_ key: Key) -> Int32 {
    switch key {
    case .accept, .end: return CC_NORM
    case .paste:
      let text = support.pasted(keyboard.pasted)
      return text.isEmpty ? CC_REFRESH_BEEP : change { $0.insert(text) }
    case .abandon:
      isAbandoning = false
      return finish(.abandoned)
    case .searchStep: return stepOfSearch()
    case .searchEnd:
      (search, label) = (nil, prompt)
      keyboard.unread(strokeOfSearch)
      return show(entry)
    case .showCandidates: return showCandidates()
    case .up, .down:
      var moved = entry
      return (key == .up ? moved.moveUp() : moved.moveDown()) ? show(moved) : step(older: key == .up)
    case .left: return change { $0.move(to: $0.cursor - 1) }
    case .right: return change { $0.move(to: $0.cursor + 1) }
    case .lineStart: return change { $0.moveToLineStart() }
    case .lineEnd: return change { $0.moveToLineEnd() }
    case .wordLeft: return change { $0.moveWordLeft() }
    case .wordRight: return change { $0.moveWordRight() }
    case .entryStart: return change { $0.move(to: 0) }
    case .entryEnd: return change { $0.move(to: $0.scalars.count) }
    case .deleteBackward: return change { $0.deleteBackward() }
    case .deleteForward: return change { $0.deleteForward() }
    case .olderEntry: return step(older: true)
    case .newerEntry: return step(older: false)
    case .newline: return change { [support] in $0.insert("\n" + Self.blanks(support.indent($0.beforeCursor))) }
    case .cutWordLeft: return cut { $0.cutWordLeft() }
    case .cutWordRight: return cut { $0.cutWordRight() }
    }
  }

  private static func blanks(_ count: Int) -> String { String(repeating: " ", count: min(max(count, 0), 80)) }

  private func enter() -> Int32 {
    let now = entry
    if !now.endsWithTwoBlankLines, support.wantsMore(now.text) {
      return change { [support] in $0.insert("\n" + Self.blanks(support.indent($0.beforeCursor))) }
    }
    return finish(.text(now.text))
  }

  /// Moves below the entry and ends it.
  private func finish(_ outcome: Entry) -> Int32 {
    self.outcome = outcome
    keyboard.unread(.key(.accept))
    return change { $0.move(to: $0.scalars.count) }
  }

  private func step(older: Bool) -> Int32 {
    let now = entry
    if walk == nil || walk?.shown.scalars != now.scalars { walk = HistoryWalk(from: now, entries: history.entries) }
    guard let next = older ? walk?.older(in: history.entries) : walk?.newer(in: history.entries) else {
      return CC_ERROR
    }
    return show(next)
  }

  // MARK: Search

  private func beginSearch() -> Int32 {
    let begun = HistorySearch(from: entry)
    (search, label) = (begun, Array(begun.prompt.unicodeScalars))
    return show(entry)
  }

  private func stepOfSearch() -> Int32 {
    guard var now = search, case .scalar(let scalar) = strokeOfSearch else { return CC_ERROR }
    switch scalar.value {
    case 0x07:
      (search, label) = (nil, prompt)
      return show(now.draft)
    case 0x12: now.older(in: history.entries)
    case 0x08, 0x7F: now.removeLast(in: history.entries)
    default: now.add(scalar, in: history.entries)
    }
    (search, label) = (now, Array(now.prompt.unicodeScalars))
    return show(now.shown)
  }

  // MARK: Completion

  private func complete() -> Int32 {
    let now = entry
    if now.isInLeadingBlank { return change { $0.indent() } }
    guard let found = support.complete(now.text, now.cursor), !found.candidates.isEmpty else { return CC_ERROR }
    let common = CandidateList.commonPrefix(found.candidates)
    var changed = now
    if common.unicodeScalars.count >= found.range.count { changed.replace(found.range, with: common) }
    if found.candidates.count == 1 { return show(changed) }
    candidates = found.candidates
    // The list goes below the whole entry: the cursor moves there first, is drawn, and then comes back.
    cursorBeforeList = changed.cursor
    changed.move(to: changed.scalars.count)
    keyboard.unread(.key(.showCandidates))
    return show(changed)
  }

  private func showCandidates() -> Int32 {
    let lines = CandidateList.lines(candidates, width: size.width, height: size.height - 2)
    write("\r\n" + lines.map { $0 + "\r\n" }.joined())
    var back = entry
    back.move(to: cursorBeforeList)
    _ = show(back)
    pmm_el_redraw(editor)
    return CC_NORM
  }
}
