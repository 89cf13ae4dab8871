package import TensorCore

/// How a fresh parameter's numbers are drawn. Element i is a function of (key, i).
package enum Initialiser: Sendable, Hashable {
  /// Normal with variance 2 / (fan in + fan out). Fan out is the first axis, fan in the second, both times the rest;
  /// of one axis both are its size.
  case xavierNormal
  case normal(std: Double)
  case zeros
  case ones

  /// Standard deviation for a shape, nil where all numbers are equal.
  private func deviation(_ shape: [Int]) -> Double? {
    switch self {
    case .xavierNormal:
      let sizes = shape.map { Double($0) }
      let rest = sizes.dropFirst(2).reduce(1, *)
      let out = (sizes.first ?? 1) * rest
      let into = (sizes.count > 1 ? sizes[1] : sizes.first ?? 1) * rest
      return out + into == 0 ? 0 : (2 / (out + into)).squareRoot()
    case .normal(let std): return std
    case .zeros, .ones: return nil
    }
  }

  /// A fresh tensor of the shape in the active precision.
  package func tensor(_ shape: [Int], key: UInt64) throws -> Tensor {
    if let std = deviation(shape) {
      let result = try Tensor(uninitialized: shape, Precision.active.dtype)
      Random.fillNormal(result, key, scale: std)
      try Interrupts.check()
      return result
    }
    return try Tensor(full: self == .ones ? 1 : 0, shape: shape, Precision.active.dtype)
  }
}
