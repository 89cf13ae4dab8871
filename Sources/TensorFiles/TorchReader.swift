/// What a PyTorch file holds, found in what its pickle builds.
struct TorchContents {
  var entries: [(FileEntry, PlainTensors.Values)] = []
  var attributes: [FileAttribute] = []
}

/// Walks through what the pickle of a PyTorch file builds: tensors become entries whose paths are the keys that lead to them,
/// numbers and texts become notes on the file.
struct TorchReader {
  let pickle: Pickle
  let path: String
  let isBigEndian: Bool
  let storage: (String) throws(FileError) -> any ByteStore
  private var found = TorchContents()
  private var visited = 0

  private static let deepest = 64
  private static let most = 2_000_000

  init(
    pickle: Pickle, path: String, isBigEndian: Bool, storage: @escaping (String) throws(FileError) -> any ByteStore
  ) {
    self.pickle = pickle
    self.path = path
    self.isBigEndian = isBigEndian
    self.storage = storage
  }

  mutating func contents() throws(FileError) -> TorchContents {
    try walk(pickle.root, [])
    return found
  }

  private mutating func walk(_ value: Pickle.Value, _ steps: [String]) throws(FileError) {
    visited += 1
    // A pickle may put a list into itself, or one list into many.
    guard steps.count <= Self.deepest, visited <= Self.most else {
      throw damaged(
        "holds values inside of values without end, such as \(printable(steps.prefix(8).joined(separator: "/")))")
    }
    guard case .node(let index) = value else {
      note(value, steps)
      return
    }
    let node = pickle.nodes[index]
    switch node.kind {
    case .call(TorchNames.dictionary), .dict: try walk(pairs: node, steps)
    case .list, .tuple, .call(TorchNames.size): try walk(list: items(node), steps)
    case .call(TorchNames.tensor2), .call(TorchNames.tensor3): try tensor(node, steps)
    case .call(TorchNames.parameter):
      guard let inner = node.values.first.flatMap(pickle.node), isTensor(inner) else {
        throw damaged("has a parameter without a tensor: `\(printable(steps.joined(separator: "/")))`")
      }
      try tensor(inner, steps)
    case .call(TorchNames.device):
      found.attributes.append(FileAttribute(steps.joined(separator: "/"), .other("a device")))
    case .call(let name): throw damaged("calls `\(printable(name))`, which makes no value")
    case .outside: found.attributes.append(FileAttribute(steps.joined(separator: "/"), .other("a storage")))
    }
  }

  private func isTensor(_ node: Pickle.Node) -> Bool {
    node.kind == .call(TorchNames.tensor2) || node.kind == .call(TorchNames.tensor3)
  }

  /// The values of a list, a tuple, or of a size, which is called with a tuple.
  private func items(_ node: Pickle.Node) -> [Pickle.Value] {
    guard case .call = node.kind else { return node.values }
    return node.values.first.flatMap { pickle.node($0)?.values } ?? []
  }

  private mutating func walk(pairs node: Pickle.Node, _ steps: [String]) throws(FileError) {
    // A key that is set again takes its new value, as in Python.
    var last: [Pickle.Key: Int] = [:]
    for (index, pair) in node.pairs.enumerated() {
      guard let key = Pickle.Key(pair.key) else {
        throw damaged(
          "has a dictionary with a key that is neither a text nor a number, in "
            + "`\(printable(steps.joined(separator: "/")))`")
      }
      last[key] = index
    }
    for (index, pair) in node.pairs.enumerated() {
      guard let key = Pickle.Key(pair.key), last[key] == index else { continue }
      try walk(pair.value, steps + [key.text])
    }
  }

  private mutating func walk(list values: [Pickle.Value], _ steps: [String]) throws(FileError) {
    let name = steps.joined(separator: "/")
    let numbers = values.compactMap(Self.number)
    if numbers.count == values.count {
      visited += values.count
      found.attributes.append(FileAttribute(name, .numbers(numbers)))
      return
    }
    let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    if texts.count == values.count {
      found.attributes.append(FileAttribute(name, .texts(texts)))
      return
    }
    for (index, value) in values.enumerated() { try walk(value, steps + ["\(index)"]) }
  }

  private mutating func note(_ value: Pickle.Value, _ steps: [String]) {
    let kept: FileAttribute.Value
    if let number = Self.number(value) {
      kept = .numbers([number])
    } else {
      switch value {
      case .text(let text): kept = .texts([text])
      case .none: kept = .other("None")
      case .bool(let value): kept = .other(value ? "True" : "False")
      case .longInt: kept = .other("a whole number of more than 64 bits")
      case .bytes(let range): kept = .other("\(range.count) bytes")
      case .name(let name): kept = .other(name)
      case .int, .float, .node: return
      }
    }
    found.attributes.append(FileAttribute(steps.joined(separator: "/"), kept))
  }

