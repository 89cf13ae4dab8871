package import Autodiff
package import TensorCore

/// One parameter of a set.
package struct ParameterEntry: Sendable, Hashable {
  /// Its path in the model, unique in the set.
  package let path: String
  package let shape: [Int]
  /// Which of the optimiser's groups it belongs to.
  package let group: Int

  package init(path: String, shape: [Int], group: Int = 0) {
    self.path = path
    self.shape = shape
    self.group = group
  }

  package var count: Int { shape.reduce(1, *) }
}

/// The trained parameters of a model in flat buffers of the active precision; frozen ones are simply not in it.
/// Entries stand in the order given; norms add up in path order, so the order of declaration does not change a bit.
package final class ParameterSet {
  package let entries: [ParameterEntry]
  /// Where each entry starts in the flat buffers; starts are multiples of 16 elements.
  package let offsets: [Int]
  package private(set) var values: Tensor
  package let gradients: Tensor
  /// Whether the entry had a gradient in the last `gather`; where not, its gradient is zero.
  package private(set) var isTouched: [Bool]
  private let pathOrder: [Int]
  private var leaves: [Variable] = []

  /// `initial` gives each entry's first numbers, in the order of entries.
  package init(_ entries: [ParameterEntry], initial: [Tensor]) throws {
    guard initial.count == entries.count else {
      throw TensorError.mismatch("\(entries.count) parameters, \(initial.count) values")
    }
    var places: [Int] = []
    var total = 0
    for entry in entries {
      places.append(total)
      total += (entry.count + 15) / 16 * 16
    }
    self.entries = entries
    offsets = places
    let dtype = Precision.active.dtype
    values = try Tensor(full: 0, shape: [total], dtype)
    gradients = try Tensor(full: 0, shape: [total], dtype)
    isTouched = [Bool](repeating: false, count: entries.count)
    pathOrder = entries.indices.sorted { entries[$0].path < entries[$1].path }
    try load(initial, into: values)
  }

  /// The numbers of entry i, as a view of the flat buffer. It changes when the optimiser steps.
  package func value(_ i: Int) -> Tensor { view(values, i) }

  /// The numbers of all entries, as views of the flat buffer.
  package var currentValues: [Tensor] { entries.indices.map { value($0) } }

  /// The gradient of entry i after `gather`.
  package func gradient(_ i: Int) -> Tensor { view(gradients, i) }

  func view(_ flat: Tensor, _ i: Int) -> Tensor {
    Tensor(
      storage: flat.storage, offset: flat.offset + offsets[i], shape: entries[i].shape,
      strides: Tensor.rowMajor(entries[i].shape), dtype: flat.dtype)
  }

  /// All parameters as leaves of a tape, without a copy, in the order of entries.
  package func leaves(on tape: Tape) -> [Variable] {
    leaves = entries.indices.map { tape.leaf(value($0)) }
    return leaves
  }

  /// Takes the gradients of the last `leaves` into the flat buffer.
  package func gather(_ found: Gradients) throws {
    try gather(leaves.map { found[$0] })
    leaves = []
  }

  /// The same from tensors, one an entry, nil for zero.
  package func gather(_ found: [Tensor?]) throws {
    guard found.count == entries.count else {
      throw TensorError.mismatch("\(entries.count) parameters, \(found.count) gradients")
    }
    for i in entries.indices {
      let target = gradient(i)
      isTouched[i] = found[i] != nil
      if let gradient = found[i] {
        guard gradient.shape == target.shape, gradient.dtype == target.dtype else {
          throw TensorError.mismatch("a gradient of \(gradient.shape) for \(entries[i].path) of \(target.shape)")
        }
        try copy(gradient, into: target)
      } else {
        try copy(Tensor(full: 0, shape: target.shape, target.dtype), into: target)
      }
    }
  }

  /// The Euclidean norm of all gradients: squares per parameter, added in path order.
  package func gradientNorm() -> Double {
    var total = 0.0
    for i in pathOrder { total += sumSquares(gradient(i)) }
    return total.squareRoot()
  }

  /// Scales the gradients down to the norm given; returns the norm before. PyTorch's formula: the factor is
  /// maxNorm / (norm + 1e-6), where that is below 1.
  @discardableResult
  package func clip(_ maxNorm: Double) -> Double {
    let norm = gradientNorm()
    let factor = maxNorm / (norm + 1e-6)
    if factor < 1 { scaleGradients(factor) }
    return norm
  }

  /// Every entry's group is there.
  func check(_ groups: [ParameterGroup]) throws {
    for entry in entries where !groups.indices.contains(entry.group) {
      throw TensorError.mismatch("\(entry.path) is in group \(entry.group), which the optimiser lacks")
    }
  }

  /// Copies of all values, in the order of entries.
  package func snapshot() throws -> [Tensor] { try copies(of: values) }

  /// Copies of a flat buffer, one tensor an entry.
  func copies(of flat: Tensor) throws -> [Tensor] {
    try entries.indices.map { i in
      let copied = try Tensor(uninitialized: entries[i].shape, flat.dtype)
      try copy(view(flat, i), into: copied)
      return copied
    }
  }

  /// Takes values back from a snapshot.
  package func restore(_ snapshot: [Tensor]) throws { try load(snapshot, into: values) }

  /// Takes one tensor an entry into a flat buffer.
  func load(_ tensors: [Tensor], into flat: Tensor) throws {
    guard tensors.count == entries.count else {
      throw TensorError.mismatch("\(entries.count) parameters, \(tensors.count) values")
    }
    for (i, tensor) in tensors.enumerated() {
      guard tensor.shape == entries[i].shape else {
        throw TensorError.mismatch("\(entries[i].path) is \(entries[i].shape), its value \(tensor.shape)")
      }
      try copy(tensor.converted(to: flat.dtype), into: view(flat, i))
    }
  }

  private func copy(_ source: Tensor, into target: Tensor) throws {
    let dense = try source.contiguous()
    withExtendedLifetime((dense, target)) {
      let size = target.dtype.size
      (target.storage.base + target.offset * size).copyMemory(
        from: dense.storage.base + dense.offset * size, byteCount: target.count * size)
    }
  }
}
