package import TensorCore

extension Variable {
  /// a where the condition holds, else b; all of one shape. The gradient goes to the one that was chosen.
  package static func choose(_ condition: Variable, _ a: Variable, _ b: Variable) throws -> Variable {
    guard condition.dtype == .bool, a.dtype == b.dtype, a.shape == b.shape, condition.shape == a.shape else {
      throw TensorError.mismatch("choose \(condition.shape), \(a.shape), \(b.shape)")
    }
    let mask = condition.tensor
    let y = try Elementwise.choose(mask, a.tensor, b.tensor)
    let (wantA, wantB) = (a.isTracked, b.isTracked)
    return try .recorded(y, [a, b]) { g in
      let zero = try Tensor.zero(like: g)
      return [
        wantA ? try Elementwise.choose(mask, g, zero) : nil,
        wantB ? try Elementwise.choose(mask, zero, g) : nil,
      ]
    }
  }
}

extension Tensor {
  /// One zero, repeated by strides of 0.
  static func zero(like other: Tensor) throws -> Tensor { try scalar(0, other.dtype, repeated: other.shape) }

  /// One value, repeated by strides of 0.
  package static func scalar(_ value: Double, _ dtype: DType, repeated shape: [Int]) throws -> Tensor {
    try Tensor(full: value, shape: [], dtype).expanded(shape, sources: shape.map { _ in nil })
  }
}

extension Elementwise {
  static func choose(_ mask: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let result = try Tensor(uninitialized: a.shape, a.dtype)
    switch a.dtype {
    case .float32: choose(mask, a, b, result, Float.self)
    case .float64: choose(mask, a, b, result, Double.self)
    case .int32: choose(mask, a, b, result, Int32.self)
    case .bool: choose(mask, a, b, result, UInt8.self)
    }
    return result
  }

  private static func choose<T>(_ mask: Tensor, _ a: Tensor, _ b: Tensor, _ result: Tensor, _: T.Type) {
    withExtendedLifetime((mask, a, b, result)) {
      let (pm, pa, pb, out) = (mask.pointer(UInt8.self), a.pointer(T.self), b.pointer(T.self), result.pointer(T.self))
      rows(a.shape, [mask.strides, a.strides, b.strides]) { row, offsets, n, steps in
        let (m, x, y, z) = (pm + offsets[0], pa + offsets[1], pb + offsets[2], out + row * n)
        for i in 0..<n { z[i] = m[i * steps[0]] != 0 ? x[i * steps[1]] : y[i * steps[2]] }
      }
    }
  }
}
