import CKernels
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
    let (dims, steps) = Tensor.collapse(a.shape, [mask.strides, a.strides, b.strides])
    if result.count == 0 { return result }
    withExtendedLifetime((mask, a, b, result)) {
      let size = a.dtype.size
      Kernels.table.choose(
        Int32(size), Int32(dims.count), dims, mask.pointer(), steps[0], a.storage.base + a.offset * size, steps[1],
        b.storage.base + b.offset * size, steps[2], result.storage.base)
    }
    return result
  }
}
