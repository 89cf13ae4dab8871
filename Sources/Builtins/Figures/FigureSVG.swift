import Interpreter

/// A figure as SVG; its colours stand out from white and from black alike, so that no viewer's mode matters.
struct FigureSVG {
  private let figure: Figure

  init(_ figure: Figure) { self.figure = figure }

  private static let (width, left, right, top) = (760.0, 64.0, 500.0, 44.0)
  private static let (height, between, foot) = (190.0, 46.0, 50.0)
  private static let (barHeight, mostBars) = (18.0, 200)
  private static let mostNames = 11
  private static let colours = [
    "#3182ce", "#dd7722", "#2f9e6e", "#c2529b", "#8a74d6", "#a8901f", "#2ba3b8", "#d0544a",
  ]
  private static let gray = "#808080"
  private static let dashes = ["", "6 3", "2 3", "8 3 2 3"]

  var text: String {
    let heights = figure.panels.map { Self.height(of: $0.marks) }
    let head = Self.top + 16 * Double(figure.remarks.count)
    let gaps = Self.between * Double(max(0, heights.count - 1))
    let whole = (head + heights.reduce(0, +) + gaps + Self.foot).rounded(.up)
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.text(Self.width))" height="\(Self.text(whole))" \
      viewBox="0 0 \(Self.text(Self.width)) \(Self.text(whole))" role="img" \
      aria-label="\(Self.escaped(figure.title))">
      <title>\(Self.escaped(figure.title))</title>
      <desc>\(Self.escaped(figure.words))</desc>
      <g font-family="sans-serif" font-size="12">

