import CKernels
#if canImport(Glibc)
  import Glibc
#endif
package import TensorCore

/// Adam with decoupled decay (Loshchilov and Hutter, 2019), or with the decay in the gradient (`isDecoupled` false).
/// Every parameter of the set steps, also one whose gradient is zero.
package final class AdamW: Optimiser {
  package var groups: [ParameterGroup]
  package let beta1: Double
  package let beta2: Double
  package let eps: Double
  package let isDecoupled: Bool
  /// Steps taken.
  package private(set) var steps = 0
  /// First and second moments, flat like the set's buffers.
  package let first: Tensor
  package let second: Tensor
  private let set: ParameterSet

  package init(
    _ set: ParameterSet, groups: [ParameterGroup], beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8,
    isDecoupled: Bool = true
  ) throws {
    try set.check(groups)
    self.set = set
    self.groups = groups
    self.beta1 = beta1
    self.beta2 = beta2
    self.eps = eps
    self.isDecoupled = isDecoupled
    first = try Tensor(full: 0, shape: set.values.shape, set.values.dtype)
    second = try Tensor(full: 0, shape: set.values.shape, set.values.dtype)
  }

  /// One step with the gradients that the set holds.
  package func step() {
    steps += 1
    let correction1 = 1 - pow(beta1, Double(steps))
    let correction2 = 1 - pow(beta2, Double(steps))
    for i in set.entries.indices where groups.indices.contains(set.entries[i].group) {
      let group = groups[set.entries[i].group]
      let (decay, l2) = isDecoupled ? (group.decay, 0) : (0, group.decay)
      let (p, g) = (set.value(i), set.gradient(i))
      let (m, v) = (set.view(first, i), set.view(second, i))
      withExtendedLifetime((p, g, m, v)) {
        if p.dtype == .float32 {
          Kernels.table.adam(
            p.count, p.pointer(), g.pointer(), m.pointer(), v.pointer(), 1, Float(group.learningRate), Float(decay),
            Float(l2), Float(beta1), Float(beta2), Float(correction1), Float(correction2), Float(eps))
        } else {
          let (value, gradient) = (p.pointer(Double.self), g.pointer(Double.self))
          let (mean, square) = (m.pointer(Double.self), v.pointer(Double.self))
          for k in 0..<p.count {
            let slope = gradient[k] + l2 * value[k]
            mean[k] = beta1 * mean[k] + (1 - beta1) * slope
            square[k] = beta2 * square[k] + (1 - beta2) * slope * slope
            let root = (square[k] / correction2).squareRoot() + eps
            value[k] = value[k] * (1 - group.learningRate * decay) - group.learningRate / correction1 * mean[k] / root
          }
        }
      }
    }
  }

  /// Takes the state of an earlier run: moments per entry and the number of steps.
  package func restore(first: [Tensor], second: [Tensor], steps: Int) throws {
    try set.load(first, into: self.first)
    try set.load(second, into: self.second)
    self.steps = steps
  }

  /// The moments as views, one an entry: they change with the next step.
  package var moments: (first: [Tensor], second: [Tensor]) {
    (set.entries.indices.map { set.view(first, $0) }, set.entries.indices.map { set.view(second, $0) })
  }
}
