package import Diagnostics
package import Semantics
package import Syntax
import TensorCore

/// Finds the text of a module: beside the file that imports it, in the project's root, or in the standard library.
package protocol ModuleLoader: AnyObject {
  /// The text and whether it is the standard library's; nil when there is no such module.
  func source(of path: [String], importedBy: SourceText) -> (source: SourceText, isStandard: Bool)?
}

/// Everything that a running session has: names, modules, options, the seed, and where its words go.
package final class Machine: NameSource {
  package private(set) var builtins: [String: Builtin]
  let loader: any ModuleLoader
  /// Results, a line at a time without its end.
  package var output: (String) -> Void
  /// Takes values that are shown; nil where their characters go to `output`.
  package var present: ((Value) -> Void)?
  /// Is told of pictures that were written to a file, and of its path.
  package var saved: ((Value, String) -> Void)?
  /// What the characters of values may use.
  package var display: () -> Display = { .plain }
  /// Progress, notes and warnings.
  package var notes: (Diagnostic) -> Void
  /// What is printed only while somebody watches: replaces the line before. Nil where nobody does.
  package var progress: ((String) -> Void)?

  /// A line of news on standard error, such as the figures of an epoch.
  package var say: (String) -> Void = { _ in }

  package private(set) var preludeGlobals: Globals?
  /// The names of the script or the prompt, with what was run there so far.
  package private(set) var main: Globals?
  private(set) var modules: [String: Globals] = [:]
  /// Texts that checkpoints brought along.
  private var declared: [String: Globals] = [:]
  private var loading: [String] = []
  /// Modules that a checkpoint brings along for the text that is loaded now, by dotted path.
  private var brought: [String: Globals] = [:]

  /// The script's seed, or that of the grid cell that runs.
  package var seed: UInt64 = 0
  /// Values given with `--set`, by option.
  package var givenOptions: [String: String] = [:]
  package var declaredOptions: [(name: String, value: Value, text: String)] = []
  /// True in `pmm check`: statements that read, write, train or print are left out.
  package var isChecking = false
  /// True while the text that a checkpoint brings along is loaded: only declarations run.
  private var isDeclaring = false
  /// Set when a training was ended by an interrupt: a script then stops after it, an entry at the next interrupt.
  package var interruptedRun = false
  /// At the prompt an interrupted `train` returns what it has.
  package var isInteractive = false

  /// Objects that builtins keep for later calls, by names of their own.
  package var kept: [String: AnyObject] = [:]
  /// The script that runs; nil at the prompt.
  package var script: SourceText?
  /// Keeps what cells of grids gave; nil where nothing is kept.
  package var cellStore: (any CellStore)?
  /// Keeps what trainings gave; nil where nothing is kept.
  package var trainingStore: (any TrainingStore)?
  /// True while an expression is followed on shapes alone: tensors of all values have no numbers.
  package internal(set) var onlyShapes = false
  /// What the cell that runs has read of the disk; nil while no cell runs that might be kept.
  package internal(set) var reads: [FileRead]?

  var contexts: [RunContext] = []
  /// What follows the wires of a model while it is drawn.
  var trace: WireTrace?
  /// Parameters that a running `gradient` differentiates by.
  var leaves: GradientLeaves?
  /// What follows the time and the memory of what runs; nil while nothing is profiled.
  package internal(set) var profiler: Profiler?
  var depth = 0
  package static let deepest = 400
  /// How many constructors are running: only the outermost one checks shapes.
  var constructing = 0

  package init(
    builtins: [Builtin], loader: any ModuleLoader, output: @escaping (String) -> Void,
    notes: @escaping (Diagnostic) -> Void
  ) {
    self.builtins = Dictionary(builtins.map { ($0.name, $0) }) { first, _ in first }
    self.loader = loader
    self.output = output
    self.notes = notes
  }

  package var context: RunContext? { contexts.last }

  /// Puts another builtin in the place of the one of its name, as a comparison with given random numbers needs.
  package func replace(_ builtin: Builtin) { builtins[builtin.name] = builtin }

  /// Runs a body as one step of a whole model.
  package func within<T>(_ context: RunContext, _ body: () throws -> T) rethrows -> T {
    contexts.append(context)
    defer { contexts.removeLast() }
    return try body()
  }

  /// Runs a body whose models read the parameters that a gradient is taken by as leaves of its tape.
  package func differentiating<T>(by leaves: GradientLeaves, _ body: () throws -> T) rethrows -> T {
    let outer = self.leaves
    self.leaves = leaves
    defer { self.leaves = outer }
    return try body()
  }

  /// True while tensors have shapes only.
  package var isShapeRun: Bool { onlyShapes || contexts.last?.mode == .shapes }

  func randomKey(_ place: Label64) -> UInt64? {
    guard let context = contexts.last, context.mode == .training else { return nil }
    return Label64("random").mixed(context.seed).mixed(context.step).mixed(place.value).value
  }

  /// Says something once, however often a loop or a grid comes by.
  package func note(_ text: String) { if said.insert(text).inserted { say("note: \(text)") } }
  package func warn(_ code: DiagnosticCode, _ text: String) {
    if said.insert(text).inserted { notes(Diagnostic(.warning, code, text)) }
  }
  private var said: Set<String> = []
  /// A new entry at the prompt may say again what an earlier one said.
  package func beginEntry() {
    said = []
    interruptedRun = false
  }

  /// A machine with the same builtins and settings in which nothing was run yet.
  package func another(output: @escaping (String) -> Void, notes: @escaping (Diagnostic) -> Void) throws -> Machine {
    let other = Machine(builtins: Array(builtins.values), loader: loader, output: output, notes: notes)
    other.givenOptions = givenOptions
    other.isInteractive = isInteractive
    (other.cellStore, other.trainingStore) = (cellStore, trainingStore)
    try other.loadPrelude()
    return other
  }

  /// Where the script says its results go: its option `out`, else the current folder.
  package var outputFolder: String {
    for option in declaredOptions where option.name == "out" {
      if let given = givenOptions["out"] { return given }
      if case .string(let folder) = option.value { return folder }
    }
    return ""
  }

  // MARK: Names

  package func builtinSignature(_ name: String) -> Signature? { builtins[name]?.signature }
  package var builtinNames: [String] { Array(builtins.keys) }
  package var prelude: GlobalTable? { preludeGlobals?.table }

  /// Loads the file whose names every other file sees.
  package func loadPrelude() throws {
    guard preludeGlobals == nil else { return }
    let importer = SourceText(name: "pmm", text: "")
    guard let found = loader.source(of: ["axes"], importedBy: importer) else {
      throw Failure(.importFailed, "the standard library is missing: no axes.pmm", tries: ["install pmm again"])
    }
    preludeGlobals = try load(found.source, name: "axes", isStandard: true)
    modules["axes"] = preludeGlobals
  }

  package func exports(of path: [Name]) throws -> GlobalTable {
    let span = path[0].span.through(path[path.count - 1].span)
    return try module(path.map(\.text), span: span).table
  }

  /// A module by its path, loaded once.
  func module(_ path: [String], span: Span) throws -> Globals {
    let name = path.joined(separator: ".")
    if let known = brought[name] { return known }
    // A checkpoint brings along what is the user's; a file on disk that happens to have the name of a library module is
    // none of its business.
    let importer = isDeclaring ? SourceText(name: Self.libraryPrefix, text: "") : span.source
    guard let found = loader.source(of: path, importedBy: importer) else {
      throw Failure(
        .importFailed, "there is no module `\(name)`", at: span,
        notes: [
          "looked for \(path.joined(separator: "/")).pmm beside the file, in the current folder and in the standard "
            + "library"
        ])
    }
    let key = found.source.name
    if let loaded = modules[key] { return loaded }
    if loading.contains(key) {
      throw Failure(.importCycle, "modules import each other: \((loading + [key]).joined(separator: " -> "))", at: span)
    }
    let globals = try load(found.source, name: name, isStandard: found.isStandard)
    modules[key] = globals
    return globals
  }

  private func load(_ source: SourceText, name: String, isStandard: Bool) throws -> Globals {
    loading.append(source.name)
    defer { loading.removeLast() }
    let globals = Globals(moduleName: name, isUser: !isStandard)
    let (wasDeclaring, outer) = (isDeclaring, brought)
    defer { (isDeclaring, brought) = (wasDeclaring, outer) }
    brought = [:]
    // A module must be whole before anything of it can be used, whoever asks for it.
    if isStandard { isDeclaring = false }
    _ = try run(source, in: globals)
    return globals
  }

  /// Forgets the user's modules whose texts are others now, and all that import one of them, so that the next import reads
  /// them again.
  /// - Returns: their dotted paths, and what puts them back.
  package func forgetChangedModules() -> (names: [String], restore: () -> Void) {
    let before = modules
    var changed = before.filter { key, globals in
      guard globals.isUser, globals.moduleName != "" else { return false }
      let relative = globals.moduleName.split(separator: ".").joined(separator: "/") + ".pmm"
      let folder = key.hasSuffix(relative) ? String(key.dropLast(relative.count)) : ""
      let importer = SourceText(name: folder + "reload.pmm", text: "")
      let now = loader.source(of: globals.moduleName.split(separator: ".").map(String.init), importedBy: importer)
      return now?.source.text != globals.source?.text
    }
    var isGrowing = !changed.isEmpty
    while isGrowing {
      isGrowing = false
      for (key, globals) in before where globals.isUser && changed[key] == nil {
        guard globals.imports.values.contains(where: { module in changed.values.contains { $0 === module } }) else {
          continue
        }
        changed[key] = globals
        isGrowing = true
      }
    }
    for key in changed.keys { modules[key] = nil }
    return (changed.values.map(\.moduleName).sorted(), { [weak self] in self?.modules = before })
  }

  /// Evaluates just the declarations of a text, such as the models that a checkpoint brings along.
  /// - Parameter modules: what its imports stand for, by dotted path, before anything on disk.
  package func declarations(
    of source: SourceText, name: String, importing modules: [String: Globals] = [:]
  ) throws -> Globals {
    let imports = modules.sorted { $0.key < $1.key }.map { "\($0.key) \(ObjectIdentifier($0.value))" }
    let key = ([source.name, source.text] + imports).joined(separator: "\n")
    if let known = declared[key] { return known }
    let (wasDeclaring, outer, given) = (isDeclaring, brought, givenOptions)
    defer { (isDeclaring, brought, givenOptions) = (wasDeclaring, outer, given) }
    // Options are given to the script that runs, not to the one whose model is read.
    (isDeclaring, brought, givenOptions) = (true, modules, [:])
    let globals = Globals(moduleName: name, isUser: true)
    _ = try run(source, in: globals)
    declared[key] = globals
    return globals
  }

  /// The user's modules that are loaded, by dotted path, and the script under an empty one; none of which there are two.
  package var ownModules: [String: Globals] {
    let all = modules.values.filter(\.isUser).map { ($0.moduleName, Optional($0)) } + [("", main)]
    return Dictionary(all) { _, _ in nil }.compactMapValues { $0 }
  }

  /// The globals of a module of the standard library by its dotted name, whatever lies beside the script.
  package func libraryModule(_ name: String) throws -> Globals {
    let library = SourceText(name: Self.libraryPrefix, text: "")
    return try module(name.split(separator: ".").map(String.init), span: Span(library, 0, 0))
  }

  // MARK: Programs

  /// Parses, resolves and runs a text. The value is that of its last statement.
  @discardableResult
  package func run(
    _ source: SourceText, in globals: Globals, each: ((Value) throws -> Void)? = nil
  ) throws -> Value {
    let program = Parser.parse(source)
    if !program.diagnostics.isEmpty { throw Rejection(program.diagnostics) }
    return try run(program, in: globals, each: each)
  }

  @discardableResult
  package func run(
    _ program: Program, in globals: Globals, each: ((Value) throws -> Void)? = nil
  ) throws -> Value {
    let resolver = Resolver(globals: globals.table, source: self)
    resolver.resolve(program)
    if resolver.diagnostics.contains(where: { $0.severity == .error }) { throw Rejection(resolver.diagnostics) }
    for warning in resolver.diagnostics { notes(warning) }
    globals.remember(program)
    if globals.moduleName.isEmpty, !isDeclaring { main = globals }
    let compiler = Compiler(globals: globals, source: program.source)
    let frame = Frame(self, slots: resolver.slotCount, globals: globals, place: Label64("main"))
    // Functions, models and losses stand before anything runs, so that their order does not matter.
    for statement in program.statements where Compiler.isDeclaration(statement) {
      _ = try compiler.statementCode(statement)(frame)
      globals.history.append(statement)
    }
    var dryRun = isChecking ? DryRun(program) : nil
    var last = Value.none
    for statement in program.statements where !Compiler.isDeclaration(statement) {
      if isDeclaring, !Compiler.isNeededByDeclarations(statement) { continue }
      if dryRun?.evaluates(statement) == false { continue }
      let code = try compiler.topStatement(statement)
      do { last = try code(frame) } catch let failure as Failure
        where isDeclaring && failure.diagnostic.code == .unknownName
      {
        // A setting that is made of one that was not run stays unknown as well.
        continue
      }
      globals.history.append(statement)
      try each?(last)
    }
    return last
  }

  func checkInterrupt() throws {
    if Interrupts.isPending { throw Failure(.interrupted, "interrupted") }
  }
}
