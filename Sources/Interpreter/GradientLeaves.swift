package import Autodiff
package import NamedTensors
package import TensorCore

/// The parameters with respect to which `gradient(value, wrt = .path)` differentiates: each is a leaf of the tape as soon as a
/// model that is run reads it.
package final class GradientLeaves {
  package struct Leaf {
    package let path: [String]
    package let tensor: NamedTensor
  }

  /// Nil stands for every parameter that is trained.
  private let paths: [PathValue]?
  private let track: (Tensor) -> Variable
  private var known: [ObjectIdentifier: Leaf] = [:]
  /// Paths that were read and not asked for, for suggestions.
  package private(set) var others: Set<String> = []
  /// In the order in which they were first read.
  package private(set) var all: [Leaf] = []

  /// - Parameter track: puts numbers on the tape.
  package init(_ paths: [PathValue]?, track: @escaping (Tensor) -> Variable) {
    self.paths = paths
    self.track = track
  }

  /// The tensor that stands for a parameter; nil when no path names it.
  func leaf(_ parameter: ParameterValue, path: [String], _ numbers: Tensor) -> NamedTensor? {
    guard paths?.contains(where: { $0.covers(path) }) ?? !parameter.isFrozen else {
      for depth in 1...max(path.count, 1) { others.insert("." + path.prefix(depth).joined(separator: ".")) }
      return nil
    }
    if let found = known[ObjectIdentifier(parameter)] { return found.tensor }
    let leaf = Leaf(path: path, tensor: NamedTensor(variable: track(numbers), dimensions: parameter.dimensions))
    known[ObjectIdentifier(parameter)] = leaf
    all.append(leaf)
    return leaf.tensor
  }
}
