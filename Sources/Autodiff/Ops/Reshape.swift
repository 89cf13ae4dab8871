import TensorCore

extension Variable {
  /// The same elements in row major order under another shape; a view where one exists.
  package func reshaped(_ target: [Int]) throws -> Variable {
    if target == shape { return self }
    let old = shape
    return try .recorded(tensor.reshaped(target), [self]) { g in [try g.reshaped(old)] }
  }
}
