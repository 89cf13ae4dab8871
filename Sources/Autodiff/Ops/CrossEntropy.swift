import CKernels
package import TensorCore

extension Variable {
  /// Cross entropy of softmax over the last dimension: log sum exp less what stands at the index. x: [rows, n]; truth:
  /// int32 [rows] in 0..<n; y: [rows]. dx = dy (softmax(x) - one at the index), made in one pass.
  package func crossEntropy(_ truth: Tensor) throws -> Variable {
    guard shape.count == 2, dtype.isFloat, truth.dtype == .int32, truth.shape == [shape[0]] else {
      throw TensorError.mismatch("cross_entropy of \(shape) against \(truth.shape)")
    }
    let (rows, n) = (shape[0], shape[1])
    let columns = truth.ints()
    for column in columns where column < 0 || Int(column) >= n {
      throw TensorError.outOfRange("index \(column) is outside 0..<\(n)")
    }
    let x = try tensor.contiguous()
    let sums = try Tensor(uninitialized: [rows], dtype)
    let y = try Tensor(uninitialized: [rows], dtype)
    withExtendedLifetime((x, sums, y)) {
      if dtype == .float32 {
        Kernels.table.logsumexp(rows, n, x.pointer(), sums.pointer())
        Self.subtract(x.pointer(Float.self), n, columns, from: sums.pointer(Float.self), into: y.pointer(Float.self))
      } else {
        Reference.logsumexp(rows, n, x.pointer(Double.self), sums.pointer(Double.self))
        Self.subtract(x.pointer(Double.self), n, columns, from: sums.pointer(Double.self), into: y.pointer(Double.self))
      }
    }
    return try .recorded(y, [self]) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: x.shape, x.dtype)
      withExtendedLifetime((x, sums, g, gx)) {
        if x.dtype == .float32 {
          Kernels.table.logsumexp_grad(rows, n, x.pointer(), sums.pointer(), g.pointer(), gx.pointer())
          Self.subtract(g.pointer(Float.self), from: gx.pointer(Float.self), n, columns)
        } else {
          Reference.logsumexpGradient(
            rows, n, x.pointer(Double.self), sums.pointer(Double.self), g.pointer(Double.self),
            gx.pointer(Double.self))
          Self.subtract(g.pointer(Double.self), from: gx.pointer(Double.self), n, columns)
        }
      }
      return [gx]
    }
  }

  private static func subtract<T: Real>(
    _ x: UnsafeMutablePointer<T>, _ n: Int, _ columns: [Int32], from sums: UnsafeMutablePointer<T>,
    into y: UnsafeMutablePointer<T>
  ) {
    for (row, column) in columns.enumerated() { y[row] = sums[row] - x[row * n + Int(column)] }
  }

  private static func subtract<T: Real>(
    _ g: UnsafeMutablePointer<T>, from gx: UnsafeMutablePointer<T>, _ n: Int, _ columns: [Int32]
  ) {
    for (row, column) in columns.enumerated() { gx[row * n + Int(column)] -= g[row] }
  }
}
