import CKernels
import TensorCore

extension ParameterSet {
  func sumSquares(_ x: Tensor) -> Double {
    withExtendedLifetime(x) {
      switch x.dtype {
      case .float32: return Kernels.table.sum_squares(x.count, x.pointer())
      case .float64:
        let p = x.pointer(Double.self)
        var total = 0.0
        for i in 0..<x.count { total += p[i] * p[i] }
        return total
      case .int32, .bool: return 0
      }
    }
  }

  func scaleGradients(_ factor: Double) {
    withExtendedLifetime(gradients) {
      switch gradients.dtype {
      case .float32: Kernels.table.scale(gradients.count, Float(factor), gradients.pointer(), gradients.pointer())
      case .float64:
        let p = gradients.pointer(Double.self)
        for i in 0..<gradients.count { p[i] *= factor }
      case .int32, .bool: break
      }
    }
  }
}
