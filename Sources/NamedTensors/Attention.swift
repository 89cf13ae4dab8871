import Autodiff
import TensorCore

extension NamedTensor {
  /// softmax(q k / sqrt(size of dim)) v over the slots of `over`. q carries `over` if it is one of the same slots; else
  /// its own axes are extra queries. Result: q's axes with those of v less `over`. `mask` fits in k less `dim`; a query
  /// with nothing to look at gives 0. `causal` needs `over` in q. Without a key nothing is dropped.
  package static func attention(
    _ q: NamedTensor, _ k: NamedTensor, _ v: NamedTensor, over: Axis, dim: Axis, mask: NamedTensor? = nil,
    causal: Bool = false, rate: Double = 0, key: UInt64? = nil
  ) throws -> NamedTensor {
    try Rules.carried(q, dim, "attention", operand: 0)
    for (i, part) in [k, v].enumerated() {
      try Rules.carried(part, over, "attention", operand: i + 1)
      try Rules.carried(part, dim, "attention", operand: i + 1)
    }
    if causal { try Rules.carried(q, over, "attention with causal", operand: 0) }
    guard rate >= 0, rate < 1 else {
      throw AxisError(.outOfRange, "`attention` needs a rate from 0 to below 1, not \(rate)", operands: [7])
    }
    if let mask {
      try Rules.kind(mask, .bool, "attention", operand: 5)
      guard mask.axes.allSatisfy({ $0 !== dim && k.carries($0) }) else {
        throw AxisError(
          .notContained,
          "the mask of `attention` has to fit in \(Rules.text(k.dimensions.filter { $0.axis !== dim })), but is "
            + Rules.text(mask.dimensions), operands: [1, 5])
      }
    }
    return try composedAttention(q, k, v, over: over, dim: dim, mask: mask, causal: causal, rate: rate, key: key)
  }

  /// Attention from smaller ops: the plain twin of the fused one, and its stand-in for unusual axes.
  static func composedAttention(
    _ q: NamedTensor, _ k: NamedTensor, _ v: NamedTensor, over: Axis, dim: Axis, mask: NamedTensor?, causal: Bool,
    rate: Double, key: UInt64?
  ) throws -> NamedTensor {
    let slot = Axis(over.name, owner: "attention")
    var scores = try dot(q, rename(k, over, to: slot), over: [dim])
    if let width = q.size(of: dim)?.value, width > 0 {
      scores = try binary(.multiply, scores, .scalar(1 / Double(width).squareRoot()))
    }
    if let mask {
      let seen = mask.carries(over) ? try rename(mask, over, to: slot) : mask
      scores = try choose(seen, scores, .scalar(-.infinity))
    }
    if causal, let queries = scores.size(of: over), let keys = scores.size(of: slot) {
      let (rows, columns) = (Dimension(over, queries), Dimension(slot, keys))
      let i = try outer(positions(over: rows), positions(over: columns))
      scores = try choose(binary(.lessEqual, positions(over: columns), i), scores, .scalar(-.infinity))
    }
    let weights = try dropout(softmax(scores, over: slot), rate: rate, key: key)
    return try dot(weights, rename(v, over, to: slot), over: [slot])
  }
}
