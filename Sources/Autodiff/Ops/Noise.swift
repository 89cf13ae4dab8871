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
    withExtendedLifetime(result) {
      for i in 0..<result.count {
        let value =
          switch distribution {
          case .uniform: Random.uniform(key, i)
          case .normal: Random.normal(key, i)
          case .gumbel: -Double.log(-Double.log(Random.uniform(key, i)))
          }
        switch dtype {
        case .float32: result.pointer(Float.self)[i] = Float(value)
        case .float64: result.pointer(Double.self)[i] = value
        case .int32, .bool: break
        }
      }
    }
    return result
  }
}
