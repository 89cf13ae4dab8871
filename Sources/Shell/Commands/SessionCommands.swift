import Diagnostics
import Foundation
import Interpreter
import Semantics
import Syntax

extension Command {
  static let sessions = [
    Command(
      "save", "f.pmm", "Writes the entries that ran without a mistake as a script that runs from the top.",
      example: "%save monday.pmm", takes: .files
    ) { session, text in try session.save(text) },
    Command(
      "log", "f.txt",
      "Writes the session, from its first entry and from now on, as a transcript that `pmm test` replays.",
      example: "%log monday.txt", takes: .files
    ) { session, text in
      try TextFile.require(text, ".txt", for: "a transcript")
      // The log does not log that it begins.
      session.log.replace(by: nil)
      try session.log.write(to: text)
      session.machine.output("this session is written to \(text)")
    },
    Command(
      "replay", "[f]",
      "Runs the session from the top again, or a script or a transcript, and says whether its names come out the same.",
      example: "%replay", takes: .files
    ) { session, text in try session.replay(text) },
    Command(
      "reload", "", "Reads the modules again whose files were changed; what was made with them is then out of date.",
      example: "%reload", isReplayed: true
    ) { session, _ in try session.reload() },
    Command(
      "edit", "[name]", "Opens what defines a name, or the last entry, in $VISUAL or $EDITOR, and runs it on return.",
      example: "%edit goal", takes: .names
    ) { session, text in try session.edit(text) },
  ]
}

extension Session {
  func save(_ path: String) throws {
    try TextFile.require(path, ".pmm", for: "a script")
    if let entry = accepted.unnamed {
      throw Failure(
        .failed, "this entry reads `out` by a number that is computed, which no script can: \(entry.text)",
        tries: ["out[1], with a number that is written out"])
    }
    try TextFile.write(accepted.script, to: path)
    machine.output("\(accepted.all.count(where: \.isCode)) entries written to \(path)")
  }

  // MARK: Again from the top

  func replay(_ path: String) throws {
    var entries = accepted.all.map { (text: $0.text, name: $0.name) }
    if path.hasSuffix(".txt") {
      entries = Self.typed(in: try TextFile.read(path)).map { (text: $0, name: "pmm") }
    } else if !path.isEmpty {
      entries = [(text: try TextFile.read(path), name: path)]
    }
    guard !entries.isEmpty else { return machine.output("there is no entry to run again") }
    let other = Session(try machine.another(output: { _ in }, notes: { _ in }))
    other.machine.seed = firstSeed
    other.isReplaying = true
    for entry in entries {
      switch other.submit(entry.text, named: entry.name) {
      case .done: break
      case .incomplete(let found), .failed(let found):
        if found.contains(where: { $0.code == .interrupted }) { throw Failure(.interrupted, "interrupted") }
        // A transcript may show mistakes; a session from the top must not.
        guard !path.hasSuffix(".txt") else { continue }
        let line = entry.text.split(separator: "\n").first.map(String.init) ?? ""
        machine.output("from the top this fails: \(line)")
        for diagnostic in found { machine.output("  \(diagnostic.message)") }
      }
    }
    compare(other)
  }

