package import Autodiff
import TensorCore

extension NamedTensor {
  /// y = x W' + bias: products summed over `over`, whose other axis in the weight becomes `to`.
  /// x: [rest..., over], weight: [out, over], bias: [to]; y: [rest..., to].
  /// - Parameter act: is applied to y.
  package static func affine(
    _ x: NamedTensor, _ weight: NamedTensor, _ bias: NamedTensor?, over: Axis, to: Axis, act: UnaryOp? = nil
  ) throws -> NamedTensor {
    let (at, within) = (try Rules.carried(x, over, "affine"), try Rules.carried(weight, over, "affine", operand: 1))
    guard weight.dimensions.count == 2 else {
      throw AxisError(
        .notContained, "`affine` needs a weight of two axes, [out, \(over)], not \(Rules.text(weight.dimensions))",
        operands: [1])
    }
    _ = try Rules.agree(over, x.dimensions[at].size, weight.dimensions[within].size, "affine", operands: [0, 1])
    let rest = x.dimensions.filter { $0.axis !== over }
    guard !rest.contains(where: { $0.axis === to }) else {
      throw AxisError(
        .duplicateAxis, "`affine` to \(to), which \(Rules.text(x.dimensions)) carries already", operands: [0, 4])
    }
    var size = weight.dimensions[1 - within].size
    if let bias {
      guard bias.dimensions.count == 1, bias.carries(to) else {
        throw AxisError(
          .notContained, "`affine` needs a bias of [\(to)], not \(Rules.text(bias.dimensions))", operands: [2])
      }
      size = try Rules.agree(to, size, bias.dimensions[0].size, "affine", operands: [1, 2])
    }
    let (a, b) = (try Rules.floats(x, "affine"), try Rules.floats(weight, "affine", operand: 1))
    let offset = try bias.map { try Rules.floats($0, "affine", operand: 2) }
    let dimensions = rest + [Dimension(to, size)]
    guard let left = try a.trailing([over]).variable, let right = try b.trailing([over]).variable,
      offset == nil || offset?.variable != nil
    else { return .shape(dimensions, .float) }
    return NamedTensor(
      dimensions, .float,
      try numbers { try Variable.dot(left, right, batch: 0, contracted: 1, bias: offset?.variable, act: act) })
  }
}
