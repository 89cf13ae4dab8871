import Interpreter

/// What can be drawn of numbers: panels below each other, each with marks of one kind. It draws itself at the prompt with block
/// characters, and is saved as SVG or PNG.
final class Figure: Drawing {
  /// A name and its points in order of x; a value that is not finite interrupts the line.
  struct Line {
    let name: String
    let points: [(x: Double, y: Double?)]
  }

  struct Bar {
    let name: String
    let value: Double
    /// The number as it stands beside the bar.
    let text: String

    init(name: String, value: Double, text: String? = nil) {
      (self.name, self.value, self.text) = (name, value, text ?? Value.text(value))
    }
  }

  /// Numbers [row, column] with the names of both axes.
  struct Cells {
    let rows: Int
    let columns: Int
    let rowName: String
    let columnName: String
    let values: [Double]
  }

  enum Marks {
    case lines([Line])
    case dots([Line])
    case bars([Bar])
    case cells(Cells)
  }

  struct Panel {
    let title: String
    let marks: Marks
  }

  let title: String
  let xName: String
  /// Whether x counts something, so that its ticks are whole.
  let isCounted: Bool
  let panels: [Panel]
  /// What must be known before the drawing is believed: numbers that are not there, cells that stand for several.
  let remarks: [String]

  init(title: String, xName: String, isCounted: Bool = true, panels: [Panel], remarks: [String] = []) {
    self.title = title
    self.xName = xName
    self.isCounted = isCounted
    self.panels = panels
    self.remarks = remarks
  }

  var typeName: String { "figure" }
  var brief: String { "figure of \(title)" }
  var printed: String { drawn(on: .plain) }
  func drawn(on display: Display) -> String { FigureText(self, width: display.width).text }
  var svg: String { FigureSVG(self).text }
}

extension Figure {
  private static let mostTold = 20

  /// What the drawing shows, for those who do not see it.
  var words: String {
    let told = panels.map { panel in
      let head = panel.title.isEmpty ? "" : "\(panel.title): "
      switch panel.marks {
      case .lines(let lines), .dots(let lines):
        let shown = lines.prefix(Self.mostTold).map { line in
          let numbers = line.points.compactMap(\.y)
          guard let first = numbers.first, let last = numbers.last else { return "\(line.name) without a number" }
          return "\(line.name), \(numbers.count) points from \(Value.text(first)) to \(Value.text(last))"
        }
        return head + Self.listed(shown, of: lines.count)
      case .bars(let bars):
        return head + Self.listed(bars.prefix(Self.mostTold).map { "\($0.name) \($0.text)" }, of: bars.count)
      case .cells(let cells):
        let range = cells.range.map { ", from \(Value.text($0.low)) to \(Value.text($0.high))" } ?? ""
        return "\(head)\(cells.rows) x \(cells.columns) cells of \(cells.rowName) and \(cells.columnName)\(range)"
      }
    }
    return (remarks + told).joined(separator: ". ")
  }

  private static func listed(_ texts: [String], of count: Int) -> String {
    (texts + (count > texts.count ? ["and \(count - texts.count) more"] : [])).joined(separator: "; ")
  }
}

extension Figure.Marks {
  /// Lines and dots share their axes.
  var lines: [Figure.Line]? {
    switch self {
    case .lines(let lines), .dots(let lines): lines
    case .bars, .cells: nil
    }
  }
}

extension Figure.Cells {
  /// At most so many rows and columns: what is too much is the mean of the numbers that are there, nan where none is.
  func reduced(rows most: Int, columns mostColumns: Int) -> Figure.Cells {
    guard rows > most || columns > mostColumns else { return self }
    let (down, across) = ((rows + most - 1) / most, (columns + mostColumns - 1) / mostColumns)
    let (r, c) = ((rows + down - 1) / down, (columns + across - 1) / across)
    var out: [Double] = []
    out.reserveCapacity(r * c)
    for i in 0..<r {
      for j in 0..<c {
        var (sum, count) = (0.0, 0)
        for y in i * down..<min((i + 1) * down, rows) {
          for x in j * across..<min((j + 1) * across, columns) where values[y * columns + x].isFinite {
            sum += values[y * columns + x]
            count += 1
          }
        }
        out.append(count == 0 ? .nan : sum / Double(count))
      }
    }
    return Figure.Cells(rows: r, columns: c, rowName: rowName, columnName: columnName, values: out)
  }

  /// The smallest and the largest number that there is.
  var range: (low: Double, high: Double)? {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    return (low, high)
  }

  /// Where a number lies between the smallest and the largest, 0 to 1; nil where it is none.
  func share(_ value: Double, in range: (low: Double, high: Double)?) -> Double? {
    guard let range, value.isFinite else { return nil }
    let span = range.high / 2 - range.low / 2
    return span > 0 ? (value / 2 - range.low / 2) / span : 0.5
  }
}
