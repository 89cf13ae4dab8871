import Diagnostics
import Foundation
import Interpreter
import Semantics
import Syntax

extension Session {
  /// The page of a name of the session, the language or the standard library, of a code or of a command.
  func help(_ name: String) throws {
    if name.isEmpty {
      for line in [
        "?name explains a name, ?\"text\" searches the documentation, ?[batch, step, d] -> [batch, d] searches by axes,",
        "??name shows how something is written, ?code explains the code of a message, %help lists the commands.",
        "A name and Tab show what there is; `pmm help` lists all builtins.",
      ] { machine.output(line) }
      return
    }
    if name.hasPrefix("%") { return machine.output(try Command.named(String(name.dropFirst())).page) }
    if let page = try page(of: name) ?? HelpPages.page(for: name, machine) {
      var lines = page.split(separator: "\n", omittingEmptySubsequences: false)
      while lines.last?.isEmpty ?? false { lines.removeLast() }
      // A session inside of a page is moved in: at the margin it would look like one that was typed here.
      let start = lines.firstIndex { $0.hasPrefix("pmm> ") } ?? lines.count
      let shown = lines.enumerated().map { $0.offset < start || $0.element.isEmpty ? $0.element : "  \($0.element)" }
      return machine.output(shown.joined(separator: "\n"))
    }
    let known = globals.table.names + machine.builtinNames + DiagnosticCode.allCases.map(\.rawValue)
    throw Failure(
      .unknownName, "there is no help on `\(name)`",
      tries: NameSuggestion.near(name, among: known).map { "?\($0)" } + ["?\"\(name)\""])
  }

  /// The value of a name of the session, also of a part or a method behind points.
  private func value(of path: String) throws -> Value? {
    let steps = path.split(separator: ".").map(String.init)
    guard let first = steps.first, var value = globals.value(named: first), globals.table.indices[first] != nil else {
      return nil
    }
    for step in steps.dropFirst() {
      switch value {
      case .module, .object, .record:
        value = try machine.field(step, of: value, at: Span(SourceText(name: "pmm", text: path), 0, path.utf8.count))
      default: return nil
      }
    }
    return value
  }

  private func page(of name: String) throws -> String? {
    guard let value = try value(of: name) else { return nil }
    if case .function(let function) = value {
      // What is imported has the page of its module.
      if function.documentation == nil, let page = HelpPages.page(for: name, machine) { return page }
      let documentation = function.documentation.map { "\n\n\($0)" } ?? ""
      let place = function.span.map { "\n\nfrom \($0.place)" } ?? ""
      return function.usage + documentation + place
    }
    var lines = ["\(name): \(value.typeName), \(value.outline)"]
    if let definition = definitions.all[name] {
      lines += definition.statements.suffix(3).map { $0.span.text }
      if let stale = definitions.stale().first(where: { $0.name == name }) {
        lines.append("out of date: it reads \(stale.cause)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// How something is written.
  func source(_ name: String) throws {
    if let value = try value(of: name) {
      if case .function(let function) = value, let span = function.span {
        return machine.output(Self.text(function, span))
      }
      if let definition = definitions.all[name] {
        return machine.output(definition.statements.map { $0.span.text }.joined(separator: "\n"))
      }
    }
    for module in HelpPages.libraryModules {
      guard let globals = try? machine.libraryModule(module),
        case .function(let function)? = globals.value(named: name), let span = function.span
      else { continue }
      return machine.output("# \(module).pmm\n" + Self.text(function, span))
    }
    if machine.builtins[name] != nil {
      return machine.output("`\(name)` is a builtin, not written in the language; ?\(name) explains it")
    }
    throw Failure(
      .unknownName, "nothing here is called `\(name)`",
      tries: NameSuggestion.near(name, among: globals.table.names + machine.builtinNames).map { "??\($0)" })
  }

  private static func text(_ function: Function, _ span: Span) -> String {
    let documentation = (function.documentation ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    let head = function.documentation == nil ? [] : documentation.map { $0.isEmpty ? "##" : "## \($0)" }
    return (head + [span.text]).joined(separator: "\n")
  }

  /// Prints the names whose documentation has all words of a text, those that have them in the name first.
  func search(_ text: String) throws {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    guard !words.isEmpty else { throw Failure(.wrongArguments, "a search needs words", tries: ["?\"attention\""]) }
    let found = DocumentedName.all(machine, globals).compactMap { entry -> (DocumentedName, Int)? in
      let name = entry.name.lowercased()
      let whole = "\(name) \(entry.documentation.lowercased())"
      guard words.allSatisfy(whole.contains) else { return nil }
      let isNamed = words.contains(where: name.contains)
      let isFirst = words.allSatisfy((entry.summary.lowercased()).contains)
      return (entry, isNamed ? 0 : isFirst ? 1 : 2)
    }
    if found.isEmpty { return machine.output("nothing found for \"\(text)\"") }
    let sorted = found.sorted { ($0.1, $0.0.name, $0.0.home) < ($1.1, $1.0.name, $1.0.home) }
    let rows = sorted.prefix(20).map { entry, _ in
      [entry.name, entry.home, entry.summary.count > 80 ? entry.summary.prefix(77) + "..." : entry.summary]
    }
    for line in Self.columns(rows) { machine.output(line) }
    if sorted.count > 20 { machine.output("and \(sorted.count - 20) more; another word finds fewer") }
  }

  /// Runs a command of the system: with the terminal where there is one, else its lines are printed.
  func system(_ command: String) throws {
    guard !command.isEmpty else { throw Failure(.wrongArguments, "`!` needs a command of the system", tries: ["!ls"]) }
    log.hideOutput()
    let status = try surroundings.system?(command) ?? SystemCommand.run(command, output: machine.output)
    if status != 0 { machine.output("exit status \(status)") }
  }
}

/// A name with its documentation, wherever it comes from.
struct DocumentedName {
  let name: String
  /// What has it: a module, or empty for the language and the session.
  let home: String
  let documentation: String

  /// The first sentence.
  var summary: String {
    let line = documentation.split(separator: "\n").first.map(String.init) ?? ""
    guard let end = line.firstRange(of: ". ") else { return line }
    return String(line[..<end.lowerBound]) + "."
  }

  static func all(_ machine: Machine, _ globals: Globals) -> [DocumentedName] {
    var all = machine.builtins.values.map { DocumentedName(name: $0.name, home: "", documentation: $0.summary) }
    for code in DiagnosticCode.allCases {
      all.append(
        DocumentedName(name: code.rawValue, home: "message", documentation: "\(code.meaning)\n\(code.explanation)"))
    }
    all += Command.all.map { DocumentedName(name: $0.usage, home: "command", documentation: $0.help) }
    func add(_ globals: Globals, _ home: String) {
      for name in globals.table.names where !name.hasPrefix("_") {
        guard case .function(let function)? = globals.value(named: name) else { continue }
        // What a file imports belongs to another.
        guard
          home.isEmpty
            || function.span.map({ $0.source.name.hasSuffix("/\(home).pmm") || $0.source === globals.source }) ?? false
        else { continue }
        all.append(DocumentedName(name: name, home: home, documentation: function.documentation ?? ""))
      }
    }
    for module in HelpPages.libraryModules {
      if let globals = try? machine.libraryModule(module) { add(globals, module) }
    }
    return all
  }
}
