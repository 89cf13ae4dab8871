import CKernels
import TensorCore

extension Tensor {
  /// Adds a tensor of the same shape; in place when nothing else holds the numbers.
  mutating func accumulate(_ other: Tensor) throws {
    if isContiguous, isKnownUniquelyReferenced(&storage) {
      let dense = try other.contiguous()
      withExtendedLifetime((self, dense)) {
        switch dtype {
        case .float32: Kernels.table.accumulate(count, pointer(), dense.pointer())
        case .float64: Reference.accumulate(count, pointer(Double.self), dense.pointer(Double.self))
        case .int32, .bool: break
        }
      }
    } else {
      self = try Elementwise.arithmetic(.add, self, other)
    }
  }
}
