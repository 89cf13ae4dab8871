import Foundation

/// Reads keys from the terminal: UTF-8 whatever the locale, escape sequences as one key, a bracketed paste as one key, and
/// signals as keys.
final class Keyboard {
  enum Stroke: Equatable {
    case scalar(Unicode.Scalar)
    case key(Key)
  }

  /// Bytes that were read and not used yet.
  private var bytes: [UInt8] = []
  private var next = 0
  private var strokes: [Stroke] = []
  /// The terminal once more, to be read without waiting: Ctrl-C throws away what `poll` promised. The flags of standard input
  /// itself are shared with other programs.
  private let input: Int32 = {
    guard let name = ttyname(STDIN_FILENO) else { return STDIN_FILENO }
    let own = open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    return own < 0 ? STDIN_FILENO : own
  }()
  /// The text of the paste that the last `.paste` stands for.
  private(set) var pasted = ""
  /// Whether ESC is a key of its own.
  var isVi = false
  var onSignal: (EditingSignals.News) -> Void = { _ in }

  /// The longest paste that is taken.
  static let longestPaste = 4 << 20
  /// How long the bytes of one key may take to arrive, in milliseconds.
  private static let sequenceTime: Int32 = 60

  deinit { if input != STDIN_FILENO { close(input) } }

  /// Gives a stroke before anything else.
  func unread(_ stroke: Stroke) { strokes.insert(stroke, at: 0) }

  func stroke() -> Stroke {
    if !strokes.isEmpty { return strokes.removeFirst() }
    switch byte(within: -1) {
    case .nothing, .end: return .key(.end)
    case .interrupt: return .key(.abandon)
    case .byte(0x1B): return afterEscape()
    case .byte(let first): return .scalar(scalar(first))
    }
  }

  // MARK: Bytes

  private enum Arrival { case byte(UInt8), nothing, interrupt, end }

  /// - Parameter time: milliseconds to wait, -1 for ever.
  /// - Parameter most: how many bytes to take from the terminal at once: one, so that what is typed ahead stays there for
  ///   programs that an entry starts.
  private func byte(within time: Int32, most: Int = 1) -> Arrival {
    if next < bytes.count {
      defer { next += 1 }
      return .byte(bytes[next])
    }
    (bytes, next) = ([], 0)
    while true {
      var waits = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: EditingSignals.bell, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&waits, EditingSignals.bell < 0 ? 1 : 2, time)
      if ready < 0, errno != EINTR { return .end }
      if ready == 0 { return .nothing }
      let news = EditingSignals.take()
      if !news.isEmpty { onSignal(news) }
      if news.contains(.interrupt) { return .interrupt }
      guard ready > 0, waits[0].revents != 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: most)
      let count = read(input, &buffer, most)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { return .end }
      bytes = Array(buffer[..<count])
      next = 1
      return .byte(bytes[0])
    }
  }

  private func giveBack(_ unused: [UInt8]) {
    bytes = unused + bytes[next...]
    next = 0
  }

  /// The character that begins with a byte; U+FFFD for what is no UTF-8.
  private func scalar(_ first: UInt8) -> Unicode.Scalar {
    let length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0
    var sequence = [first]
    reading: while sequence.count < length {
      switch byte(within: Self.sequenceTime) {
      case .byte(let more) where more & 0xC0 == 0x80: sequence.append(more)
      case .byte(let more):
        giveBack([more])
        break reading
      case .interrupt:
        unread(.key(.abandon))
        break reading
      case .nothing, .end: break reading
      }
    }
    let read = String(decoding: sequence, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    return Key.isOne(read.value) ? "\u{FFFD}" : read
  }

  /// The key that an escape sequence stands for; ESC alone and unknown sequences are left to libedit.
  private func afterEscape() -> Stroke {
    var sequence: [UInt8] = []
    let tables = isVi ? [Key.sequences] : [Key.sequences, Key.withAlt]
    reading: while true {
      switch byte(within: Self.sequenceTime) {
      case .byte(let more): sequence.append(more)
      // What was begun belongs to the entry that is abandoned.
      case .interrupt: return .key(.abandon)
      case .nothing, .end: break reading
      }
      for table in tables {
        guard let key = table[sequence] else { continue }
        if key == .paste { return paste() }
        return .key(key)
      }
      if !tables.contains(where: { $0.keys.contains { $0.starts(with: sequence) } }) { break }
    }
    giveBack(sequence)
    return .scalar("\u{1B}")
  }

  // MARK: Paste

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// Reads up to the mark that ends a paste, or to an interrupt.
  private func paste() -> Stroke {
    var found: [UInt8] = []
    var isTooLong = false
    while true {
      switch byte(within: -1, most: 1 << 16) {
      case .interrupt: return .key(.abandon)
      case .end, .nothing: return .key(.end)
      case .byte(let more):
        found.append(more)
        if more == UInt8(ascii: "~"), found.count >= Self.pasteEnd.count,
          found[(found.count - Self.pasteEnd.count)...].elementsEqual(Self.pasteEnd)
        {
          found.removeLast(Self.pasteEnd.count)
          pasted = isTooLong ? "" : Self.text(found)
          return .key(.paste)
        }
        if found.count > Self.longestPaste {
          isTooLong = true
          found.removeFirst(found.count - Self.pasteEnd.count)
        }
      }
    }
  }

  /// Line ends as line feeds, tabs as they are; without zeros, which end texts of C.
  static func text(_ bytes: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if scalar == "\n", previous == "\r" {
        previous = scalar
        continue
      }
      previous = scalar
      if scalar.value == 0 || Key.isOne(scalar.value) { continue }
      scalars.append(scalar == "\r" ? "\n" : scalar)
    }
    return String(scalars)
  }
}
