import CLibEdit

/// Where a prompt and an entry stand on a screen, as libedit draws them: each row by itself, none left to the terminal's wrapping.
package struct EntryLayout: Equatable {
  /// The columns that are filled in each row, blanks at the end left out.
  package private(set) var rows = [0]
  /// From 0.
  package private(set) var cursor = (row: 0, column: 0)
  private let width: Int
  private var column = 0

  /// - Parameter width: columns of the screen; at least 1.
  package init(prompt: [Unicode.Scalar], entry: EntryText, width: Int) {
    self.width = max(width, 1)
    for scalar in prompt { put(scalar) }
    for (place, scalar) in entry.scalars.enumerated() {
      if place == entry.cursor { cursor = (rows.count - 1, column) }
      put(scalar)
    }
    if entry.isAtEnd { cursor = (rows.count - 1, column) }
  }

  package static func == (one: EntryLayout, other: EntryLayout) -> Bool {
    one.rows == other.rows && one.cursor == other.cursor && one.width == other.width
  }

  /// How many rows the cursor is below the first one that shows, after the window was made as wide as `width`.
  /// - Parameter height: rows of the window before; of an entry that is taller its end shows.
  /// - Parameter isRewrapped: whether the terminal breaks what became too long for it, or cuts it off.
  package func rowsAboveCursor(height: Int, width: Int, isRewrapped: Bool) -> Int {
    let first = min(max(rows.count - max(height, 1), 0), cursor.row)
    if !isRewrapped { return cursor.row - first }
    let width = max(width, 1)
    return rows[first..<cursor.row].reduce(0) { $0 + max(($1 + width - 1) / width, 1) } + cursor.column / width
  }

  /// Columns that a letter takes; -1 for what is none.
  static func columns(of scalar: Unicode.Scalar) -> Int {
    _ = LineEditor.speaksUTF8
    return Int(pmm_el_width(scalar.value))
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\n": beginRow()
    case "\t": repeat { put(columns: 1, isBlank: true) } while column % 8 != 0
    default:
      let columns = Self.columns(of: scalar)
      // What has no width of its own is shown as ^X, \ooo or \U+xxxxx; what joins the letter before is given a column.
      let shown =
        columns >= 0
        ? max(columns, 1) : scalar.value < 0x80 ? 2 : scalar.value < 0x100 ? 4 : scalar.value < 0x10000 ? 8 : 9
      if columns > 0 {
        while column > 0, column + columns > width { put(columns: 1, isBlank: true) }
        put(columns: columns, isBlank: scalar == " ")
      } else {
        for _ in 0..<shown { put(columns: 1, isBlank: false) }
      }
    }
  }

  private mutating func put(columns: Int, isBlank: Bool) {
    column += columns
    if !isBlank { rows[rows.count - 1] = column }
    if column >= width { beginRow() }
  }

  private mutating func beginRow() {
    rows.append(0)
    column = 0
  }
}