  private static func number(_ value: Pickle.Value) -> Double? {
    switch value {
    case .int(let value): Double(value)
    case .float(let value): value
    case .none, .bool, .longInt, .text, .bytes, .name, .node: nil
    }
  }

  private mutating func tensor(_ node: Pickle.Node, _ steps: [String]) throws(FileError) {
    let name = "`\(printable(steps.isEmpty ? "the tensor" : steps.joined(separator: "/")))`"
    let arguments = node.values
    guard arguments.count >= 6, let place = Storage(arguments[0], pickle),
      case .int(let offset) = arguments[1], let shape = sizes(arguments[2]), let strides = sizes(arguments[3])
    else { throw damaged("has a tensor that is not built as PyTorch does: \(name)") }
    var type = place.type
    if node.kind == .call(TorchNames.tensor3) {
      guard arguments.count >= 7, case .name(let name) = arguments[6] else {
        throw damaged("has a tensor without a type: \(name)")
      }
      type = TorchNames.types[name]
    }
    let path = steps.isEmpty ? ["tensor"] : steps
    guard let type else {
      found.entries.append(
        (
          FileEntry(
            path: path, shape: shape.map { max(0, $0) }, content: .other("a type that is not read"),
            problem: "its type is not read; turn it into float32 before"), .none
        ))
      return
    }
    let numbers = try StridedNumbers(
      try storage(place.key), type, offset: offset, shape: shape, strides: strides, isBigEndian: isBigEndian,
      what: "\(name) in \(self.path)", path: self.path)
    var entry = FileEntry(
      path: path, shape: shape, content: .numbers(type),
      storage: numbers.isContiguous ? "contiguous" : "strides \(strides.map(String.init).joined(separator: ", "))")
    if numbers.isRepeated, (elementCount(shape) ?? 0) > 1 << 24 {
      entry.problem = "it repeats fewer numbers than it has; save it with .contiguous()"
    }
    found.entries.append((entry, .numbers(numbers)))
  }

  private func sizes(_ value: Pickle.Value) -> [Int]? {
    guard let node = pickle.node(value), node.kind == .tuple || node.kind == .call(TorchNames.size) else { return nil }
    let values = items(node)
    let sizes = values.compactMap { if case .int(let size) = $0 { size } else { nil } }
    return sizes.count == values.count ? sizes : nil
  }

  private func damaged(_ message: String) -> FileError {
    FileError(code: "damaged-file", message: "\(path) \(message)", place: path)
  }

  /// Bytes of one number of each storage that `pickle` names, by its key.
  static func storageWidths(_ pickle: Pickle, _ path: String) throws(FileError) -> [String: Int] {
    var widths: [String: Int] = [:]
    for index in pickle.nodes.indices where pickle.nodes[index].kind == .outside {
      guard let storage = Storage(.node(index), pickle), let width = storage.width else {
        throw FileError(code: "damaged-file", message: "\(path) names a storage of an unknown kind", place: path)
      }
      if storage.isView {
        throw FileError(
          code: "unknown-format", message: "\(path) holds storages that are views of others, which is not read",
          place: path, suggestion: "save it again with PyTorch 1.6 or newer")
      }
      widths[storage.key] = width
    }
    return widths
  }
}

/// A storage as a pickle names it: `("storage", torch.FloatStorage, "0", "cpu", 6)`.
private struct Storage {
  let key: String
  /// Nil for bytes, or for a type that is not read.
  let type: NumberType?
  /// Bytes of one number, where known.
  let width: Int?
  let isView: Bool

  init?(_ value: Pickle.Value, _ pickle: Pickle) {
    guard let node = pickle.node(value), node.kind == .outside, let id = node.values.first,
      let parts = pickle.tuple(id),
      parts.count >= 5, parts[0] == .text("storage"), case .name(let kind) = parts[1], case .text(let key) = parts[2]
    else { return nil }
    self.key = key
    type = TorchNames.storages[kind]
    width = kind == TorchNames.untyped ? 1 : type?.size
    isView = parts.count >= 6 && parts[5] != .none
  }
}

extension Pickle {
  /// A key of a dictionary: a text or a whole number.
  fileprivate enum Key: Hashable {
    case text(String)
    case int(Int)

    init?(_ value: Value) {
      switch value {
      case .text(let text): self = .text(text)
      case .int(let number): self = .int(number)
      case .bool(let truth): self = .int(truth ? 1 : 0)
      case .none, .longInt, .float, .bytes, .name, .node: return nil
      }
    }

    var text: String {
      switch self {
      case .text(let text): text
      case .int(let number): "\(number)"
      }
    }
  }
}
