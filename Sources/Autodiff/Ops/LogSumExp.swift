import TensorCore

extension Variable {
  /// log sum exp over the last dimension, which goes. dx = dy exp(x - y); a row of nothing but minus infinity gives
  /// minus infinity and no gradient.
  package func logsumexp() throws -> Variable {
    guard let n = shape.last, dtype.isFloat else { throw TensorError.mismatch("logsumexp of \(shape)") }
    let x = try tensor.contiguous()
    let y = try Tensor(uninitialized: Array(shape.dropLast()), dtype)
    withExtendedLifetime((x, y)) {
      switch dtype {
      case .float32: Reference.logsumexp(y.count, n, x.pointer(Float.self), y.pointer(Float.self))
      case .float64: Reference.logsumexp(y.count, n, x.pointer(Double.self), y.pointer(Double.self))
      case .int32, .bool: break
      }
    }
    return try .recorded(y, [self]) { g in
      let sources: [Int?] = y.shape.indices.map { $0 } + [nil]
      return [
        try Elementwise.with(g.expanded(x.shape, sources: sources), x, y.expanded(x.shape, sources: sources)) {
          g, x, y in y == -.infinity ? 0 : g * Elementwise.exponential(x - y)
        }
      ]
    }
  }
}
