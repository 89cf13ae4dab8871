import Glibc

/// How the learning rate changes over the steps of a training: a factor of the rate that was asked for.
package struct Schedule: Sendable, Hashable {
  package enum Shape: String, Sendable, CaseIterable {
    case constant
    /// Falls on a straight line to 0.
    case linear
    /// Falls on half a cosine to 0 (Loshchilov and Hutter 2017, without restarts).
    case cosine
  }

  package let shape: Shape
  /// Steps over which the rate rises from near 0 on a straight line.
  package let warmup: Int

  package init(_ shape: Shape, warmup: Int = 0) {
    self.shape = shape
    self.warmup = warmup
  }

  /// The factor of a step, counted from 0, among `total`.
  package func factor(step: Int, of total: Int) -> Double {
    if step < warmup { return Double(step + 1) / (Double(warmup) + 1) }
    let rest = Double(max(total - warmup, 1))
    let done = min(Double(step - warmup) / rest, 1)
    switch shape {
    case .constant: return 1
    case .linear: return 1 - done
    case .cosine: return 0.5 * (1 + cos(Double.pi * done))
    }
  }
}
