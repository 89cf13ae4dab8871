import Checkpoint
import Diagnostics
import Interpreter
import TensorFiles

/// Training curves as an SVG: losses above, validation below, one line a run and column.
final class Picture: Drawing {
  /// A name and its points in order of x; a value that is not finite interrupts the line.
  struct Line {
    let name: String
    let points: [(x: Double, y: Double?)]
  }
  struct Panel {
    let title: String
    let lines: [Line]
  }

  let title: String
  let xName: String
  let panels: [Panel]

  init(title: String, xName: String, panels: [Panel]) {
    self.title = title
    self.xName = xName
    self.panels = panels
  }

  var typeName: String { "picture" }
  var printed: String {
    let parts = panels.map { "\($0.title): \($0.lines.map(\.name).joined(separator: ", "))" }
    return "picture of \(title), \(parts.joined(separator: "; "))\n  save(picture, \"curves.svg\") writes it"
  }

  // MARK: Drawing

  private static let (width, left, right, top) = (760.0, 64.0, 500.0, 44.0)
  private static let (height, between, foot) = (190.0, 46.0, 50.0)
  private static let mostNames = 11
  /// Colours and a gray that stand out from white and from black alike, so that no viewer's mode matters.
  private static let colours = [
    "#3182ce", "#dd7722", "#2f9e6e", "#c2529b", "#8a74d6", "#a8901f", "#2ba3b8", "#d0544a",
  ]
  private static let gray = "#808080"
  private static let dashes = ["", "6 3", "2 3", "8 3 2 3"]

  var svg: String {
    let whole = Self.top + Double(panels.count) * (Self.height + Self.between) - Self.between + Self.foot
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.text(Self.width))" height="\(Self.text(whole))" \
      viewBox="0 0 \(Self.text(Self.width)) \(Self.text(whole))" role="img" font-family="sans-serif" font-size="12">
      <title>\(Self.escaped(title))</title>

