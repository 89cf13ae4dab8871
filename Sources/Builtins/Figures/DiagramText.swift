import Interpreter

/// A model as boxes below each other in the order of the computation. What a part gives runs to the left, down a lane and
/// into the parts that read it. Frozen parts have double frames, dropped ones broken frames.
struct DiagramText {
  private let diagram: Diagram
  private let width: Int

  init(_ diagram: Diagram, width: Int) { (self.diagram, self.width) = (diagram, width) }

  /// One line of a box, and what happens in the lanes beside it.
  private struct Row {
    enum Wire {
      /// What a part gives goes into a lane.
      case out(Int)
      /// A lane goes into a part; `isLast` where nothing else reads it.
      case into(Int, isLast: Bool)
    }
    var text = ""
    var wire: Wire?
  }

  var text: String {
    var (boxes, count) = rows()
    // So many wires leave no room for words: each part then names what it reads.
    if 2 * count + 24 > width { (boxes, count) = (plain, 0) }
    let inner = min(boxes.joined().map(\.text.count).max() ?? 0, width - 2 * count - 5)
    var lines = [cut(diagram.title, width)]
    var open = Array(repeating: false, count: count)
    for (box, rows) in zip(diagram.boxes, boxes) {
      let frame = Frame(box)
      let bar = String(repeating: frame.across, count: inner + 2)
      lines.append("\(lanes(open)) \(frame.corners[0])\(bar)\(frame.corners[1])")
      for row in rows {
        let words = cut(row.text, inner)
        let blanks = String(repeating: " ", count: inner - words.count)
        let left = edge(row.wire, &open, frame)
        lines.append("\(left) \(words)\(blanks) \(frame.down)")
      }
      lines.append("\(lanes(open)) \(frame.corners[2])\(bar)\(frame.corners[3])")
    }
    for outlet in diagram.outlets {
      let inputs = outlet.inputs.isEmpty ? "" : ", from \(outlet.inputs.joined(separator: ", "))"
      lines.append(cut("\(outlet.method) gives \(outlet.output)\(inputs)", width))
    }
    return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }

  // MARK: Lanes

  /// The lines of each box, and how many lanes there are.
  private func rows() -> ([[Row]], Int) {
    let boxes = diagram.boxes
    let order = Dictionary(boxes.enumerated().map { ($1.part, $0) }) { first, _ in first }
    // The parts above a box that it reads, each once.
    let sources = boxes.enumerated().map { index, box in
      Array(Set(box.inputs.compactMap { order[$0] }.filter { $0 < index })).sorted()
    }
    var last: [Int: Int] = [:]
    for (index, from) in sources.enumerated() { for source in from { last[source] = index } }
    var (lane, taken): ([Int: Int], [Bool]) = ([:], [])
    let all = boxes.enumerated().map { index, box -> [Row] in
      var wires: [Row.Wire] = []
      for source in sources[index] {
        guard let place = lane[source] else { continue }
        let isLast = last[source] == index
        wires.append(.into(place, isLast: isLast))
        if isLast { taken[place] = false }
      }
      let read = Set(sources[index].map { boxes[$0].part })
      var rows = words(of: box, reading: box.inputs.filter { !read.contains($0) }).map { Row(text: $0) }
      while rows.count < wires.count { rows.append(Row()) }
      for (row, wire) in wires.enumerated() { rows[row].wire = wire }
      var given = Row(text: box.output.isEmpty ? "" : "gives \(box.output)")
      if last[index] != nil {
        let place = taken.firstIndex(of: false) ?? taken.count
        if place == taken.count { taken.append(true) } else { taken[place] = true }
        lane[index] = place
        given.wire = .out(place)
      }
      return given.text.isEmpty && given.wire == nil ? rows : rows + [given]
    }
    return (all, taken.count)
  }

  private var plain: [[Row]] {
    diagram.boxes.map { box in
      (words(of: box, reading: box.inputs) + (box.output.isEmpty ? [] : ["gives \(box.output)"])).map { Row(text: $0) }
    }
  }

  private func words(of box: Diagram.Box, reading inputs: [String]) -> [String] {
    let origin = box.origin.isEmpty || box.isDropped ? box.origin : "from \(box.origin)"
    let head = [box.facts.isEmpty ? box.part : "\(box.part): \(box.facts)", origin].filter { !$0.isEmpty }
    return [head.joined(separator: ", ")] + (inputs.isEmpty ? [] : ["reads \(inputs.joined(separator: ", "))"])
  }

  private func lanes(_ open: [Bool]) -> String { open.map { $0 ? "│ " : "  " }.joined() }

  /// The lanes beside a line of a box, and its left edge.
  private func edge(_ wire: Row.Wire?, _ open: inout [Bool], _ frame: Frame) -> String {
    let (place, sign): (Int, Character)
    switch wire {
    case nil: return "\(lanes(open)) \(frame.down)"
    case .out(let lane): (place, sign) = (lane, "╭")
    case .into(let lane, let isLast): (place, sign) = (lane, isLast ? "╰" : "├")
    }
    var line = ""
    for lane in open.indices {
      if lane < place {
        line += open[lane] ? "│ " : "  "
      } else if lane == place {
        line += "\(sign)─"
      } else {
        line += open[lane] ? "┼─" : "──"
      }
    }
    switch wire {
    case .out:
      open[place] = true
      return "\(line)─\(frame.opening)"
    case .into(_, let isLast):
      if isLast { open[place] = false }
      return "\(line)▶\(frame.down)"
    case nil: return line
    }
  }

  /// What a box is drawn with.
  private struct Frame {
    /// Above left and right, below left and right.
    let corners: [Character]
    let across: Character
    let down: Character
    /// Where a wire leaves the box.
    let opening: Character

    init(_ box: Diagram.Box) {
      if box.isDropped {
        (corners, across, down, opening) = (["┌", "┐", "└", "┘"], "╌", "╎", "┤")
      } else if box.facts.hasSuffix("frozen") {
        (corners, across, down, opening) = (["╔", "╗", "╚", "╝"], "═", "║", "╢")
      } else {
        (corners, across, down, opening) = (["┌", "┐", "└", "┘"], "─", "│", "┤")
      }
    }
  }

  private func cut(_ text: String, _ most: Int) -> String {
    text.count > most ? text.prefix(max(0, most - 1)) + "…" : text
  }
}