      """
    out += Self.label(figure.title, x: Self.left, y: 20, size: 14)
    for (index, remark) in figure.remarks.enumerated() {
      out += Self.label(remark, x: Self.left, y: 36 + 16 * Double(index))
    }
    let lines = figure.panels.flatMap { $0.marks.lines ?? [] }
    let xs = Scale(
      lines.flatMap { $0.points.map(\.x) }, whole: figure.isCounted, from: Self.left + 8, to: Self.right - 8)
    var start = head
    for (index, panel) in figure.panels.enumerated() {
      let isLast = index == figure.panels.count - 1
      out += Self.label(panel.title == figure.title ? "" : panel.title, x: Self.left, y: start - 6)
      switch panel.marks {
      case .lines(let lines): out += draw(lines, isJoined: true, xs, from: start, isLast: isLast)
      case .dots(let lines): out += draw(lines, isJoined: false, xs, from: start, isLast: isLast)
      case .bars(let bars): out += Self.draw(bars, from: start)
      case .cells(let cells): out += Self.draw(cells, from: start)
      }
      start += heights[index] + Self.between
    }
    return out + "</g>\n</svg>\n"
  }

  private static func height(of marks: Figure.Marks) -> Double {
    switch marks {
    case .lines, .dots: height
    case .bars(let bars): barHeight * Double(min(bars.count, mostBars) + (bars.count > mostBars ? 1 : 0))
    case .cells(let cells):
      min(400, max(60, (right - left) * Double(cells.rows) / Double(max(1, cells.columns)))) + 34
    }
  }

  private func draw(_ lines: [Figure.Line], isJoined: Bool, _ xs: Scale, from start: Double, isLast: Bool) -> String {
    let end = start + Self.height
    let ys = Scale(lines.flatMap { $0.points.compactMap(\.y) }, whole: false, from: end - 6, to: start + 6)
    var out = ""
    for tick in ys.ticks {
      let y = ys.place(tick)
      out += Self.rule(Self.left, y, Self.right, y, faint: true)
      out += Self.label(ys.text(tick), x: Self.left - 6, y: y + 4, anchor: "end")
    }
    for tick in xs.ticks {
      let x = xs.place(tick)
      out += Self.rule(x, end, x, end + 4)
      out += Self.label(xs.text(tick), x: x, y: end + 17, anchor: "middle")
    }
    out += Self.rule(Self.left, start, Self.left, end) + Self.rule(Self.left, end, Self.right, end)
    if isLast { out += Self.label(figure.xName, x: (Self.left + Self.right) / 2, y: end + 36, anchor: "middle") }
    for (index, line) in lines.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let dash = Self.dashes[index / Self.colours.count % Self.dashes.count]
      let stroke = "stroke=\"\(colour)\" stroke-width=\"1.8\"" + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
      out += "<g fill=\"none\" \(stroke)><title>\(Self.escaped(line.name))</title>\n"
      let showsDots = !isJoined || line.points.count <= 30
      for run in line.points.split(whereSeparator: { $0.y == nil }) {
        let places = run.map { (xs.place($0.x), ys.place($0.y ?? 0)) }
        if isJoined, places.count > 1 {
          let path = places.map { "\(Self.text($0.0)),\(Self.text($0.1))" }.joined(separator: " ")
          out += "<polyline points=\"\(path)\"/>\n"
        }
        for (x, y) in places where showsDots || places.count == 1 {
          out +=
            "<circle cx=\"\(Self.text(x))\" cy=\"\(Self.text(y))\" r=\"2.2\" fill=\"\(colour)\" stroke=\"none\"/>\n"
        }
      }
      out += "</g>\n"
      let row = start + 8 + 16 * Double(min(index, Self.mostNames))
      if index < Self.mostNames {
        out += "<path d=\"M\(Self.text(Self.right + 16)) \(Self.text(row))h22\" \(stroke)/>\n"
        out += Self.label(line.name, x: Self.right + 44, y: row + 4)
      } else if index == Self.mostNames {
        out += Self.label("and \(lines.count - index) more", x: Self.right + 44, y: row + 4)
      }
    }
    return out
  }

  /// Bars to the right of their names; those below 0 go to the left.
  private static func draw(_ bars: [Figure.Bar], from start: Double) -> String {
    let finite = bars.map(\.value).filter(\.isFinite)
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    let (from, to) = (left + 130, width - 90)
    let span = high / 2 - low / 2
    func place(_ value: Double) -> Double { span > 0 ? from + (value / 2 - low / 2) / span * (to - from) : from }
    var out = rule(place(0), start, place(0), start + barHeight * Double(min(bars.count, mostBars)))
    for (index, bar) in bars.prefix(mostBars).enumerated() {
      let y = start + barHeight * Double(index)
      out += label(String(bar.name.prefix(24)), x: from - 6, y: y + 13, anchor: "end")
      if bar.value.isFinite {
        let (a, b) = (min(place(0), place(bar.value)), max(place(0), place(bar.value)))
        out += "<rect x=\"\(text(a))\" y=\"\(text(y + 2))\" width=\"\(text(b - a))\" height=\"\(text(barHeight - 4))\" "
        out += "fill=\"\(colours[0])\"><title>\(escaped("\(bar.name): \(bar.text)"))</title></rect>\n"
      }
      out += label(bar.text, x: to + 8, y: y + 13)
    }
    if bars.count > mostBars {
      out += label("and \(bars.count - mostBars) more", x: from, y: start + barHeight * Double(mostBars) + 13)
    }
    return out
  }

  /// Squares from faint to full; what is no number is gray and crossed out.
  private static func draw(_ whole: Figure.Cells, from start: Double) -> String {
    let cells = whole.reduced(rows: 128, columns: 128)
    let range = cells.range
    let tall = height(of: .cells(whole)) - 34
    let (w, h) = ((right - left) / Double(max(1, cells.columns)), tall / Double(max(1, cells.rows)))
    var out = ""
    for row in 0..<cells.rows {
      for column in 0..<cells.columns {
        let value = cells.values[row * cells.columns + column]
        let (x, y) = (left + Double(column) * w, start + Double(row) * h)
        let box = "x=\"\(text(x))\" y=\"\(text(y))\" width=\"\(text(w + 0.1))\" height=\"\(text(h + 0.1))\""
        guard let share = cells.share(value, in: range) else {
          out += "<rect \(box) fill=\"none\" stroke=\"\(gray)\"/>"
          out += "<path d=\"M\(text(x)) \(text(y))l\(text(w)) \(text(h))\" stroke=\"\(gray)\"/>\n"
          continue
        }
        out += "<rect \(box) fill=\"\(colours[0])\" fill-opacity=\"\(Value.fixed(0.04 + 0.96 * share, 2))\"/>\n"
      }
    }
    out += rule(left, start, left, start + tall) + rule(left, start + tall, right, start + tall)
    var words = "\(whole.rowName) down, \(whole.columnName) across"
    if let range { words += ", faint \(Value.text(range.low)) to full \(Value.text(range.high))" }
    return out + label(words, x: left, y: start + tall + 17)
  }

  private static func rule(_ a: Double, _ b: Double, _ c: Double, _ d: Double, faint: Bool = false) -> String {
    "<path d=\"M\(text(a)) \(text(b))L\(text(c)) \(text(d))\" stroke=\"\(gray)\"\(faint ? " stroke-opacity=\"0.3\"" : "")/>\n"
  }

  private static func label(_ words: String, x: Double, y: Double, anchor: String = "start", size: Int = 12) -> String {
    guard !words.isEmpty else { return "" }
    // What would run out of the drawing is cut; the line's own title keeps it whole.
    let most = anchor == "start" ? Int((width - x) / (0.56 * Double(size))) : 40
    let shown = words.count > most ? words.prefix(most - 1) + "…" : words
    return "<text x=\"\(text(x))\" y=\"\(text(y))\" fill=\"\(gray)\" text-anchor=\"\(anchor)\" font-size=\"\(size)\">"
      + "\(escaped(String(shown)))</text>\n"
  }

  static func text(_ value: Double) -> String {
    let fixed = Value.fixed(value, 1)
    return fixed.hasSuffix(".0") ? String(fixed.dropLast(2)) : fixed
  }

  /// Text that XML can hold, whatever a name is made of.
  static func escaped(_ words: String) -> String {
    words.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": " "
      default: String(scalar)
      }
    }.joined()
  }
}
