import Diagnostics
import Interpreter
import NamedTensors
import TensorCore

/// Two models compared part by part.
private struct ModelDifference {
  let a: ModuleInstance
  let b: ModuleInstance
  private let left: [String: [(path: String, parameter: ParameterValue)]]
  private let right: [String: [(path: String, parameter: ParameterValue)]]

  init(_ a: ModuleInstance, _ b: ModuleInstance) throws {
    (self.a, self.b) = (a, b)
    func byPart(_ model: ModuleInstance) throws -> [String: [(path: String, parameter: ParameterValue)]] {
      Dictionary(grouping: try model.placement().parameters) { $0.path.first ?? "" }.mapValues { list in
        list.map { (path: $0.path.joined(separator: "."), parameter: $0.parameter) }
      }
    }
    (left, right) = (try byPart(a), try byPart(b))
  }

  private static func present(_ model: ModuleInstance, _ part: String) -> Value? {
    guard let value = model.parts.first(where: { $0.name == part })?.value else { return nil }
    switch value {
    case .none, .absent: return nil
    default: return value
    }
  }

  /// The kind of a part, such as `Text` or `2 x TransformerBlock`.
  private static func kind(_ value: Value) -> String {
    switch value {
    case .module(let module, _): module.definition.name
    case .list(let values): "\(values.count) x \(values.first.map { kind($0) } ?? "nothing")"
    case .parameter(let parameter): NamedTensor.axesText(parameter.dimensions)
    default: value.typeName
    }
  }

  func rows() throws -> [Table.Row] {
    var names = a.parts.map(\.name)
    for part in b.parts where !names.contains(part.name) { names.append(part.name) }
    return try names.compactMap { name in
      let (old, new) = (Self.present(a, name), Self.present(b, name))
      if old == nil && new == nil { return nil }
      let (change, drift, note) = try change(name, old, new)
      let count = { (list: [(path: String, parameter: ParameterValue)]?) -> Value in
        list.map { .int(Placement.count($0.map(\.parameter))) } ?? .none
      }
      let cells: [(name: String, value: Value)] = [
        ("change", .string(change)), ("drift", drift.map { .float($0) } ?? .none),
        ("before", old == nil ? .none : count(left[name] ?? [])),
        ("after", new == nil ? .none : count(right[name] ?? [])),
        ("note", .string(note)),
      ]
      return Table.Row(keys: [.string(name)], cells: cells)
    }
  }

  private func change(_ name: String, _ old: Value?, _ new: Value?) throws -> (String, drift: Double?, note: String) {
    guard let old else { return ("added", nil, new.map { Self.kind($0) } ?? "") }
    guard let new else { return ("dropped", nil, Self.kind(old)) }
    if Self.kind(old) != Self.kind(new) { return ("swapped", nil, "\(Self.kind(old)) -> \(Self.kind(new))") }
    let (before, after) = (left[name] ?? [], right[name] ?? [])
    let shapes = Dictionary(after.map { ($0.path, $0.parameter) }) { first, _ in first }
    if before.map(\.path) != after.map(\.path) {
      let lost = Set(before.map(\.path)).subtracting(after.map(\.path)).sorted()
      let extra = Set(after.map(\.path)).subtracting(before.map(\.path)).sorted()
      let words = (lost.isEmpty ? [] : ["without \(lost[0])"]) + (extra.isEmpty ? [] : ["with \(extra[0])"])
      return ("swapped", nil, words.joined(separator: ", "))
    }
    for (path, parameter) in before {
      let (x, y) = (
        NamedTensor.axesText(parameter.dimensions), shapes[path].map { NamedTensor.axesText($0.dimensions) }
      )
      if let y, x != y { return ("resized", nil, "\(path) \(x) -> \(y)") }
    }
    let frozen = Self.frozenNote(before, after)
    return try numbers(before, shapes, frozen)
  }

  private static func frozenNote(
    _ before: [(path: String, parameter: ParameterValue)], _ after: [(path: String, parameter: ParameterValue)]
  ) -> String {
    let (x, y) = (before.count { $0.parameter.isFrozen }, after.count { $0.parameter.isFrozen })
    if x == y { return "" }
    return y > x ? "frozen" : "unfrozen"
  }

