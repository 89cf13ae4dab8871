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
    if let n = width.value, let whole = gates.size.value, whole != 3 * n {
      throw AxisError(.sizeMismatch, "`gru` needs 3 x \(n) gates, but there are \(whole)", operands: [2])
    }
    let gate = Axis("gate", owner: "gru")
    let parts = [Dimension(gate, 3), Dimension(to, width)]
    func apart(_ y: NamedTensor, _ bias: NamedTensor?) throws -> NamedTensor {
      let whole = try bias.map { try binary(.add, y, $0) } ?? y
      return try split(whole, gates.axis, into: parts)
    }
    let driven = try apart(dot(x, wi, over: [dim]), bi)
    var result = try select(select(driven, gate, index: 0), over, index: 0).dimensions
    result.insert(x.dimensions[place], at: min(place, result.count))
    guard let steps = x.dimensions[place].size.value, !driven.isShapeOnly, !wh.isShapeOnly, bh?.isShapeOnly != true,
      mask?.isShapeOnly != true
    else { return .shape(result, .float) }
    let rows = try select(select(driven, gate, index: 0), over, index: 0).dimensions
    var state = try full(0, rows)
    var states: [NamedTensor] = []
    for step in 0..<steps {
      let now = try select(driven, over, index: step)
      let held = try apart(dot(state, wh, over: [to]), bh)
      func pre(_ i: Int) throws -> NamedTensor {
        try binary(.add, select(now, gate, index: i), select(held, gate, index: i))
      }
      let (reset, update) = (try unary(.sigmoid, pre(0)), try unary(.sigmoid, pre(1)))
      let fresh = try unary(
        .tanh,
        binary(.add, select(now, gate, index: 2), binary(.multiply, reset, select(held, gate, index: 2))))
      state = try binary(.add, fresh, binary(.multiply, update, binary(.subtract, state, fresh)))
      if let mask {
        let here = mask.carries(over) ? try select(mask, over, index: step) : mask
        state = try choose(here, state, .scalar(0))
      }
      let slot = NamedTensor(
        [Dimension(over, 1)] + state.dimensions, .float,
        try numbers { try state.variable?.reshaped([1] + Rules.known(state.dimensions)) })
      states.append(slot)
    }
    let whole = try concat(states, over: over, to: over)
    return try whole.ordered(result.map(\.axis))
  }
}
