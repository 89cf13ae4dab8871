import ArgumentParser
import Checkpoint
import Diagnostics
import Foundation
import TensorFiles

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a file of tensors holds, whoever wrote it; exit status 1 where nothing of it can be read.")
  @Argument(help: "A checkpoint, or a file of HDF5, safetensors, PyTorch or NumPy.") var file: String
  @Flag(help: "Print JSON for programs, with the first values and the sum of each tensor.") var json = false

  func run() throws {
    Runtime.setThreads(nil)
    Runtime.installInterruptHandler()
    let (file, json) = (file, json)
    throw ExitCode(Runtime.onDeepStack { Self.inspect(file, json: json) })
  }

  private static func inspect(_ path: String, json: Bool) -> Int32 {
    do throws(FileError) {
      let source = try TensorFile.open(path)
      var problems: [String] = []
      if json {
        let report = try InspectionReport(source)
        problems = report.datasets.compactMap(\.error)
        Console.out(try report.text())
      } else {
        problems = source.entries.compactMap(\.problem)
        Console.out(InspectionTree(source).text)
      }
      // Where every single tensor is out of reach, the file is.
      guard problems.isEmpty || problems.count < source.entries.count else {
        Console.error("pmm: nothing in \(printable(path)) can be read: \(printable(problems[0]))")
        return 1
      }
      return 0
    } catch {
      if error.code == "interrupted" {
        Console.error("interrupted")
        return 130
      }
      _ = Runtime.report(Failure(.file, error.message, tries: error.suggestion.map { [$0] } ?? []))
      return 1
    }
  }
}
