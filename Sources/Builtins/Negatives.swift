import Diagnostics
import Interpreter
import NamedTensors
import Recommendation

extension Catalog {
  static var negatives: [Builtin] {
    [
      Builtin(
        "draw_negative",
        """
        Items that a user did not meet, `count` for each slot, uniform over the platform's: a record like a batch, with \
        each drawn item once and `slots` [batch, step, draw] that point at it. The same draws in every loss of a step.
        """,
        BuiltinParameter<Record>("x"), BuiltinParameter<Int>("count", default: 1, shown: "1"),
        examples: """
          pmm> row = {ids: tensor([0, 2], [item]), own: tensor([[true, true]], [batch, item])}
          pmm> all = {ids: tensor([0, 1, 2], [item])}
          pmm> draw_negative({..row, anchor: tensor([[true]], [batch, step]), catalogue: all}).ids
          int[item=1] 1
          """
      ) { call, x, count -> Value in
        guard (1...10_000).contains(count) else {
          throw call.fail(.outOfRange, "`count` is 1 to 10,000, not \(count)", argument: 1)
        }
        func field(_ name: String, of record: Record) throws -> Value {
          guard let value = try record.field(name) else {
            throw call.fail(
              .unknownField, "this \(record.kind) has no `\(name)`, which `draw_negative` reads", argument: 0)
          }
          return value
        }
        func tensor(_ name: String, _ axes: [Axis], _ kind: ElementKind, of record: Record) throws -> NamedTensor {
          guard case .tensor(let value) = try field(name, of: record) else {
            throw call.fail(.wrongType, "`\(name)` of this \(record.kind) must be a tensor", argument: 0)
          }
          guard value.tensor.dimensions.count == axes.count, axes.allSatisfy(value.tensor.carries) else {
            let wanted = axes.map(\.name).joined(separator: ", ")
            throw call.fail(
              .axesDiffer, "`\(name)` of this \(record.kind) is \(value.tensor.axesText), not [\(wanted)]", argument: 0)
          }
          guard value.tensor.kind == kind else {
            throw call.fail(
              .wrongType,
              "`\(name)` of this \(record.kind) holds \(value.tensor.kind.rawValue)s, not \(kind.rawValue)s",
              argument: 0)
          }
          return try value.tensor.ordered(axes)
        }
        let axes = try ["batch", "step", "item", "entry", "draw"].map { try axis($0, call) }
        let (batch, step, item, entry, draw) = (axes[0], axes[1], axes[2], axes[3], axes[4])
        guard case .record(let catalogue) = try field("catalogue", of: x) else {
          throw call.fail(.wrongType, "`catalogue` of this \(x.kind) must be a record of item fields", argument: 0)
        }
        let own = try tensor("own", [batch, item], .bool, of: x)
        let wanted = try tensor("anchor", [batch, step], .bool, of: x)
        let offered = x.names.contains("offered") ? try tensor("offered", [batch, entry], .bool, of: x) : nil
        let ids = try tensor("ids", [item], .int, of: x)
        let all = try tensor("ids", [item], .int, of: catalogue)
        let label = Label64(raw: call.label)
        let places = wanted.dimensions + [Dimension(draw, count)]
        guard let rows = wanted.dimensions[0].size.value, let steps = wanted.dimensions[1].size.value,
          let entries = all.dimensions[0].size.value, !own.isShapeOnly, !ids.isShapeOnly
        else { return .record(try drawnShapes(catalogue, places, item, label)) }
        let context = call.machine.context
        let key = Label64("draw_negative").mixed(context?.seed ?? call.machine.seed).mixed(context?.step ?? 0)
          .mixed(count).value
        let draws: NegativeDraws
        do throws(DataError) {
          draws = try NegativeDraws(
            own: own.boolValues(), ids: ids.intValues(), offered: offered?.boolValues(), wanted: wanted.boolValues(),
            rows: rows, steps: steps, entries: entries, count: count, key: key)
        } catch { throw call.fail(.data, error.message, argument: 0) }
        let slots = try NamedTensor.ints(draws.slots, places)
        let drawn = try catalogue.rows?(draws.items) ?? taken(draws.items, of: catalogue, item, label)
        return .record(
          drawn.with([("slots", .tensor(TensorValue(slots, label: label.mixed("slots").value)))]))
      }
    ]
  }

  private static func axis(_ name: String, _ call: Invocation) throws -> Axis {
    guard case .axis(let axis)? = call.machine.preludeValue(name) else {
      throw call.fail(.inside, "the prelude declares no axis `\(name)`")
    }
    return axis.axis
  }

  /// Rows of a catalogue whose fields are tensors that are there already.
  private static func taken(
    _ rows: [Int32], of catalogue: Record, _ item: Axis, _ label: Label64
  ) throws -> Record {
    let index = try NamedTensor.ints(rows, [Dimension(item, rows.count)])
    var fields: [(String, Value)] = []
    for (name, value) in try catalogue.fields() {
      guard case .tensor(let tensor) = value, tensor.tensor.carries(item) else { continue }
      let chosen = try NamedTensor.take(tensor.tensor, index, over: item)
      fields.append((name, .tensor(TensorValue(chosen, label: label.mixed(name).value, space: tensor.space))))
    }
    return Record(fields)
  }

  /// The same fields without numbers, for some items: nobody knows yet how many.
  private static func drawnShapes(
    _ catalogue: Record, _ places: [Dimension], _ item: Axis, _ base: Label64
  ) throws -> Record {
    let names = catalogue.names.filter { $0 != "raw_ids" }
    let label = base.mixed("items")
    let items = Record(names: names, kind: "items", label: label.value) { name in
      guard case .tensor(let tensor)? = try catalogue.field(name) else { return nil }
      let dimensions = tensor.tensor.dimensions.map {
        $0.axis === item ? Dimension(item, .symbolic("drawn")) : $0
      }
      return .tensor(
        TensorValue(
          .shape(dimensions, tensor.tensor.kind), label: label.mixed(name).value, bound: tensor.bound,
          space: tensor.space))
    }
    return items.with([("slots", .tensor(TensorValue(.shape(places, .int), label: base.mixed("slots").value)))])
  }
}
