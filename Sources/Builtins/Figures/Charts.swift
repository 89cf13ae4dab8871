import Diagnostics
import Interpreter

extension Catalog {
  private static var title: BuiltinParameter<String?> {
    BuiltinParameter<String?>("title", default: .none, shown: "none")
  }

  static var charts: [Builtin] {
    [
      Builtin(
        "bars", "A bar for each number of a record, a list or a tensor of one axis.", BuiltinParameter<Value>("x"),
        title,
        examples: """
          pmm> bars({text: 0.1, vision: 0.05, both: 0.15}, title = "HR@10")
          HR@10
          text   │███████████████████████████████████████▍                     0.1
          vision │███████████████████▋                                        0.05
          both   │███████████████████████████████████████████████████████████ 0.15
          """
      ) { call, x, title -> Value in .object(try bars(x, title, call)) },
      Builtin(
        "scatter", "A dot for each pair of numbers of two tensors of one axis or two lists.",
        BuiltinParameter<Value>("x"),
        BuiltinParameter<Value>("y"), title,
        examples: """
          pmm> scatter([1, 2, 3], [1.0, 4.0, 9.0], title = "squares")
          squares
          ...
          """
      ) { call, x, y, title -> Value in .object(try scatter(x, y, title, call)) },
      Builtin(
        "hist", "How many numbers fall between equal steps; what is no number is told first.",
        BuiltinParameter<Value>("x"),
        BuiltinParameter<Int>("bins", default: 10, shown: "10"), title,
        examples: """
          pmm> hist([1, 1, 2, 4], bins = 3)
          4 numbers, 1.0 to 4.0
          1.0 to 2.0 │██████████████████████████████████████████████████████████ 2
          2.0 to 3.0 │█████████████████████████████                              1
          3.0 to 4.0 │█████████████████████████████                              1
          """
      ) { call, x, bins, title -> Value in .object(try hist(x, bins, title, call)) },
      Builtin(
        "heatmap", "A cell for each number of a tensor of two axes, the first down and the second across.",
        BuiltinParameter<Value>("x"), title,
        examples: """
          pmm> axis row, column
          pmm> heatmap(tensor([[0.0, 1.0], [0.5, 0.25]], [row, column]))
          row=2, column=2
          row down, column across
          │  ██│
          │▒▒░░│
          blank ░▒▓█ from 0.0 to 1.0
          """
      ) { call, x, title -> Value in .object(try heatmap(x, title, call)) },
    ]
  }

  private static func bars(_ value: Value, _ title: String?, _ call: Invocation) throws -> Figure {
    var bars: [Figure.Bar] = []
    // Counts are told as counts.
    func whole(_ item: Value) -> String? { if case .int(let number) = item { "\(number)" } else { nil } }
    if case .record(let record) = value {
      for (name, item) in try record.fields() {
        guard let number = item.comparable else {
          throw call.fail(.wrongType, "`\(name)` is \(item.described), which has no length", argument: 0)
        }
        bars.append(Figure.Bar(name: name, value: number, text: whole(item)))
      }
    } else {
      let found = try numbers(
        value, axes: 1...1, of: "bars", call, argument: 0, tries: ["bars({name: number})", "hist(x)"])
      bars = found.values.enumerated().map { Figure.Bar(name: "\(found.axes[0]) \($0)", value: $1) }
    }
    guard !bars.isEmpty else { throw call.fail(.data, "there is nothing to draw", argument: 0) }
    let words = title ?? "\(bars.count) numbers"
    return Figure(
      title: words, xName: "", panels: [Figure.Panel(title: "", marks: .bars(bars))],
      remarks: remarks(on: bars.map(\.value)))
  }

  private static func scatter(_ x: Value, _ y: Value, _ title: String?, _ call: Invocation) throws -> Figure {
    let tries = ["scatter(x, y)"]
    let a = try numbers(x, axes: 1...1, of: "scatter", call, argument: 0, tries: tries)
    let b = try numbers(y, axes: 1...1, of: "scatter", call, argument: 1, tries: tries)
    guard a.values.count == b.values.count else {
      throw call.fail(
        .axesDiffer, "`scatter` pairs the numbers of both, and x has \(a.values.count), y \(b.values.count)",
        argument: 1)
    }
    let points = zip(a.values, b.values).filter { $0.isFinite && $1.isFinite }.map { (x: $0, y: Optional($1)) }
    guard !points.isEmpty else { throw call.fail(.data, "there is no pair of numbers to draw", argument: 0) }
    let missing = a.values.count - points.count
    return Figure(
      title: title ?? "\(points.count) pairs", xName: a.axes[0] == "position" ? "" : a.axes[0], isCounted: false,
      panels: [Figure.Panel(title: "", marks: .dots([Figure.Line(name: "pairs", points: points)]))],
      remarks: missing > 0 ? ["\(missing) of \(a.values.count) pairs hold a number that is nan or infinite"] : [])
  }

  private static func hist(_ value: Value, _ bins: Int, _ title: String?, _ call: Invocation) throws -> Figure {
    guard (1...200).contains(bins) else {
      throw call.fail(.outOfRange, "bins is 1 to 200, not \(bins)", argument: 1)
    }
    let found = try numbers(value, axes: 0...64, of: "hist", call, argument: 0, tries: ["hist(x)"])
    let finite = found.values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      throw call.fail(.data, "there is no number to count among \(found.values.count)", argument: 0)
    }
    let span = high / 2 - low / 2
    var counts = Array(repeating: 0, count: span > 0 ? bins : 1)
    for number in finite {
      let share = span > 0 ? (number / 2 - low / 2) / span : 0
      counts[min(Int(share * Double(counts.count)), counts.count - 1)] += 1
    }
    func edge(_ bin: Int) -> String {
      Value.text(bin == counts.count ? high : low + Double(bin) / Double(counts.count) * span * 2)
    }
    let all = counts.indices.map { bin in
      Figure.Bar(
        name: span > 0 ? "\(edge(bin)) to \(edge(bin + 1))" : edge(0), value: Double(counts[bin]),
        text: "\(counts[bin])")
    }
    return Figure(
      title: title ?? "\(finite.count) numbers, \(Value.text(low)) to \(Value.text(high))", xName: "",
      panels: [Figure.Panel(title: "", marks: .bars(all))], remarks: remarks(on: found.values))
  }

  private static func heatmap(_ value: Value, _ title: String?, _ call: Invocation) throws -> Figure {
    let found = try numbers(
      value, axes: 2...2, of: "heatmap", call, argument: 0, tries: ["mean(x, over = axis)", "take(x, 0, over = axis)"])
    guard !found.values.isEmpty else { throw call.fail(.data, "there is nothing to draw", argument: 0) }
    let (rows, columns) = (found.shape[0], found.shape[1])
    let cells = Figure.Cells(
      rows: rows, columns: columns, rowName: found.axes[0], columnName: found.axes[1], values: found.values)
    return Figure(
      title: title ?? "\(found.axes[0])=\(rows), \(found.axes[1])=\(columns)", xName: "",
      panels: [Figure.Panel(title: "", marks: .cells(cells))], remarks: remarks(on: found.values))
  }
}
