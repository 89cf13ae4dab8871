import CKernels
import TensorCore

extension Variable {
  /// Pieces one after the other along dimension d; the other dimensions are equal. Each piece gets its slots' gradient.
  package static func concat(_ pieces: [Variable], _ d: Int) throws -> Variable {
    guard let first = pieces.first, first.shape.indices.contains(d),
      pieces.allSatisfy({ $0.dtype == first.dtype && $0.shape.count == first.shape.count })
    else { throw TensorError.mismatch("concat of unlike pieces") }
    var dims = first.shape
    dims[d] = pieces.reduce(0) { $0 + $1.shape[d] }
    let result = try Tensor(uninitialized: dims, first.dtype)
    var starts: [Int] = []
    var start = 0
    for piece in pieces {
      starts.append(start)
      try result.sliced(d, start: start, length: piece.shape[d]).write(piece.tensor)
      start += piece.shape[d]
    }
    let lengths = pieces.map { $0.shape[d] }
    let wanted = pieces.map(\.isTracked)
    let places = starts
    return try .recorded(result, pieces) { g in
      lengths.indices.map { wanted[$0] ? g.sliced(d, start: places[$0], length: lengths[$0]) : nil }
    }
  }
}

extension Tensor {
  /// Writes the elements of `source`, of the same shape, into this view. Only for storage that is still being made.
  func write(_ source: Tensor) throws {
    guard source.shape == shape else { throw TensorError.mismatch("\(source.shape) into \(shape)") }
    if count == 0 { return }
    let dense = try source.contiguous()
    let (dims, steps) = Tensor.collapse(shape, [strides])
    withExtendedLifetime((self, dense)) {
      ck_scatter_strided(
        Int32(dtype.size), Int32(dims.count), dims, dense.storage.base + dense.offset * dtype.size,
        storage.base + offset * dtype.size, steps[0])
    }
  }
}
