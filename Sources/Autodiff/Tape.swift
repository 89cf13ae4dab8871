package import TensorCore

/// A tensor, and its place on a tape if its gradient may be asked for.
package struct Variable: Sendable {
  package let tensor: Tensor
  /// Nil for a constant.
  package let tape: Tape?
  package let index: Int

  /// A constant.
  package init(_ tensor: Tensor) {
    self.tensor = tensor
    tape = nil
    index = -1
  }

  init(_ tensor: Tensor, tape: Tape, index: Int) {
    self.tensor = tensor
    self.tape = tape
    self.index = index
  }

  package var isTracked: Bool { tape != nil }
  package var shape: [Int] { tensor.shape }
  package var dtype: DType { tensor.dtype }
}

/// What an op does with the gradient of its result: one gradient an input, nil where it is zero or not wanted.
typealias Pullback = (_ gradient: Tensor) throws -> [Tensor?]

/// Follows a tape: hears of each entry as it is recorded and as its gradient is passed on.
package protocol TapeObserver: AnyObject {
  func recorded(_ entry: Int)
  func passing(_ entry: Int)
  /// The backward run is over.
  func passed()
}

/// The ops of one forward run, in order. One thread at a time.
package final class Tape: @unchecked Sendable {
  private struct Entry {
    let inputs: [Int]
    var pullback: Pullback?
    let shape: [Int]
    let op: String
  }

  private var entries: [Entry] = []
  private var isSpent = false
  private let observer: (any TapeObserver)?

  package init(observer: (any TapeObserver)? = nil) {
    self.observer = observer
    entries.reserveCapacity(1024)
  }

  /// Number of entries, leaves included.
  package var count: Int { entries.count }

  /// A tensor whose gradient may be asked for.
  package func leaf(_ tensor: Tensor) -> Variable {
    entries.append(Entry(inputs: [], pullback: nil, shape: tensor.shape, op: ""))
    return Variable(tensor, tape: self, index: entries.count - 1)
  }

  fileprivate func record(
    _ tensor: Tensor, _ inputs: [Variable], _ op: String, _ pullback: @escaping Pullback
  ) -> Variable {
    entries.append(
      Entry(inputs: inputs.map { $0.tape === self ? $0.index : -1 }, pullback: pullback, shape: tensor.shape, op: op))
    observer?.recorded(entries.count - 1)
    return Variable(tensor, tape: self, index: entries.count - 1)
  }

  /// Gradients of `result` (of its sum, where it is no scalar) with respect to the leaves. A tape serves once: what an
  /// op kept is freed as soon as its gradient has passed.
  package func backward(from result: Variable) throws -> Gradients {
    guard result.tape === self else { return Gradients(leaves: [:]) }
    guard !isSpent else { throw TensorError.mismatch("a tape serves one backward run") }
    isSpent = true
    var gradients = [Tensor?](repeating: nil, count: entries.count)
    gradients[result.index] = try Tensor(full: 1, shape: result.shape, result.dtype)
    var leaves: [Int: Tensor] = [:]
    for i in entries.indices.reversed() {
      let pullback = entries[i].pullback
      entries[i].pullback = nil
      guard let gradient = gradients[i] else { continue }
      gradients[i] = nil
      guard let pullback else {
        leaves[i] = gradient
        continue
      }
      observer?.passing(i)
      let inputs = entries[i].inputs
      try Self.naming(entries[i].op) {
        let parts = try pullback(gradient)
        try Interrupts.check()
        for (input, part) in zip(inputs, parts) where input >= 0 {
          guard let part else { continue }
          guard var sum = gradients[input] else {
            gradients[input] = part
            continue
          }
          gradients[input] = nil
          try sum.accumulate(part)
          gradients[input] = sum
        }
      }
    }
    observer?.passed()
    try Interrupts.check()
    return Gradients(leaves: leaves)
  }
}

extension Tape {
  /// Says in an error of lacking memory whose gradient lacked it.
  /// - Parameter op: as `#function` gives it, or a name of the language.
  private static func naming(_ op: String, _ body: () throws -> Void) throws {
    do { try body() } catch TensorError.memory(var shortage) {
      let name = op.prefix { $0 != "(" }
      shortage.gradientOf = name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
      throw TensorError.memory(shortage)
    }
  }
}

/// The gradients that one backward run gave.
package struct Gradients: Sendable {
  private let leaves: [Int: Tensor]

  init(leaves: [Int: Tensor]) { self.leaves = leaves }

  /// The gradient of a leaf, of its shape; nil where it is all zero.
  package subscript(leaf: Variable) -> Tensor? { leaves[leaf.index] }
}

extension Variable {
  /// The result of an op on `inputs`: recorded if one of them is on a tape. Throws if the user asked to stop, since
  /// kernels then leave work out.
  /// - Parameter op: what errors call it; the function that records, where it is not said.
  static func recorded(
    _ tensor: Tensor, _ inputs: [Variable], op: String = #function, _ pullback: @escaping Pullback
  ) throws -> Variable {
    try Interrupts.check()
    for input in inputs {
      if let tape = input.tape { return tape.record(tensor, inputs, op, pullback) }
    }
    return Variable(tensor)
  }

  /// The same numbers, without a gradient.
  package func detached() -> Variable { Variable(tensor) }
}
