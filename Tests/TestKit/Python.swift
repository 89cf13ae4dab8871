import Foundation

/// Python as an independent witness; tests that need it skip where it is absent.
package struct Python: Sendable {
  private let executable: String

  /// Python 3 with these modules, or nil where one of them cannot be imported.
  package static func withModules(_ names: String...) -> Python? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for path in folders.map({ String($0) + "/python3" }) where FileManager.default.isExecutableFile(atPath: path) {
      let python = Python(executable: path)
      do {
        try python.run("import " + names.joined(separator: ", "))
        return python
      } catch {
        continue
      }
    }
    return nil
  }

  /// What `program` prints; an error holds what it complained about.
  @discardableResult
  package func run(_ program: String) throws -> String {
    try Subprocess.run(executable, ["-c", program])
  }
}
