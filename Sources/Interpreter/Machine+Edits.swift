import Autodiff
package import Diagnostics
import NamedTensors
import Syntax

extension Machine {
  // MARK: with

  func edit(_ base: Value, with changes: Value, at span: Span, changesAt: Span) throws -> Value {
    switch base {
    case .absent: return base
    case .record(let record):
      return .record(record.with(try fields(changes, changesAt)))
    case .module(let module, _):
      let fields = try fields(changes, changesAt)
      do { return .module(try edit(module, with: fields, at: changesAt), within: nil) } catch var failure as Failure {
        for (name, value) in fields {
          // A part of a file has no line that could be shown.
          guard case .module(let part, _) = value, part.origin.span == nil else { continue }
          failure.diagnostic.notes.append("`\(name)` comes from \(part.origin.text)")
        }
        throw placed(blamed(failure, module, fields, at: span, changesAt), span)
      }
    default:
      if let goal = Goal.from(base) {
        return .goal(try edit(goal, with: try fields(changes, changesAt), at: changesAt))
      }
      throw Failure(.wrongType, "`with` edits a record, a model or a sum of losses, not \(base.described)", at: span)
    }
  }

  private func fields(_ value: Value, _ span: Span) throws -> [(String, Value)] {
    guard case .record(let record) = value else {
      throw Failure(
        .wrongType, "`with` takes a record, not \(value.described)", at: span,
        tries: ["with {name: ...}", "with ck.{text, user}"])
    }
    return try record.fields()
  }

  /// A model with parts replaced by name or path.
  package func edit(_ module: ModuleInstance, with fields: [(String, Value)], at span: Span) throws -> ModuleInstance {
    var result = module.copied()
    for (name, value) in fields {
      let path = PathValue(text: name)?.steps ?? [[name]]
      if case .absent(let absence) = value {
        throw Self.absent(absence.facts, usedBy: "`with`", at: span)
      }
      result = try replaced(result, path[...], value.detachedFromWhole, [], span)
      for steps in Self.expanded(path) { result.edits.append(.with(path: steps, value.detachedFromWhole)) }
    }
    // What went only because nothing reached it gets another chance.
    for index in result.definition.partIndices {
      if case .absent(let absence) = result.members[index], absence.isFollowing, let former = absence.former {
        result.members[index] = former
      }
    }
    try finish(result, at: span)
    return result
  }

  private static func expanded(_ steps: [[String]]) -> [[String]] {
    steps.reduce([[]]) { paths, names in paths.flatMap { path in names.map { path + [$0] } } }
  }

  private func finish(_ module: ModuleInstance, at span: Span) throws {
    _ = try module.placement()
    guard constructing == 0 else { return }
    try checkShapes(of: module)
    for name in ["forward", "items", "users"] {
      guard let part = module.gone[name] else { continue }
      throw Failure(
        .partDangling, "without `\(part)` nothing is left of the method `\(name)` of \(module.definition.name)",
        at: span,
        tries: ["keep one branch"])
    }
  }

  /// A copy of a module with the value at a path replaced.
  private func replaced(
    _ module: ModuleInstance, _ steps: ArraySlice<[String]>, _ new: Value, _ walked: [String], _ span: Span
  ) throws -> ModuleInstance {
    let copy = module.copied()
    guard let names = steps.first else { return copy }
    for name in names {
      guard let index = module.memberIndex(name), module.definition.partIndices.contains(index) else {
        throw unknownPart(name, module, walked, span)
      }
      copy.members[index] = try replaced(
        module.members[index], steps.dropFirst(), new, walked + [name], span)
    }
    // An inner part can be taken out and built again on its own, so it keeps its own edits.
    if !walked.isEmpty { for path in Self.expanded(Array(steps)) { copy.edits.append(.with(path: path, new)) } }
    return copy
  }

  private func replaced(
    _ old: Value, _ steps: ArraySlice<[String]>, _ new: Value, _ walked: [String], _ span: Span
  ) throws -> Value {
    guard let names = steps.first else { return try placed(new, over: old, walked, span) }
    switch old {
    case .module(let inner, _): return .module(try replaced(inner, steps, new, walked, span), within: nil)
    case .list(let values):
      let picked = names.compactMap { Int($0) }
      // A name after a list goes to all its elements; numbers pick some.
      let isPick = picked.count == names.count
      if isPick, let bad = picked.first(where: { $0 < 0 || $0 >= values.count }) {
        throw Failure(
          .unknownPart, "`\(walked.joined(separator: "."))` has \(values.count) elements, so none is \(bad)", at: span)
      }
      return .list(
        try values.enumerated().map { index, value in
          if isPick, !picked.contains(index) { return value }
          return try replaced(value, isPick ? steps.dropFirst() : steps, new, walked + ["\(index)"], span)
        })
    default:
      throw Failure(.unknownPart, "`\(walked.joined(separator: "."))` is \(old.described) and has no parts", at: span)
    }
  }

