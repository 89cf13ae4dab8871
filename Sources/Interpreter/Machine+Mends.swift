import Diagnostics
import NamedTensors
import Semantics
import Syntax

/// Edits of the user's own text that would mend what does not fit.
extension Machine {
  /// Fields of a batch that have the kind and the axes of a tensor.
  func batchFields(of tensor: NamedTensor) -> [String] {
    (batchType?.fields ?? []).filter { field in
      field.kind == tensor.kind && field.axes.count == tensor.dimensions.count
        && field.axes.allSatisfy { tensor.carries($0.axis) }
    }.map(\.name)
  }

  /// What might be written otherwise where a tensor is not of the kind and axes that are wanted.
  func mends(of tensor: NamedTensor, kind: ElementKind, axes: [AxisValue], isOpen: Bool) -> [Mend] {
    let fitting = (batchType?.fields ?? []).filter { field in
      field.kind == kind && (isOpen || field.axes.count == axes.count)
        && axes.allSatisfy { axis in field.axes.contains { $0.axis === axis.axis } }
    }.map(\.name)
    let swaps = swaps(from: batchFields(of: tensor), to: fitting)
    if !swaps.isEmpty { return swaps }
    // One axis stands where another is wanted.
    let missing = axes.filter { !tensor.carries($0.axis) }
    let extra = tensor.axes.filter { axis in !axes.contains { $0.axis === axis } }
    guard missing.count == 1, extra.count == 1 else { return [] }
    return [.axis(extra[0].name, to: missing[0].axis.name)]
  }

  private func swaps(from given: [String], to fitting: [String]) -> [Mend] {
    if fitting.isEmpty { return [] }
    return given.map { field in
      // A mask is most likely meant to be another mask.
      let near = fitting.sorted { a, b in
        (Self.isKin(a, field) ? 0 : 1, NameSuggestion.distance(Array(a.utf8), Array(field.utf8)), a)
          < (Self.isKin(b, field) ? 0 : 1, NameSuggestion.distance(Array(b.utf8), Array(field.utf8)), b)
      }
      return .word(".\(field)", near.prefix(2).map { ".\($0)" })
    }
  }

  private static func isKin(_ a: String, _ b: String) -> Bool { a.hasSuffix(b) || b.hasSuffix(a) }

  /// Adds what can be seen of the arguments of a builtin: a field of the batch that would fit, a second name for an axis.
  func mended(_ failure: Failure, _ error: AxisError, _ arguments: [Value?], _ spans: [Span]) -> Failure {
    var failure = failure
    guard failure.diagnostic.tries.isEmpty else { return failure }
    let blamed = error.operands.filter { $0 < arguments.count && $0 < spans.count }
    switch error.kind {
    case .notContained:
      guard case .tensor(let whole)?? = arguments.first else { return failure }
      for operand in blamed.dropFirst() {
        guard case .tensor(let part)? = arguments[operand] else { continue }
        let fitting = (batchType?.fields ?? []).filter { field in
          field.kind == part.tensor.kind && !field.axes.isEmpty
            && field.axes.allSatisfy { whole.tensor.carries($0.axis) }
        }.map(\.name)
        failure.mends = swaps(from: batchFields(of: part.tensor), to: fitting)
        failure = failure.mended(at: spans[operand])
      }
    case .missingAxis:
      guard let missing = error.missing, let operand = blamed.first, case .tensor(let given)? = arguments[operand],
        let twin = given.tensor.axes.first(where: { $0.name == "batch" }) ?? given.tensor.axes.first
      else { return failure }
      failure.diagnostic.tries = Self.secondName(missing.name, for: twin.name, in: spans[operand]).map { [$0] } ?? []
    case .sizeMismatch, .duplicateAxis, .unknownSize, .outOfRange, .wrongKind, .notDivisible, .interrupted, .memory,
      .contradiction:
      break
    }
    return failure
  }

  /// A pairing of everything with everything needs a second name for one axis: `dot(a, rename(b, batch, to = rival), ...)`.
  private static func secondName(_ name: String, for axis: String, in span: Span) -> String? {
    guard !span.source.isLibrary else { return nil }
    let program = Parser.parse(SourceText(name: span.source.name, text: span.text))
    var factor: Span?
    for statement in program.statements {
      statement.visit { expression in
        guard factor == nil, case .call(let callee, let arguments) = expression.kind,
          case .name("dot") = callee.kind, arguments.count >= 2, arguments[1].name == nil
        else { return }
        factor = arguments[1].value.span
      }
    }
    guard let factor else { return nil }
    let place = Span(span.source, span.start + factor.start, span.start + factor.end)
    return place.edited(to: "rename(\(place.text), \(axis), to = \(name))")
  }

  /// Says of a part that came from a file what it takes, and how the model would have to be made to fit it.
  func blamed(
    _ failure: Failure, _ base: ModuleInstance, _ fields: [(String, Value)], at span: Span, _ changes: Span
  ) -> Failure {
    guard case .size(let axis, let needed, let given)? = failure.mends.first else { return failure }
    var failure = failure
    if case .module(let part, _)? = fields.first(where: { $0.0 == failure.subject })?.1,
      part.origin.span?.source.isLibrary ?? true
    {
      failure.diagnostic.labels.insert(Label(changes, "takes \(axis)=\(needed), from \(part.origin.text)"), at: 0)
    }
    failure = failure.mended(at: span)
    guard let made = base.origin.span, !span.source.isLibrary,
      let setting = base.arguments.first(where: { if case .int(given) = $0.value { true } else { false } })?.name
    else { return failure }
    // The other side of the size: where the model got it.
    if !made.source.isLibrary { failure.diagnostic.labels.append(Label(made, "made with \(setting) = \(given)")) }
    // `m with ck.{user}` says no number: the model's own settings do.
    guard failure.diagnostic.tries.isEmpty else { return failure }
    let head = made.text
    let call =
      head.hasPrefix("\(base.definition.name)(") && head.hasSuffix(")") && !made.source.isLibrary
      ? head : "\(base.definition.name)()"
    let inside = call.dropFirst(base.definition.name.count + 1).dropLast()
    if let old = Span(SourceText(name: "", text: call), 0, call.utf8.count).only("\(given)") {
      failure.diagnostic.tries = ["\(old.edited(to: "\(needed)")) with \(changes.text)"]
    } else {
      let all = inside.isEmpty ? "\(setting) = \(needed)" : "\(inside), \(setting) = \(needed)"
      failure.diagnostic.tries = ["\(base.definition.name)(\(all)) with \(changes.text)"]
    }
    return failure
  }
}
