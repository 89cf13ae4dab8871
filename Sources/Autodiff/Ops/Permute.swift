import TensorCore

extension Variable {
  /// Dimensions in another order, as a view. The gradient goes back in the old order.
  package func permuted(_ order: [Int]) throws -> Variable {
    if order.elementsEqual(order.indices) { return self }
    var inverse = order
    for (new, old) in order.enumerated() { inverse[old] = new }
    let back = inverse
    return try .recorded(tensor.permuted(order), [self]) { g in [g.permuted(back)] }
  }
}
