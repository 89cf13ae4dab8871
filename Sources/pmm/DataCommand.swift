import ArgumentParser
import Builtins
import Diagnostics
import Foundation
import Interpreter

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Say what a data set holds and what is wrong with it; exit status 1 where training on it would be wrong.")
  @Argument(help: ArgumentHelp("A folder or file that `dataset` reads.", valueName: "dir")) var folder: String
  @Flag(help: "Print JSON for programs.") var json = false

  func run() throws {
    Runtime.setThreads(nil)
    Runtime.installInterruptHandler()
    let (folder, json) = (folder, json)
    throw ExitCode(Runtime.onDeepStack { Self.examine(folder, json: json) })
  }

  private static func examine(_ folder: String, json: Bool) -> Int32 {
    do {
      let machine = try Runtime.machine()
      let source = SourceText(name: "data", text: "path => examine(dataset(path))")
      let examined = try machine.call(
        try machine.run(source, in: Globals(moduleName: "", isUser: true)), [.string(folder)],
        at: Span(source, 0, source.bytes.count), place: Label64("data"))
      guard case .object(let object) = examined, let report = object as? DataReportObject else { return 1 }
      Console.out(json ? try report.json() : report.printed)
      return report.isWrong ? 1 : 0
    } catch { return Runtime.report(error) }
  }
}
