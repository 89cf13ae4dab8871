import TensorCore

extension Variable {
  /// Running sum along the last dimension. dx = running sum of dy from the end. Bool gives int.
  package func cumsum() throws -> Variable {
    if dtype == .bool { return try Variable(tensor.converted(to: .int32)).cumsum() }
    return try .recorded(Variable.running(tensor, reversed: false), [self]) { g in
      [try Variable.running(g, reversed: true)]
    }
  }

  private static func running(_ x: Tensor, reversed: Bool) throws -> Tensor {
    guard let n = x.shape.last else { throw TensorError.mismatch("cumsum of a scalar") }
    let x = try x.contiguous()
    let y = try Tensor(uninitialized: x.shape, x.dtype)
    withExtendedLifetime((x, y)) {
      switch x.dtype {
      case .float32: running(x.count, n, x.pointer(Float.self), y.pointer(Float.self), reversed) { $0 + $1 }
      case .float64: running(x.count, n, x.pointer(Double.self), y.pointer(Double.self), reversed) { $0 + $1 }
      case .int32: running(x.count, n, x.pointer(Int32.self), y.pointer(Int32.self), reversed) { $0 &+ $1 }
      case .bool: break
      }
    }
    return y
  }

  private static func running<T: Numeric>(
    _ count: Int, _ n: Int, _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ reversed: Bool,
    _ add: (T, T) -> T
  ) {
    for start in stride(from: 0, to: count, by: max(n, 1)) {
      var total: T = 0
      for i in 0..<n {
        let at = start + (reversed ? n - 1 - i : i)
        total = add(total, x[at])
        y[at] = total
      }
    }
  }
}
