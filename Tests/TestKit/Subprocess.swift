package import Foundation

/// A program run to its end.
package enum Subprocess {
  package struct Failure: Error, CustomStringConvertible {
    package let status: Int32
    package let output: String

    package var description: String { "exit \(status): \(output)" }
  }

  /// Standard output of `executable`; a failure carries both outputs.
  package static func run(
    _ executable: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files instead of pipes: a full pipe would stop a program that prints on both.
    let scratch = try ScratchFolder()
    let (output, errors) = (scratch.file("output"), scratch.file("errors"))
    try scratch.write("output", "")
    try scratch.write("errors", "")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let complaints = try String(contentsOfFile: errors, encoding: .utf8)
      throw Failure(status: process.terminationStatus, output: text + complaints)
    }
    return text
  }
}