      """
    out += Self.label(title, x: Self.left, y: 20, size: 14)
    let xs = Scale(
      panels.flatMap { $0.lines.flatMap { $0.points.map(\.x) } }, whole: true, from: Self.left + 8, to: Self.right - 8)
    for (index, panel) in panels.enumerated() {
      let start = Self.top + Double(index) * (Self.height + Self.between)
      out += draw(panel, xs, from: start, isLast: index == panels.count - 1)
    }
    return out + "</svg>\n"
  }

  private func draw(_ panel: Panel, _ xs: Scale, from start: Double, isLast: Bool) -> String {
    let end = start + Self.height
    let ys = Scale(panel.lines.flatMap { $0.points.compactMap(\.y) }, whole: false, from: end - 6, to: start + 6)
    var out = Self.label(panel.title, x: Self.left, y: start - 6)
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
    if isLast { out += Self.label(xName, x: (Self.left + Self.right) / 2, y: end + 36, anchor: "middle") }
    for (index, line) in panel.lines.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let dash = Self.dashes[index / Self.colours.count % Self.dashes.count]
      let stroke = "stroke=\"\(colour)\" stroke-width=\"1.8\"" + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
      out += "<g fill=\"none\" \(stroke)><title>\(Self.escaped(line.name))</title>\n"
      let showsDots = line.points.count <= 30
      for run in line.points.split(whereSeparator: { $0.y == nil }) {
        let places = run.map { (xs.place($0.x), ys.place($0.y ?? 0)) }
        if places.count > 1 {
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
        out += Self.label("and \(panel.lines.count - index) more", x: Self.right + 44, y: row + 4)
      }
    }
    return out
  }

  private static func rule(_ a: Double, _ b: Double, _ c: Double, _ d: Double, faint: Bool = false) -> String {
    "<path d=\"M\(text(a)) \(text(b))L\(text(c)) \(text(d))\" stroke=\"\(gray)\"\(faint ? " stroke-opacity=\"0.3\"" : "")/>\n"
  }

  private static func label(_ words: String, x: Double, y: Double, anchor: String = "start", size: Int = 12) -> String {
    // What would run out of the picture is cut; the line's own title keeps it whole.
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

/// Numbers along an axis: ticks at 1, 2 or 5 times a power of ten.
private struct Scale {
  let (low, high, from, to): (Double, Double, Double, Double)
  let ticks: [Double]
  private let decimals: Int

  /// - Parameter whole: numbers of epochs, whose ticks are whole and whose ends are the data's own.
  init(_ values: [Double], whole: Bool, from: Double, to: Double) {
    var (low, high) = (values.min() ?? 0, values.max() ?? 1)
    // One value, or values that only rounding tells apart, get room of their own.
    let largest = max(abs(low), abs(high))
    if high / 2 - low / 2 <= max(whole ? 0.25 : 0, largest * 1e-6) {
      let room = whole ? max(0.5, largest * 0.1) : (largest == 0 ? 1 : largest * 0.1)
      (low, high) = (max(low - room, -.greatestFiniteMagnitude), min(high + room, .greatestFiniteMagnitude))
    }
    let most = whole ? 8.0 : 6
    let rough = high / most - low / most
    var (power, decimals) = (1.0, 0)
    while power > rough, decimals < 300 { (power, decimals) = (power / 10, decimals + 1) }
    while power * 10 <= rough, decimals > -300 { (power, decimals) = (power * 10, decimals - 1) }
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough } ?? 10
    if factor == 10 { decimals -= 1 }
    let step = whole ? max(1, factor * power) : factor * power
    // Of the ends, none is further from 0 than 10 million steps.
    let first = (low / step).rounded(.up)
    ticks = (0..<12).map { (first + Double($0)) * step }.filter { $0 <= high }
    self.decimals = whole ? 0 : min(max(decimals, 0), 12)
    (self.low, self.high, self.from, self.to) = (low, high, from, to)
  }

  /// Halves, because the distance between two numbers may be too large for one.
  func place(_ value: Double) -> Double { from + (value / 2 - low / 2) / (high / 2 - low / 2) * (to - from) }

  func text(_ tick: Double) -> String {
    abs(tick) >= 1e6 || tick != 0 && abs(tick) < 1e-4 ? Value.text(tick) : Value.fixed(tick, decimals)
  }
}

extension Catalog {
  static var pictures: [Builtin] {
    [
      Builtin(
        "curves",
        """
        A picture of losses and validation by epoch, which `save(picture, "x.svg")` writes: of a run, its log, a list or \
        a record of them, or a grid of runs. One run shows every term of its loss, several the whole loss each.
        """,
        BuiltinParameter<Value>("runs"), BuiltinParameter<String?>("title", default: .none, shown: "none"),
        examples: """
          pmm> curves(grid epoch in 1..3 { {loss: 2.0 / epoch, seconds: 1.0} })
          picture of 3 epochs, losses: loss
            save(picture, "curves.svg") writes it
          """
      ) { call, runs, title -> Value in .object(try picture(runs, title, call)) }
    ]
  }

  private typealias Log = (name: String, table: Table)

  private static func picture(_ value: Value, _ title: String?, _ call: Invocation) throws -> Picture {
    let logs = try logs(value, "", call)
    guard let first = logs.first else { throw call.fail(.data, "there is no run to draw", argument: 0) }
    let isSingle = logs.count == 1
    let x = first.table.keyNames.last ?? "row"
    var lines: [(run: String, column: String, points: [(x: Double, y: Double?)])] = []
    for (index, log) in logs.enumerated() {
      let numbers = log.table.columnNames.filter { name in
        !["seconds", "memory_mb"].contains(name) && points(name, log.table).contains { $0.y != nil }
      }
      let hasWhole = !isSingle && numbers.contains("loss")
      for name in numbers where !hasWhole || name == "loss" || isValidation(name) {
        lines.append((log.name.isEmpty ? "run \(index + 1)" : log.name, name, points(name, log.table)))
      }
    }
    let panels = [("losses", false), ("validation", true)].compactMap { title, isValid -> Picture.Panel? in
      let own = lines.filter { isValidation($0.column) == isValid }
      guard let column = own.first?.column else { return nil }
      // What all lines share stands above them.
      let shares = !isSingle && own.allSatisfy { $0.column == column }
      return Picture.Panel(
        title: shares ? column : title,
        lines: own.map { line in
          let name = isSingle ? line.column : shares ? line.run : "\(line.run), \(line.column)"
          return Picture.Line(name: name, points: line.points)
        })
    }
    guard !panels.isEmpty else {
      let names = first.table.columnNames
      throw call.fail(
        .wrongType,
        "there are no numbers to draw: \(names.isEmpty ? "the table has no columns" : "the columns are \(names.joined(separator: ", "))")",
        argument: 0, tries: ["curves(run)", "curves(run.log)"])
    }
    let count = logs.map(\.table.rows.count).max() ?? 0
    let words =
      "\(isSingle ? "" : "\(logs.count) runs of ")\(isSingle ? "" : "up to ")\(count) \(x)\(count == 1 ? "" : "s")"
    return Picture(
      title: title ?? words, xName: x, panels: panels)
  }

  private static func isValidation(_ column: String) -> Bool { column.hasPrefix(Table.validation) }

  /// A column by the last key, where that is a number, else by the row.
  private static func points(_ name: String, _ table: Table) -> [(x: Double, y: Double?)] {
    table.rows.enumerated().map { index, row in
      let x = row.keys.last.flatMap { Double.from($0) }.flatMap { $0.isFinite ? $0 : nil } ?? Double(index + 1)
      return (x, row.cell(name).comparable.flatMap { $0.isFinite ? $0 : nil })
    }
  }

  private static func logs(_ value: Value, _ name: String, _ call: Invocation) throws -> [Log] {
    let prefix = name.isEmpty ? "" : "\(name), "
    switch value {
    case .object(let run as Run): return [(name, run.log)]
    case .object(let table as Table):
      let runs = try table.rows.flatMap { row -> [Log] in
        guard case .object(let run as Run) = row.value else { return [] }
        let keys = zip(table.keyNames, row.keys).map { "\($0) \($1.printed)" }.joined(separator: ", ")
        return try logs(.object(run), prefix + keys, call)
      }
      return runs.isEmpty ? [(name, table)] : runs
    case .list(let values):
      return try values.enumerated().flatMap { try logs($1, "\(prefix)run \($0 + 1)", call) }
    case .record(let record): return try record.fields().flatMap { try logs($1, prefix + $0, call) }
    default:
      throw call.fail(
        .wrongType, "curves are drawn of runs and of their logs, not of \(value.described)", argument: 0,
        tries: ["curves(run)", "curves([first.log, second.log])", "curves({small: first, large: second})"])
    }
  }
}

extension Picture {
  /// Writes a drawing; the path must end with .svg.
  static func save(_ drawing: any Drawing, to path: String, _ call: Invocation) throws {
    guard path.lowercased().hasSuffix(".svg") else {
      throw call.fail(
        .file, "a picture is saved as .svg, and \(path) ends otherwise", argument: 1, tries: ["\(path).svg"])
    }
    do throws(FileError) { try AtomicFile.write(Array(drawing.svg.utf8), to: path) } catch {
      throw error.failure(call, argument: 1)
    }
  }
}
