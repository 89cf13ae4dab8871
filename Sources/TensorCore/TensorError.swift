/// What an op throws: a fact, without a place in any text.
package enum TensorError: Error, Hashable {
  /// The user asked to stop.
  case interrupted
  /// The memory limit, or the machine's memory, does not hold what was asked for.
  case memory(MemoryShortage)
  /// An index or a number outside its range.
  case outOfRange(String)
  /// Shapes or element types that do not fit; a contradiction inside when it comes from a checked caller.
  case mismatch(String)

  package var message: String {
    switch self {
    case .interrupted: "interrupted"
    case .memory(let shortage): shortage.message
    case .outOfRange(let text), .mismatch(let text): text
    }
  }
}

/// What was asked for in vain, and what there was.
package struct MemoryShortage: Hashable, Sendable {
  /// Nil for more than can be counted.
  package let bytes: Int?
  /// Bytes of tensors that were in use, and that may be at most; nil for no limit.
  package let live: Int
  package let limit: Int?
  /// The op whose gradient was being made; nil where it was the op itself.
  package var gradientOf: String?

  /// - Parameter bytes: nil for more than can be counted.
  package init(bytes: Int?) {
    self.bytes = bytes
    live = Memory.now.live
    limit = Memory.limit
  }

  /// Whether the limit refused, and not the machine.
  private var isByLimit: Bool {
    guard let limit else { return false }
    return (bytes ?? .max) > limit - live
  }

  package var message: String {
    let more = bytes.map { "for \(ByteCount.text($0)) more" } ?? "for a tensor of more bytes than can be counted"
    let what = "not enough memory \(more): tensors hold \(ByteCount.text(live))"
    let whose = gradientOf.map { "the gradient of `\($0)`: " } ?? ""
    guard let limit, isByLimit else { return "\(whose)\(what), and the machine gives no more" }
    return "\(whose)\(what), and the limit is \(ByteCount.text(limit))"
  }

  /// What may help.
  package var tries: [String] {
    let smaller = ["a smaller batch or a shorter length", "keeping fewer tensors"]
    guard let bytes, let limit, isByLimit else { return smaller }
    // Twice what is lacking, since there will be more than this one tensor.
    let (twice, overflow) = (bytes + live).multipliedReportingOverflow(by: 2)
    let gigabytes = max(limit, overflow ? limit : twice) / (1 << 30) + 1
    return smaller + ["memory(limit = \"\(gigabytes) GiB\"), where the machine has so much"]
  }
}
