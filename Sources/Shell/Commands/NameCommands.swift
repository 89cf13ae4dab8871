import Diagnostics
import Interpreter
import Semantics
import Syntax

extension Command {
  static let names = [
    Command(
      "who", "",
      "Lists the names of the session with their kinds, sizes and values; `~` marks those that are out of date.",
      example: "%who"
    ) { session, _ in session.who() },
    Command(
      "stale", "", "Lists what is out of date, because something that it was made of was bound again.",
      example: "%stale"
    ) { session, _ in session.listStale() },
    Command(
      "refresh", "[name ...]",
      "Makes what is out of date again, or just the names given and what they need, and nothing else.",
      example: "%refresh fit", takes: .names, isReplayed: true
    ) { session, text in try session.refresh(Command.names(in: text)) },
    Command(
      "forget", "name ...", "Makes names unknown and frees their memory; this cannot be undone.",
      example: "%forget fit", takes: .names,
      isReplayed: true
    ) { session, text in try session.forget(Command.names(in: text)) },
    Command(
      "undo", "", "Puts every name back to what it was before the last entry that changed one.", example: "%undo",
      isReplayed: true
    ) { session, _ in try session.undo() },
  ]
}

extension Session {
  /// Names of the session, in the order in which they were defined, with those that are imported apart.
  private var ownNames: (own: [String], imported: [(name: String, module: String)]) {
    var own: [String] = []
    var imported: [(name: String, module: String)] = []
    for name in definitions.names where globals.value(named: name) != nil {
      if let statement = definitions.all[name]?.statements.last,
        case .importNames(let path, _) = statement.kind
      {
        imported.append((name, path.map(\.text).joined(separator: ".")))
      } else {
        own.append(name)
      }
    }
    return (own, imported)
  }

  func who() {
    let (own, imported) = ownNames
    if own.isEmpty, imported.isEmpty {
      machine.output("no names yet")
      return
    }
    let stale = Set(definitions.stale().map(\.name))
    var bytes = HeldBytes()
    let rows = own.map { name -> [String] in
      let value = globals.value(named: name) ?? .none
      let size = bytes.add(value)
      return [stale.contains(name) ? "~" : " ", name, value.typeName, Self.bytes(size), value.outline]
    }
    for line in Self.columns(rows) { machine.output(line) }
    var modules: [String] = []
    for (_, module) in imported where !modules.contains(module) { modules.append(module) }
    for module in modules {
      let names = imported.filter { $0.module == module }.map(\.name)
      machine.output("  from \(module): \(names.joined(separator: ", "))")
    }
  }

  func listStale() {
    let stale = definitions.stale()
    if stale.isEmpty { machine.output("nothing is out of date") }
    let rows = stale.map { found in
      ["~", found.name, "reads \(found.cause), which \(found.isIndirect ? "is out of date" : "was bound again")"]
    }
    for line in Self.columns(rows) { machine.output(line) }
  }

  func refresh(_ names: [String]) throws {
    for name in names where definitions.all[name] == nil { throw unknown(name) }
    let order = definitions.refreshOrder(names.isEmpty ? definitions.names : names)
    guard !order.isEmpty else {
      machine.output(names.isEmpty ? "nothing is out of date" : "\(names.joined(separator: ", ")): not out of date")
      return
    }
    for name in order where definitions.all[name]?.readsOutputs ?? false {
      throw Failure(
        .unknownName, "`\(name)` was made of `it` or `out`, which may be something else now",
        tries: ["a name for that value, and `\(name)` from it"])
    }
    try changing("%refresh") {
      machine.beginEntry()
      for name in order {
        for statement in definitions.all[name]?.statements ?? [] {
          try again(statement)
        }
      }
    }
    machine.output("made again: \(order.joined(separator: ", "))")
  }

  func forget(_ names: [String]) throws {
    guard !names.isEmpty else { throw Failure(.wrongArguments, "%forget needs the names to forget") }
    for name in names where globals.value(named: name) == nil { throw unknown(name) }
    for name in names {
      guard let value = globals.value(named: name) else { continue }
      // Whoever forgets a model wants its memory, so no earlier state keeps it.
      outputs.release(value)
      for index in past.indices { past[index].release(name, value, of: globals) }
      globals.forget(name)
      definitions.forget(name)
    }
    accepted.add(
      AcceptedEntries.Entry(text: "%forget \(names.joined(separator: " "))", isCode: false, reads: [], output: nil))
  }

  func undo() throws {
    guard let last = past.popLast() else {
      throw Failure(
        .failed, "there is nothing to undo",
        notes: ["the last \(settings.undo) entries that bound something can be undone"])
    }
    last.restore(self)
    let line = last.entry.split(separator: "\n").first.map(String.init) ?? ""
    machine.output("undone: \(line)\(last.entry.contains("\n") ? " ..." : "")")
  }

  /// What is said of a name that nothing is called by.
  func unknown(_ name: String) -> Failure {
    Failure(
      .unknownName, "nothing here is called `\(name)`",
      tries: NameSuggestion.near(name, among: globals.table.names))
  }
}
