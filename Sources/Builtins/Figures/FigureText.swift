import Interpreter

/// A figure in characters: quadrants for one line and for dots, a sign each for several lines, eighths for
/// bars, shades for cells.
struct FigureText {
  private let figure: Figure
  /// Columns.
  private let width: Int

  init(_ figure: Figure, width: Int) { (self.figure, self.width) = (figure, width) }

  private static let height = 12
  private static let mostBars = 40
  private static let signs: [Character] = ["●", "▲", "■", "◆", "○", "△", "□", "◇"]
  private static let quadrants: [Character] = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
  private static let eighths: [Character] = Array(" ▏▎▍▌▋▊▉█")
  private static let shades: [Character] = Array(" ░▒▓█")

  var text: String {
    var lines = [Self.cut(figure.title, width)] + figure.remarks.map { Self.cut($0, width) }
    for panel in figure.panels {
      if panel.title != figure.title, !panel.title.isEmpty { lines.append(Self.cut(panel.title, width)) }
      switch panel.marks {
      case .lines(let all): lines += plot(all, isJoined: true)
      case .dots(let all): lines += plot(all, isJoined: false)
      case .bars(let bars): lines += draw(bars)
      case .cells(let cells): lines += draw(cells)
      }
    }
    return lines.map { line in
      Self.cut(String(line.reversed().drop { $0 == " " }.reversed()), width)
    }.joined(separator: "\n")
  }

  private static func cut(_ text: String, _ most: Int) -> String {
    let plain = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    return plain.count > most ? plain.prefix(most - 1) + "…" : plain
  }