  private func placed(_ new: Value, over old: Value, _ path: [String], _ span: Span) throws -> Value {
    let name = path.joined(separator: ".")
    switch new {
    case .module, .none, .function, .parameter: return new
    case .list(let values):
      for value in values {
        if case .module = value { continue }
        throw Failure(.wrongType, "part `\(name)` takes modules, not \(value.described)", at: span)
      }
      return new
    case .tensor(let tensor):
      guard case .parameter(let parameter) = old else {
        throw Failure(.wrongType, "part `\(name)` is \(old.described), so a tensor does not fit", at: span)
      }
      return .parameter(try Self.parameter(parameter, startingFrom: tensor.tensor, name, span))
    default:
      throw Failure(.wrongType, "part `\(name)` takes a model, not \(new.described)", at: span)
    }
  }

  /// A parameter that starts from given numbers and is trained like the old one.
  private static func parameter(
    _ old: ParameterValue, startingFrom tensor: NamedTensor, _ name: String, _ span: Span
  ) throws -> ParameterValue {
    let wanted = NamedTensor.axesText(old.dimensions)
    guard tensor.dimensions.count == old.dimensions.count,
      old.dimensions.allSatisfy({ tensor.size(of: $0.axis) == $0.size })
    else {
      throw Failure(
        .partMismatch, "the parameter `\(name)` is \(wanted), and the tensor is \(tensor.axesText)", at: span)
    }
    do {
      let ordered = try tensor.ordered(old.dimensions.map(\.axis))
      guard let numbers = ordered.variable?.tensor else { return old.fresh(origin: Origin(span: span)) }
      return old.with(numbers: numbers, origin: Origin(span: span))
    } catch let error as AxisError {
      throw failure(error, spans: [span], at: span, doing: "`with`")
    }
  }

  func unknownPart(_ name: String, _ module: ModuleInstance, _ walked: [String], _ span: Span) -> Failure {
    let parts = module.parts.filter { !$0.value.isNone }.map(\.name)
    let at = walked.isEmpty ? module.definition.name : "`\(walked.joined(separator: "."))`"
    return Failure(
      .unknownPart, "no part `\(name)` in \(at); parts: \(parts.joined(separator: ", "))", at: span,
      tries: Self.edits(of: name, to: NameSuggestion.near(name, among: parts), in: span))
  }

  /// A line with a misspelt word replaced; the words alone where it cannot be seen where it stands.
  private static func edits(of word: String, to near: [String], in span: Span) -> [String] {
    let place = span.only(word)
    return near.map { place?.edited(to: $0) ?? $0 }
  }

  // MARK: without

  func edit(_ base: Value, without drops: [Drop], at span: Span) throws -> Value {
    switch base {
    case .absent: return base
    case .record(let record):
      var names: Set<String> = []
      for drop in drops {
        guard drop.steps.count == 1 else {
          throw Failure(.wrongType, "a record drops fields by name", at: drop.span)
        }
        for name in drop.steps[0] {
          guard record.names.contains(name.text) else {
            throw Failure(
              .unknownField, "this \(record.kind) has no field `\(name.text)`", at: name.span,
              tries: NameSuggestion.near(name.text, among: record.names).map { name.span.edited(to: $0) })
          }
          names.insert(name.text)
        }
      }
      return .record(record.without(names))
    case .module(let module, _):
      var result = module.copied()
      for drop in drops {
        for path in Self.expanded(drop.steps.map { $0.map(\.text) }) {
          result = try self.without(result, path[...], [], drop.span)
          result.edits.append(.without(path: path))
        }
      }
      let before = Self.present(result)
      try finish(result, at: span)
      report(result, before: before)
      return .module(result, within: nil)
    default:
      guard let goal = Goal.from(base) else {
        throw Failure(
          .wrongType, "`without` edits a record, a model or a sum of losses, not \(base.described)", at: span)
      }
      return .goal(try edit(goal, without: drops))
    }
  }

  private static func present(_ module: ModuleInstance) -> [String] {
    module.parts.filter { if case .absent = $0.value { false } else { !$0.value.isNone } }.map(\.name)
  }

