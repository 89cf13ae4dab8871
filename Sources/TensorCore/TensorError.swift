/// What an op throws: a fact, without a place in any text.
package enum TensorError: Error, Hashable {
  /// The user asked to stop.
  case interrupted
  /// The memory limit, or the machine's memory, does not hold `bytes` more.
  case memory(bytes: Int)
  /// An index or a number outside its range.
  case outOfRange(String)
  /// Shapes or element types that do not fit; a contradiction inside when it comes from a checked caller.
  case mismatch(String)

  package var message: String {
    switch self {
    case .interrupted: "interrupted"
    case .memory(let bytes): "not enough memory for \(bytes) more bytes"
    case .outOfRange(let text), .mismatch(let text): text
    }
  }
}
