import Builtins
import Foundation
import Golden
import Interpreter
import Shell
import StandardLibrary
import TensorCore
import TestKit
import Testing

/// Layers and losses against values from an independent program.
@Suite(.serialized) struct GoldenReportTests {
  static let folder = SharedFolder.url("golden")

  private static func machine() throws -> Machine {
    let library = try #require(StandardLibrary.folder)
    let machine = Machine(
      builtins: Catalog.all, loader: FileModuleLoader(library: library), output: { _ in }, notes: { _ in })
    try machine.loadPrelude()
    return machine
  }

  @Test(.enabled(if: folder != nil, Comment(rawValue: SharedFolder.absence)), arguments: [Precision.single, .double])
  func everyGroupThatIsBuiltAgrees(_ precision: Precision) throws {
    let folder = try #require(Self.folder)
    var lines: [String] = []
    let passes = try Precision.$scoped.withValue(precision) {
      try GoldenReport(machine: Self.machine, output: { lines.append($0) }).run(
        folder: folder.path, allowsMissing: true)
    }
    #expect(lines.count > 50)
    #expect(passes, "\(lines.filter { $0.contains("fail") }.joined(separator: "\n"))")
  }
}
