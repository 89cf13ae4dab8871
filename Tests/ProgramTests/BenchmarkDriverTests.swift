import Foundation
import TestKit
import Testing

private let python = Python.withModules("pty", "tempfile")

/// `scripts/bench` types at the program and reads what it answers.
@Suite(.enabled(if: python != nil, "needs python3"))
struct BenchmarkDriverTests {
  private func bench(_ words: String...) throws -> String {
    let python = try #require(python)
    let driver = SharedFolder.projectRoot.appendingPathComponent("Benchmarks/driver").path
    let given = [driver] + words + ["--program", BuiltProgram.path]
    let list = given.map { "\"" + $0.replacingOccurrences(of: "\\", with: "\\\\") + "\"" }.joined(separator: ", ")
    return try python.run(
      """
      import subprocess, sys
      done = subprocess.run([sys.executable, \(list)], capture_output=True, text=True, timeout=120)
      print(done.stdout + done.stderr, end="")
      """)
  }

  @Test func aCaseAloneIsTimed() throws {
    let line = try bench("micro-dropout", "--turns", "2", "--steps", "2", "--threads", "1")
    #expect(line.contains("micro-dropout: own ") && line.contains("; 2 steps"), "\(line)")
  }

  @Test func aModelIsTrained() throws {
    let line = try bench("gru4rec", "--turns", "1", "--steps", "2", "--json")
    #expect(line.contains("\"case\": \"gru4rec\"") && line.contains("first_loss"), "\(line)")
  }
}
