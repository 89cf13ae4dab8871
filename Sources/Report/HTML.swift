import Foundation

/// Text for a page: nothing that data, scripts or paths hold becomes markup, steers the reader's screen, or says where the
/// files of the user stand.
struct HTML {
  /// The folder whose name is kept from the page; empty where there is none.
  private let home: String

  init(home: String) {
    self.home = home.hasSuffix("/") ? String(home.dropLast()) : home
  }

  /// A text as it may stand between tags and in quoted attributes.
  func text(_ words: String) -> String {
    var out = ""
    for scalar in withoutHome(words).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case "\r": continue
      default:
        if Self.isRefused(scalar) {
          out += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out
  }

  /// An SVG document as a part of a page.
  func inline(svg: String) -> String {
    // Inside a page the name of its language is known.
    let plain = withoutHome(svg).replacingOccurrences(of: " xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    var out = String.UnicodeScalarView()
    for scalar in plain.unicodeScalars { out.append(Self.isRefused(scalar) ? "\u{FFFD}" : scalar) }
    return String(out)
  }

  /// What no page may hold, and what turns the direction of all that follows.
  private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10: false
    case 0..<32, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFDD0...0xFDEF: true
    default: scalar.value & 0xFFFE == 0xFFFE
    }
  }

  /// `~` for the folder of the user.
  private func withoutHome(_ words: String) -> String {
    guard home.count > 1, words.contains(home) else { return words }
    var (out, rest) = ("", words[...])
    while let found = rest.range(of: home) {
      let next = rest[found.upperBound...].first
      let isWhole = next.map { !($0.isLetter || $0.isNumber || "-_.".contains($0)) } ?? true
      out += rest[..<found.lowerBound] + (isWhole ? "~" : rest[found])
      rest = rest[found.upperBound...]
    }
    return out + rest
  }
}
