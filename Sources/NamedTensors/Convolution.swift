import Autodiff
import TensorCore

extension NamedTensor {
  /// out[t] = b + sum over taps k of w[:, :, k] x[t - dilation (taps - 1 - k)], zeros before the start.
  /// `dim` becomes `to`; the weight is [out, dim, taps].
  package static func causalConv(
    _ x: NamedTensor, _ w: NamedTensor, _ b: NamedTensor?, over: Axis, dim: Axis, to: Axis, taps: Axis,
    dilation: Int = 1
  ) throws -> NamedTensor {
    try Rules.carried(x, over, "causal_conv")
    let place = try Rules.carried(x, dim, "causal_conv")
    try Rules.carried(w, dim, "causal_conv", operand: 1)
    try Rules.carried(w, taps, "causal_conv", operand: 1)
    guard w.dimensions.count == 3, let out = w.axes.first(where: { $0 !== dim && $0 !== taps }) else {
      throw AxisError(
        .notContained, "`causal_conv` needs a weight of [out, \(dim), \(taps)], not \(Rules.text(w.dimensions))",
        operands: [1])
    }
    guard dilation >= 1 else {
      throw AxisError(.outOfRange, "`causal_conv` needs a dilation of 1 or more, not \(dilation)", operands: [7])
    }
    if let size = w.size(of: dim) {
      _ = try Rules.agree(dim, x.dimensions[place].size, size, "causal_conv", operands: [0, 1])
    }
    let wide = Axis("wide", owner: "causal_conv")
    var columns: NamedTensor
    if let n = w.size(of: taps)?.value, let steps = x.size(of: over)?.value, !x.isShapeOnly, n > 0 {
      let pieces = try (0..<n).map { tap in
        let late = min(min(dilation, steps) * (n - 1 - tap), steps)
        if late == 0 { return x }
        let zeros = try full(0, x.dimensions.map { Dimension($0.axis, $0.axis === over ? .known(late) : $0.size) })
        let kept = try x.leading(steps - late, over)
        return try concat([zeros, kept], over: over, to: over)
      }
      columns = try concat(pieces, over: dim, to: wide)
    } else {
      var dimensions = x.dimensions
      dimensions[place] = Dimension(wide, (w.size(of: taps) ?? .known(1)) * x.dimensions[place].size)
      columns = .shape(dimensions, .float)
    }
    let flat = try join(w, [taps, dim], to: wide)
    let y = try rename(dot(columns, flat, over: [wide]), out, to: to)
    return try b.map { try binary(.add, y, $0) } ?? y
  }

  /// The first n slots.
  private func leading(_ n: Int, _ axis: Axis) throws -> NamedTensor {
    guard let place = place(of: axis), let variable else { return self }
    var dimensions = dimensions
    dimensions[place].size = .known(n)
    return NamedTensor(dimensions, kind, try numbers { try variable.sliced(place, start: 0, length: n) })
  }
}
