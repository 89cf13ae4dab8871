import Autodiff
import TensorCore

extension NamedTensor {
  /// log of the sum over `among` of exp(dot(a, b, over) + shift) where `where` holds; axes of the dot less `among`.
  /// Nothing allowed gives minus infinity. `where` and `shift` fit in the dot's axes and are never spread out.
  package static func dotLogSumExp(
    _ a: NamedTensor, _ b: NamedTensor, over: [Axis], among: Axis, where mask: NamedTensor? = nil,
    shift: NamedTensor? = nil
  ) throws -> NamedTensor {
    for axis in over {
      try Rules.carried(a, axis, "dot_logsumexp", operand: 0)
      try Rules.carried(b, axis, "dot_logsumexp", operand: 1)
    }
    if over.contains(among) {
      throw AxisError(.duplicateAxis, "`dot_logsumexp` over and among `\(among)`", operands: [2, 3])
    }
    if !a.carries(among) { try Rules.carried(b, among, "dot_logsumexp", operand: 1) }
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
    return try composedDotLogSumExp(a, b, over: over, among: among, where: mask, shift: shift)
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
