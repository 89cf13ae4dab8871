import Autodiff
import TensorCore

extension NamedTensor {
  /// log of the sum over `among` of exp(dot(a, b, over) + shift) where `where` holds; axes of the dot less `among`.
  /// Nothing allowed gives minus infinity. `where` and `shift` fit in the dot's axes and are never spread out.
  package static func dotLogSumExp(
    _ a: NamedTensor, _ b: NamedTensor, over: [Axis], among: Axis, where mask: NamedTensor? = nil,
    shift: NamedTensor? = nil
  ) throws -> NamedTensor {
    try Rules.joined(a, b, over: over, among: among, "dot_logsumexp", operands: (over: 2, among: 3))
    let all = a.dimensions.filter { !over.contains($0.axis) } + b.dimensions.filter { !over.contains($0.axis) }
    if let mask { try Rules.kind(mask, .bool, "dot_logsumexp", operand: 4) }
    for (operand, part) in [(4, mask), (5, shift)] {
      guard let part else { continue }
      for dimension in part.dimensions {
        guard let whole = all.first(where: { $0.axis === dimension.axis }) else {
          throw AxisError(
            .notContained,
            "`dot_logsumexp` makes \(Rules.text(all)), in which \(Rules.text(part.dimensions)) does not fit",
            operands: [operand])
        }
        _ = try Rules.agree(dimension.axis, whole.size, dimension.size, "dot_logsumexp", operands: [1, operand])
      }
    }
    let plain = { try composedDotLogSumExp(a, b, over: over, among: among, where: mask, shift: shift) }
    let (x, y) = (try Rules.floats(a, "dot_logsumexp"), try Rules.floats(b, "dot_logsumexp", operand: 1))
    guard x.variable?.dtype == .float32, y.variable?.dtype == .float32, !x.carries(among),
      y.dimensions.count == over.count + 1, mask?.isShapeOnly != true, shift?.isShapeOnly != true
    else { return try plain() }
    for axis in over {
      if let m = x.size(of: axis), let n = y.size(of: axis) {
        _ = try Rules.agree(axis, m, n, "dot_logsumexp", operands: [0, 1])
      }
    }
    return try tiled(x, y, over: over, among: among, where: mask, shift: shift.map { try $0.widened() })
  }

  /// The tiled kernel: b is [among, over], whatever their order; all other axes are rows.
  private static func tiled(
    _ a: NamedTensor, _ b: NamedTensor, over: [Axis], among: Axis, where mask: NamedTensor?, shift: NamedTensor?
  ) throws -> NamedTensor {
    let (turnedA, turnedB) = (try a.trailing(over), try b.trailing(over))
    let rows = Array(turnedA.dimensions.dropLast(over.count))
    let logits = rows + turnedB.dimensions.prefix(1)
    let shape = try Rules.known(rows)
    let count = shape.reduce(1, *)
    let views = (try mask?.expanded(to: logits).variable, try shift?.expanded(to: logits).variable)
    return NamedTensor(
      rows, .float,
      try numbers {
        guard let x = turnedA.variable, let y = turnedB.variable else { return nil }
        let width = y.shape.dropFirst().reduce(1, *)
        return try Variable.dotLogSumExp(
          x.reshaped([count, width]), y.reshaped([y.shape[0], width]), mask: views.0?.tensor, shift: views.1
        ).reshaped(shape)
      })
  }

  /// The same from smaller ops: plain twin of the tiled one, and its stand-in for unusual axes.
  static func composedDotLogSumExp(
    _ a: NamedTensor, _ b: NamedTensor, over: [Axis], among: Axis, where mask: NamedTensor?, shift: NamedTensor?
  ) throws -> NamedTensor {
    var logits = try dot(a, b, over: over)
    if let shift { logits = try binary(.add, logits, shift) }
    return try logsumexp(logits, over: [among], where: mask)
  }
}