  /// How far the numbers went, as a share of how long they were: |b - a| / |a|.
  private func numbers(
    _ before: [(path: String, parameter: ParameterValue)], _ after: [String: ParameterValue], _ note: String
  ) throws -> (String, drift: Double?, note: String) {
    var (moved, length) = (0.0, 0.0)
    var (drawn, undrawn) = (0, 0)
    for (path, old) in before {
      guard let new = after[path] else { continue }
      if old === new {
        if let numbers = try old.numbers() { length += numbers.doubles().reduce(0) { $0 + $1 * $1 } }
        continue
      }
      switch (try old.numbers(), try new.numbers()) {
      case (let x?, let y?):
        let (xs, ys) = (x.doubles(), y.doubles())
        for (p, q) in zip(xs, ys) { (moved, length) = (moved + (q - p) * (q - p), length + p * p) }
      case (nil, _?): drawn += 1
      case (_?, nil): undrawn += 1
      case (nil, nil): break
      }
    }
    func words(_ text: String) -> String { note.isEmpty ? text : "\(text), \(note)" }
    if undrawn > 0 { return ("fresh", nil, words("numbers are drawn anew")) }
    if drawn > 0 { return ("trained", nil, words("from a fresh start")) }
    if moved > 0 { return ("trained", length > 0 ? (moved / length).squareRoot() : nil, note) }
    return (note.isEmpty ? "same" : note, length > 0 ? 0 : nil, "")
  }

  /// Methods that one model has and the other not, or whose result has other axes or sizes.
  func signatures(_ machine: Machine) throws -> [String] {
    func outlets(_ model: ModuleInstance) throws -> [String: String] {
      Dictionary(try machine.traced(model).outlets.map { ($0.method, $0.output) }) { first, _ in first }
    }
    let (x, y) = (try outlets(a), try outlets(b))
    return Set(x.keys).union(y.keys).sorted().compactMap { name in
      switch (x[name], y[name]) {
      case (let p?, let q?): p == q ? nil : "`\(name)` gave \(p) and gives \(q)"
      case (_?, nil): "`\(name)` is gone"
      case (nil, let q?): "`\(name)` is new and gives \(q)"
      case (nil, nil): nil
      }
    }
  }
}

extension Catalog {
  static var differences: [Builtin] {
    [
      Builtin(
        "diff",
        """
        What differs between two models, part by part: added, dropped, swapped, resized, trained, frozen or same; `drift` is \
        |b - a| / |a| of the part's numbers. Methods that are gone, new or give other sizes are named below. Of two goals: terms.
        """,
        BuiltinParameter<Value>("a"), BuiltinParameter<Value>("b"),
        examples: """
          pmm> from layers import MLP, Linear
          pmm> a = MLP(d(2), item(3), d(2))
          pmm> diff(a, freeze(a, .up))
          MLP and MLP
          part  change  drift  before  after  note
          up    frozen              9      9
          down  same                8      8
          """
      ) { call, a, b -> Value in
        if let x = ModuleInstance.from(a), let y = ModuleInstance.from(b) {
          let difference = try ModelDifference(x, y)
          return .object(
            TableReport(
              "difference", "parts",
              head: "\(x.definition.name) and \(y.definition.name)",
              table: Table(keyNames: ["part"], rows: try difference.rows()),
              notes: try difference.signatures(call.machine)))
        }
        if let x = Goal.from(a), let y = Goal.from(b) { return .object(goals(x, y)) }
        throw call.fail(
          .wrongType, "two models or two goals are compared, not \(a.described) and \(b.described)",
          argument: ModuleInstance.from(a) == nil && Goal.from(a) == nil ? 0 : 1,
          tries: ["diff(first.model, second.model)", "a == b for plain values"])
      }
    ]
  }

  private static func goals(_ a: Goal, _ b: Goal) -> TableReport {
    let (x, y) = (
      Dictionary(a.terms.map { ($0.name, $0) }) { first, _ in first },
      Dictionary(b.terms.map { ($0.name, $0) }) { first, _ in first }
    )
    func text(_ term: Goal.Term?) -> Value { term.map { .string(Goal([$0]).printed) } ?? .none }
    let rows = Set(x.keys).union(y.keys).sorted().map { name in
      let (p, q) = (x[name], y[name])
      let change =
        p == nil ? "added" : q == nil ? "dropped" : text(p).printed == text(q).printed ? "same" : "changed"
      let cells: [(name: String, value: Value)] = [
        ("change", .string(change)), ("before", text(p)), ("after", text(q)),
      ]
      return Table.Row(keys: [.string(name)], cells: cells)
    }
    return TableReport(
      "difference", "parts",
      head: "\(a.terms.count) and \(b.terms.count) terms", table: Table(keyNames: ["term"], rows: rows), notes: [])
  }
}
