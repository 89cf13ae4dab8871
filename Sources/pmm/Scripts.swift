import Builtins
import Diagnostics
import Foundation
import Interpreter
import Shell
import Syntax

/// Running and checking files.
enum Scripts {
  /// - Parameter keepsCells: whether cells of grids are kept beside the script and taken from there.
  static func run(file: String, options: [String: String], seed: UInt64, keepsCells: Bool) -> Int32 {
    guard let text = FileModuleLoader.read(file) else { return missing(file) }
    let store = keepsCells ? GridCache(folder: GridCache.folder(ofScript: file)) : nil
    return run(text: text, name: file, options: options, seed: seed, printsLast: false, store: store)
  }

  private static func missing(_ file: String) -> Int32 {
    let exists = FileManager.default.fileExists(atPath: file)
    Console.show(
      Diagnostic(
        .error, .file,
        exists ? "\(file) is not a text file in UTF-8 of at most 16 MiB" : "there is no file \(file)",
        tries: ["the path of a .pmm file"]))
    return 1
  }

  static func run(
    text: String, name: String, options: [String: String], seed: UInt64, printsLast: Bool, store: GridCache? = nil
  ) -> Int32 {
    do {
      let machine = try Runtime.machine()
      machine.seed = seed
      machine.givenOptions = options
      let source = SourceText(name: name, text: text)
      machine.script = source
      machine.cellStore = store
      let program = Parser.parse(source)
      if !program.diagnostics.isEmpty { throw Rejection(program.diagnostics) }
      try checkOptions(options, of: program)
      let value = try machine.run(program, in: Globals(moduleName: "", isUser: true))
      if printsLast, !value.isNone { Console.out(value.printed) }
      return 0
    } catch { return Runtime.report(error) }
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
      guard let text = FileModuleLoader.read(file) else {
        status = missing(file)
        continue
      }
      do {
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
