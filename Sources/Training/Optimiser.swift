/// What turns gradients into a step. Every parameter of the set steps, also one whose gradient is zero.
package protocol Optimiser: AnyObject {
  var groups: [ParameterGroup] { get set }
  /// Steps taken.
  var steps: Int { get }
  /// One step with the gradients that the set holds.
  func step()
}

/// Settings of one group of parameters.
package struct ParameterGroup: Sendable, Hashable {
  package var learningRate: Double
  /// Decoupled from the gradient in AdamW; elsewhere added to it (`l2`).
  package var decay: Double

  package init(learningRate: Double, decay: Double = 0) {
    self.learningRate = learningRate
    self.decay = decay
  }
}
