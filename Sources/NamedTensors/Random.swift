import Autodiff
import TensorCore

extension NamedTensor {
  /// Zeroes a share `rate` of the elements and scales the rest; the identity without a key (not training).
  package static func dropout(_ x: NamedTensor, rate: Double, key: UInt64?) throws -> NamedTensor {
    guard rate >= 0, rate < 1 else {
      throw AxisError(.outOfRange, "`dropout` needs a rate from 0 to below 1, not \(rate)", operands: [1])
    }
    let x = try Rules.floats(x, "dropout")
    guard let key, rate > 0, let variable = x.variable else { return x }
    return NamedTensor(x.dimensions, .float, try numbers { try variable.dropout(rate: rate, key: key) })
  }

  /// Standard normal numbers with the axes of x; 0 without a key.
  package static func noise(_ x: NamedTensor, key: UInt64?) throws -> NamedTensor { try random(x, .normal, key) }

  /// Standard Gumbel numbers with the axes of x; 0 without a key.
  package static func gumbel(_ x: NamedTensor, key: UInt64?) throws -> NamedTensor { try random(x, .gumbel, key) }

  private static func random(_ x: NamedTensor, _ kind: Distribution, _ key: UInt64?) throws -> NamedTensor {
    guard !x.isShapeOnly else { return .shape(x.dimensions, .float) }
    guard let key else { return try full(0, x.dimensions) }
    let shape = try Rules.known(x.dimensions)
    return NamedTensor(
      x.dimensions, .float, Variable(try numbers { try Tensor.random(kind, key: key, shape: shape) }))
  }
}