  /// What was typed in a transcript.
  private static func typed(in text: String) -> [String] {
    var entries: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("pmm> ") {
        entries.append(String(line.dropFirst(5)))
      } else if line.hasPrefix("...> "), let last = entries.popLast() {
        entries.append(last + "\n" + line.dropFirst(5))
      }
    }
    return entries
  }

  /// Says which names are bound to something else in another session.
  private func compare(_ other: Session) {
    var rows: [[String]] = []
    var equal = 0
    let names = definitions.names + other.definitions.names.filter { definitions.all[$0] == nil }
    for name in names {
      switch (globals.value(named: name), other.globals.value(named: name)) {
      case (let here?, let there?):
        if isSame(here, there, other) {
          equal += 1
        } else {
          rows.append(["  \(name)", "is \(here.outline) here and \(there.outline) from the top"])
        }
      case (.some, nil): rows.append(["  \(name)", "is not bound from the top"])
      case (nil, .some): rows.append(["  \(name)", "is not bound here"])
      case (nil, nil): break
      }
    }
    machine.output(
      rows.isEmpty
        ? "from the top all \(equal) names come out the same"
        : "from the top \(equal) of \(equal + rows.count) names come out the same; others do not:")
    for line in Self.columns(rows) { machine.output(line) }
  }

  private func isSame(_ here: Value, _ there: Value, _ other: Session) -> Bool {
    let hash: ([UInt8]) -> String = { String(decoding: $0, as: UTF8.self) + "\($0.count)" }
    if let a = try? Fingerprint(machine, hash: hash).digest(here),
      let b = try? Fingerprint(other.machine, hash: hash).digest(there)
    {
      return a == b
    }
    return here.typeName == there.typeName && here.printed == there.printed
  }

  // MARK: Changed sources

  func reload() throws {
    let (names, restore) = machine.forgetChangedModules()
    guard !names.isEmpty else { return machine.output("no file of an imported module was changed") }
    do {
      try changing("%reload") {
        machine.beginEntry()
        var seen: Set<ObjectIdentifier> = []
        for name in definitions.names {
          guard let statement = definitions.all[name]?.statements.last,
            seen.insert(ObjectIdentifier(statement)).inserted
          else { continue }
          switch statement.kind {
          case .importModule(let path, _), .importNames(let path, _):
            if names.contains(path.map(\.text).joined(separator: ".")) { try again(statement) }
          case .axis, .type, .model, .loss, .define, .bind, .update, .loop, .whileLoop, .returnValue, .expression: break
          }
        }
      }
    } catch {
      restore()
      throw error
    }
    let stale = definitions.stale().map(\.name)
    machine.output("read again: \(names.joined(separator: ", "))")
    if !stale.isEmpty { machine.output("out of date now: \(stale.joined(separator: ", "))") }
  }

  /// Runs a statement of the session once more.
  func again(_ statement: Statement) throws {
    let done = globals.history.count
    try machine.run(SourceText(name: statement.span.source.name, text: statement.span.text), in: globals)
    for ran in globals.history.dropFirst(done) { definitions.note(ran, in: globals, machine, readsOutputs: false) }
    accepted.add(
      AcceptedEntries.Entry(
        text: statement.span.text, name: statement.span.source.name, isCode: true, reads: [], output: nil))
  }

  // MARK: An editor

  func edit(_ name: String) throws {
    let environment = ProcessInfo.processInfo.environment
    let editor = ["VISUAL", "EDITOR"].compactMap { environment[$0] }.first { !$0.isEmpty }
    guard let editor else {
      throw Failure(.failed, "neither VISUAL nor EDITOR names an editor", tries: ["EDITOR=nano pmm"])
    }
    let before: String
    if name.isEmpty {
      before = accepted.all.last(where: \.isCode)?.text ?? ""
    } else {
      guard let definition = definitions.all[name] else { throw unknown(name) }
      before = definition.statements.map { $0.span.text }.joined(separator: "\n")
    }
    let path = NSTemporaryDirectory() + "/pmm-\(UUID().uuidString).pmm"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try TextFile.write(before + "\n", to: path)
    let command = "\(editor) '\(path.replacing("'", with: "'\\''"))'"
    let status = try surroundings.system?(command) ?? SystemCommand.run(command, output: machine.output)
    guard status == 0 else { throw Failure(.failed, "the editor ended with status \(status), so nothing was run") }
    let after = try TextFile.read(path).trimmed
    if after.isEmpty || after == before.trimmed { return machine.output("nothing was changed") }
    log.replace(by: after)
    try enterWhole(after, named: "pmm")
  }

  /// Names that hold a training which nothing saved.
  package var unsavedTrainings: [String] {
    var saved: Set<String> = []
    for statement in globals.history {
      var isSaving = false
      statement.visit { expression in
        if case .builtin(let name)? = expression.binding, name == "save" || name == "export" { isSaving = true }
      }
      if isSaving { saved.formUnion(statement.namesRead) }
    }
    // Whoever saved `fit.model` under another name has saved the training.
    var open = Array(saved)
    while let name = open.popLast() {
      for read in definitions.all[name]?.reads.keys ?? [:].keys where saved.insert(read).inserted { open.append(read) }
    }
    return definitions.names.filter { name in
      guard !saved.contains(name), case .object(let object)? = globals.value(named: name) else { return false }
      return object.typeName == "run"
    }
  }
}
