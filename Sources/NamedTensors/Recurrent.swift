import Autodiff
import TensorCore

extension NamedTensor {
  /// One GRU layer along `over`, gates in PyTorch's order (reset, update, new):
  /// n = tanh(Wi x + bi + r (Wh h + bh)), h = (1 - z) n + z h. `dim` becomes `to`; weights are [gates, dim] and
  /// [gates, to], gates = 3 to; the state is 0 where the mask is false.
  package static func gru(
    _ x: NamedTensor, _ wi: NamedTensor, _ wh: NamedTensor, _ bi: NamedTensor?, _ bh: NamedTensor?, over: Axis,
    dim: Axis, to: Axis, mask: NamedTensor? = nil
  ) throws -> NamedTensor {
    let place = try Rules.carried(x, over, "gru")
    try Rules.carried(x, dim, "gru")
    try Rules.carried(wi, dim, "gru", operand: 1)
    try Rules.carried(wh, to, "gru", operand: 2)
    if dim !== to, x.carries(to) {
      throw AxisError(.duplicateAxis, "`gru` to `\(to)`, which \(Rules.text(x.dimensions)) carries", operands: [0])
    }
    guard wi.dimensions.count == 2, wh.dimensions.count == 2,
      let gates = wh.dimensions.first(where: { $0.axis !== to }), wi.carries(gates.axis), let width = wh.size(of: to)
    else {
      throw AxisError(
        .notContained,
        "`gru` needs weights of [gates, \(dim)] and [gates, \(to)], not \(Rules.text(wi.dimensions)) and "
          + Rules.text(wh.dimensions), operands: [1, 2])
    }
    if let n = width.value, let whole = gates.size.value, n.multipliedReportingOverflow(by: 3) != (whole, false) {
      throw AxisError(.sizeMismatch, "`gru` needs 3 x \(n) gates, but there are \(whole)", operands: [2])
    }
    for (operand, bias) in [(3, bi), (4, bh)] {
      guard let bias else { continue }
      guard bias.dimensions.count == 1, bias.carries(gates.axis) else {
        throw AxisError(
          .notContained, "`gru` needs a bias of [\(gates.axis)], not \(Rules.text(bias.dimensions))",
          operands: [operand])
      }
      _ = try Rules.agree(gates.axis, gates.size, bias.dimensions[0].size, "gru", operands: [2, operand])
    }
    let driven = try dot(x, wi, over: [dim])
    let whole = try bi.map { try binary(.add, driven, $0) } ?? driven
    let rows = whole.dimensions.filter { $0.axis !== over && $0.axis !== gates.axis }
    let steps = x.dimensions[place]
    if let mask {
      try Rules.kind(mask, .bool, "gru", operand: 8)
      for dimension in mask.dimensions {
        guard let size = x.size(of: dimension.axis), dimension.axis !== dim else {
          throw AxisError(
            .notContained,
            "the mask of `gru` has to fit in \(Rules.text(rows + [steps])), but is "
              + Rules.text(mask.dimensions), operands: [0, 8])
        }
        _ = try Rules.agree(dimension.axis, size, dimension.size, "gru", operands: [0, 8])
      }
    }
    let dimensions = rows + [steps, Dimension(to, width)]
    guard !whole.isShapeOnly, !wh.isShapeOnly, bh?.isShapeOnly != true, mask?.isShapeOnly != true else {
      return .shape(dimensions, .float)
    }
    let shape = try Rules.known(dimensions)
    let count = shape.dropLast(2).reduce(1, *)
    let gateCount = try Rules.known([gates])[0]
    let turned = try whole.ordered(rows.map(\.axis) + [over, gates.axis])
    let weight = try wh.ordered([gates.axis, to])
    let here = try mask?.expanded(to: rows + [steps]).variable?.tensor
    return NamedTensor(
      dimensions, .float,
      try numbers {
        guard let input = turned.variable, let own = weight.variable else { return nil }
        let length = shape[shape.count - 2]
        let bias = try bh?.variable ?? Variable(Tensor(full: 0, shape: [gateCount], input.dtype))
        return try Variable.gru(
          input.reshaped([count, length, gateCount]), own, bias, mask: here?.reshaped([count, length])
        ).reshaped(shape)
      })
  }
}
