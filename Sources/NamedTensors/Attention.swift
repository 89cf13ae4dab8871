import Autodiff
import TensorCore

extension NamedTensor {
  /// softmax(q k / sqrt(size of dim)) v over the slots of `over`. q carries `over` if it is one of the same slots; else
  /// its own axes are extra queries. Result: q's axes with those of v less `over`. `mask` fits in k less `dim`; a query
  /// with nothing to look at gives 0. `causal` needs `over` in q. Without a key nothing is dropped.
  ///
  /// `within`, int [over] and never falling, says to which sequence a slot belongs: those of one see each other alone.
  package static func attention(
    _ q: NamedTensor, _ k: NamedTensor, _ v: NamedTensor, over: Axis, dim: Axis, mask: NamedTensor? = nil,
    within: NamedTensor? = nil, causal: Bool = false, rate: Double = 0, key: UInt64? = nil
  ) throws -> NamedTensor {
    try Rules.carried(q, dim, "attention", operand: 0)
    for (i, part) in [k, v].enumerated() {
      try Rules.carried(part, over, "attention", operand: i + 1)
      try Rules.carried(part, dim, "attention", operand: i + 1)
    }
    if causal { try Rules.carried(q, over, "attention with causal", operand: 0) }
    guard rate >= 0, rate < 1 else {
      throw AxisError(.outOfRange, "`attention` needs a rate from 0 to below 1, not \(rate)", operands: [8])
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
    if let within {
      try Rules.carried(q, over, "attention with within", operand: 0)
      try Rules.kind(within, .int, "attention", operand: 6)
      guard within.axes.count == 1, let own = within.size(of: over), let slots = k.size(of: over) else {
        throw AxisError(
          .notContained, "`within` of `attention` has to be int[\(over)], but is \(Rules.text(within.dimensions))",
          operands: [6])
      }
      _ = try Rules.agree(over, slots, own, "attention", operands: [1, 6])
    }
    if let result = try fusedAttention(
      q, k, v, over: over, dim: dim, mask: mask, within: within, causal: causal, rate: rate, key: key)
    {
      return result
    }
    return try composedAttention(
      q, k, v, over: over, dim: dim, mask: mask, within: within, causal: causal, rate: rate, key: key)
  }

  /// Where each run of equal numbers starts, and how many numbers there are.
  private static func starts(_ within: NamedTensor) throws -> [Int] {
    let owners = within.intValues()
    var starts = [0]
    for i in owners.indices.dropFirst() where owners[i] != owners[i - 1] {
      guard owners[i] > owners[i - 1] else {
        throw AxisError(
          .outOfRange,
          "`within` of `attention` may not fall, but goes from \(owners[i - 1]) to \(owners[i]) at slot \(i)",
          operands: [6])
      }
      starts.append(i)
    }
    return owners.isEmpty ? starts : starts + [owners.count]
  }

  /// The fused kernel, for float32 and the usual axes: q, k and v share theirs but for the slots. Nil elsewhere.
  private static func fusedAttention(
    _ q: NamedTensor, _ k: NamedTensor, _ v: NamedTensor, over: Axis, dim: Axis, mask: NamedTensor?,
    within: NamedTensor?, causal: Bool, rate: Double, key: UInt64?
  ) throws -> NamedTensor? {
    guard q.variable?.dtype == .float32, k.variable?.dtype == .float32, v.variable?.dtype == .float32,
      mask?.isShapeOnly != true, within?.isShapeOnly != true, mask == nil || within == nil,
      k.dimensions.count == v.dimensions.count, v.axes.allSatisfy(k.carries)
    else { return nil }
    let shared = k.dimensions.filter { $0.axis !== over && $0.axis !== dim }
    guard shared.allSatisfy({ q.carries($0.axis) }) else { return nil }
    let queries = q.dimensions.filter { dimension in
      dimension.axis !== dim && !shared.contains { $0.axis === dimension.axis }
    }
    guard queries.count == 1 || !q.carries(over) else { return nil }
    for dimension in shared + k.dimensions.filter({ $0.axis === dim }) {
      for (other, operand) in [(q, 0), (v, 2)] {
        guard let size = other.size(of: dimension.axis) else { return nil }
        _ = try Rules.agree(dimension.axis, dimension.size, size, "attention", operands: [operand, 1].sorted())
      }
    }
    guard let slots = k.size(of: over), let others = v.size(of: over) else { return nil }
    _ = try Rules.agree(over, slots, others, "attention", operands: [1, 2])
    // Heads: the shared axes after the first that the mask does not carry; the mask is the same for all of them.
    let outside = within != nil ? [] : shared.filter { mask?.carries($0.axis) ?? ($0.axis !== shared.last?.axis) }
    let heads = shared.filter { dimension in !outside.contains { $0.axis === dimension.axis } }
    let (sizes, extents) = (try Rules.known(outside), try Rules.known(heads))
    let (batch, count) = (sizes.reduce(1, *), extents.reduce(1, *))
    let (asked, keys) = (try Rules.known(queries).reduce(1, *), try Rules.known([Dimension(over, slots)])[0])
    func fold(_ x: NamedTensor, _ middle: [Axis], _ n: Int) throws -> Variable? {
      let order = outside.map(\.axis) + middle + heads.map(\.axis) + [dim]
      let turned = try x.permuted(order.compactMap { x.place(of: $0) })
      return try turned.variable?.reshaped([batch, n, count, turned.variable?.shape.last ?? 0])
    }
    let starts = try within.map(Self.starts)
    let seen = try mask?.expanded(to: outside + [Dimension(over, slots)]).variable?.tensor
    let settings = AttentionSettings(causal: causal, rate: key == nil ? 0 : rate, key: key ?? 0)
    let last = k.dimensions.filter { $0.axis === dim }
    let dimensions = outside + queries + heads + last
    let shape = try Rules.known(dimensions)
    return NamedTensor(
      dimensions, .float,
      try numbers {
        guard let x = try fold(q, queries.map(\.axis), asked), let y = try fold(k, [over], keys),
          let z = try fold(v, [over], keys)
        else { return nil }
        return try Variable.attention(x, y, z, mask: seen?.reshaped([batch, keys]), starts: starts, settings)
          .reshaped(shape)
      })
  }

  /// Attention from smaller ops: the plain twin of the fused one, and its stand-in for unusual axes.
  static func composedAttention(
    _ q: NamedTensor, _ k: NamedTensor, _ v: NamedTensor, over: Axis, dim: Axis, mask: NamedTensor?,
    within: NamedTensor?, causal: Bool, rate: Double, key: UInt64?
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
    if let within, let keys = scores.size(of: slot) {
      let own = try outer(within, positions(over: Dimension(slot, keys)))
      scores = try choose(binary(.equal, own, rename(within, over, to: slot)), scores, .scalar(-.infinity))
    }
    if causal, let queries = scores.size(of: over), let keys = scores.size(of: slot) {
      let (rows, columns) = (Dimension(over, queries), Dimension(slot, keys))
      let i = try outer(positions(over: rows), positions(over: columns))
      scores = try choose(binary(.lessEqual, positions(over: columns), i), scores, .scalar(-.infinity))
    }
    let weights = try dropout(softmax(scores, over: slot), rate: rate, key: key)
    let result = try dot(weights, rename(v, over, to: slot), over: [slot])
    // The fused kernel's order, so that masks of later dropout are the same ones.
    return result.dimensions.count == q.dimensions.count && q.axes.allSatisfy(result.carries)
      ? try result.ordered(q.axes) : result
  }
}
