package import TensorCore

/// Distributions of random tensors.
package enum Distribution: Sendable {
  case uniform, normal, gumbel
}

extension Tensor {
  /// Random numbers: element i is a function of (key, i), of the precision's dtype unless one is given.
  package static func random(
    _ distribution: Distribution, key: UInt64, shape: [Int], dtype: DType = Precision.active.dtype
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype)
    if distribution == .normal {
      Random.fillNormal(result, key, scale: 1)
      try Interrupts.check()
      return result
    }
    withExtendedLifetime(result) {
      func value(_ i: Int) -> Double {
        switch distribution {
        case .uniform: Random.uniform(key, i)
        case .normal: Random.normal(key, i)
        case .gumbel: -Double.log(-Double.log(Random.uniform(key, i)))
        }
      }
      switch dtype {
      case .float32:
        let out = result.pointer(Float.self)
        for i in 0..<result.count { out[i] = Float(value(i)) }
      case .float64:
        let out = result.pointer(Double.self)
        for i in 0..<result.count { out[i] = value(i) }
      case .int32, .bool: break
      }
    }
    return result
  }
}
