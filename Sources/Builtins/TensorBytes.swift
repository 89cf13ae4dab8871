import Diagnostics
import Interpreter
import NamedTensors
import TensorCore
import TensorFiles

/// A tensor's numbers as they are written to files: without a copy, unless its elements lie apart.
final class TensorBytes: NumberBytes {
  private let dense: Tensor

  init(_ tensor: Tensor) throws { dense = try tensor.contiguous() }

  var count: Int { dense.count }

  var type: NumberType { NumberType(dense.dtype) }

  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let size = dense.dtype.size
    let bytes = UnsafeRawBufferPointer(start: dense.storage.base + dense.offset * size, count: dense.count * size)
    defer { withExtendedLifetime(dense) {} }
    return try body(bytes)
  }
}

extension NumberType {
  init(_ type: DType) {
    self =
      switch type {
      case .float32: .float32
      case .float64: .float64
      case .int32: .int32
      case .bool: .bool
      }
  }

  /// The type of tensors that holds such numbers as they are; nil where there is none.
  var dtype: DType? {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int32: .int32
    case .bool: .bool
    default: nil
    }
  }
}
