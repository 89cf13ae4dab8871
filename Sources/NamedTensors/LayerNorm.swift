import Autodiff
import TensorCore

extension NamedTensor {
  /// Mean 0 and variance 1 along `over`, then scaled and shifted; weight and bias are `[over]`.
  package static func layerNorm(
    _ x: NamedTensor, _ weight: NamedTensor, _ bias: NamedTensor, over: Axis, eps: Double
  ) throws -> NamedTensor {
    let place = try Rules.carried(x, over, "layer_norm")
    var size = x.dimensions[place].size
    for (i, part) in [weight, bias].enumerated() {
      guard part.dimensions.count == 1, part.carries(over) else {
        throw AxisError(
          .notContained, "`layer_norm` needs weight and bias of [\(over)], not \(Rules.text(part.dimensions))",
          operands: [i + 1])
      }
      size = try Rules.agree(over, size, part.dimensions[0].size, "layer_norm", operands: [0, i + 1])
    }
    let x = try Rules.floats(x, "layer_norm")
    var turned = try x.trailing([over])
    turned.dimensions[turned.dimensions.count - 1].size = size
    guard let variable = turned.variable, let scale = try Rules.floats(weight, "layer_norm", operand: 1).variable,
      let offset = try Rules.floats(bias, "layer_norm", operand: 2).variable
    else { return .shape(turned.dimensions, .float) }
    return NamedTensor(
      turned.dimensions, .float, try numbers { try variable.layerNorm(weight: scale, bias: offset, eps: eps) })
  }
}
