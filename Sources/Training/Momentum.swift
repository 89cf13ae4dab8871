package import TensorCore

/// Stochastic gradient descent with momentum: v = momentum v + g, p = p - rate v.
package final class Momentum: Optimiser {
  package var groups: [ParameterGroup]
  package let momentum: Double
  package private(set) var steps = 0
  package let velocity: Tensor
  private let set: ParameterSet

  package init(_ set: ParameterSet, groups: [ParameterGroup], momentum: Double = 0.9) throws {
    try set.check(groups)
    self.set = set
    self.groups = groups
    self.momentum = momentum
    velocity = try Tensor(full: 0, shape: set.values.shape, set.values.dtype)
  }

  package func step() {
    steps += 1
    for i in set.entries.indices where groups.indices.contains(set.entries[i].group) {
      let group = groups[set.entries[i].group]
      let (value, gradient, state) = (set.value(i), set.gradient(i), set.view(velocity, i))
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
      let (p, g, v) = (value.pointer(T.self), gradient.pointer(T.self), state.pointer(T.self))
      let (rate, decay, keep) = (T(group.learningRate), T(group.decay), T(momentum))
      for k in 0..<value.count {
        v[k] = keep * v[k] + (g[k] + decay * p[k])
        p[k] -= rate * v[k]
      }
    }
  }
}
