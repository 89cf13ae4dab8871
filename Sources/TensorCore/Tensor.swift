import CKernels

/// Numbers in a strided block of storage. A tensor never changes after the op that made it returns.
package struct Tensor: Sendable {
  package var storage: Storage
  /// First element, counted in elements.
  package let offset: Int
  package let shape: [Int]
  /// In elements; 0 along a repeated dimension.
  package let strides: [Int]
  package let dtype: DType
  /// Number of elements of the shape.
  package let count: Int
  /// Row major without gaps.
  package let isContiguous: Bool

  package var rank: Int { shape.count }

  /// A view of `storage`.
  package init(storage: Storage, offset: Int, shape: [Int], strides: [Int], dtype: DType) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.dtype = dtype
    var count = 1
    var dense = true
    for d in shape.indices.reversed() {
      if shape[d] != 1, strides[d] != count { dense = false }
      count *= shape[d]
    }
    self.count = count
    isContiguous = dense
  }

  /// Fresh numbers, not yet set.
  package init(uninitialized shape: [Int], _ dtype: DType) throws {
    var count = 1
    for n in shape {
      // An empty dimension counts as one here: strides multiply the others all the same.
      let (product, overflow) = count.multipliedReportingOverflow(by: max(n, 1))
      guard n >= 0, !overflow else { throw TensorError.memory(MemoryShortage(bytes: nil)) }
      count = product
    }
    let whole = shape.contains(0) ? 0 : count
    let (bytes, overflow) = whole.multipliedReportingOverflow(by: dtype.size)
    guard !overflow else { throw TensorError.memory(MemoryShortage(bytes: nil)) }
    self.init(
      storage: try Storage(bytes: bytes), offset: 0, shape: shape, strides: Tensor.rowMajor(shape), dtype: dtype)
  }

  /// Strides of a row major tensor.
  package static func rowMajor(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for d in shape.indices.reversed() {
      strides[d] = step
      step *= max(shape[d], 1)
    }
    return strides
  }

  /// First element. The caller keeps the tensor alive while it uses the pointer.
  @inlinable package func pointer<T>(_ type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    storage.base.assumingMemoryBound(to: T.self) + offset
  }

  /// The same numbers, row major; itself if it is so already.
  package func contiguous() throws -> Tensor {
    if isContiguous { return self }
    let result = try Tensor(uninitialized: shape, dtype)
    if count > 0 {
      let (dims, steps) = Tensor.collapse(shape, [strides])
      withExtendedLifetime((self, result)) {
        let size = dtype.size
        ck_copy_strided(
          Int32(size), Int32(dims.count), dims, storage.base + offset * size, steps[0], result.storage.base)
      }
    }
    return result
  }

  /// Merges neighbouring dimensions that every operand walks with one stride; drops those of size 1.
  package static func collapse(_ shape: [Int], _ strides: [[Int]]) -> ([Int], [[Int]]) {
    var dims: [Int] = []
    var steps = [[Int]](repeating: [], count: strides.count)
    for d in shape.indices where shape[d] != 1 {
      if let last = dims.last, strides.indices.allSatisfy({ steps[$0][dims.count - 1] == strides[$0][d] * shape[d] }) {
        dims[dims.count - 1] = last * shape[d]
        for i in strides.indices { steps[i][dims.count - 1] = strides[i][d] }
      } else {
        dims.append(shape[d])
        for i in strides.indices { steps[i].append(strides[i][d]) }
      }
    }
    return (dims, steps)
  }
}
