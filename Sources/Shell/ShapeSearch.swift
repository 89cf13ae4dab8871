import Diagnostics
import Interpreter
import Syntax

/// What takes and gives tensors of certain axes, as far as annotations say so.
struct ShapeSearch {
  /// One tensor: names of its axes; nil for any further ones.
  private typealias Axes = [String?]

  private struct Candidate {
    let usage: String
    let inputs: [Axes]
    let result: Axes
  }

  private let inputs: [Axes]
  private let result: Axes

  /// - Parameter text: such as `[batch, step, d] -> [batch, d]`, or `[item, d], [batch, d] -> [batch, item]`.
  /// - Throws: a `Failure` when the text is no such thing.
  init(_ text: String) throws {
    let source = SourceText(name: "pmm", text: "def f(\(Self.parameters(text))) = 0")
    let wrong = Failure(
      .syntax, "a search by axes is written as ?[batch, step, d] -> [batch, d]",
      tries: ["?[batch, step, d] -> [batch, d]", "?\"words\""])
    let program = Parser.parse(source)
    guard program.diagnostics.isEmpty, program.statements.count == 1,
      case .define(_, let tree) = program.statements[0].kind, let last = tree.parameters.last,
      text.contains("->"), let result = last.type.flatMap(Self.axes)
    else { throw wrong }
    let inputs = tree.parameters.dropLast().map { $0.type.flatMap(Self.axes) }
    guard inputs.allSatisfy({ $0 != nil }) else { throw wrong }
    self.inputs = inputs.compactMap { $0 }
    self.result = result
  }

  /// The query as parameters, the result the last of them.
  private static func parameters(_ text: String) -> String {
    var list: [String] = []
    var depth = 0
    var current = ""
    for character in text.replacing("->", with: ",") {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if character == ",", depth == 0 {
        list.append(current)
        current = ""
      } else {
        current.append(character)
      }
    }
    list.append(current)
    return list.filter { !$0.trimmed.isEmpty }.enumerated().map { "p\($0.offset): \($0.element.trimmed)" }
      .joined(separator: ", ")
  }

  private static func axes(_ type: TypeTree) -> Axes? {
    guard case .shape(_, let dimensions, _) = type else { return nil }
    return dimensions.map { dimension in
      if case .axis(let name, _) = dimension, case .name(let text) = name.kind { return text }
      return nil
    }
  }

  /// The same search among builtins, which say no axes; nil where `...` leaves some open.
  var trials: ShapeTrials? {
    let closed = inputs.map { $0.compactMap { $0 } }
    let wanted = result.compactMap { $0 }
    guard zip(closed, inputs).allSatisfy({ $0.count == $1.count }), wanted.count == result.count else { return nil }
    return ShapeTrials(inputs: closed, result: wanted)
  }

  /// What fits with the axes as they are called, and what fits with other names for them.
  func found(_ machine: Machine, _ globals: Globals) -> (exact: [String], renamed: [String]) {
    var candidates: [Candidate] = []
    for module in HelpPages.libraryModules {
      guard let source = (try? machine.libraryModule(module))?.source else { continue }
      candidates += Self.candidates(in: Parser.parse(source).statements, "\(module).")
    }
    candidates += Self.candidates(in: globals.history, "")
    let exact = candidates.filter { fits($0, renaming: false) }
    let renamed = candidates.filter { !fits($0, renaming: false) && fits($0, renaming: true) }
    return (Self.unique(exact.map(\.usage)), Self.unique(renamed.map(\.usage)))
  }

  private static func unique(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }
  }

  private static func candidates(in statements: [Statement], _ prefix: String) -> [Candidate] {
    statements.flatMap { statement -> [Candidate] in
      switch statement.kind {
      case .define(_, let tree), .loss(_, let tree): return candidate(tree, prefix).map { [$0] } ?? []
      case .model(let local, let tree):
        return tree.members.compactMap { member in
          guard case .method(let method) = member else { return nil }
          return candidate(method, "\(prefix)\(local.name.text).")
        }
      case .importModule, .importNames, .axis, .type, .bind, .update, .loop, .whileLoop, .returnValue, .expression:
        return []
      }
    }
  }

  private static func candidate(_ tree: FunctionTree, _ prefix: String) -> Candidate? {
    guard !tree.name.text.hasPrefix("_"), let result = tree.result.flatMap(axes) else { return nil }
    let text = tree.name.span.source.slice(tree.name.span.start..<tree.body.span.start)
    var usage = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if usage.hasSuffix(" =") { usage = String(usage.dropLast(2)) }
    return Candidate(
      usage: prefix + usage, inputs: tree.parameters.compactMap { $0.type.flatMap(axes) }, result: result)
  }

  private func fits(_ candidate: Candidate, renaming: Bool) -> Bool {
    var names: [String: String] = [:]
    guard Self.matches(result, candidate.result, renaming, &names) else { return false }
    var open = candidate.inputs[...]
    for input in inputs {
      guard
        let place = open.firstIndex(where: { other in
          var trial = names
          return Self.matches(input, other, renaming, &trial)
        })
      else { return false }
      _ = Self.matches(input, open[place], renaming, &names)
      open.remove(at: place)
    }
    return true
  }

  /// Whether axes are the same in any order; `...` stands for any others.
  private static func matches(_ wanted: Axes, _ given: Axes, _ renaming: Bool, _ names: inout [String: String]) -> Bool
  {
    let (asked, found) = (wanted.compactMap { $0 }, given.compactMap { $0 })
    if renaming {
      // Order counts here, since nothing else says which axis is which.
      let isOpen = wanted.count != asked.count || given.count != found.count
      guard !isOpen, asked.count == found.count else { return false }
      for (a, b) in zip(asked, found) {
        if let known = names[a] {
          guard known == b else { return false }
        } else if names.values.contains(b) {
          return false
        } else {
          names[a] = b
        }
      }
      return true
    }
    let missing = asked.filter { !found.contains($0) }
    let further = found.filter { !asked.contains($0) }
    return (missing.isEmpty || given.count != found.count) && (further.isEmpty || wanted.count != asked.count)
  }
}

extension Session {
  private static let mostCalls = 12

  func searchShapes(_ text: String) throws {
    let search = try ShapeSearch(text)
    let (exact, renamed) = search.found(machine, globals)
    for usage in exact { machine.output(usage) }
    // What says no axes is tried out.
    let declared = Set(definitions.names.filter { if case .axis? = globals.value(named: $0) { true } else { false } })
    let calls = try search.trials?.found(machine, declared: declared) ?? []
    for call in calls.prefix(Self.mostCalls) { machine.output(call) }
    if calls.count > Self.mostCalls { machine.output("and \(calls.count - Self.mostCalls) calls more") }
    if exact.isEmpty, renamed.isEmpty, calls.isEmpty { machine.output("nothing fits \(text)") }
    guard !renamed.isEmpty else { return }
    machine.output("with other names for the axes:")
    for usage in renamed.prefix(12) { machine.output("  \(usage)") }
    if renamed.count > 12 { machine.output("  and \(renamed.count - 12) more") }
  }
}
