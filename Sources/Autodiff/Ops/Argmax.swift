import TensorCore

extension Variable {
  /// First place of the largest entry along the last dimension, which goes; int32, no gradient. NaN counts as largest.
  package func argmax() throws -> Variable {
    guard let n = shape.last, n > 0 else { throw TensorError.outOfRange("argmax over nothing") }
    let x = try tensor.contiguous()
    let y = try Tensor(uninitialized: Array(shape.dropLast()), .int32)
    withExtendedLifetime((x, y)) {
      let out = y.pointer(Int32.self)
      switch dtype {
      case .float32: Variable.largest(y.count, n, x.pointer(Float.self), out) { $0 > $1 || ($0.isNaN && !$1.isNaN) }
      case .float64: Variable.largest(y.count, n, x.pointer(Double.self), out) { $0 > $1 || ($0.isNaN && !$1.isNaN) }
      case .int32: Variable.largest(y.count, n, x.pointer(Int32.self), out, >)
      case .bool: Variable.largest(y.count, n, x.pointer(UInt8.self), out, >)
      }
    }
    return Variable(y)
  }

  private static func largest<T>(
    _ rows: Int, _ n: Int, _ x: UnsafeMutablePointer<T>, _ out: UnsafeMutablePointer<Int32>, _ above: (T, T) -> Bool
  ) {
    for r in 0..<rows {
      let row = x + r * n
      var best = 0
      for i in 1..<max(n, 1) where above(row[i], row[best]) { best = i }
      out[r] = Int32(truncatingIfNeeded: best)
    }
  }
}