  /// Names what went with the dropped parts.
  private func report(_ module: ModuleInstance, before: [String]) {
    let after = Set(Self.present(module))
    let parts = before.filter { !after.contains($0) }
    let methods = module.gone.keys.sorted()
    var words: [String] = []
    if !parts.isEmpty { words.append("dropped as well, since nothing reaches it: \(parts.joined(separator: ", "))") }
    if !methods.isEmpty { words.append("gone: \(methods.joined(separator: ", "))") }
    if !words.isEmpty { note("\(module.definition.name): \(words.joined(separator: "; "))") }
  }

  /// Drops the part at a path, as an edit that is read back from a file.
  package func edit(_ module: ModuleInstance, withoutPath path: [String], at span: Span) throws -> ModuleInstance {
    let result = try without(module.copied(), path[...], [], span)
    result.edits.append(.without(path: path))
    try finish(result, at: span)
    return result
  }

  private func without(
    _ module: ModuleInstance, _ steps: ArraySlice<String>, _ walked: [String], _ span: Span
  ) throws -> ModuleInstance {
    let copy = module.copied()
    guard let name = steps.first else { return copy }
    guard let index = module.memberIndex(name), module.definition.partIndices.contains(index) else {
      throw unknownPart(name, module, walked, span)
    }
    if !walked.isEmpty { copy.edits.append(.without(path: Array(steps))) }
    let old = module.members[index]
    if steps.count == 1 {
      if case .absent = old { return copy }
      let path = (walked + [name]).joined(separator: ".")
      copy.members[index] = .absent(Absence(part: path, span: span, former: old))
      return copy
    }
    guard case .module(let inner, _) = old else {
      throw Failure(
        .unknownPart, "`\((walked + [name]).joined(separator: "."))` is \(old.described) and has no parts to drop",
        at: span)
    }
    copy.members[index] = .module(try without(inner, steps.dropFirst(), walked + [name], span), within: nil)
    return copy
  }

  // MARK: Goals

  private func edit(_ goal: Goal, with fields: [(String, Value)], at span: Span) throws -> Goal {
    var terms = goal.terms
    for (name, change) in fields {
      guard let index = terms.firstIndex(where: { $0.name == name }) else { throw unknownTerm(name, goal, span) }
      let term = terms[index]
      if let weight = Double.from(change) {
        terms[index] = Goal.Term(name: name, weight: weight, loss: term.loss, settings: term.settings)
        continue
      }
      if let other = Goal.from(change) {
        guard other.terms.count == 1 else {
          throw Failure(
            .wrongType, "term `\(name)` is swapped for one term, not for \(other.terms.count)", at: span,
            tries: ["(goal without \(name)) + ..."])
        }
        // The weight stays, unless the new term brings one.
        let new = other.terms[0]
        terms[index] = Goal.Term(
          name: new.name, weight: new.weight == 1 ? term.weight : new.weight, loss: new.loss, settings: new.settings)
        continue
      }
      guard case .record(let record) = change else {
        throw Failure(
          .wrongType, "term `\(name)` takes a record of settings, a weight or another term, not \(change.described)",
          at: span)
      }
      var settings = term.settings
      var weight = term.weight
      let known = Self.settings(of: term)
      for (setting, value) in try record.fields() {
        if setting == "weight", !known.contains("weight"), let number = Double.from(value) {
          weight = number
          continue
        }
        guard known.contains(setting) else {
          throw Failure(
            .unknownKeyword, "`\(name)` has no keyword `\(setting)`", at: span,
            tries: Self.edits(of: setting, to: NameSuggestion.near(setting, among: known), in: span))
        }
        settings.removeAll { $0.name == setting }
        settings.append((setting, value))
      }
      terms[index] = Goal.Term(name: name, weight: weight, loss: term.loss, settings: settings)
    }
    return Goal(terms)
  }

  private static func settings(of term: Goal.Term) -> [String] {
    guard case .loss(let code) = term.loss.kind else { return [] }
    return code.parameters.dropFirst(2).map(\.name)
  }

  private func unknownTerm(_ name: String, _ goal: Goal, _ span: Span) -> Failure {
    let names = goal.terms.map(\.name)
    return Failure(
      .unknownName, "no term `\(name)` here; terms: \(names.joined(separator: ", "))", at: span,
      tries: Self.edits(of: name, to: NameSuggestion.near(name, among: names), in: span))
  }

  private func edit(_ goal: Goal, without drops: [Drop]) throws -> Goal {
    var terms = goal.terms
    for drop in drops {
      for name in drop.steps.first ?? [] {
        guard terms.contains(where: { $0.name == name.text }) else { throw unknownTerm(name.text, goal, name.span) }
        terms.removeAll { $0.name == name.text }
      }
    }
    return Goal(terms)
  }
}
