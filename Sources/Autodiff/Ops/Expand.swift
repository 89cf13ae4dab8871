import TensorCore

extension Variable {
  /// A view repeated along new dimensions; `sources[d]` names the dimension behind d, nil for a repeat. The sources
  /// keep
  /// their order. dx = sum of dy over the repeats.
  package func expanded(_ target: [Int], sources: [Int?]) throws -> Variable {
    if target == shape, sources.elementsEqual(shape.indices.map { Optional($0) }) { return self }
    let old = shape
    let repeats = target.indices.filter { d in sources[d].map { old[$0] != target[d] } ?? true }
    return try .recorded(tensor.expanded(target, sources: sources), [self]) { g in
      [try Reduce.sum(g, repeats).reshaped(old)]
    }
  }
}
