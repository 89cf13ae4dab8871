package import Diagnostics
import Semantics

/// What is known of a call before it runs.
package final class CallShape {
  let span: Span
  let calleeSpan: Span
  let argumentSpans: [Span]
  let names: [String?]
  let site: Int
  /// Kept alive, since another callee might come to stand at the place in memory of one that is gone.
  private var mappedFor: AnyObject?
  private var mapping: [Int] = []

  init(span: Span, calleeSpan: Span, argumentSpans: [Span], names: [String?], site: Int) {
    self.span = span
    self.calleeSpan = calleeSpan
    self.argumentSpans = argumentSpans
    self.names = names
    self.site = site
  }

  /// The call with a misspelt keyword replaced; all keywords where none is near.
  func edits(of keyword: String, to near: [String], among known: [String]) -> [String] {
    if near.isEmpty { return known.isEmpty ? [] : ["one of \(known.joined(separator: ", "))"] }
    let place = span.only(keyword)
    return near.map { place?.edited(to: $0) ?? "\($0) = ..." }
  }

  /// For calls that Swift code makes.
  package static func from(_ span: Span, names: [String?], site: Int = 0) -> CallShape {
    CallShape(span: span, calleeSpan: span, argumentSpans: names.map { _ in span }, names: names, site: site)
  }

  /// For each argument the index of its parameter, or -1 for a keyword of an open signature. Kept from call to call.
  func mapped(to callee: AnyObject, _ signature: () -> Signature) throws -> [Int] {
    if mappedFor === callee { return mapping }
    let signature = signature()
    let parameters = signature.parameters.map(\.name)
    var taken = Set<Int>()
    var result: [Int] = []
    var position = 0
    for (index, name) in names.enumerated() {
      let target: Int
      if let name {
        if let found = parameters.firstIndex(of: name) {
          target = found
        } else if signature.takesAnyKeyword {
          target = -1
        } else {
          let near = NameSuggestion.near(name, among: parameters)
          throw Failure(
            .unknownKeyword, "`\(signature.name)` has no keyword `\(name)`", at: argumentSpans[index],
            tries: edits(of: name, to: near, among: parameters))
        }
      } else {
        target = position
        position += 1
        if target >= parameters.count {
          if signature.takesAnyCount {
            result.append(-1)
            continue
          }
          throw Failure(
            .wrongArguments,
            "`\(signature.name)` takes \(parameters.count) argument\(parameters.count == 1 ? "" : "s"), and this is "
              + "one more",
            at: argumentSpans[index], tries: ["\(signature.name)(\(parameters.joined(separator: ", ")))"])
        }
      }
      if target >= 0, !taken.insert(target).inserted {
        throw Failure(.wrongArguments, "`\(parameters[target])` is given twice", at: argumentSpans[index])
      }
      result.append(target)
    }
    for (index, parameter) in signature.parameters.enumerated() where parameter.isRequired && !taken.contains(index) {
      throw Failure(.wrongArguments, "`\(signature.name)` also needs `\(parameter.name)`", at: span)
    }
    mappedFor = callee
    mapping = result
    return result
  }
}
