import Autodiff
import TensorCore

extension NamedTensor {
  /// Products summed over axes that both carry; shared axes not in `over` are batched.
  /// Axes: shared, then those of one operand, then those of the other.
  package static func dot(_ a: NamedTensor, _ b: NamedTensor, over: [Axis]) throws -> NamedTensor {
    for axis in over {
      try Rules.carried(a, axis, "dot", operand: 0)
      try Rules.carried(b, axis, "dot", operand: 1)
    }
    guard Set(over).count == over.count else {
      throw AxisError(.duplicateAxis, "`dot` over one axis twice", operands: [2])
    }
    let (x, y) = (try Rules.floats(a, "dot", operand: 0), try Rules.floats(b, "dot", operand: 1))
    // The larger operand gives the rows: what follows then finds the batch in front.
    let swapped = y.dimensions.count > x.dimensions.count
    let (big, small) = swapped ? (y, x) : (x, y)
    var shared: [Dimension] = []
    for dimension in big.dimensions {
      guard let other = small.size(of: dimension.axis) else { continue }
      let (left, right) = swapped ? (other, dimension.size) : (dimension.size, other)
      let size = try Rules.agree(dimension.axis, left, right, "dot", operands: [0, 1])
      if !over.contains(where: { $0 === dimension.axis }) { shared.append(Dimension(dimension.axis, size)) }
    }
    let rows = big.dimensions.filter { !small.carries($0.axis) }
    let columns = small.dimensions.filter { !big.carries($0.axis) }
    let dimensions = shared + rows + columns
    guard !big.isShapeOnly, !small.isShapeOnly else { return .shape(dimensions, .float) }
    let contracted = big.axes.filter { axis in over.contains { $0 === axis } }
    let batch = shared.map(\.axis)
    let p = try big.permuted((batch + rows.map(\.axis) + contracted).compactMap { big.place(of: $0) })
    let q = try small.permuted((batch + columns.map(\.axis) + contracted).compactMap { small.place(of: $0) })
    guard let left = p.variable, let right = q.variable else { return .shape(dimensions, .float) }
    return NamedTensor(
      dimensions, .float,
      try numbers { try Variable.dot(left, right, batch: batch.count, contracted: contracted.count) })
  }
}
