import Foundation
import TestKit

/// The built program, run as users run it.
struct Program {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  let folder: ScratchFolder

  /// One date for all files, so that equal states give equal bytes.
  private static let environment = ProcessInfo.processInfo.environment.merging(["SOURCE_DATE_EPOCH": "1700000000"]) {
    $1
  }

  private func process(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: BuiltProgram.path)
    process.arguments = arguments
    process.environment = Self.environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    for name in ["output", "errors"] { try folder.write(name, "") }
    process.standardOutput = FileHandle(forWritingAtPath: folder.file("output"))
    process.standardError = FileHandle(forWritingAtPath: folder.file("errors"))
    return process
  }

  private func outcome(_ process: Process) throws -> Outcome {
    process.waitUntilExit()
    // A signal is not an exit status, and must never count as one.
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Outcome(
      status: status, output: try String(contentsOfFile: folder.file("output"), encoding: .utf8),
      errors: try String(contentsOfFile: folder.file("errors"), encoding: .utf8))
  }

  func run(environment: [String: String] = [:], _ arguments: String...) throws -> Outcome {
    let process = try process(arguments)
    process.environment = Self.environment.merging(environment) { $1 }
    try process.run()
    return try outcome(process)
  }

  /// Runs a script's text as a file.
  func run(script: String, _ arguments: String...) throws -> Outcome {
    try folder.write("script.pmm", script)
    let process = try process(["run", "script.pmm"] + arguments)
    try process.run()
    return try outcome(process)
  }

  /// The same, with arguments that a caller put together.
  func run(script: String, _ arguments: [String]) throws -> Outcome {
    try folder.write("script.pmm", script)
    let process = try process(["run", "script.pmm"] + arguments)
    try process.run()
    return try outcome(process)
  }

  /// Runs a script and kills it as soon as standard error holds a text and, behind it, another one.
  func run(script: String, killAfter first: String, and second: String, seconds: Double = 60) throws -> Outcome {
    try folder.write("script.pmm", script)
    let process = try process(["run", "script.pmm"])
    try process.run()
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < end {
      let errors = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
      if let place = errors.range(of: first), errors[place.upperBound...].contains(second) { break }
      Thread.sleep(forTimeInterval: 0.001)
    }
    kill(process.processIdentifier, SIGKILL)
    return try outcome(process)
  }

  /// Runs a script and sends Ctrl-C as soon as standard error holds a text.
  func run(
    script: String, _ arguments: [String] = [], interruptAfter text: String, seconds: Double = 60
  ) throws -> Outcome {
    try folder.write("script.pmm", script)
    let process = try process(["run", "script.pmm"] + arguments)
    try process.run()
    let end = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < end {
      if try String(contentsOfFile: folder.file("errors"), encoding: .utf8).contains(text) { break }
      Thread.sleep(forTimeInterval: 0.02)
    }
    process.interrupt()
    return try outcome(process)
  }

  /// A data set of few users and items whose texts tell which item follows which.
  func writeData(_ name: String = "data", users: Int = 24, items: Int = 12, images: [String: String] = [:]) throws {
    var catalogue = "item,title,description,image\n"
    for item in 0..<items {
      catalogue +=
        "i\(item),film number \(item),\"a story of kind \(item % 3), told well\",\(images["i\(item)"] ?? "")\n"
    }
    var events = "user,item,timestamp\n"
    for user in 0..<users {
      for event in 0..<6 { events += "u\(user),i\((user + event * (1 + user % 2)) % items),\(100 * user + event)\n" }
    }
    try folder.write("\(name)/items.csv", catalogue)
    try folder.write("\(name)/interactions.csv", events)
  }
}
