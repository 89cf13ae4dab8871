import CKernels
import TensorCore

extension Variable {
  /// y = (x - mean) / sqrt(variance + eps) * weight + bias over the last dimension; weight and bias: [width].
  package func layerNorm(weight: Variable, bias: Variable, eps: Double) throws -> Variable {
    guard let n = shape.last, weight.shape == [n], bias.shape == [n], dtype.isFloat, weight.dtype == dtype,
      bias.dtype == dtype
    else { throw TensorError.mismatch("layer_norm of \(shape), \(weight.shape), \(bias.shape)") }
    let rows = n == 0 ? 0 : tensor.count / n
    let x = try tensor.contiguous()
    let (scale, offset) = (try weight.tensor.contiguous(), try bias.tensor.contiguous())
    let y = try Tensor(uninitialized: shape, dtype)
    let mean = try Tensor(uninitialized: [rows], dtype)
    let rstd = try Tensor(uninitialized: [rows], dtype)
    withExtendedLifetime((x, scale, offset, y, mean, rstd)) {
      if x.dtype == .float32 {
        Kernels.table.layer_norm(
          rows, n, x.pointer(), scale.pointer(), offset.pointer(), Float(eps), y.pointer(), mean.pointer(),
          rstd.pointer())
      } else {
        Reference.layerNorm(
          rows, n, x.pointer(Double.self), scale.pointer(Double.self), offset.pointer(Double.self), eps,
          y.pointer(Double.self), mean.pointer(Double.self), rstd.pointer(Double.self))
      }
    }
    return try .recorded(y, [self, weight, bias]) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: x.shape, x.dtype)
      let gw = try Tensor(uninitialized: [n], x.dtype)
      let gb = try Tensor(uninitialized: [n], x.dtype)
      withExtendedLifetime((x, scale, mean, rstd, g, gx, gw, gb)) {
        if x.dtype == .float32 {
          Kernels.table.layer_norm_grad(
            rows, n, x.pointer(), scale.pointer(), mean.pointer(), rstd.pointer(), g.pointer(), gx.pointer(),
            gw.pointer(), gb.pointer())
        } else {
          Reference.layerNormGradient(
            rows, n, x.pointer(Double.self), scale.pointer(Double.self), mean.pointer(Double.self),
            rstd.pointer(Double.self), g.pointer(Double.self), gx.pointer(Double.self), gw.pointer(Double.self),
            gb.pointer(Double.self))
        }
      }
      return [gx, gw, gb]
    }
  }
}
