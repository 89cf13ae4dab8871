package import TensorCore

/// A typed fact about operands that do not fit.
package struct AxisError: Error {
  package enum Kind: String, Sendable, CaseIterable {
    case sizeMismatch, missingAxis, duplicateAxis, unknownSize, outOfRange, wrongKind, notContained, notDivisible
    case interrupted, memory
    /// A contradiction inside: asks for a report.
    case contradiction
  }

  package var kind: Kind
  package var message: String
  /// Indices of the arguments to blame.
  package var operands: [Int]
  package var suggestion: String?
  /// The two sizes that disagree, where both are numbers.
  package var sizes: (Int, Int)?
  /// The axis that an operand lacks.
  package var missing: Axis?
  /// The memory that was not there.
  package var shortage: MemoryShortage?

  package init(
    _ kind: Kind, _ message: String, operands: [Int] = [], suggestion: String? = nil, sizes: (Int, Int)? = nil,
    missing: Axis? = nil
  ) {
    self.kind = kind
    self.message = message
    self.operands = operands
    self.suggestion = suggestion
    self.sizes = sizes
    self.missing = missing
  }
}

/// Runs an op of the core and turns what it throws into a fact about axes.
func numbers<R>(operands: [Int] = [], _ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let error as TensorError {
    switch error {
    case .interrupted: throw AxisError(.interrupted, error.message)
    case .memory(let shortage):
      var lacking = AxisError(.memory, error.message)
      lacking.shortage = shortage
      throw lacking
    case .outOfRange(let text): throw AxisError(.outOfRange, text, operands: operands)
    case .mismatch(let text): throw AxisError(.contradiction, text, operands: operands)
    }
  }
}
