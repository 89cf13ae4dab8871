/// Why a file cannot be written or read.
package struct FileError: Error, Sendable, Equatable {
  /// A stable short name such as `not-hdf5`, `truncated-file`, `newer-format`, `missing-part`, `damaged-tensor`.
  package let code: String
  /// What happened, with both sides of a mismatch.
  package let message: String
  /// The file, and the object inside it where there is one.
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

extension FileError: CustomStringConvertible {
  package var description: String {
    var text = "\(code): \(message)"
    if let place { text += " (\(place))" }
    if let suggestion { text += "; try: \(suggestion)" }
    return text
  }
}

/// Text from a file, safe to print: control characters are escaped and it is cut after 200 characters.
package func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(200) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      result += scalar.escaped(asASCII: true)
    default:
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}
