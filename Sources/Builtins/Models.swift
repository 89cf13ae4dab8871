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
          guard parameter.numbers != nil, paths.paths.contains(where: { $0.covers(path) }) else { return parameter }
          return parameter.with(numbers: nil, origin: origin)
        }
      },
      Builtin(
        "check", "Runs a model and a goal on the shapes of a data set, before any number; says what they need.",
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<Value>("data"), BuiltinParameter<Goal>("goal"),
        examples: """
          pmm> try { check(1, 2, 3) } catch e { e.code }
          wrong-type
          """
      ) { call, model, data, goal -> Value in
        let corpus = try Corpus.from(data, call, argument: 1)
        _ = try corpus.check(model, goal, call)
        return .none
      },
    ]
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
