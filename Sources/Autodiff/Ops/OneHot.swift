import TensorCore

extension Variable {
  /// 1 at the index, else 0, along a new last dimension of `size`; float, no gradient.
  package func oneHot(_ size: Int) throws -> Variable {
    guard dtype == .int32 else { throw TensorError.mismatch("one_hot of floats") }
    let index = tensor.ints()
    let result = try Tensor(full: 0, shape: shape + [size], Precision.active.dtype)
    try withExtendedLifetime(result) {
      for (i, place) in index.enumerated() {
        guard place >= 0, Int(place) < size else {
          throw TensorError.outOfRange("index \(place) is outside 0..<\(size)")
        }
        if result.dtype == .float32 {
          result.pointer(Float.self)[i * size + Int(place)] = 1
        } else {
          result.pointer(Double.self)[i * size + Int(place)] = 1
        }
      }
    }
    return Variable(result)
  }
}
