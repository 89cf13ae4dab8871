import Diagnostics
import Interpreter
import NamedTensors

extension Catalog {
  private static var x: BuiltinParameter<NamedTensor> { BuiltinParameter<NamedTensor>("x") }
  private static func axis(_ name: String) -> BuiltinParameter<AxisValue> { BuiltinParameter<AxisValue>(name) }

  /// An axis with the size that it must have here.
  static func dimension(_ axis: AxisValue, _ call: Invocation) throws -> Dimension {
    guard let size = axis.size else {
      throw call.fail(
        .axisUnsized, "`\(call.builtin.name)` needs a size of axis \(axis.axis)",
        tries: ["\(axis.axis)(64)", "axis \(axis.axis) = 64"])
    }
    return Dimension(axis.axis, size)
  }

  static var shaping: [Builtin] {
    [
      Builtin(
        "rename", "Gives an axis another name.", x, axis("axis"), axis("to"),
        examples: "pmm> axes(rename(full(0.0, [batch(3)]), batch, to = rival))\n[rival=3]"
      ) { _, x, from, to in try NamedTensor.rename(x, from.axis, to: to.axis, size: to.size) },
      Builtin(
        "split", "Cuts an axis into several; the first is the slow one.", x, axis("axis"),
        BuiltinParameter<[AxisValue]>("into"),
        examples: "pmm> axes(split(full(0.0, [d(6)]), d, into = [step(2), token(3)]))\n[step=2, token=3]"
      ) { _, x, axis, into in
        try NamedTensor.split(
          x, axis.axis, into: into.map { Dimension($0.axis, $0.size.map { .known($0) } ?? .symbolic($0.axis.name)) })
      },
      Builtin(
        "join", "Makes one axis of several; the first is the slow one.", x, BuiltinParameter<[AxisValue]>("axes"),
        axis("to"), examples: "pmm> axes(join(full(0.0, [step(2), token(3)]), [step, token], to = d))\n[d=6]"
      ) { _, x, axes, to in
        let joined = try NamedTensor.join(x, axes.map(\.axis), to: to.axis)
        guard let size = to.size else { return joined }
        return try NamedTensor.rename(joined, to.axis, to: to.axis, size: size)
      },
      Builtin(
        "concat", "Puts tensors one after the other along an axis; one without it is one slot.",
        BuiltinParameter<[NamedTensor]>("list"), axis("over"),
        BuiltinParameter<AxisValue?>("to", default: .none, shown: "over"),
        examples: "pmm> concat([tensor([1.0, 2.0], [item]), 3.0], over = item)\n[item=3] 1.0, 2.0, 3.0"
      ) { _, list, over, to in
        let result = try NamedTensor.concat(list, over: over.axis, to: to?.axis ?? over.axis)
        guard let to, let size = to.size else { return result }
        return try NamedTensor.rename(result, to.axis, to: to.axis, size: size)
      },
      Builtin(
        "skip", "Leaves out the first n slots of an axis; n = 0 gives x back whatever its axes.", x,
        BuiltinParameter<Int>("n"), axis("over"),
        examples: "pmm> skip(tensor([1.0, 2.0, 3.0], [item]), 1, over = item)\n[item=2] 2.0, 3.0"
      ) { _, x, n, over in n == 0 ? x : try NamedTensor.skip(x, n, over: over.axis) },
      Builtin(
        "pack",
        "The slots where the mask holds, one behind the other along `to`; `over` lists the mask's axes, the slow one first.",
        x, BuiltinParameter<NamedTensor>("where"), BuiltinParameter<AxisList>("over"), axis("to"),
        examples: """
          pmm> axis slot
          pmm> mask = tensor([[true, false], [true, true]], [item, word])
          pmm> pack(tensor([[1.0, 2.0], [3.0, 4.0]], [item, word]), where = mask, over = [item, word], to = token)
          [token=3] 1.0, 3.0, 4.0
          """
      ) { _, x, mask, over, to in try NamedTensor.pack(x, where: mask, over: over.axes.map(\.axis), to: to.axis) },
      Builtin(
        "unpack", "Undoes `pack`: the slots along `from` go to where the mask holds, with 0 elsewhere.",
        x, BuiltinParameter<NamedTensor>("where"), BuiltinParameter<AxisList>("over"), axis("from"),
        examples: """
          pmm> axis slot
          pmm> mask = tensor([[true, false], [true, true]], [item, word])
          pmm> unpack(tensor([1.0, 3.0, 4.0], [token]), where = mask, over = [item, word], from = token)
          [item=2, word=2]
            1.0  0.0
            3.0  4.0
          """
      ) { _, x, mask, over, from in
        try NamedTensor.unpack(x, where: mask, over: over.axes.map(\.axis), from: from.axis)
      },
      Builtin(
        "take", "Entries of e at an index; `over` gives way to the axes of the index.",
        BuiltinParameter<NamedTensor>("e"), BuiltinParameter<Value>("index"), axis("over"),
        examples: "pmm> take(tensor([5.0, 6.0, 7.0], [item]), tensor([2, 0], [step]), over = item)\n[step=2] 7.0, 5.0"
      ) { call, e, index, over in
        if case .tensor(let places) = index, let rows = e.size(of: over.axis)?.value {
          if let counted = places.positionsOver, call.machine.isShapeRun {
            call.machine.context?.limit(counted, to: rows)
          }
          if let space = places.space {
            try checkRows(of: space, rows, over.axis, call)
          } else if let bound = places.bound, bound > rows {
            throw call.fail(
              .dataMismatch, "the index runs to \(bound - 1), and \(over.axis) has \(rows) rows", argument: 1,
              tries: ["vocabulary = \(bound) in the model", "vocabulary = \(rows) in the data set"])
          }
        }
        let tensor = try call.converted(index, to: NamedTensor.self, name: "index", at: call.spans[1])
        return try NamedTensor.take(e, rowsOfItems(tensor, call), over: over.axis)
      },
      Builtin(
        "one_hot", "1 at the index along a sized axis, 0 elsewhere.", BuiltinParameter<NamedTensor>("index"),
        axis("axis"),
        examples: "pmm> one_hot(tensor([2, 0], [step]), item(3))\n[step=2, item=3]\n  0.0  0.0  1.0\n  1.0  0.0  0.0"
      ) { call, index, axis in try NamedTensor.oneHot(index, Self.dimension(axis, call)) },
      Builtin(
        "positions", "0, 1, 2, ... along an axis of x; counted from the last slot if `newest`.", x, axis("over"),
        BuiltinParameter<Bool>("newest", default: false, shown: "false"),
        examples: "pmm> positions(full(0.0, [step(3)]), over = step, newest = true)\nint[step=3] 2, 1, 0"
      ) { call, x, over, newest -> Value in
        guard let size = x.size(of: over.axis) else {
          throw call.fail(.axisMissing, "`positions` over \(over.axis), which \(x.axesText) lacks", argument: 0)
        }
        let result = try NamedTensor.positions(over: Dimension(over.axis, size), newest: newest)
        return .tensor(TensorValue(result, label: call.label, positionsOver: over.axis))
      },
      Builtin(
        "full", "A tensor of one number; every axis has a size.", BuiltinParameter<Double>("value"),
        BuiltinParameter<[AxisValue]>("axes"), examples: "pmm> full(2.0, [item(2)])\n[item=2] 2.0, 2.0"
      ) { call, value, axes in try NamedTensor.full(value, axes.map { try Self.dimension($0, call) }) },
      Builtin(
        "order", "The same tensor with its axes in the given order, for printing and export.", x,
        BuiltinParameter<[AxisValue]>("axes"),
        examples: "pmm> axes(order(full(0.0, [item(2), d(3)]), [d, item]))\n[d=3, item=2]"
      ) { _, x, axes in try x.ordered(axes.map(\.axis)) },
      tensor,
    ]
  }

