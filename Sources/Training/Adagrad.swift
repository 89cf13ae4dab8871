package import TensorCore

/// Adagrad (Duchi et al., 2011): s = s + g g, p = p - rate g / (sqrt(s) + eps).
package final class Adagrad: Optimiser {
  package var groups: [ParameterGroup]
  package let eps: Double
  package private(set) var steps = 0
  package let squares: Tensor
  private let set: ParameterSet

  package init(_ set: ParameterSet, groups: [ParameterGroup], eps: Double = 1e-10) throws {
    try set.check(groups)
    self.set = set
    self.groups = groups
    self.eps = eps
    squares = try Tensor(full: 0, shape: set.values.shape, set.values.dtype)
  }

  package func step() {
    steps += 1
    for i in set.entries.indices where groups.indices.contains(set.entries[i].group) {
      let group = groups[set.entries[i].group]
      let (value, gradient, state) = (set.value(i), set.gradient(i), set.view(squares, i))
      switch value.dtype {
      case .float32: move(value, gradient, state, group, Float.self)
      case .float64: move(value, gradient, state, group, Double.self)
      case .int32, .bool: break
      }
    }
  }

  private func move<T: BinaryFloatingPoint>(
    _ value: Tensor, _ gradient: Tensor, _ state: Tensor, _ group: ParameterGroup, _: T.Type
  ) {
    withExtendedLifetime((value, gradient, state)) {
      let (p, g, s) = (value.pointer(T.self), gradient.pointer(T.self), state.pointer(T.self))
      let (rate, decay, small) = (T(group.learningRate), T(group.decay), T(eps))
      for k in 0..<value.count {
        let slope = g[k] + decay * p[k]
        s[k] += slope * slope
        p[k] -= rate * slope / (s[k].squareRoot() + small)
      }
    }
  }
}
