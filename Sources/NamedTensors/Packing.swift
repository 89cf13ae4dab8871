import Autodiff
import TensorCore

extension NamedTensor {
  /// The slots of `over` (the first is the slow one) where the mask holds, one behind the other along `to`, which may be
  /// one of `over`. The mask carries all of `over` and nothing else; x may lack some, along which it is repeated.
  package static func pack(
    _ x: NamedTensor, where mask: NamedTensor, over: [Axis], to: Axis
  ) throws -> NamedTensor {
    let places = try places(mask, over, "pack", operand: 1)
    let rest = x.dimensions.filter { dimension in !over.contains { $0 === dimension.axis } }
    for dimension in x.dimensions {
      guard let other = places.first(where: { $0.axis === dimension.axis }) else { continue }
      _ = try Rules.agree(dimension.axis, dimension.size, other.size, "pack", operands: [0, 1])
    }
    guard over.contains(where: x.carries) else {
      throw AxisError(
        .missingAxis, "`pack` needs one of \(Rules.text(places)), but \(Rules.text(x.dimensions)) carries none",
        operands: [0])
    }
    let index = mask.isShapeOnly ? nil : try indices(mask, places)
    let dimensions = [Dimension(to, index.map { .known($0.count) } ?? .symbolic("packed \(to.name)"))] + rest
    try Rules.distinct(dimensions)
    guard let index, !x.isShapeOnly else { return .shape(dimensions, x.kind) }
    let (rows, width) = (try Rules.known(places).reduce(1, *), try Rules.known(rest).reduce(1, *))
    let spread = try x.expanded(to: places + rest)
    let shape = try Rules.known(dimensions)
    return NamedTensor(
      dimensions, x.kind,
      try numbers {
        // Where nothing is left out, it is the same numbers under other axes.
        if index.count == rows { return try spread.variable?.reshaped(shape) }
        return try spread.variable?.reshaped([1, rows, width])
          .take(Tensor(index, shape: [1, index.count])).reshaped(shape)
      })
  }

  /// Undoes `pack`: the slots along `from` go to where the mask holds, with 0 elsewhere; floats.
  package static func unpack(
    _ x: NamedTensor, where mask: NamedTensor, over: [Axis], from: Axis
  ) throws -> NamedTensor {
    let places = try places(mask, over, "unpack", operand: 1)
    try Rules.carried(x, from, "unpack")
    let x = try Rules.floats(x, "unpack")
    let rest = x.dimensions.filter { $0.axis !== from }
    let dimensions = places + rest
    try Rules.distinct(dimensions)
    guard mask.variable != nil, x.variable != nil else { return .shape(dimensions, .float) }
    let index = try indices(mask, places)
    if let size = x.size(of: from)?.value, size != index.count {
      throw AxisError(
        .sizeMismatch, "`unpack` has \(size) slots of `\(from)` for a mask that holds at \(index.count) places",
        operands: [0, 1], sizes: (size, index.count))
    }
    let (rows, width) = (try Rules.known(places).reduce(1, *), try Rules.known(rest).reduce(1, *))
    let turned = try x.permuted(([from] + rest.map(\.axis)).compactMap { x.place(of: $0) })
    let shape = try Rules.known(dimensions)
    return NamedTensor(
      dimensions, .float,
      try numbers {
        if index.count == rows { return try turned.variable?.reshaped(shape) }
        return try turned.variable?.reshaped([index.count, width])
          .placed(Tensor(index, shape: [index.count]), rows: rows).reshaped(shape)
      })
  }

  /// The axes of the mask in the order of `over`, which has to name all of them.
  private static func places(
    _ mask: NamedTensor, _ over: [Axis], _ op: String, operand: Int
  ) throws -> [Dimension] {
    try Rules.kind(mask, .bool, op, operand: operand)
    let found = over.compactMap { axis in mask.dimensions.first { $0.axis === axis } }
    guard found.count == over.count, Set(over).count == over.count, over.count == mask.dimensions.count else {
      let named = over.map(\.name).joined(separator: ", ")
      throw AxisError(
        .missingAxis, "`\(op)` over [\(named)] needs a mask of just these axes, not \(Rules.text(mask.dimensions))",
        operands: [operand, 2])
    }
    return found
  }

  /// Row major numbers of the places where the mask holds.
  private static func indices(_ mask: NamedTensor, _ places: [Dimension]) throws -> [Int32] {
    let flags = try mask.permuted(places.compactMap { mask.place(of: $0.axis) }).boolValues()
    guard flags.count <= Int(Int32.max) else {
      throw AxisError(.outOfRange, "a mask of \(flags.count) places is too large", operands: [1])
    }
    var index: [Int32] = []
    for (i, flag) in flags.enumerated() where flag { index.append(Int32(i)) }
    return index
  }
}
