import Foundation

/// The markup of a page, read by rules that are stricter than a browser's: every element is closed where it was opened.
struct PageMarkup {
  struct Element {
    let name: String
    let attributes: [(name: String, value: String)]

    subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
  }

  private(set) var elements: [Element] = []
  /// What is wrong, in words.
  private(set) var mistakes: [String] = []
  private static let void: Set<String> = ["meta", "img", "br", "hr", "link", "input"]

  init(_ page: String) {
    var open: [String] = []
    var rest = page[...]
    if rest.hasPrefix("<!DOCTYPE html>") {
      rest = rest.dropFirst("<!DOCTYPE html>".count)
    } else {
      mistakes.append("no doctype")
    }
    while let start = rest.firstIndex(of: "<") {
      if rest[..<start].contains(">") { mistakes.append("a bare > in \(rest[..<start].suffix(60))") }
      rest = rest[start...].dropFirst()
      guard let end = Self.end(of: rest) else {
        mistakes.append("a tag without end: \(rest.prefix(60))")
        return
      }
      let tag = rest[..<end]
      rest = rest[end...].dropFirst()
      if tag.hasPrefix("/") {
        let name = String(tag.dropFirst())
        if open.last == name { open.removeLast() } else { mistakes.append("</\(name)> in \(open.suffix(4))") }
        continue
      }
      let element = Self.element(tag)
      elements.append(element)
      if !Self.void.contains(element.name), !tag.hasSuffix("/") { open.append(element.name) }
      if element.name == "style", let close = rest.range(of: "</style>") { rest = rest[close.lowerBound...] }
    }
    if !open.isEmpty { mistakes.append("never closed: \(open)") }
  }

  /// The end of a tag; what stands in quotes ends none.
  private static func end(of text: Substring) -> Substring.Index? {
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      if text[index] == ">", !isQuoted { return index }
    }
    return nil
  }

  private static func element(_ tag: Substring) -> Element {
    let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
    var attributes: [(name: String, value: String)] = []
    var rest = tag[name.endIndex...]
    while let equals = rest.firstIndex(of: "=") {
      let key = rest[..<equals].split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
      rest = rest[equals...].dropFirst()
      guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { break }
      attributes.append((key, String(rest.dropFirst()[..<end])))
      rest = rest[end...].dropFirst()
    }
    return Element(name: String(name), attributes: attributes)
  }

  /// Whatever would ask another place for something, or run.
  var requests: [String] {
    let places = ["src", "href", "action", "data", "poster", "srcset", "xlink:href", "style", "background"]
    return elements.flatMap { element -> [String] in
      let name = ["script", "link", "iframe", "object", "embed", "base", "form"].contains(element.name)
      let asked = element.attributes.filter { attribute in
        attribute.name.hasPrefix("on")
          || places.contains(attribute.name) && !attribute.value.hasPrefix("#")
            && !attribute.value.hasPrefix("data:image/")
      }
      return (name ? ["<\(element.name)>"] : []) + asked.map { "\(element.name) \($0.name)=\($0.value)" }
    }
  }

  /// The ids, and those that stand more than once.
  var repeatedIDs: [String] {
    let ids = elements.compactMap { $0["id"] }
    return Dictionary(ids.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.map(\.key)
  }

  /// Links inside of the page that lead nowhere.
  var lostLinks: [String] {
    let ids = Set(elements.compactMap { $0["id"] })
    return elements.compactMap { $0["href"] }.filter { $0.hasPrefix("#") && !ids.contains(String($0.dropFirst())) }
  }
}
