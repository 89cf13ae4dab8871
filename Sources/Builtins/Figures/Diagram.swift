import Diagnostics
import Interpreter

/// A model as parts and wires: what flows into each part, what comes out, and which parts are frozen or dropped.
final class Diagram: Drawing {
  struct Box {
    let part: String
    /// The model that the part is, how many parameters it has, whether it is frozen.
    let facts: String
    let origin: String
    let inputs: [String]
    let output: String
    let isDropped: Bool
  }

  let title: String
  let boxes: [Box]
  let outlets: [WireTrace.Outlet]

  init(_ model: ModuleInstance, _ machine: Machine) throws {
    let trace = try machine.traced(model)
    let report = try PartReport(model)
    title = "\(model.definition.name): \(ModuleInstance.grouped(try model.placement().parameterCount)) parameters"
    outlets = trace.outlets
    let reached = trace.stages.map(\.part)
    // In the order of the computation; what no method calls stands at the end.
    let rows = report.rows.sorted { a, b in
      (reached.firstIndex(of: a.part) ?? reached.count) < (reached.firstIndex(of: b.part) ?? reached.count)
    }
    boxes = rows.map { row in
      let stage = trace.stages.first { $0.part == row.part }
      var facts: [String] = []
      if let value = model.parts.first(where: { $0.name == row.part })?.value { facts.append(Self.kind(of: value)) }
      if let sizes = row.sizes {
        facts.append("\(ModuleInstance.grouped(sizes.parameters)) parameters")
        if sizes.frozen > 0 { facts.append(sizes.frozen == sizes.parameters ? "frozen" : "partly frozen") }
      }
      return Box(
        part: row.part, facts: facts.joined(separator: ", "), origin: row.origin, inputs: stage?.inputs ?? [],
        output: stage?.output ?? "", isDropped: row.status == .dropped)
    }
  }

  private static func kind(of value: Value) -> String {
    switch value {
    case .module(let module, _): module.definition.name
    case .list(let values): "\(values.count) x \(values.first.map { kind(of: $0) } ?? "nothing")"
    case .absent: "dropped"
    default: value.typeName
    }
  }

  var typeName: String { "diagram" }
  var fieldNames: [String] { ["svg"] }
  func field(_ name: String) -> Value? { name == "svg" ? .string(svg) : nil }

  var printed: String { drawn(on: .plain) }
  func drawn(on display: Display) -> String { DiagramText(self, width: display.width).text }

  /// The parts in words, for those who do not see the drawing.
  private var told: String {
    boxes.map { box in
      let reads = box.inputs.isEmpty ? "" : ", reads \(box.inputs.joined(separator: ", "))"
      return "\(box.part): \(box.facts)\(reads)\(box.output.isEmpty ? "" : ", gives \(box.output)")"
    }.joined(separator: "; ")
  }

  // MARK: Drawing

  private static let (boxWidth, boxHeight, gapX, gapY, margin, top) = (210.0, 62.0, 110.0, 22.0, 20.0, 44.0)
  private static let (ink, frame, mark) = ("#808080", "#3182ce", "#dd7722")

  /// How many parts a tensor passes before it comes into each part.
  private var depths: [String: Int] {
    var depths: [String: Int] = [:]
    for box in boxes {
      depths[box.part] = (box.inputs.compactMap { depths[$0] }.max() ?? -1) + 1
    }
    return depths
  }

