import Foundation
import TestKit

/// The project's own files.
enum Repository {
  static let root = SharedFolder.projectRoot

  struct File: Sendable {
    /// Relative to the root.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  /// Files below the folders that hold the project's work, and those in the root, whose name ends in one of `endings`;
  /// an empty ending stands for scripts, which have none.
  static func files(_ endings: Set<String>) throws -> [File] {
    let manager = FileManager.default
    var paths = try manager.contentsOfDirectory(atPath: root.path)
    for folder in ["Sources", "Tests", "stdlib", "scripts", "docs", "Benchmarks", ".ci"] {
      guard let below = manager.enumerator(atPath: root.appendingPathComponent(folder).path) else { continue }
      for case let path as String in below { paths.append(folder + "/" + path) }
    }
    return try paths.sorted().compactMap { path in
      let url = root.appendingPathComponent(path)
      var isFolder: ObjCBool = false
      guard endings.contains(url.pathExtension), !url.lastPathComponent.hasPrefix("."),
        manager.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue
      else { return nil }
      return try File(path: path, text: String(contentsOf: url, encoding: .utf8))
    }
  }
}
