package import NamedTensors

/// Follows, during a run on shapes, which parts of a model the tensors come from: what a diagram draws.
package final class WireTrace {
  /// One part of the model as it was called: what flows in, what comes out.
  package struct Stage {
    package let part: String
    /// Fields of the batch (`x.words`), other parts, and given tensors, in the order in which they were met.
    package internal(set) var inputs: [String]
    /// Axes and sizes of the result, as errors print them.
    package internal(set) var output: String
  }
  /// A method of the whole model.
  package struct Outlet {
    package let method: String
    package let inputs: [String]
    package let output: String
  }

  package private(set) var stages: [Stage] = []
  package private(set) var outlets: [Outlet] = []
  private var sources: [UInt64: [String]] = [:]
  /// Parts that are being called, the outermost first.
  private var open: [Int] = []
  private let placement: Placement

  init(_ placement: Placement) { self.placement = placement }

  private func sources(of value: Value) -> [String] {
    switch value {
    case .tensor(let tensor):
      if let parameter = tensor.parameter, let index = placement.parameterIndex[ObjectIdentifier(parameter)] {
        return placement.parameters[index].path.first.map { [$0] } ?? []
      }
      return sources[tensor.label] ?? []
    case .list(let values): return Self.union(values.map { sources(of: $0) })
    // A whole batch says nothing: what is read of it does.
    case .record(let record):
      return record.kind == "batch" ? [] : Self.union(record.madeFields.map { sources(of: $0) })
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .parameter, .module, .function, .goal,
      .object:
      return []
    }
  }

  private static func union(_ lists: [[String]]) -> [String] {
    var result: [String] = []
    for list in lists { for name in list where !result.contains(name) { result.append(name) } }
    return result
  }

  private func mark(_ value: Value, _ names: [String]) {
    switch value {
    case .tensor(let tensor): sources[tensor.label] = names
    case .list(let values): for value in values { mark(value, names) }
    case .record(let record): for value in record.madeFields { mark(value, names) }
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .parameter, .module, .function, .goal,
      .object:
      break
    }
  }

  /// An operation made a value of others.
  func derive(_ result: Value, from operands: [Value?]) {
    // What a part gave through `fuse` is known by the part.
    if case .tensor(let tensor) = result, sources[tensor.label] != nil { return }
    let names = Self.union(operands.compactMap { $0.map { sources(of: $0) } })
    if !names.isEmpty { mark(result, names) }
  }

  /// A field of a batch was read.
  func read(_ field: String, _ value: Value) {
    guard case .tensor = value else { return }
    mark(value, ["x.\(field)"])
    for index in open where !stages[index].inputs.contains("x.\(field)") { stages[index].inputs.append("x.\(field)") }
  }

  /// Runs a call of a module; what comes out of a part is known by the part's name from there on.
  func call(_ path: [String], _ method: String, _ arguments: [Value], _ body: () throws -> Value) rethrows -> Value {
    guard let part = path.first else { return try body() }
    if open.contains(where: { stages[$0].part == part }) { return try body() }
    let inputs = Self.union(arguments.map { sources(of: $0) })
    let index: Int
    if let known = stages.firstIndex(where: { $0.part == part }) {
      index = known
      stages[index].inputs = Self.union([stages[index].inputs, inputs])
    } else {
      index = stages.count
      stages.append(Stage(part: part, inputs: inputs, output: ""))
    }
    open.append(index)
    defer { open.removeLast() }
    let value = try body()
    stages[index].inputs.removeAll { $0 == part }
    stages[index].output = Self.shape(of: value)
    mark(value, [part])
    return value
  }

  func outlet(_ method: String, _ value: Value) {
    outlets.append(Outlet(method: method, inputs: sources(of: value), output: Self.shape(of: value)))
  }

  static func shape(of value: Value) -> String {
    switch value {
    case .tensor(let tensor):
      switch tensor.tensor.kind {
      case .float: tensor.tensor.axesText
      case .int: "int\(tensor.tensor.axesText)"
      case .bool: "bool\(tensor.tensor.axesText)"
      }
    // An item encoder's one vector an item says most of it.
    case .record(let record):
      if let pooled = (try? record.field("pooled")) ?? nil {
        "pooled \(shape(of: pooled))"
      } else {
        "{\(record.names.joined(separator: ", "))}"
      }
    case .list(let values): "\(values.count) values"
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .parameter, .module, .function, .goal,
      .object:
      value.described
    }
  }
}

extension Machine {
  /// Runs every method of a model on shapes and gives what flowed where.
  package func traced(_ module: ModuleInstance) throws -> WireTrace {
    let copy = module.copied()
    let trace = WireTrace(try copy.placement())
    let outer = self.trace
    self.trace = trace
    defer { self.trace = outer }
    try checkShapes(of: copy)
    return trace
  }
}
