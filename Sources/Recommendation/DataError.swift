/// Why a folder of interactions cannot be used: what happened, where, and what to try.
package struct DataError: Error, Sendable, Equatable {
  /// A stable short name such as `missing-column`, `empty-folder`, `missing-file`, `bad-row`.
  package let code: String
  /// One sentence or two; both sides of a mismatch are named.
  package let message: String
  /// `file:line`, or `file:line, column 3 (timestamp)`, where there is one.
  package let place: String?
  /// What to try next, where something is known to help.
  package let suggestion: String?

  package init(code: String, message: String, place: String? = nil, suggestion: String? = nil) {
    self.code = code
    self.message = message
    self.place = place
    self.suggestion = suggestion
  }
}

extension DataError: CustomStringConvertible {
  package var description: String {
    var text = "\(code): \(message)"
    if let place { text += " (\(place))" }
    if let suggestion { text += "; try: \(suggestion)" }
    return text
  }
}

/// Something odd in the data that was met, counted and worked around.
package struct DataWarning: Sendable, Equatable {
  /// A stable short name such as `unknown-item`, `empty-text`.
  package let kind: String
  /// What was done about it.
  package let message: String
  /// How often it was met.
  package let count: Int
  /// `file:line, column 3 (timestamp)`, `file:line` or file names of the first few, at most three.
  package let examples: [String]

  package init(kind: String, message: String, count: Int, examples: [String]) {
    self.kind = kind
    self.message = message
    self.count = count
    self.examples = examples
  }
}

/// Counts one kind of warning and keeps its first three places.
struct WarningCounter {
  let kind: String
  private(set) var count = 0
  private(set) var examples: [String] = []

  init(_ kind: String) { self.kind = kind }

  /// Counts one more; the place is made only while examples are still wanted.
  mutating func add(_ place: @autoclosure () -> String) {
    count += 1
    if examples.count < 3 { examples.append(place()) }
  }

  /// The warning, or nothing if the counter never moved.
  func warning(_ message: String) -> DataWarning? {
    count == 0 ? nil : DataWarning(kind: kind, message: message, count: count, examples: examples)
  }
}
