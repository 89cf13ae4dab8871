/// What a terminal shows: as much of an xterm as line editing needs.
struct Screen {
  private(set) var width: Int
  private(set) var height: Int
  private var cells: [[String]]
  private var row = 0
  private var column = 0
  private var wrapsNext = false
  private var pending: [Unicode.Scalar] = []
  /// Whether pastes are bracketed.
  private(set) var isBracketing = false
  /// How often that began, which it does with each prompt.
  private(set) var beginnings = 0

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    cells = [[String]](repeating: [String](repeating: " ", count: width), count: height)
  }

  /// Rows without blanks at their ends, down to the last that is not empty.
  var lines: [String] {
    var rows = cells.map { row in
      var text = row.joined()
      while text.last == " " { text.removeLast() }
      return text
    }
    while rows.last?.isEmpty == true { rows.removeLast() }
    return rows
  }
  var text: String { lines.joined(separator: "\n") }
  /// What stands between the last two prompts, without the first line, which was typed.
  var printed: String {
    let above = lines.dropLast()
    guard let prompt = above.lastIndex(where: { $0.hasPrefix("pmm") }) else { return above.joined(separator: "\n") }
    return above[(prompt + 1)...].joined(separator: "\n")
  }
  /// Row and column from 0.
  var cursor: (row: Int, column: Int) { (row, column) }

  /// A window of another size; what does not fit is lost.
  mutating func resize(width: Int, height: Int) {
    let top = max(0, min(row - height + 1, cells.count))
    cells = cells.dropFirst(top).map { Array(($0 + [String](repeating: " ", count: width)).prefix(width)) }
    while cells.count < height { cells.append([String](repeating: " ", count: width)) }
    cells = Array(cells.prefix(height))
    (self.width, self.height, row, column) = (width, height, row - top, min(column, width - 1))
    wrapsNext = false
  }

  mutating func feed(_ text: String) {
    pending += Array(text.unicodeScalars)
    while let length = consume() { pending.removeFirst(length) }
  }

  /// Handles what stands first; gives how long it was, nil where more must come.
  private mutating func consume() -> Int? {
    guard let first = pending.first else { return nil }
    switch first.value {
    case 0x1B: return escape()
    case 0x0D: (column, wrapsNext) = (0, false)
    case 0x0A: lineFeed()
    case 0x08: (column, wrapsNext) = (max(column - 1, 0), false)
    case 0x09: column = min((column / 8 + 1) * 8, width - 1)
    case 0..<0x20, 0x7F: break
    default: put(first)
    }
    return 1
  }

  private mutating func lineFeed() {
    wrapsNext = false
    if row == height - 1 {
      cells.removeFirst()
      cells.append([String](repeating: " ", count: width))
    } else {
      row += 1
    }
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    (0x1100...0x115F).contains(scalar.value) || (0x2E80...0xA4CF).contains(scalar.value)
      || (0xAC00...0xD7A3).contains(scalar.value) || (0xFF00...0xFF60).contains(scalar.value)
      || (0x1F300...0x1FAFF).contains(scalar.value)
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if scalar.properties.generalCategory == .nonspacingMark {
      cells[row][max(column - 1, 0)] += String(scalar)
      return
    }
    let columns = Self.isWide(scalar) ? 2 : 1
    if wrapsNext || column + columns > width {
      column = 0
      lineFeed()
    }
    cells[row][column] = String(scalar)
    if columns == 2, column + 1 < width { cells[row][column + 1] = "" }
    column += columns
    if column >= width { (column, wrapsNext) = (width - 1, true) }
  }

  private mutating func escape() -> Int? {
    guard pending.count > 1 else { return nil }
    guard pending[1] == "[" else { return pending[1] == "(" ? (pending.count > 2 ? 3 : nil) : 2 }
    guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0.value) }) else { return nil }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: pending[2..<end])
    let parameters = String(view)
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
    let first = numbers.first.flatMap { $0 }
    let count = max(first ?? 1, 1)
    switch pending[end] {
    case "A": row = max(row - count, 0)
    case "B": row = min(row + count, height - 1)
    case "C": column = min(column + count, width - 1)
    case "D": column = max(column - count, 0)
    case "G": column = min(count - 1, width - 1)
    case "d": row = min(count - 1, height - 1)
    case "H", "f":
      row = min(count - 1, height - 1)
      column = min(max((numbers.count > 1 ? numbers[1] ?? 1 : 1) - 1, 0), width - 1)
    case "J": erase(first ?? 0)
    case "K":
      switch first ?? 0 {
      case 1: for place in 0...column { cells[row][place] = " " }
      case 2: cells[row] = [String](repeating: " ", count: width)
      default: for place in column..<width { cells[row][place] = " " }
      }
    case "P":
      cells[row].removeSubrange(column..<min(column + count, width))
      while cells[row].count < width { cells[row].append(" ") }
    case "@":
      cells[row].insert(contentsOf: [String](repeating: " ", count: count), at: column)
      cells[row] = Array(cells[row].prefix(width))
    case "h", "l":
      if parameters == "?2004" {
        isBracketing = pending[end] == "h"
        if isBracketing { beginnings += 1 }
      }
    default: break
    }
    if "ABCDGdHf".unicodeScalars.contains(pending[end]) { wrapsNext = false }
    return end + 1
  }

  private mutating func erase(_ what: Int) {
    let blank = [String](repeating: " ", count: width)
    switch what {
    case 1: for place in 0..<row { cells[place] = blank }
    case 2, 3: cells = [[String]](repeating: blank, count: height)
    default:
      for place in column..<width { cells[row][place] = " " }
      for place in (row + 1)..<max(height, row + 1) { cells[place] = blank }
    }
  }
}
