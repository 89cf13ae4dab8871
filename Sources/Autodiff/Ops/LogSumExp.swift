import CKernels
import TensorCore

extension Variable {
  /// log sum exp over the last dimension, which goes. dx = dy exp(x - y); a row of nothing but minus infinity gives
  /// minus infinity and no gradient.
  package func logsumexp() throws -> Variable {
    guard let n = shape.last, dtype.isFloat else { throw TensorError.mismatch("logsumexp of \(shape)") }
    let x = try tensor.contiguous()
    let y = try Tensor(uninitialized: Array(shape.dropLast()), dtype)
    let rows = y.count
    withExtendedLifetime((x, y)) {
      if x.dtype == .float32 {
        Kernels.table.logsumexp(rows, n, x.pointer(), y.pointer())
      } else {
        Reference.logsumexp(rows, n, x.pointer(Double.self), y.pointer(Double.self))
      }
    }
    return try .recorded(y, [self]) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: x.shape, x.dtype)
      withExtendedLifetime((x, y, g, gx)) {
        if x.dtype == .float32 {
          Kernels.table.logsumexp_grad(rows, n, x.pointer(), y.pointer(), g.pointer(), gx.pointer())
        } else {
          Reference.logsumexpGradient(
            rows, n, x.pointer(Double.self), y.pointer(Double.self), g.pointer(Double.self), gx.pointer(Double.self))
        }
      }
      return [gx]
    }
  }
}
