import TensorCore

extension Variable {
  /// Slots `start..<start + length` of dimension d, as a view. The gradient is zero elsewhere.
  package func sliced(_ d: Int, start: Int, length: Int) throws -> Variable {
    guard shape.indices.contains(d), start >= 0, length >= 0, start + length <= shape[d] else {
      throw TensorError.outOfRange("slots \(start)..<\(start + length) of \(shape)")
    }
    if start == 0, length == shape[d] { return self }
    let old = shape
    return try .recorded(tensor.sliced(d, start: start, length: length), [self]) { g in
      let whole = try Tensor(full: 0, shape: old, g.dtype)
      try whole.sliced(d, start: start, length: length).write(g)
      return [whole]
    }
  }

  /// Slot `index` of dimension d, which goes, as a view. The gradient is zero elsewhere.
  package func selected(_ d: Int, _ index: Int) throws -> Variable {
    guard shape.indices.contains(d), index >= 0, index < shape[d] else {
      throw TensorError.outOfRange("slot \(index) of \(shape)")
    }
    var dims = shape
    dims.remove(at: d)
    return try sliced(d, start: index, length: 1).reshaped(dims)
  }
}
