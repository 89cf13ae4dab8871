import Builtins
import Checkpoint
import Diagnostics
import Foundation
import Interpreter
import Shell
import Syntax
import TensorFiles

/// Running and checking files.
enum Scripts {
  /// - Parameters:
  ///   - keepsCells: whether cells of grids are kept beside the script and taken from there.
  ///   - report: where the run is written as a page; nil for nowhere.
  static func run(
    file: String, options: [String: String], seed: UInt64, keepsCells: Bool, report: String? = nil
  ) -> Int32 {
    do {
      let page = try report.map { try ReportFile($0) }
      let store = keepsCells ? GridCache(folder: GridCache.folder(ofScript: file)) : nil
      return run(
        text: try text(of: file), name: file, options: options, seed: seed, printsLast: false, store: store,
        report: page)
    } catch { return Runtime.report(error) }
  }

  /// The text of a file, or a `Failure` that says why there is none.
  static func text(of file: String) throws -> String {
    if let text = FileModuleLoader.read(file) { return text }
    let exists = FileManager.default.fileExists(atPath: file)
    throw Failure(
      .file, exists ? "\(file) is not a text file in UTF-8 of at most 16 MiB" : "there is no file \(file)",
      tries: ["the path of a .pmm file"])
  }

  /// Makes a text the whole contents of a file, or leaves the old one.
  static func write(_ text: String, to file: String) throws {
    do throws(FileError) { try AtomicFile.write(Array(text.utf8), to: file) } catch { throw error.failure }
  }

  static func run(
    text: String, name: String, options: [String: String], seed: UInt64, printsLast: Bool, store: GridCache? = nil,
    report: ReportFile? = nil
  ) -> Int32 {
    do {
      let machine = try Runtime.machine()
      machine.seed = seed
      machine.givenOptions = options
      let source = SourceText(name: name, text: text)
      machine.script = source
      machine.cellStore = store
      let globals = Globals(moduleName: "", isUser: true)
      report?.begin(source, machine, globals)
      let status = run(source, machine, globals, printsLast: printsLast, report)
      try report?.write()
      return status
    } catch { return Runtime.report(error) }
  }

  private static func run(
    _ source: SourceText, _ machine: Machine, _ globals: Globals, printsLast: Bool, _ report: ReportFile?
  ) -> Int32 {
    do {
      let program = Parser.parse(source)
      if !program.diagnostics.isEmpty { throw Rejection(program.diagnostics) }
      try checkOptions(machine.givenOptions, of: program)
      let value = try machine.run(program, in: globals, each: report?.follow(program))
      if printsLast, !value.isNone { machine.show(value) }
      return 0
    } catch {
      report?.fail(error)
      return Runtime.report(error)
    }
  }

  /// A misspelt `--set` is found before anything runs.
  private static func checkOptions(_ given: [String: String], of program: Program) throws {
    let declared = OptionNames.declared(in: program)
    for name in given.keys.sorted() where !declared.contains(name) {
      let near = NameSuggestion.near(name, among: declared)
      let list = declared.isEmpty ? "it declares none" : "its options: \(declared.sorted().joined(separator: ", "))"
      throw Failure(
        .unknownOption, "\(program.source.name) has no option `\(name)`; \(list)", tries: near.map { "--set \($0)=..." }
      )
    }
  }

  /// Parses, resolves and builds models and edits on shapes; nothing is trained, read or written.
  static func check(_ files: [String]) -> Int32 {
    var status: Int32 = 0
    for file in files {
      do {
        let text = try text(of: file)
        let machine = try Runtime.machine()
        machine.isChecking = true
        let globals = Globals(moduleName: "", isUser: true)
        _ = try machine.run(SourceText(name: file, text: text), in: globals)
        try machine.checkModels(of: globals)
        Console.error("\(file): no mistakes found")
      } catch { status = max(status, Runtime.report(error)) }
    }
    return status
  }
}
