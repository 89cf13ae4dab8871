extension Tensor {
  /// Dimensions in another order.
  package func permuted(_ order: [Int]) -> Tensor {
    Tensor(
      storage: storage, offset: offset, shape: order.map { shape[$0] }, strides: order.map { strides[$0] }, dtype: dtype
    )
  }

  /// The same elements under another shape; a copy only where no view exists.
  package func reshaped(_ target: [Int]) throws -> Tensor {
    guard target.reduce(1, *) == count else { throw TensorError.mismatch("\(shape) cannot become \(target)") }
    if target == shape { return self }
    if isContiguous {
      return Tensor(storage: storage, offset: offset, shape: target, strides: Tensor.rowMajor(target), dtype: dtype)
    }
    if let steps = viewStrides(target) {
      return Tensor(storage: storage, offset: offset, shape: target, strides: steps, dtype: dtype)
    }
    return try contiguous().reshaped(target)
  }

  /// Strides under which the elements have the shape `target`, if there are any.
  private func viewStrides(_ target: [Int]) -> [Int]? {
    guard count > 0 else { return nil }
    let (dims, steps) = Tensor.collapse(shape, [strides])
    var result = [Int](repeating: 0, count: target.count)
    var d = dims.count - 1
    var inside = 1  // elements of dimension d already given out
    for t in target.indices.reversed() {
      if target[t] == 1 { continue }
      while d >= 0, inside == dims[d] {
        d -= 1
        inside = 1
      }
      guard d >= 0, (dims[d] / inside) % target[t] == 0, dims[d] % inside == 0 else { return nil }
      result[t] = steps[0][d] * inside
      inside *= target[t]
    }
    return result
  }

  /// Repeated along new or unit dimensions; `sources[d]` is the dimension of self behind dimension d, nil for a new
  /// one.
  package func expanded(_ target: [Int], sources: [Int?]) -> Tensor {
    let steps = zip(target, sources).map { size, source in
      source.map { shape[$0] == size ? strides[$0] : 0 } ?? 0
    }
    return Tensor(storage: storage, offset: offset, shape: target, strides: steps, dtype: dtype)
  }

  /// Slots `start..<start + length` of dimension d.
  package func sliced(_ d: Int, start: Int, length: Int) -> Tensor {
    var dims = shape
    dims[d] = length
    return Tensor(storage: storage, offset: offset + start * strides[d], shape: dims, strides: strides, dtype: dtype)
  }

  /// Slot `index` of dimension d, which goes.
  package func selected(_ d: Int, _ index: Int) -> Tensor {
    var dims = shape
    var steps = strides
    dims.remove(at: d)
    steps.remove(at: d)
    return Tensor(storage: storage, offset: offset + index * strides[d], shape: dims, strides: steps, dtype: dtype)
  }
}
