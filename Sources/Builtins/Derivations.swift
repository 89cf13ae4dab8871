import Checkpoint
import Diagnostics
import Interpreter
import Semantics
import Syntax
import TensorFiles

/// Where a value of the top level comes from: what was called, on which lines, with which seed and inputs, and the shortest
/// script that makes it again.
final class Derivation: LanguageObject {
  let subject: String
  let value: String
  /// `what` and what is said of it.
  let facts: [(what: String, text: String)]
  let script: String

  init(subject: String, value: String, facts: [(what: String, text: String)], script: String) {
    self.subject = subject
    self.value = value
    self.facts = facts
    self.script = script
  }

  var typeName: String { "derivation" }
  var fieldNames: [String] { ["script", "value"] + facts.map(\.what) }
  func field(_ name: String) -> Value? {
    switch name {
    case "script": .string(script)
    case "value": .string(value)
    default: facts.first { $0.what == name }.map { .string($0.text) }
    }
  }

  var printed: String {
    var lines = ["\(subject) is \(value)"]
    let width = facts.map(\.what.count).max() ?? 0
    for fact in facts {
      for (index, line) in fact.text.split(separator: "\n").enumerated() {
        let head = index == 0 ? fact.what : ""
        lines.append("  \(head)\(String(repeating: " ", count: width - head.count))  \(line)")
      }
    }
    lines.append("the shortest script that makes it again:")
    lines += script.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      $0.isEmpty ? "" : "  \($0)"
    }
    return lines.joined(separator: "\n")
  }

  func save(to path: String, _ call: Invocation) throws {
    guard path.hasSuffix(".pmm") else {
      throw call.fail(
        .file, "a script is saved as .pmm, and \(path) ends otherwise", argument: 1, tries: ["\(path).pmm"])
    }
    do throws(FileError) { try AtomicFile.write(Array(script.utf8), to: path) } catch {
      throw error.failure(call, argument: 1)
    }
  }
}

extension Catalog {
  static var derivations: [Builtin] {
    [
      Builtin(
        "why",
        """
        Where the value of a top-level name or of a cell of a table comes from: the lines and calls that made it, seeds, inputs, \
        and the shortest script that makes it again, which `save(why(x), "again.pmm")` writes. Of a grid only the cell asked for \
        is in the script.
        """,
        BuiltinParameter<Value>("x"),
        examples: """
          pmm> base = 2
          pmm> other = 3
          pmm> t = grid k in 1..3 { {square: base * k * k} }
          pmm> why(t[2].square)
          t[2].square is 8
            made by  t = grid k in 1..3 { {square: base * k * k} }, pmm:1
            cell     k = 2
            from     base (pmm:1)
            seed     0, the script's
          the shortest script that makes it again:
            base = 2
            t = grid k in [2] { {square: base * k * k} }
            print(t[2].square)
          """
      ) { call, value -> Value in
        guard let globals = call.machine.main, let span = call.spans[0] else {
          throw call.fail(.wrongType, "`why` looks at names of a script or of the prompt, and here is neither")
        }
        return .object(try derivation(of: span.text, value, globals, span, call))
      }
    ]
  }

  private static func derivation(
    of text: String, _ value: Value, _ globals: Globals, _ span: Span, _ call: Invocation
  ) throws -> Derivation {
    let slice = try Slice(of: text, in: globals, at: span)
    var facts: [(what: String, text: String)] = []
    if let root = slice.names.first, let made = slice.statements.last(where: { $0.boundNames.contains(root) }) {
      facts.append(("made by", "\(firstLine(of: made)), \(made.span.place)"))
    }
    if !slice.cell.isEmpty {
      facts.append(("cell", slice.cell.map { "\($0.axis) = \($0.key)" }.joined(separator: ", ")))
    }
    let others = slice.names.dropFirst().compactMap { name in
      slice.statements.last { $0.boundNames.contains(name) }.map { "\(name) (\($0.span.place))" }
    }
    if !others.isEmpty { facts.append(("from", others.joined(separator: ", "))) }
    facts.append(("seed", seed(slice, call.machine)))
    let inputs = inputs(slice, globals)
    if !inputs.isEmpty { facts.append(("inputs", inputs.joined(separator: "\n"))) }
    let options = call.machine.givenOptions.sorted { $0.key < $1.key }
      .filter { name, _ in slice.lines.contains { $0.contains("option(\"\(name)\"") } }
    if !options.isEmpty {
      facts.append(("options", options.map { "--set \($0.key)=\($0.value)" }.joined(separator: " ")))
    }
    var script = slice.lines.joined(separator: "\n") + "\n"
    if call.machine.seed != 0 { script = "# run with --seed \(call.machine.seed)\n" + script }
    for option in options { script = "# run with --set \(option.key)=\(option.value)\n" + script }
    script += "print(\(text))\n"
    let shown = value.printed.split(separator: "\n").first.map(String.init) ?? ""
    return Derivation(subject: text, value: shown, facts: facts, script: script)
  }

  private static func firstLine(of statement: Statement) -> String {
    let lines = statement.span.text.split(separator: "\n")
    let first = lines.first.map(String.init) ?? ""
    return lines.count > 1 ? "\(first) ..." : first
  }

  private static func seed(_ slice: Slice, _ machine: Machine) -> String {
    if let own = slice.cell.first(where: { $0.axis == "seed" }) { return "\(own.key), the cell's" }
    var given: [String] = []
    for statement in slice.statements {
      statement.visit { expression in
        guard case .call(_, let arguments) = expression.kind else { return }
        for argument in arguments where argument.name?.text == "seed" {
          given.append("\(argument.value.span.text), given to \(expression.span.text.prefix { $0 != "(" })")
        }
      }
    }
    return (["\(machine.seed), the script's"] + given).joined(separator: "; ")
  }

  /// What was read from outside, with a fingerprint where the value is still at hand.
  private static func inputs(_ slice: Slice, _ globals: Globals) -> [String] {
    var found: [String] = []
    for statement in slice.statements {
      statement.visit { expression in
        guard case .call(let callee, _) = expression.kind, case .name(let name) = callee.kind,
          ["dataset", "open", "world", "image"].contains(name), callee.binding == .builtin(name)
        else { return }
        var line = "\(expression.span.text), \(expression.span.place)"
        if case .bind(let local, _, let whole) = statement.kind, whole === expression,
          case .object(let object)? = globals.value(named: local.name.text), let data = object as? DataSet
        {
          line += ", fingerprint \(data.platform.fingerprint.prefix(18))"
        }
        if !found.contains(line) { found.append(line) }
      }
    }
    return found
  }
}
