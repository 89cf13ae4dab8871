package import Foundation

/// Reference data beside the project, in `../shared`. It is no part of the project: a test that reads it skips
/// without it.
package enum SharedFolder {
  /// The project's root, found from where this file stands.
  package static let projectRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// What a skipped test says.
  package static let absence = "needs reference data in ../shared, which is not there"

  /// The file or folder at `path` inside `../shared`, or nil where it is absent.
  package static func url(_ path: String) -> URL? {
    let url = projectRoot.deletingLastPathComponent().appendingPathComponent("shared").appendingPathComponent(path)
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }

  /// A file of the project's own under Tests/Fixtures.
  package static func fixture(_ path: String) -> URL {
    projectRoot.appendingPathComponent("Tests/Fixtures").appendingPathComponent(path)
  }
}
