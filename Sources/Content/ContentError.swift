/// Why an image or a text cannot be used.
package struct ContentError: Error, Sendable, Equatable {
  /// A stable short name such as `missing-image`, `broken-image`, `unknown-format`, `image-too-large`, `bad-size`.
  package let code: String
  package let message: String
  /// The file, where there is one.
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

/// Something odd in the content that was met, counted and worked around.
package struct ContentWarning: Sendable, Equatable {
  /// The code of the error behind it.
  package let kind: String
  package let message: String
  package let count: Int
  /// The first few files, at most three.
  package let examples: [String]
}
