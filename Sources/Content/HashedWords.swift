/// Words as numbers without a vocabulary file: each word's hash picks its number.
///
/// 0 is the start `<s>`, 1 the pad, 2 and 3 are kept for an end and an unknown word as in XLM-R; words start at 4.
package struct HashedWords: Sendable, Equatable {
  package static let start: Int32 = 0
  package static let pad: Int32 = 1
  /// The first number that a word can get.
  package static let firstWord: Int32 = 4

  /// Length of a row, the start included.
  package let words: Int
  /// Numbers go from 0 to `vocabulary - 1`.
  package let vocabulary: Int

  package init(words: Int, vocabulary: Int) throws(ContentError) {
    guard (1...65_536).contains(words), (Int(Self.firstWord) + 1...Int(Int32.max)).contains(vocabulary) else {
      throw ContentError(
        code: "bad-size", message: "texts of \(words) words over a vocabulary of \(vocabulary) cannot be made",
        suggestion: "take at least 1 word and a vocabulary of at least \(Self.firstWord + 1)")
    }
    self.words = words
    self.vocabulary = vocabulary
  }

  /// The row of a text: the start, then its first words, then pads; the mask is true on all but pads. [word]
  package func encode(_ text: String) -> (ids: [Int32], mask: [Bool]) {
    var ids: [Int32] = [Self.start]
    ids.reserveCapacity(words)
    var hash = fnvOffset
    var isInWord = false
    for scalar in text.lowercased().unicodeScalars {
      if Self.isWord(scalar) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { hash = (hash ^ UInt64(byte)) &* fnvPrime }
        isInWord = true
      } else if isInWord {
        if ids.count >= words { break }
        ids.append(number(hash))
        hash = fnvOffset
        isInWord = false
      }
    }
    if isInWord, ids.count < words { ids.append(number(hash)) }
    let mask = (0..<words).map { $0 < ids.count }
    ids.append(contentsOf: repeatElement(Self.pad, count: words - ids.count))
    return (ids, mask)
  }

  private func number(_ hash: UInt64) -> Int32 {
    Self.firstWord + Int32(hash % UInt64(vocabulary - Int(Self.firstWord)))
  }

  /// Letters, digits and the marks that belong to letters.
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": return true
      default: return false
      }
    }
    let properties = scalar.properties
    if properties.isAlphabetic || properties.numericType != nil { return true }
    return switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}

/// FNV-1a over 64 bits (Fowler, Noll and Vo).
private let fnvOffset: UInt64 = 0xCBF2_9CE4_8422_2325
private let fnvPrime: UInt64 = 0x0000_0100_0000_01B3
