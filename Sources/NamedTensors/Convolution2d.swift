import Autodiff
import TensorCore

extension NamedTensor {
  /// out[r, c] = b + sum over taps and `dim` of w x[r + v, c + h] around each place of the axes `over`, zeros outside.
  /// `dim` becomes `to`; the weight is [out, dim, taps], of which there are odd numbers; the bias is [to].
  package static func conv2d(
    _ x: NamedTensor, _ w: NamedTensor, _ b: NamedTensor?, over: [Axis], dim: Axis, to: Axis, taps: [Axis]
  ) throws -> NamedTensor {
    guard over.count == 2, taps.count == 2, over[0] !== over[1], taps[0] !== taps[1] else {
      throw AxisError(.missingAxis, "`conv2d` goes over two axes with the taps of two others", operands: [3, 6])
    }
    guard !over.contains(dim), !taps.contains(dim) else {
      throw AxisError(
        .duplicateAxis, "`conv2d` sums over `\(dim)`, which can be none of the axes it goes over and none of the taps",
        operands: [4])
    }
    for axis in over { try Rules.carried(x, axis, "conv2d") }
    let place = try Rules.carried(x, dim, "conv2d")
    for axis in [dim] + taps { try Rules.carried(w, axis, "conv2d", operand: 1) }
    guard w.dimensions.count == 4, let out = w.axes.first(where: { $0 !== dim && !taps.contains($0) }) else {
      throw AxisError(
        .notContained,
        "`conv2d` needs a weight of [out, \(dim), \(taps[0]), \(taps[1])], not \(Rules.text(w.dimensions))",
        operands: [1])
    }
    for axis in taps {
      if let size = w.size(of: axis)?.value, size % 2 == 0 {
        throw AxisError(.outOfRange, "`conv2d` needs an odd number of taps, but `\(axis)` has \(size)", operands: [6])
      }
    }
    guard to === dim || !x.carries(to) else {
      throw AxisError(
        .duplicateAxis, "`conv2d` to `\(to)`, which \(Rules.text(x.dimensions)) carries already", operands: [0, 5])
    }
    if let size = w.size(of: dim) {
      _ = try Rules.agree(dim, x.dimensions[place].size, size, "conv2d", operands: [0, 1])
    }
    let outs = Dimension(to, w.size(of: out) ?? .known(1))
    if let b {
      guard b.dimensions.count == 1, let size = b.size(of: to) else {
        throw AxisError(
          .notContained, "`conv2d` needs a bias of [\(to)], not \(Rules.text(b.dimensions))", operands: [2])
      }
      _ = try Rules.agree(to, outs.size, size, "conv2d", operands: [1, 2])
    }
    let images = x.dimensions.filter { $0.axis !== dim && !over.contains($0.axis) }
    let plane = over.compactMap { axis in x.dimensions.first { $0.axis === axis } }
    let dimensions = images + [outs] + plane
    let parts = try [x, w, b].compactMap { try $0.map { try Rules.floats($0, "conv2d") } }
    guard parts.allSatisfy({ !$0.isShapeOnly }) else { return .shape(dimensions, .float) }
    let turned = try parts[0].ordered(images.map(\.axis) + [dim] + over)
    let weight = try parts[1].ordered([out, dim] + taps)
    let shape = try Rules.known(dimensions)
    return NamedTensor(
      dimensions, .float,
      try numbers {
        guard let pixels = turned.variable, let kernel = weight.variable else { return nil }
        let count = pixels.shape.dropLast(3).reduce(1, *)
        return try Variable.conv2d(
          pixels.reshaped([count] + pixels.shape.suffix(3)), kernel, parts.count > 2 ? parts[2].variable : nil
        ).reshaped(shape)
      })
  }
}
