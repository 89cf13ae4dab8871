import Autodiff
import TensorCore

extension NamedTensor {
  /// `over` gives way to the axes of `index`; axes that both carry are batched.
  package static func take(_ e: NamedTensor, _ index: NamedTensor, over: Axis) throws -> NamedTensor {
    try Rules.carried(e, over, "take")
    try Rules.kind(index, .int, "take", operand: 1)
    var shared: [Dimension] = []
    for dimension in e.dimensions where dimension.axis !== over {
      guard let other = index.size(of: dimension.axis) else { continue }
      shared.append(
        Dimension(dimension.axis, try Rules.agree(dimension.axis, dimension.size, other, "take", operands: [0, 1])))
    }
    let places = index.dimensions.filter { dimension in !shared.contains { $0.axis === dimension.axis } }
    let rest = e.dimensions.filter { dimension in
      dimension.axis !== over && !shared.contains { $0.axis === dimension.axis }
    }
    let dimensions = shared + places + rest
    guard e.variable != nil, index.variable != nil else { return .shape(dimensions, e.kind) }
    let batch = shared.map(\.axis)
    let table = try e.permuted((batch + [over] + rest.map(\.axis)).compactMap { e.place(of: $0) })
    let chosen = try index.permuted((batch + places.map(\.axis)).compactMap { index.place(of: $0) })
    let groups = try Rules.known(shared).reduce(1, *)
    let shape = try Rules.known(dimensions)
    let width = try Rules.known(rest).reduce(1, *)
    let count = try Rules.known(places).reduce(1, *)
    return NamedTensor(
      dimensions, e.kind,
      try numbers(operands: [1]) {
        guard let rows = table.variable, let at = chosen.variable, let n = e.size(of: over)?.value else { return nil }
        return try rows.reshaped([groups, n, width])
          .take(at.tensor.reshaped([groups, count])).reshaped(shape)
      })
  }

  /// 1 at the index, else 0, along `dimension`, which the index does not carry.
  package static func oneHot(_ index: NamedTensor, _ dimension: Dimension) throws -> NamedTensor {
    try Rules.kind(index, .int, "one_hot", operand: 0)
    try Rules.distinct(index.dimensions + [dimension])
    let dimensions = index.dimensions + [dimension]
    guard let variable = index.variable else { return .shape(dimensions, .float) }
    guard let n = dimension.size.value else {
      throw AxisError(.unknownSize, "`one_hot` needs the size of `\(dimension.axis)`", operands: [1])
    }
    return NamedTensor(dimensions, .float, try numbers(operands: [0]) { try variable.oneHot(n) })
  }

  /// 0, 1, .. along an axis, counted from the last slot if `newest`; int.
  package static func positions(over: Dimension, newest: Bool = false) throws -> NamedTensor {
    guard let n = over.size.value else { return .shape([over], .int) }
    guard n >= 0, n <= Int(Int32.max) else { throw AxisError(.outOfRange, "`positions` of \(n) slots", operands: [0]) }
    let values = (0..<n).map { Int32(truncatingIfNeeded: newest ? n - 1 - $0 : $0) }
    return try ints(values, [over])
  }
}
