import TensorFiles

/// What a file of tensors holds, for people: a line for each group, tensor and attribute.
struct InspectionTree {
  private final class Node {
    var entry: FileEntry?
    var attributes: [FileAttribute] = []
    var children: [(name: String, node: Node)] = []
    private var places: [String: Int] = [:]

    func child(_ name: String) -> Node {
      if let place = places[name] { return children[place].node }
      places[name] = children.count
      children.append((name, Node()))
      return children[children.count - 1].node
    }
  }

  private let source: any TensorSource
  private let root = Node()
  private let isOwn: Bool

  init(_ source: any TensorSource) {
    self.source = source
    isOwn = PartTotals.isOwn(source)
    root.attributes = source.attributes
    for entry in source.entries {
      let node = entry.path.reduce(root) { $0.child($1) }
      node.entry = entry
      node.attributes = entry.attributes
    }
    for group in source.groups { group.path.reduce(root) { $0.child($1) }.attributes = group.attributes }
  }

  var text: String {
    var lines = [headline]
    lines += source.notes.map { "  " + printable($0) }
    if let totals = PartTotals(source) {
      let all = totals.byPart.values.reduce(0) { $0.addingReportingOverflow($1).partialValue }
      let parts = totals.parts.map { "\(printable($0)) \(totals.byPart[$0] ?? 0)" }
      lines.append("  \(all) parameters: \(parts.joined(separator: ", "))")
    }
    add(root, depth: 1, to: &lines)
    return lines.joined(separator: "\n")
  }

  private var headline: String {
    var (tensors, numbers) = (0, 0)
    for entry in source.entries {
      guard case .numbers = entry.content else { continue }
      tensors += 1
      numbers = numbers.addingReportingOverflow(elementCount(entry.shape) ?? 0).partialValue
    }
    return "\(printable(source.path)): \(source.format), \(tensors) \(tensors == 1 ? "tensor" : "tensors") of "
      + "\(numbers) \(numbers == 1 ? "number" : "numbers")"
  }

  private func add(_ node: Node, depth: Int, to lines: inout [String]) {
    let indent = String(repeating: "  ", count: depth)
    for attribute in node.attributes where !(isOwn && node.entry != nil && Self.isBookkeeping(attribute)) {
      lines.append("\(indent)@\(printable(attribute.name)) = \(Self.words(attribute.value))")
    }
    for (name, child) in node.children {
      lines.append(indent + printable(name) + (child.entry.map { "  " + Self.words($0) } ?? "/"))
      add(child, depth: depth + 1, to: &lines)
    }
  }

  /// What this program writes beside every tensor, and the line of the tensor says already.
  private static func isBookkeeping(_ attribute: FileAttribute) -> Bool {
    ["axes", "crc32c"].contains(attribute.name)
      || attribute == FileAttribute("requires_grad", .texts(["true"]))
  }

  private static func words(_ entry: FileEntry) -> String {
    let sides = zip(entry.axes, entry.shape).map { name, side in name.map { "\(printable($0))=\(side)" } ?? "\(side)" }
    var words = printable(entry.typeWords)
    if !sides.isEmpty { words += " [\(sides.joined(separator: ", "))]" }
    if !entry.storage.isEmpty { words += ", \(printable(entry.storage))" }
    if let problem = entry.problem { words += "; cannot be read: \(printable(problem))" }
    return words
  }

  private static func words(_ value: FileAttribute.Value) -> String {
    let texts: [String]
    switch value {
    case .numbers(let numbers): texts = numbers.prefix(9).map { Self.short($0) }
    case .texts(let all):
      texts = all.prefix(9).map { text in
        "\"\(text.count > 120 ? printable(String(text.prefix(120))) + "…" : printable(text))\""
      }
    case .other(let words): return printable(words)
    }
    let count =
      switch value {
      case .numbers(let numbers): numbers.count
      case .texts(let all): all.count
      case .other: 1
      }
    if count == 1 { return texts[0] }
    return "[\(texts.joined(separator: ", "))\(count > texts.count ? ", … \(count) in all" : "")]"
  }

  private static func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}

extension FileEntry {
  /// The type in a word or some: `float32`, `texts`, `a compound of r, i`.
  var typeWords: String {
    switch content {
    case .numbers(let type): type.rawValue
    case .texts: "texts"
    case .other(let words): words
    }
  }
}