  var svg: String {
    let depths = depths
    let columns = Dictionary(grouping: boxes) { depths[$0.part] ?? 0 }
    let isRead = boxes.contains { $0.inputs.contains { $0.hasPrefix("x.") } }
    let left = Self.margin + (isRead ? Self.gapX : 0)
    var places: [String: (x: Double, y: Double)] = [:]
    for (depth, column) in columns {
      for (row, box) in column.enumerated() {
        places[box.part] = (
          left + Double(depth) * (Self.boxWidth + Self.gapX), Self.top + Double(row) * (Self.boxHeight + Self.gapY)
        )
      }
    }
    let width = (places.values.map(\.x).max() ?? 0) + Self.boxWidth + Self.margin
    let tall = (places.values.map(\.y).max() ?? 0) + Self.boxHeight
    let height = tall + 20 + Double(outlets.count) * 18 + Self.margin
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(FigureSVG.text(width))" height="\(FigureSVG.text(height))" \
      viewBox="0 0 \(FigureSVG.text(width)) \(FigureSVG.text(height))" role="img" \
      aria-label="\(FigureSVG.escaped(title))">
      <title>\(FigureSVG.escaped(title))</title>
      <desc>\(FigureSVG.escaped(told))</desc>
      <g font-family="sans-serif" font-size="12">
      \(words(title, x: Self.margin, y: 24, size: 14))
      """
    for box in boxes {
      guard let place = places[box.part] else { continue }
      for (index, input) in box.inputs.enumerated() {
        let y = place.y + Self.boxHeight * Double(index + 1) / Double(box.inputs.count + 1)
        if let start = places[input] {
          out += wire(from: (start.x + Self.boxWidth, start.y + Self.boxHeight / 2), to: (place.x, y))
        } else {
          // What is read of the batch stands beside the part that reads it, so that no wire crosses a box.
          out += words(input, x: place.x - 18, y: y + 4, size: 11, anchor: "end")
          out += wire(from: (place.x - 14, y), to: (place.x, y))
        }
      }
      out += draw(box, place)
    }
    for (row, outlet) in outlets.enumerated() {
      let from = outlet.inputs.isEmpty ? "" : ", from \(outlet.inputs.joined(separator: ", "))"
      out += words("\(outlet.method) gives \(outlet.output)\(from)", x: Self.margin, y: tall + 24 + Double(row) * 18)
    }
    return out + "</g>\n</svg>\n"
  }

  private func draw(_ box: Box, _ place: (x: Double, y: Double)) -> String {
    let isFrozen = box.facts.hasSuffix("frozen")
    let colour = box.isDropped ? Self.ink : isFrozen ? Self.mark : Self.frame
    let dash = box.isDropped || isFrozen ? " stroke-dasharray=\"5 3\"" : ""
    let rect =
      "<rect x=\"\(FigureSVG.text(place.x))\" y=\"\(FigureSVG.text(place.y))\" width=\"\(FigureSVG.text(Self.boxWidth))\" "
      + "height=\"\(FigureSVG.text(Self.boxHeight))\" rx=\"5\" fill=\"none\" stroke=\"\(colour)\"\(dash)/>"
    return
      "<g><title>\(FigureSVG.escaped("\(box.part): \(box.facts), from \(box.origin)"))</title>\(rect)</g>\n"
      + words(box.part, x: place.x + 8, y: place.y + 18, size: 13)
      + words(box.facts, x: place.x + 8, y: place.y + 36, size: 11)
      + words(box.output, x: place.x + 8, y: place.y + 53, size: 11)
  }

  private func wire(from a: (Double, Double), to b: (Double, Double)) -> String {
    let middle = (a.0 + b.0) / 2
    let points = [a.0, a.1, middle, a.1, middle, b.1, b.0, b.1].map { FigureSVG.text($0) }
    let path =
      "M\(points[0]),\(points[1]) C\(points[2]),\(points[3]) \(points[4]),\(points[5]) \(points[6]),\(points[7])"
    let tip =
      "M\(FigureSVG.text(b.0 - 6)),\(FigureSVG.text(b.1 - 4)) L\(points[6]),\(points[7]) L\(FigureSVG.text(b.0 - 6)),\(FigureSVG.text(b.1 + 4))"
    return "<path d=\"\(path) \(tip)\" fill=\"none\" stroke=\"\(Self.ink)\"/>\n"
  }

  private func words(_ text: String, x: Double, y: Double, size: Int = 12, anchor: String = "start") -> String {
    let most = Int((Self.boxWidth - 12) / (0.55 * Double(size)))
    let isBoxed = size == 11
    let shown = isBoxed && text.count > most ? text.prefix(most - 1) + "…" : text[...]
    return
      "<text x=\"\(FigureSVG.text(x))\" y=\"\(FigureSVG.text(y))\" fill=\"\(Self.ink)\" text-anchor=\"\(anchor)\" font-size=\"\(size)\">"
      + "\(FigureSVG.escaped(String(shown)))</text>\n"
  }
}

extension Catalog {
  static var diagrams: [Builtin] {
    [
      Builtin(
        "diagram",
        """
        The parts of a model and what flows between them, with axes, sizes, frozen and dropped parts and where each part comes \
        from; no number is computed. `save(diagram(m), "m.svg")` draws it.
        """,
        BuiltinParameter<ModuleInstance>("model"),
        examples: """
          pmm> from layers import Linear
          pmm> model Two() {
          ...>   part up = Linear(d(2), item(3))
          ...>   part down = Linear(item(3), d(2))
          ...>   def forward(x: [batch, d = 2]) = x |> up |> down
          ...> }
          pmm> diagram(Two())
          Two: 17 parameters
             ┌────────────────────────────────────────┐
             │ up: Linear, 9 parameters, from pmm:2   │
          ╭──┤ gives [batch, item=3]                  │
          │  └────────────────────────────────────────┘
          │  ┌────────────────────────────────────────┐
          ╰─▶│ down: Linear, 8 parameters, from pmm:3 │
             │ gives [batch, d=2]                     │
             └────────────────────────────────────────┘
          forward gives [batch, d=2], from down
          """
      ) { call, model -> Value in .object(try Diagram(model, call.machine)) }
    ]
  }
}