  private static func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return left ? blanks + text : text + blanks
  }

  // MARK: Lines and dots

  private func plot(_ lines: [Figure.Line], isJoined: Bool) -> [String] {
    let rows = Self.height
    let ys = Scale(
      lines.flatMap { $0.points.compactMap(\.y) }, whole: false, from: Double(2 * rows - 1), to: 0)
    var labels: [Int: String] = [:]
    for tick in ys.ticks { labels[Int(ys.place(tick).rounded()) / 2] = ys.text(tick) }
    let gutter = min(labels.values.map(\.count).max() ?? 0, 16)
    let columns = width - gutter - 2
    let xs = Scale(
      lines.flatMap { $0.points.map(\.x) }, whole: figure.isCounted, from: 0, to: Double(2 * columns - 1))
    let canvas = Canvas(rows: rows, columns: columns)
    for (index, line) in lines.enumerated() {
      // A few dots are seen as signs, many as a cloud.
      let isSigned = lines.count > 1 || !isJoined && line.points.count <= 100
      let sign = isSigned ? Self.signs[index % Self.signs.count] : nil
      for run in line.points.split(whereSeparator: { $0.y == nil }) {
        let places = run.map { (xs.place($0.x), ys.place($0.y ?? 0)) }
        for (x, y) in places { canvas.mark(x, y, sign) }
        guard isJoined else { continue }
        for (a, b) in zip(places, places.dropFirst()) { canvas.join(a, b, sign) }
      }
    }
    var out = canvas.lines.enumerated().map { row, line in
      "\(Self.padded(labels[row] ?? "", gutter, left: true)) \(labels[row] == nil ? "│" : "┤")\(line)"
    }
    var rule = Array(repeating: Character("─"), count: columns)
    var below = Array(repeating: Character(" "), count: columns + gutter + 2)
    var free = 0
    for tick in xs.ticks {
      let place = min(max(Int(xs.place(tick).rounded()) / 2, 0), columns - 1)
      rule[place] = "┬"
      let label = Array(xs.text(tick))
      let start = min(max(gutter + 2 + place - label.count / 2, 0), below.count - label.count)
      guard start >= free, label.count <= below.count else { continue }
      below.replaceSubrange(start..<start + label.count, with: label)
      free = start + label.count + 1
    }
    out.append("\(Self.padded("", gutter)) └\(String(rule))")
    out.append(String(below))
    if !figure.xName.isEmpty { out.append(Self.padded("", gutter + 2) + Self.cut(figure.xName, columns)) }
    return out + (lines.count > 1 ? legend(lines) : [])
  }

  private func legend(_ lines: [Figure.Line]) -> [String] {
    var out: [String] = []
    var row = ""
    for (index, line) in lines.enumerated() {
      let entry = "\(Self.signs[index % Self.signs.count]) \(Self.cut(line.name, 40))"
      if !row.isEmpty, row.count + entry.count + 2 > width {
        out.append(row)
        row = ""
      }
      row += (row.isEmpty ? "" : "  ") + entry
    }
    return out + [row]
  }

  /// Characters, each of two by two places.
  private final class Canvas {
    private let (rows, columns): (Int, Int)
    private var bits: [Int]
    private var signs: [Character?]

    init(rows: Int, columns: Int) {
      (self.rows, self.columns) = (rows, columns)
      bits = Array(repeating: 0, count: rows * columns)
      signs = Array(repeating: nil, count: rows * columns)
    }

    func mark(_ x: Double, _ y: Double, _ sign: Character?) {
      guard x.isFinite, y.isFinite else { return }
      let px = min(max(Int(x.rounded()), 0), 2 * columns - 1), py = min(max(Int(y.rounded()), 0), 2 * rows - 1)
      let cell = py / 2 * columns + px / 2
      bits[cell] |= 1 << (px % 2 + py % 2 * 2)
      if let sign { signs[cell] = sign }
    }

    func join(_ a: (Double, Double), _ b: (Double, Double), _ sign: Character?) {
      let steps = Int(max(abs(b.0 - a.0), abs(b.1 - a.1)).rounded(.up))
      guard steps > 1 else { return }
      for step in 1..<steps {
        let t = Double(step) / Double(steps)
        mark(a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, sign)
      }
    }

    var lines: [String] {
      (0..<rows).map { row in
        String((0..<columns).map { signs[row * columns + $0] ?? FigureText.quadrants[bits[row * columns + $0]] })
      }
    }
  }

  // MARK: Bars and cells

  private func draw(_ bars: [Figure.Bar]) -> [String] {
    let shown = bars.prefix(Self.mostBars)
    let names = shown.map { Self.cut($0.name, min(24, width / 3)) }
    let numbers = shown.map(\.text)
    let (name, number) = (names.map(\.count).max() ?? 0, numbers.map(\.count).max() ?? 0)
    let room = max(1, width - name - number - 3)
    let finite = shown.map(\.value).filter(\.isFinite)
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    let span = high / 2 - low / 2
    func place(_ value: Double) -> Int {
      span > 0 ? min(max(Int(((value / 2 - low / 2) / span * Double(room * 8)).rounded()), 0), room * 8) : 0
    }
    let zero = low < 0 ? place(0) / 8 * 8 : 0
    var out = zip(names.indices, shown).map { index, bar -> String in
      var cells = Array(repeating: Character(" "), count: room)
      if bar.value.isFinite {
        let end = place(bar.value)
        if end >= zero {
          for cell in zero / 8..<end / 8 { cells[cell] = "█" }
          if end % 8 > 0, end / 8 < room { cells[end / 8] = Self.eighths[end % 8] }
        } else {
          for cell in end / 8..<zero / 8 { cells[cell] = "█" }
        }
      }
      return "\(Self.padded(names[index], name)) │\(String(cells)) \(Self.padded(numbers[index], number, left: true))"
    }
    if bars.count > Self.mostBars { out.append("and \(bars.count - Self.mostBars) more") }
    return out
  }

  private func draw(_ whole: Figure.Cells) -> [String] {
    let cells = whole.reduced(rows: 24, columns: width - 8)
    let range = cells.range
    let each = cells.columns * 2 <= width - 8 ? 2 : 1
    var out = [Self.cut("\(whole.rowName) down, \(whole.columnName) across", width)]
    for row in 0..<cells.rows {
      var line = "│"
      for column in 0..<cells.columns {
        let sign = cells.share(cells.values[row * cells.columns + column], in: range).map { share in
          Self.shades[min(Int(share * Double(Self.shades.count)), Self.shades.count - 1)]
        }
        line += String(repeating: String(sign ?? "?"), count: each)
      }
      out.append(line + "│")
    }
    if let range { out.append("blank ░▒▓█ from \(Value.text(range.low)) to \(Value.text(range.high))") }
    if cells.rows * cells.columns < whole.rows * whole.columns {
      out.append("[\(whole.rows), \(whole.columns)] shown as means in [\(cells.rows), \(cells.columns)]")
    }
    return out
  }
}
