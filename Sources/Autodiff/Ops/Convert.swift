package import TensorCore

extension Variable {
  /// The same numbers in another dtype; no gradient passes.
  package func converted(to target: DType) throws -> Variable {
    dtype == target ? self : Variable(try tensor.converted(to: target))
  }
}
