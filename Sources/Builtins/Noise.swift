import Diagnostics
import Interpreter
import NamedTensors
import Recommendation

extension Catalog {
  /// `corrupt` has no place of its own: the same numbers give the same noised row to every loss of a step.
  static var noise: [Builtin] {
    [
      Builtin(
        "corrupt", "A noised batch of rows: record with `slots` and `label` (0 unchanged, 1 shuffled, 2 replaced).",
        BuiltinParameter<Record>("x"), BuiltinParameter<Double>("shuffle", default: 0.15, shown: "0.15"),
        BuiltinParameter<Double>("replace", default: 0.05, shown: "0.05"),
        examples: """
          pmm> x = {slots: tensor([[0, 1]], [batch, step]), mask: tensor([[true, true]], [batch, step]), \
          own: tensor([[true, true, false]], [batch, item])}
          pmm> corrupt(x, shuffle = 0.0, replace = 0.0).label
          int[batch=1, step=2]
            0  0
          """
      ) { call, x, shuffle, replace -> Value in
        guard (0...1).contains(shuffle), (0...1).contains(replace), shuffle + replace <= 1 else {
          throw call.fail(.outOfRange, "`shuffle` and `replace` are shares of a row, together at most 1")
        }
        func tensor(_ name: String) throws -> NamedTensor {
          guard case .tensor(let value)? = try x.field(name) else {
            throw call.fail(.unknownField, "this \(x.kind) has no tensor `\(name)`, which `corrupt` reads", argument: 0)
          }
          return value.tensor
        }
        let (slots, mask, own) = (try tensor("slots"), try tensor("mask"), try tensor("own"))
        let label = Label64(raw: call.label)
        func record(_ slots: NamedTensor, _ labels: NamedTensor) -> Value {
          .record(
            Record([
              ("slots", .tensor(TensorValue(slots, label: label.mixed("slots").value))),
              ("label", .tensor(TensorValue(labels, label: label.mixed("label").value))),
            ]))
        }
        guard let rows = slots.dimensions.first?.size.value, let steps = slots.dimensions.last?.size.value,
          let items = own.dimensions.last?.size.value, !slots.isShapeOnly
        else { return record(slots, NamedTensor.shape(slots.dimensions, .int)) }
        let context = call.machine.context
        let key = Label64("corrupt").mixed(context?.seed ?? call.machine.seed).mixed(context?.step ?? 0)
          .mixed(shuffle.bitPattern).mixed(replace.bitPattern).value
        let noise = Corruption(
          slots: slots.intValues(), mask: mask.boolValues(), own: own.boolValues(), rows: rows, steps: steps,
          items: items,
          shuffle: shuffle, replace: replace, key: key)
        return record(
          try NamedTensor.ints(noise.slots, slots.dimensions), try NamedTensor.ints(noise.label, slots.dimensions))
      }
    ]
  }
}
