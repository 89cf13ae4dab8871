/// What a key asks for that libedit does not do by itself. Each is one control character of ISO 6429 above ASCII, which no
/// keyboard sends, so that a key is bound the same in every mode; what terminals send for it stands in `sequences`.
enum Key: UInt32, CaseIterable {
  case paste = 0x80
  case abandon, accept, searchStep, searchEnd, showCandidates, end
  case up, down, lineStart, lineEnd, wordLeft, wordRight, entryStart, entryEnd, deleteForward
  case olderEntry, newerEntry, newline, cutWordLeft, cutWordRight

  static func isOne(_ scalar: UInt32) -> Bool { (0x80...0x9F).contains(scalar) }

  /// What follows ESC, by key. xterm, rxvt, the Linux console, screen, tmux and PuTTY differ in Home, End and arrows with Ctrl.
  static let sequences: [[UInt8]: Key] = Dictionary(
    uniqueKeysWithValues: [
      (paste, ["[200~"]),
      (up, ["[A", "OA"]), (down, ["[B", "OB"]),
      (lineStart, ["[H", "OH", "[1~", "[7~"]), (lineEnd, ["[F", "OF", "[4~", "[8~"]),
      (wordLeft, ["[1;5D", "[5D", "Od", "[1;3D"]), (wordRight, ["[1;5C", "[5C", "Oc", "[1;3C"]),
      (entryStart, ["[1;5H"]), (entryEnd, ["[1;5F"]),
      (deleteForward, ["[3~"]),
      (olderEntry, ["[5~", "[1;5A"]), (newerEntry, ["[6~", "[1;5B"]),
    ].flatMap { key, texts in texts.map { (Array($0.utf8), key) } })

  /// What follows ESC when a key is struck with Alt; not in vi mode, where ESC is a key of its own.
  static let withAlt: [[UInt8]: Key] = Dictionary(
    uniqueKeysWithValues: [
      (newline, ["\r", "\n"]), (wordLeft, ["b"]), (wordRight, ["f"]), (cutWordRight, ["d"]),
      (cutWordLeft, ["\u{7F}", "\u{8}"]), (olderEntry, ["p"]), (newerEntry, ["n"]), (entryStart, ["<"]),
      (entryEnd, [">"]),
    ].flatMap { key, texts in texts.map { (Array($0.utf8), key) } })
}
