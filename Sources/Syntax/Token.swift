/// A piece of the text. `text` is what was written, except for strings, where it is their value.
package struct Token: Sendable {
  package enum Kind: Sendable, Equatable {
    /// A word that is not one of the hard words; soft words are names until the parser decides.
    case name
    /// One of the hard words, or a soft word that a name follows.
    case keyword
    case integer, float, string, format
    case symbol, newline, end
    /// Something that begins no token, or a string that is not closed.
    case invalid
  }

  package var kind: Kind
  package var text: String
  package var start: Int
  package var end: Int
  /// The pieces of an f-string.
  package var pieces: [Piece] = []

  /// A stretch of an f-string: text as it stands, or the byte range of an expression.
  package enum Piece: Sendable, Equatable {
    case text(String)
    case code(Range<Int>)
  }

  package static let hardWords: Set<String> = [
    "and", "as", "catch", "def", "else", "false", "for", "if", "import", "in", "none", "not", "or", "return", "true",
    "try", "var", "while", "with", "without",
  ]
  package static let softWords: Set<String> = ["axis", "from", "grid", "loss", "model", "part", "type"]
}
