import Autodiff
import TensorCore

extension NamedTensor {
  /// log-sum-exp of dot(a, b, over) + shift among `among` where `mask` holds, less what stands there at `truth`: cross
  /// entropy against one entry, allowed or not. Axes of the dot less `among`, which `truth` fits in; 0 where `rows` is
  /// false, of which nothing is computed. `mask` and `shift` are never spread out.
  package static func dotCrossEntropy(
    _ a: NamedTensor, _ b: NamedTensor, _ truth: NamedTensor, over: [Axis], among: Axis, where mask: NamedTensor? = nil,
    shift: NamedTensor? = nil, rows: NamedTensor? = nil
  ) throws -> NamedTensor {
    let op = "dot_cross_entropy"
    try Rules.joined(a, b, over: over, among: among, op, operands: (over: 3, among: 4), inB: true)
    try Rules.kind(truth, .int, op, operand: 2)
    if let mask { try Rules.kind(mask, .bool, op, operand: 5) }
    if let rows { try Rules.kind(rows, .bool, op, operand: 7) }
    let places =
      a.dimensions.filter { $0.axis !== among && !over.contains($0.axis) }
      + b.dimensions.filter { $0.axis !== among && !over.contains($0.axis) && !a.carries($0.axis) }
    let whole = places + b.dimensions.filter { $0.axis === among }
    for (operand, part, within) in [(2, truth, places), (5, mask, whole), (6, shift, whole), (7, rows, places)] {
      for dimension in part?.dimensions ?? [] {
        guard let other = within.first(where: { $0.axis === dimension.axis }) else {
          throw AxisError(
            .notContained,
            "`\(op)` gives \(Rules.text(places)) from \(Rules.text(whole)), in which "
              + "\(Rules.text(part?.dimensions ?? [])) does not fit",
            operands: [operand])
        }
        _ = try Rules.agree(dimension.axis, other.size, dimension.size, op, operands: [1, operand])
      }
    }
    let (x, y) = (try Rules.floats(a, op), try Rules.floats(b, op, operand: 1))
    for axis in over {
      if let m = x.size(of: axis), let n = y.size(of: axis) {
        _ = try Rules.agree(axis, m, n, op, operands: [0, 1])
      }
    }
    guard x.variable?.dtype == .float32, y.variable?.dtype == .float32, !x.carries(among),
      y.dimensions.count == over.count + 1, shift?.variable?.isTracked != true,
      [truth, mask, shift, rows].allSatisfy({ $0?.isShapeOnly != true })
    else {
      return try composedDotCrossEntropy(x, y, truth, over: over, among: among, where: mask, shift: shift, rows: rows)
        .arranged(places)
    }
    let (turnedA, turnedB) = (try x.trailing(over), try y.trailing(over))
    let kept = Array(turnedA.dimensions.dropLast(over.count))
    let logits = kept + turnedB.dimensions.prefix(1)
    let shape = try Rules.known(kept)
    let count = shape.reduce(1, *)
    let views = (try mask?.expanded(to: logits).variable, try shift?.widened().expanded(to: logits).variable)
    let (at, here) = (try truth.expanded(to: kept).variable, try rows?.expanded(to: kept).variable)
    return NamedTensor(
      kept, .float,
      try numbers(operands: [2]) {
        guard let x = turnedA.variable, let y = turnedB.variable, let at else { return nil }
        let width = y.shape.dropFirst().reduce(1, *)
        return try Variable.dotCrossEntropy(
          x.reshaped([count, width]), y.reshaped([y.shape[0], width]), truth: at.tensor.reshaped([count]),
          mask: views.0?.tensor, shift: views.1?.tensor, rows: here?.tensor.reshaped([count])
        ).reshaped(shape)
      })
  }

  /// The same from smaller ops: plain twin of the fused one, and its stand-in for unusual axes.
  static func composedDotCrossEntropy(
    _ a: NamedTensor, _ b: NamedTensor, _ truth: NamedTensor, over: [Axis], among: Axis, where mask: NamedTensor?,
    shift: NamedTensor?, rows: NamedTensor?
  ) throws -> NamedTensor {
    var logits = try dot(a, b, over: over)
    if let shift { logits = try binary(.add, logits, shift) }
    // Rows that are left out may hold any index.
    let at = try rows.map { try choose($0, truth, .ints([0], [])) } ?? truth
    let loss = try binary(
      .subtract, logsumexp(logits, over: [among], where: mask), take(logits, at, over: among))
    return try rows.map { try choose($0, loss, .scalar(0)) } ?? loss
  }

  /// The axes in this order.
  private func arranged(_ places: [Dimension]) throws -> NamedTensor { try ordered(places.map(\.axis)) }
}
