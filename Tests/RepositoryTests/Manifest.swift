import Foundation

/// Targets of Package.swift and what each names, read from its text: SwiftPM itself cannot be asked while it runs
/// tests.
struct Manifest {
  /// Every string in a target's declaration but its name. [target]
  private(set) var targets: [String: Set<String>] = [:]
  private var folders: [String: String] = [:]

  init(_ text: String) {
    let kinds = [
      ".module(", ".tests(", ".testKit(", ".library(", ".c(", ".target(", ".executableTarget(", ".testTarget(",
    ]
    // The vocabulary at the end of the file declares no target.
    let declarations = text.part(before: "swiftLanguageModes").part(after: "targets: [")
    var rest = Substring(declarations)
    while let next = rest.indices.first(where: { index in kinds.contains { rest[index...].hasPrefix($0) } }) {
      let body = Self.balanced(rest[next...])
      let strings = Self.strings(body)
      if let name = strings.first {
        targets[name] = Set(strings.dropFirst())
        let isTest = body.hasPrefix(".test")
        if isTest { targets[name]?.insert("TestKit") }
        let path = strings.dropFirst().first { body.contains("path: \"\($0)\"") }
        folders[name] = path ?? (isTest ? "Tests/" : "Sources/") + name
      }
      rest = rest[body.endIndex...]
    }
  }

  /// The target that a file at `path` belongs to.
  func target(of path: String) -> String? {
    folders.first { path.hasPrefix($0.value + "/") }?.key
  }

  /// The start of `text` up to where its first bracket closes.
  private static func balanced(_ text: Substring) -> Substring {
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" {
        depth -= 1
        if depth == 0 { return text[...index] }
      }
    }
    return text
  }

  private static func strings(_ text: Substring) -> [String] {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
  }
}

extension String {
  /// What stands before the first `mark`, or all.
  fileprivate func part(before mark: String) -> String {
    guard let range = range(of: mark) else { return self }
    return String(self[..<range.lowerBound])
  }

  /// What stands behind the first `mark`, or all.
  fileprivate func part(after mark: String) -> String {
    guard let range = range(of: mark) else { return self }
    return String(self[range.upperBound...])
  }
}
