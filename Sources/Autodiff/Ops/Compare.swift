import TensorCore

extension Variable {
  /// a op b, elementwise, as bool; no gradient. One shape and one dtype.
  package static func compare(_ op: ComparisonOp, _ a: Variable, _ b: Variable) throws -> Variable {
    guard a.shape == b.shape, a.dtype == b.dtype else {
      throw TensorError.mismatch("\(op.rawValue) of \(a.shape) and \(b.shape)")
    }
    let result =
      switch a.dtype {
      case .float32: try compared(op, a.tensor, b.tensor, Float.self)
      case .float64: try compared(op, a.tensor, b.tensor, Double.self)
      case .int32: try compared(op, a.tensor, b.tensor, Int32.self)
      case .bool: try compared(op, a.tensor, b.tensor, UInt8.self)
      }
    return Variable(result)
  }

  private static func compared<T: Comparable>(_ op: ComparisonOp, _ a: Tensor, _ b: Tensor, _: T.Type) throws -> Tensor
  {
    try Elementwise.zip(a, b, .bool, T.self, T.self, UInt8.self) { x, y in
      switch op {
      case .equal: x == y ? 1 : 0
      case .notEqual: x != y ? 1 : 0
      case .less: x < y ? 1 : 0
      case .lessEqual: x <= y ? 1 : 0
      case .greater: x > y ? 1 : 0
      case .greaterEqual: x >= y ? 1 : 0
      }
    }
  }

  /// Bool with bool.
  package static func logical(_ op: LogicalOp, _ a: Variable, _ b: Variable) throws -> Variable {
    guard a.shape == b.shape, a.dtype == .bool, b.dtype == .bool else {
      throw TensorError.mismatch("\(op.rawValue) of \(a.shape) and \(b.shape)")
    }
    return Variable(
      try Elementwise.zip(a.tensor, b.tensor, .bool, UInt8.self, UInt8.self, UInt8.self) { x, y in
        switch op {
        case .and: x & y
        case .or: x | y
        }
      })
  }

  /// True where false.
  package func not() throws -> Variable {
    guard dtype == .bool else { throw TensorError.mismatch("not of numbers") }
    return Variable(
      try Elementwise.zip(tensor, tensor, .bool, UInt8.self, UInt8.self, UInt8.self) { x, _ in x ^ 1 })
  }
}
