package import Diagnostics
package import Interpreter
import Semantics
import Syntax

/// An interactive session without a terminal: entries in, printed lines out. The prompt, transcripts and tests share
/// it.
package final class Session {
  package enum Outcome {
    /// The text may go on in another line; the mistakes that it has if it does not.
    case incomplete([Diagnostic])
    case done
    case failed([Diagnostic])
  }

  /// An entry that wants more lines.
  struct Incomplete: Error { let diagnostics: [Diagnostic] }

  package let machine: Machine
  /// What only the surroundings of a session can do.
  package var surroundings = Surroundings()
  package let globals = Globals(moduleName: "", isUser: true)
  /// Keeps every entry on disk before it runs; nil where nothing is kept.
  package var journal: Journal?
  var definitions = Definitions()
  var outputs = Outputs()
  var accepted = AcceptedEntries()
  /// What stood before each of the last entries that changed something, the oldest first.
  var past: [Snapshot] = []
  var settings = ShellSettings()
  let log: SessionLog
  /// The seed that the session began with, for a run of it from the top.
  let firstSeed: UInt64
  /// The script that this session is, so far.
  package var script: String { accepted.script }
  /// True while the entries of an earlier session run again.
  var isReplaying = false
  /// Trainings that were stopped when the entry ran before that is run again now.
  var stoppedBefore: [String] = []
  /// Whether the last entry was a binding, which a line that begins with `|>` would continue in a file.
  private var lastBinding: String?

  package init(_ machine: Machine) {
    self.machine = machine
    firstSeed = machine.seed
    log = SessionLog(of: machine)
  }

  /// The prompt; on a terminal it says how many names are out of date.
  package var prompt: String {
    let count = surroundings.isTerminal ? definitions.stale().count : 0
    return count == 0 ? "pmm> " : "pmm (\(count) stale)> "
  }

  /// Runs one entry, which may belong to the shell, and prints the values of its expressions.
  /// - Parameter name: what messages call the text.
  package func submit(_ text: String, named name: String = "pmm") -> Outcome {
    log.begin(text)
    let outcome = outcome { try perform(ShellLine(text, session: self), named: name) }
    log.end(outcome)
    return outcome
  }

  func outcome(_ body: () throws -> Void) -> Outcome {
    do {
      try body()
      return .done
    } catch let incomplete as Incomplete {
      return .incomplete(incomplete.diagnostics)
    } catch { return .failed(Self.diagnostics(of: error)) }
  }

  private func perform(_ line: ShellLine, named name: String) throws {
    switch line {
    case .code(let text, let isQuiet): try enter(try continued(text), named: name, isQuiet: isQuiet)
    case .command(let name, let argument):
      let command = try Command.named(name)
      guard !command.form.isEmpty || argument.isEmpty else {
        throw Failure(
          .wrongArguments, "`%\(command.name)` takes nothing behind it, and here stands \(argument)",
          tries: ["%\(command.name)"])
      }
      if command.isVolatile { log.hideOutput() }
      guard command.isReplayed else { return try command.perform(self, argument) }
      journal?.begin("%\(command.name) \(argument)".trimmed)
      do { try command.perform(self, argument) } catch {
        journal?.fail()
        throw error
      }
      journal?.accept()
    case .help(let name): try help(name)
    case .source(let name): try source(name)
    case .search(let text): try search(text)
    case .shapes(let text): try searchShapes(text)
    case .system(let command): try system(command)
    }
  }

  /// A line that begins with `|>` goes on with the last value. Behind a binding it would mean something else in a file.
  private func continued(_ text: String) throws -> String {
    let start = text.firstIndex { !$0.isWhitespace } ?? text.startIndex
    guard text[start...].hasPrefix("|>") else { return text }
    if let lastBinding {
      let name = lastBinding.prefix { $0 != " " && $0 != "=" }
      let isShort = !lastBinding.contains("\n")
      throw Failure(
        .syntax, "in a file this line would go on with the one above, which binds `\(name)` and is done here",
        tries: (isShort ? ["\(lastBinding) \(text[start...])"] : []) + ["\(name) \(text[start...])"])
    }
    guard outputs.latest != nil else {
      throw Failure(.syntax, "a line that begins with `|>` goes on with the last value, and there is none yet")
    }
    return "it \(text[start...])"
  }

  /// Runs a text of the language as one entry.
  /// - Parameters:
  ///   - name: what messages call it: `pmm` for the prompt, or a file.
  ///   - isQuiet: whether values stay unprinted; they are kept all the same.
  /// - Throws: `Incomplete`, or the mistakes. What ran before a mistake stays bound; an interrupt leaves everything as it
  ///   was.
  func enter(_ text: String, named name: String = "pmm", isQuiet: Bool = false) throws {
    let program = Parser.parse(SourceText(name: name, text: text))
    if program.isIncomplete { throw Incomplete(diagnostics: program.diagnostics) }
    if !program.diagnostics.isEmpty { throw Rejection(program.diagnostics) }
    guard !program.statements.isEmpty else { return }
    let before = Snapshot(of: self, text)
    let reads = outputs.offer(to: program, globals, definitions)
    journal?.begin(text, named: name)
    machine.beginEntry()
    machine.trainingStore?.beginEntry(stopped: stoppedBefore)
    let start = ContinuousClock.now
    var value = Value.none
    var place = 0
    let others = program.statements.filter { !$0.isDeclaration }
    var done = 0
    do {
      try machine.run(program, in: globals) { [machine] found in
        defer { done += 1 }
        if found.isNone { return }
        value = found
        if others.indices.contains(done) { place = others[done].span.start }
        if !isQuiet { machine.show(found) }
      }
    } catch {
      let ran = globals.history.dropFirst(before.statements).map { $0 }
      outputs.withdraw(from: globals)
      if Self.isInterrupt(error) || ran.isEmpty {
        before.restore(self)
        journal?.fail()
      } else {
        // What is done is done: a later mistake of a pasted block costs no training.
        settle(ran, reads, before)
        let text = ran.map(\.span.text).joined(separator: "\n")
        accepted.add(AcceptedEntries.Entry(text: text, name: name, isCode: true, reads: [], output: nil))
        journal?.fail()
        journal?.begin(text, named: name)
        journal?.accept(stopped: machine.trainingStore?.stopped ?? [])
      }
      throw error
    }
    outputs.withdraw(from: globals)
    settle(globals.history.dropFirst(before.statements).map { $0 }, reads, before)
    let number = value.isNone ? nil : outputs.keep(value, most: settings.outputs)
    accepted.add(
      AcceptedEntries.Entry(
        text: text, name: name, isCode: true, reads: reads, output: number.map { (number: $0, place: place) }))
    journal?.accept(hasOutput: number != nil, stopped: machine.trainingStore?.stopped ?? [])
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if !isReplaying, seconds >= settings.slow { surroundings.tookLong?(seconds) }
  }

  /// Puts down what statements bound and read, and what stood before them.
  func settle(_ statements: [Statement], _ reads: [Outputs.Read], _ before: Snapshot) {
    for statement in statements {
      definitions.note(statement, in: globals, machine, readsOutputs: !reads.isEmpty)
    }
    lastBinding = statements.last.flatMap { statement in
      if case .bind = statement.kind { statement.span.text } else { nil }
    }
    if statements.contains(where: { !$0.boundNames.isEmpty || !$0.namesUpdated.isEmpty }) { keep(before) }
  }

  /// Any error as diagnostics; one of an unknown kind asks for a report.
  package static func diagnostics(of error: any Error) -> [Diagnostic] {
    switch error {
    case let failure as Failure: [failure.diagnostic]
    case let rejection as Rejection: rejection.diagnostics
    default: [Diagnostic(.error, .inside, "\(error)", notes: ["please report this with the script that shows it"])]
    }
  }

  static func isInterrupt(_ error: any Error) -> Bool {
    (error as? Failure)?.diagnostic.code == .interrupted
  }
}

/// What a session can only do with the help of the program that it is part of.
package struct Surroundings {
  /// Whether somebody types: prompts then say more than a transcript could hold.
  package var isTerminal = false
  /// Runs a command of the system with the terminal and gives its exit status; nil where its lines are printed instead.
  package var system: ((String) throws -> Int32)?
  /// Is told of the seconds of an entry that took long.
  package var tookLong: ((Double) -> Void)?

  package init() {}
}