  private static var tensor: Builtin {
    Builtin(
      "tensor",
      """
      A tensor of the numbers of a list, nested once for each axis, or of a tensor of a file that `open` gave; its axes may be \
      left away where the file names them all.
      """,
      BuiltinParameter<Value>("list"), BuiltinParameter<[AxisValue]?>("axes", default: .none, shown: "none"),
      examples: "pmm> tensor([[1, 2], [3, 4]], [item, word])\nint[item=2, word=2]\n  1  2\n  3  4"
    ) { call, list, axes -> Value in
      if case .object(let entry as TensorInFile) = list { return .tensor(try entry.tensor(axes, call)) }
      guard let axes else {
        throw call.fail(
          .wrongArguments, "`tensor` also needs `axes`, one for each level of the list", tries: ["tensor(list, [item])"]
        )
      }
      var sizes: [Int] = []
      var flat: [Value] = [list]
      for axis in axes {
        var next: [Value] = []
        var count: Int?
        for value in flat {
          guard case .list(let values) = value else {
            throw call.fail(
              .wrongType, "there are \(axes.count) axes, but the list is not nested that deep", argument: 0)
          }
          if let count, count != values.count {
            throw call.fail(
              .axisMismatch, "along \(axis.axis) one list has \(count) entries and another \(values.count)", argument: 0
            )
          }
          count = values.count
          next += values
        }
        if let size = axis.size, let count, size != count {
          throw call.fail(
            .axisMismatch, "axis \(axis.axis) has size \(size), and the list has \(count) entries", argument: 0)
        }
        sizes.append(count ?? 0)
        flat = next
      }
      let dimensions = zip(axes, sizes).map { Dimension($0.axis, $1) }
      let result: NamedTensor
      if let ints = flat.asNumbers(Int.self), let small = ints.asInt32 {
        result = try NamedTensor.ints(small, dimensions)
      } else if let bools = flat.asNumbers(Bool.self) {
        result = try NamedTensor.bools(bools, dimensions)
      } else if let doubles = flat.asNumbers(Double.self) {
        result = try NamedTensor.doubles(doubles, dimensions)
      } else {
        throw call.fail(.wrongType, "the entries must be numbers, or all true or false", argument: 0)
      }
      return result.asValue(call)
    }
  }
}

extension [Value] {
  /// All entries as one Swift type, or nil.
  fileprivate func asNumbers<T: ValueConvertible>(_ type: T.Type) -> [T]? {
    var result: [T] = []
    for value in self {
      guard let number = T.from(value) else { return nil }
      result.append(number)
    }
    return result.isEmpty ? nil : result
  }
}

extension [Int] {
  fileprivate var asInt32: [Int32]? {
    let small = compactMap { Int32(exactly: $0) }
    return small.count == count ? small : nil
  }
}
