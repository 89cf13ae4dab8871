import Foundation
import TestKit
import Testing

private let python = Python.withModules("subprocess", "tempfile")

/// Memory that a training takes does not grow with its steps: `scripts/bench memory` in small.
@Suite(.enabled(if: python != nil, "needs python3"))
struct MemoryOfTrainingTests {
  @Test func residentMemoryStaysWhatItIs() throws {
    let python = try #require(python)
    let script = SharedFolder.projectRoot.appendingPathComponent("Benchmarks/local/memory.py").path
    let program = """
      import os, runpy, sys
      os.environ["PMM_PROGRAM"] = \(Self.quoted(BuiltProgram.path))
      sys.argv = ["memory.py", "600"]
      sys.path.insert(0, os.path.dirname(\(Self.quoted(script))))
      runpy.run_path(\(Self.quoted(script)))
      """
    #expect(try python.run(program).hasPrefix("resident memory: "))
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }
}
