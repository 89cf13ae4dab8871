import Foundation
import TestKit
import Testing

/// The pages of docs/reference are those that the declarations give now.
struct ReferenceTests {
  @Test func everyPageIsCurrent() throws {
    do {
      _ = try Subprocess.run(BuiltProgram.path, ["doc", "--check"], in: Repository.root)
    } catch let failure as Subprocess.Failure {
      Issue.record("run scripts/pmm doc\n\(failure.output.prefix(2000))")
    }
  }
}
