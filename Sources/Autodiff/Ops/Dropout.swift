import CKernels
import TensorCore

extension Variable {
  /// y = x / (1 - rate) where the mask of (key, element) keeps it, else 0. The mask is made again in backward.
  package func dropout(rate: Double, key: UInt64) throws -> Variable {
    guard dtype.isFloat else { throw TensorError.mismatch("dropout of integers") }
    return try .recorded(Variable.dropped(tensor, rate, key), [self]) { g in [try Variable.dropped(g, rate, key)] }
  }

  private static func dropped(_ x: Tensor, _ rate: Double, _ key: UInt64) throws -> Tensor {
    let x = try x.contiguous()
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    withExtendedLifetime((x, y)) {
      if x.dtype == .float32 {
        Kernels.table.dropout(x.count, key, rate, x.pointer(), y.pointer())
      } else {
        let (from, to) = (x.pointer(Double.self), y.pointer(Double.self))
        for i in 0..<x.count { to[i] = ck_keep(key, UInt64(i), rate) ? from[i] / (1 - rate) : 0 }
      }
    }
    return y
  }
}
