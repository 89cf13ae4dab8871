import Testing

/// What is done to the file of events of a format, and what is said then.
struct Damage: Sendable, CustomTestStringConvertible {
  let format: String
  let what: String
  /// Replaces the first of these texts by the second; an empty first one puts it at the end.
  let from: String
  let to: String
  let says: String
  /// The line that error or warning name.
  let line: Int
  /// The column that they name; 0 where what is wrong is the file as a whole.
  let column: Int
  var kind: String?
  var file: String?

  var testDescription: String { "\(format): \(what)" }

  /// Whether a place is the one of line and column in the file; after the column its name may follow.
  func isPlace(_ place: String, _ name: String) -> Bool {
    let expected = "/\(name):\(line)" + (column > 0 ? ", column \(column)" : "")
    return place.hasSuffix(expected) || place.contains(expected + " (") || column == 0 && place.contains(expected + ",")
  }
}

/// Short for a row of the list of damages.
func damage(
  _ format: String, _ what: String, _ from: String, _ to: String, says: String, line: Int, column: Int = 0,
  kind: String? = nil, file: String? = nil
) -> Damage {
  Damage(format: format, what: what, from: from, to: to, says: says, line: line, column: column, kind: kind, file: file)
}
