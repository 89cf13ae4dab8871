import Diagnostics

/// The names of one file (or of the prompt), each with the index of its value.
package final class GlobalTable {
  package private(set) var indices: [String: Int] = [:]
  /// Names that were declared with `axis`.
  package var axes: Set<String> = []
  /// Names that were declared with `var`.
  package var variables: Set<String> = []
  /// What is known of calls of these names.
  package var signatures: [String: Signature] = [:]

  package init() {}

  package var names: [String] { Array(indices.keys) }

  /// The index of a name, made when it is new.
  package func index(for name: String) -> Int {
    if let index = indices[name] { return index }
    indices[name] = indices.count
    return indices.count - 1
  }
}
