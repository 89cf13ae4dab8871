import Foundation

/// The program that was built with the tests.
package enum BuiltProgram {
  /// It stands beside the tests' own executable.
  package static let path: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("pmm").path
  }()
}
