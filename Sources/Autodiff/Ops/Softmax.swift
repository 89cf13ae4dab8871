import CKernels
import TensorCore

extension Variable {
  /// Softmax over the last dimension, or its logarithm. dx = y (dy - sum(dy y)), or dy - exp(y) sum(dy).
  package func softmax(log: Bool = false) throws -> Variable {
    guard let n = shape.last, dtype.isFloat else { throw TensorError.mismatch("softmax of \(shape)") }
    let x = try tensor.contiguous()
    let rows = n == 0 ? 0 : x.count / n
    let y = try Tensor(uninitialized: shape, dtype)
    withExtendedLifetime((x, y)) {
      if x.dtype == .float32 {
        Kernels.table.softmax(rows, n, log, x.pointer(), y.pointer())
      } else {
        Reference.softmax(rows, n, log, x.pointer(Double.self), y.pointer(Double.self))
      }
    }
    return try .recorded(y, [self]) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: y.shape, y.dtype)
      withExtendedLifetime((y, g, gx)) {
        if y.dtype == .float32 {
          Kernels.table.softmax_grad(rows, n, log, y.pointer(), g.pointer(), gx.pointer())
        } else {
          Reference.softmaxGradient(
            rows, n, log, y.pointer(Double.self), g.pointer(Double.self), gx.pointer(Double.self))
        }
      }
      return [gx]
    }
  }
}
