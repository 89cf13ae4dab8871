import Diagnostics
import Interpreter
import NamedTensors

/// One path or a list of them.
struct PathList: ValueConvertible {
  let paths: [PathValue]
  static var typeName: String { "a path such as .text.embed, or a list of them" }
  static func from(_ value: Value) -> PathList? {
    if case .path(let path) = value { return PathList(paths: [path]) }
    return [PathValue].from(value).map { PathList(paths: $0) }
  }
  func asValue(_ invocation: Invocation) -> Value { .list(paths.map { .path($0) }) }
}

/// What `check` found: that a model and a goal fit the data, and what they read of it.
final class CheckReport: LanguageObject {
  let printed: String
  private let reads: [String]

  init(_ model: ModuleInstance, _ goal: Goal, _ corpus: Corpus, _ needs: Corpus.Requirements) {
    reads = needs.reads
    let data = corpus.platforms.map(\.name).joined(separator: ", ")
    let steps = needs.longest.map { "; rows of up to \($0) steps" } ?? ""
    printed = """
      \(model.definition.name) and \(goal.terms.map(\.name).joined(separator: " + ")) fit \(data)
        read of a batch: \(needs.reads.joined(separator: ", "))\(steps)
      """
  }

  var typeName: String { "check" }
  var fieldNames: [String] { ["reads"] }
  func field(_ name: String) -> Value? { name == "reads" ? .list(reads.map { .string($0) }) : nil }
}

extension Catalog {
  static var models: [Builtin] {
    [
      Builtin(
        "freeze", "The model with the parameters at these paths out of training: no gradient, no decay.",
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<PathList>("paths"),
        examples: """
          pmm> from layers import MLP
          pmm> length(keys({model: freeze(MLP(d(2), item(2), d(2)), .up)}))
          1
          """
      ) { call, model, paths in try frozen(model, paths.paths, call) { _, inside in inside ? true : nil } },
      Builtin(
        "unfreeze", "The model with the parameters at these paths in training again.",
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<PathList>("paths"),
        examples: """
          pmm> from layers import Linear
          pmm> axes(unfreeze(freeze(Linear(d(2), item(3)), .weight), .weight)(full(1.0, [d(2)])))
          [item=3]
          """
      ) { call, model, paths in try frozen(model, paths.paths, call) { _, inside in inside ? false : nil } },
      Builtin(
        "only", "The model with everything frozen but the parameters at these paths.",
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<PathList>("paths"),
        examples: """
          pmm> from layers import Linear
          pmm> axes(only(Linear(d(2), item(3)), .bias)(full(1.0, [d(2)])))
          [item=3]
          """
      ) { call, model, paths in try frozen(model, paths.paths, call) { _, inside in !inside } },
      Builtin(
        "fresh", "The model with trained numbers at these paths turned back into recipes for new ones.",
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<PathList>("paths"),
        examples: """
          pmm> from layers import Linear
          pmm> axes(fresh(Linear(d(2), item(3)), .weight)(full(1.0, [d(2)])))
          [item=3]
          """
      ) { call, model, paths in
        try matched(model, paths.paths, call)
        let origin = Origin("`fresh` at \(call.span.place)", span: call.span)
        return model.mappingParameters(origin: origin, ofFreshOnly: true) { path, parameter in
          guard parameter.hasNumbers, paths.paths.contains(where: { $0.covers(path) }) else { return parameter }
          return parameter.fresh(origin: origin)
        }
      },
      Builtin(
        "check",
        """
        Runs a model and every term of a goal on the shapes of a data set, before any number is computed or memory taken, and says \
        what they read. `train` does so first.
        """,
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<Value>("data"), BuiltinParameter<Goal>("goal"),
        examples: """
          pmm> try { check(1, 2, 3) } catch e { e.code }
          wrong-type
          """
      ) { call, model, data, goal -> Value in
        let corpus = try Corpus.from(data, call, argument: 1)
        let needs = try corpus.check(model, goal, call)
        try warnOfTwoNoises(goal, call)
        return .object(CheckReport(model, goal, corpus, needs))
      },
    ]
  }

  /// Terms that corrupt a batch share one noised row only where they ask for the same noise.
  private static func warnOfTwoNoises(_ goal: Goal, _ call: Invocation) throws {
    let noises = try goal.terms.compactMap { term -> (name: String, noise: String)? in
      let defaults = try call.machine.defaults(of: term.loss)
      guard let shuffle = defaults["shuffle"], let replace = defaults["replace"] else { return nil }
      let given = Dictionary(term.settings.map { ($0.name, $0.value) }) { _, last in last }
      return (
        term.name, "shuffle \((given["shuffle"] ?? shuffle).printed), replace \((given["replace"] ?? replace).printed)"
      )
    }
    guard Set(noises.map(\.noise)).count > 1 else { return }
    call.machine.note(
      "each noise is a row of its own to encode: \(noises.map { "\($0.name) has \($0.noise)" }.joined(separator: "; "))"
    )
  }

  /// Sets the frozen mark; `decide` gives the new mark or nil to leave it.
  private static func frozen(
    _ model: ModuleInstance, _ paths: [PathValue], _ call: Invocation, _ decide: (Bool, Bool) -> Bool?
  ) throws -> ModuleInstance {
    try matched(model, paths, call)
    return model.mappingParameters { path, parameter in
      let inside = paths.contains { $0.covers(path) }
      guard let mark = decide(parameter.isFrozen, inside), mark != parameter.isFrozen else { return parameter }
      return parameter.with(isFrozen: mark)
    }
  }

  /// A path that matches nothing is an error, unless it leads to a dropped part.
  static func matched(
    _ model: ModuleInstance, _ paths: [PathValue], _ call: Invocation, argument: Int? = 1
  ) throws {
    let all = try model.placement().parameters.map(\.path)
    for path in paths {
      if all.contains(where: { path.covers($0) }) { continue }
      let isDropped = model.parts.contains { part in
        if case .absent = part.value { return path.steps[0].contains(part.name) }
        return false
      }
      if isDropped { continue }
      let depth = path.steps.count
      let candidates = Set(all.map { "." + $0.prefix(depth).joined(separator: ".") })
      let near = NameSuggestion.near(path.description, among: candidates)
      throw call.fail(
        .unknownPart, "the path \(path) matches nothing in \(model.definition.name)", argument: argument,
        tries: near.isEmpty ? candidates.sorted().prefix(5).map { $0 } : near)
    }
  }
}
