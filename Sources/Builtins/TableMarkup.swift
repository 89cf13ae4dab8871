import Diagnostics
import Interpreter

/// A table for readers: Markdown, and LaTeX without any package. Numbers are rounded and aligned, a mean and its deviation
/// are one cell.
struct TableMarkup {
  /// A cell before it is written: words, a number, or a mean with its deviation.
  private enum Cell {
    case words(String)
    case number(String)
    case spread(String, deviation: String)
  }

  private let names: [String]
  private let isNumber: [Bool]
  private let cells: [[Cell]]
  private let bold: Set<[Int]>
  private let caption: String?

  init(_ table: Table, _ style: TableFile.Style, _ call: Invocation) throws {
    guard (0...15).contains(style.digits) else {
      throw call.fail(.outOfRange, "`digits` runs from 0 to 15, not \(style.digits)", argument: 4)
    }
    caption = style.caption
    let columns = table.columnNames
    names = table.keyNames + columns
    let values = table.rows.map { row in row.keys + columns.map { row.cell($0) } }
    isNumber = names.indices.map { column in
      values.contains { $0[column].isNumeric } && values.allSatisfy { $0[column].isNone || $0[column].isNumeric }
    }
    cells = values.map { $0.map { Self.cell($0, style.digits) } }
    var bold = Set<[Int]>()
    for name in style.bold {
      _ = try table.column(name, call, argument: 3)
      let place = names.lastIndex(of: name) ?? 0
      let numbers = values.map { $0[place].comparable ?? .nan }
      guard let largest = numbers.filter({ !$0.isNaN }).max() else {
        throw call.fail(.wrongType, "the column `\(name)` has no number, so none is the largest", argument: 3)
      }
      for row in numbers.indices where numbers[row] == largest { bold.insert([row, place]) }
    }
    self.bold = bold
  }

  private static func cell(_ value: Value, _ digits: Int) -> Cell {
    switch value {
    case .float(let number): return .number(Value.fixed(number, digits))
    case .int(let number): return .number("\(number)")
    case .object(let object as Spread):
      let mean = Value.fixed(object.mean, digits)
      return object.count < 2 ? .number(mean) : .spread(mean, deviation: Value.fixed(object.deviation, digits))
    default: return .words(value.plain)
    }
  }

  // MARK: Markdown

  private static let markdownEscapes: [Unicode.Scalar: String] = [
    "|": "\\|", "\n": " ", "\r": " ", "$": "\\$", "*": "\\*", "_": "\\_", "`": "\\`", "<": "\\<",
  ]

  var markdown: String {
    func escaped(_ text: String) -> String { TableFile.replacing(text, Self.markdownEscapes) }
    var grid = [names.map(escaped)]
    for (row, line) in cells.enumerated() {
      grid.append(
        line.enumerated().map { column, cell in
          let mark = bold.contains([row, column]) ? "**" : ""
          switch cell {
          case .words(let text): return escaped(text)
          case .number(let text): return mark + text + mark
          case .spread(let mean, let deviation): return "\(mark)$\(mean) \\pm \(deviation)$\(mark)"
          }
        })
    }
    let widths = names.indices.map { column in max(3, grid.map { $0[column].count }.max() ?? 0) }
    let rule = names.indices.map { column in
      String(repeating: "-", count: widths[column] - 1) + (isNumber[column] ? ":" : "-")
    }
    grid.insert(rule, at: 1)
    let lines = grid.map { "| \(padded($0, widths).joined(separator: " | ")) |\n" }.joined()
    return (caption.map { "\(escaped($0))\n\n" } ?? "") + lines
  }

  /// Cells as wide as their column, numbers to the right.
  private func padded(_ cells: [String], _ widths: [Int]) -> [String] {
    cells.enumerated().map { column, text in
      let pad = String(repeating: " ", count: max(0, widths[column] - text.count))
      return isNumber[column] ? pad + text : text + pad
    }
  }

  // MARK: LaTeX

  private static let latexEscapes: [Unicode.Scalar: String] = [
    "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}",
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "$<$", ">": "$>$",
    "|": "$|$", "\"": "\\textquotedbl{}", "\n": " ", "\r": " ", "±": "$\\pm$",
  ]

  var latex: String {
    func escaped(_ text: String) -> String { TableFile.replacing(text, Self.latexEscapes) }
    var grid = [names.map(escaped)]
    for (row, line) in cells.enumerated() {
      grid.append(
        line.enumerated().map { column, cell in
          let isBold = bold.contains([row, column])
          switch cell {
          case .words(let text): return escaped(text)
          // In mathematics a minus is no hyphen.
          case .number(let text): return isBold ? "$\\mathbf{\(math(text))}$" : "$\(math(text))$"
          case .spread(let mean, let deviation):
            let both = "\(math(mean)) \\pm \(math(deviation))"
            return isBold ? "$\\mathbf{\(both)}$" : "$\(both)$"
          }
        })
    }
    let widths = names.indices.map { column in grid.map { $0[column].count }.max() ?? 0 }
    let lines = grid.map { padded($0, widths).joined(separator: " & ") + " \\\\\n" }
    let columns = isNumber.map { $0 ? "r" : "l" }.joined()
    let table =
      "\\begin{tabular}{\(columns)}\n\\hline\n\(lines[0])\\hline\n\(lines.dropFirst().joined())\\hline\n\\end{tabular}\n"
    guard let caption else { return table }
    return "\\begin{table}\n\\centering\n\\caption{\(escaped(caption))}\n\(table)\\end{table}\n"
  }

  private func math(_ number: String) -> String {
    switch number {
    case "inf": "\\infty"
    case "-inf": "-\\infty"
    case "nan": "\\mathrm{nan}"
    default: number
    }
  }
}
