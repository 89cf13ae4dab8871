import ArgumentParser
import Builtins
import Checkpoint
import Diagnostics
import Foundation
import Golden
import Interpreter
import Shell
import TensorCore

/// The command line. Exit status: 0 done, 1 the script or its data is wrong, 2 wrong command line, 130 interrupted.
@main
struct PMM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pmm", abstract: "A notebook-style shell and a small language for recommender-systems research.",
    version: Version.text,
    subcommands: [
      RunCommand.self, CheckCommand.self, FormatCommand.self, TestCommand.self, DataCommand.self, InspectCommand.self,
      DocCommand.self,
      HelpCommand.self,
      GoldenCommand.self,
    ])

  @Option(name: .short, help: ArgumentHelp("Run a program given as text.", valueName: "program"))
  var e: String?

  @OptionGroup var numbers: NumberOptions
  @OptionGroup var shell: ShellOptions

  static func main() {
    // The program is its own child where it reads a file of a stranger.
    if CommandLine.arguments.dropFirst().first == HDF5Server.verb { Foundation.exit(HDF5Server.run()) }
    HDF5Child.settings.program = "/proc/self/exe"
    let status: Int32
    do {
      var command = try parseAsRoot()
      try command.run()
      status = 0
    } catch let code as ExitCode {
      status = code.rawValue
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if !text.isEmpty { code == .success ? Console.out(text) : Console.error(text) }
      status = code == .success ? 0 : 2
    }
    Foundation.exit(status)
  }

  func run() throws {
    numbers.apply()
    if let e {
      throw ExitCode(
        Runtime.onDeepStack { Scripts.run(text: e, name: "-e", options: [:], seed: numbers.seed, printsLast: true) })
    }
    let (seed, noInit, resume) = (numbers.seed, shell.noInit, shell.resume)
    throw ExitCode(Runtime.onDeepStack { Prompt.run(seed: seed, noInit: noInit, resume: resume) })
  }
}

struct NumberOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The seed where neither a grid axis nor an argument gives another.", valueName: "n"))
  var seed: UInt64 = 0
  @Option(help: ArgumentHelp("Threads to compute with; results do not depend on it.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...256).contains(threads) { throw ValidationError("--threads is 1 to 256, not \(threads)") }
  }

  func apply() {
    Runtime.setThreads(threads)
    Runtime.installInterruptHandler()
  }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "run", abstract: "Run a script.")
  @Argument(help: "The script, a .pmm file.") var file: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Give an option of the script a value; may be repeated.", valueName: "name=value"))
  var settings: [String] = []
  @Flag(
    name: .customLong("no-cache"),
    help: "Compute every cell of a grid; without it, cells that are known already are taken from .pmm-cache.")
  var noCache = false
  @Option(
    help: ArgumentHelp(
      "Write the run as one HTML page as well: words, code, results, figures. It is written also where the script fails.",
      valueName: "page.html"))
  var report: String?
  @OptionGroup var numbers: NumberOptions

  func run() throws {
    var options: [String: String] = [:]
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
        throw ValidationError("--set takes NAME=VALUE, not `\(setting)`")
      }
      options[String(setting[..<equals])] = String(setting[setting.index(after: equals)...])
    }
    numbers.apply()
    let (file, given, seed, keeps, page) = (file, options, numbers.seed, !noCache, report)
    throw ExitCode(
      Runtime.onDeepStack { Scripts.run(file: file, options: given, seed: seed, keepsCells: keeps, report: page) })
  }
}

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Parse and resolve scripts and run their models on shapes, without their trainings."
  )
  @Argument(help: "Scripts or modules.") var files: [String]

  func run() throws {
    Runtime.setThreads(1)
    let files = files
    throw ExitCode(Runtime.onDeepStack { Scripts.check(files) })
  }
}

struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "What a name of the language, a diagnostic code or the program does.")
  @Argument(help: "A builtin, a name of the standard library, or a diagnostic code.") var name: String?

  func run() throws {
    let name = name
    throw ExitCode(Runtime.onDeepStack { Help.show(name) })
  }
}

struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden", abstract: "Compare layers and losses with reference values.", shouldDisplay: false)
  @Argument(help: "A folder with layers.h5 and losses.h5.") var folder: String = "../shared/golden"
  @Flag(help: "Compute in float64 with the reference kernels.") var float64 = false
  @Flag(help: "Groups that are not built yet do not count as failures.") var have = false

  func run() throws {
    Precision.active = float64 ? .double : .single
    Runtime.setThreads(nil)
    let (folder, have) = (folder, have)
    throw ExitCode(
      Runtime.onDeepStack {
        do {
          return try GoldenReport(machine: Runtime.machine, output: Console.out).run(
            folder: folder, allowsMissing: have) ? 0 : 1
        } catch { return Runtime.report(error) }
      })
  }
}
