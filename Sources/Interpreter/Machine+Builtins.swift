import Diagnostics
import NamedTensors
import Semantics
import TensorCore

extension Machine {
  func call(_ builtin: Builtin, _ values: [Value], _ shape: CallShape, place: Label64) throws -> Value {
    let mapping = try shape.mapped(to: builtin) { builtin.signature }
    var arguments = [Value?](repeating: nil, count: builtin.signature.parameters.count)
    var spans = [Span?](repeating: nil, count: builtin.signature.parameters.count)
    var extra: [(name: String, value: Value)] = []
    for (index, target) in mapping.enumerated() {
      if case .absent(let absence) = values[index], !builtin.acceptsAbsent {
        throw Self.absent(absence.facts, usedBy: "`\(builtin.name)`", at: shape.argumentSpans[index])
      }
      if target >= 0 {
        arguments[target] = values[index]
        spans[target] = shape.argumentSpans[index]
      } else {
        extra.append((shape.names[index] ?? "", values[index]))
      }
    }
    let invocation = Invocation(
      machine: self, builtin: builtin, arguments: arguments, extra: extra, spans: spans, span: shape.span, place: place)
    if onlyShapes, DryRun.effects.contains(builtin.name) {
      throw Failure(
        .valueInShapeRun, "`\(builtin.name)` needs more than shapes, so it is not followed without running it",
        at: shape.span)
    }
    do {
      let result =
        try profiler?.operation(builtin.name, at: shape.span) { try builtin.body(invocation) }
        ?? builtin.body(invocation)
      trace?.derive(result, from: arguments + extra.map { $0.value })
      return onlyShapes ? result.withoutNumbers : result
    } catch let error as AxisError {
      let places = spans.map { $0 ?? shape.span }
      throw mended(
        Self.failure(error, spans: places, at: shape.span, doing: "`\(builtin.name)`"), error, arguments, places)
    } catch let error as TensorError {
      throw Self.failure(error, at: shape.span, doing: "`\(builtin.name)`: ")
    } catch let failure as Failure {
      throw placed(failure, shape.span)
    }
  }

  /// Gives what the core of the numbers throws its place.
  /// - Parameter doing: which op lacked memory, where that is known.
  static func failure(_ error: TensorError, at span: Span, doing: String = "") -> Failure {
    if case .memory(let shortage) = error {
      let isNamed = shortage.gradientOf != nil
      return Failure(.memory, (isNamed ? "" : doing) + error.message, at: span, tries: shortage.tries)
    }
    let code: DiagnosticCode =
      switch error {
      case .interrupted: .interrupted
      case .memory: .memory
      case .outOfRange: .outOfRange
      case .mismatch: .inside
      }
    return Failure(code, error.message, at: span)
  }

  static func absent(_ absence: AbsenceFacts, usedBy user: String, at span: Span) -> Failure {
    let why = absence.isFollowing ? "was dropped because nothing reached it any more" : "was dropped"
    var failure = Failure(
      .absentBranch, "\(user) reads the part `\(absence.part)`, which \(why)", at: span, label: "absent here")
    failure.subject = absence.part
    if let dropped = absence.span { failure.diagnostic.labels.append(Label(dropped, "dropped here")) }
    return failure
  }

  /// Gives a fact from the number column its words and places.
  static func failure(_ error: AxisError, spans: [Span], at span: Span, doing: String) -> Failure {
    let code: DiagnosticCode =
      switch error.kind {
      case .sizeMismatch: .axisMismatch
      case .missingAxis: .axisMissing
      case .duplicateAxis: .axisDuplicate
      case .unknownSize: .axisUnsized
      case .outOfRange: .outOfRange
      case .wrongKind: .wrongType
      case .notContained: .axesDiffer
      case .notDivisible: .axisMismatch
      case .interrupted: .interrupted
      case .memory: .memory
      case .contradiction: .inside
      }
    let isNamed = error.message.hasPrefix(doing) || error.message.hasPrefix("`[ ]`")
    var diagnostic = Diagnostic(
      .error, code, isNamed ? error.message : "\(doing): \(error.message)",
      tries: error.shortage?.tries ?? (error.suggestion.map { [$0] } ?? []))
    let blamed = error.operands.filter { $0 < spans.count }.map { Label(spans[$0]) }
    diagnostic.labels = blamed.isEmpty ? [Label(span)] : blamed
    var failure = Failure(diagnostic)
    if let sizes = error.sizes {
      failure.mends = [.size(axis: "", needed: sizes.0, given: sizes.1)]
      failure = failure.mended(at: span)
    }
    return failure
  }
}
