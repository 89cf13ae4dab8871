import Diagnostics

/// The names of one file (or of the prompt), each with the index of its value.
package final class GlobalTable {
  /// All that is known of the names, so that it can be put back.
  package struct State {
    fileprivate var indices: [String: Int] = [:]
    /// Names that were forgotten keep their index: functions that read them may still be there.
    fileprivate var retired: [String: Int] = [:]
    fileprivate var axes: Set<String> = []
    fileprivate var variables: Set<String> = []
    fileprivate var signatures: [String: Signature] = [:]
  }

  private var known = State()

  package var indices: [String: Int] { known.indices }
  /// Names that were declared with `axis`.
  package var axes: Set<String> {
    get { known.axes }
    set { known.axes = newValue }
  }
  /// Names that were declared with `var`.
  package var variables: Set<String> {
    get { known.variables }
    set { known.variables = newValue }
  }
  /// What is known of calls of these names.
  package var signatures: [String: Signature] {
    get { known.signatures }
    set { known.signatures = newValue }
  }

  package init() {}

  package var names: [String] { Array(indices.keys) }

  /// The index of a name, made when it is new.
  package func index(for name: String) -> Int {
    if let index = known.indices[name] { return index }
    let index = known.retired.removeValue(forKey: name) ?? known.indices.count + known.retired.count
    known.indices[name] = index
    return index
  }

  /// Makes a name unknown.
  package func forget(_ name: String) {
    guard let index = known.indices.removeValue(forKey: name) else { return }
    known.retired[name] = index
    known.axes.remove(name)
    known.variables.remove(name)
    known.signatures[name] = nil
  }

  /// Setting it makes names unknown that came later.
  package var state: State {
    get { known }
    set {
      var retired = newValue.retired
      for (name, index) in known.indices.merging(known.retired, uniquingKeysWith: { first, _ in first })
      where newValue.indices[name] == nil {
        retired[name] = index
      }
      known = newValue
      known.retired = retired
    }
  }
}
