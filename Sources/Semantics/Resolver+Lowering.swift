import Syntax

extension Resolver {
  /// `gradient(E, wrt = x)` is a special form: E is not computed before the call but by it, as a function of `x`, or of nothing
  /// where the gradient is taken with respect to parameters. Nil for any other call, and for one that is lowered already.
  static func lowered(_ whole: Expression, _ callee: Expression, _ arguments: [Argument]) -> Expression? {
    guard callee.binding == .builtin("gradient"),
      let value = arguments.firstIndex(where: { $0.name.map { $0.text == "value" } ?? true })
    else { return nil }
    if case .lambda = arguments[value].value.kind { return nil }
    let positional = arguments.indices.filter { arguments[$0].name == nil && $0 != value }
    let wrt = arguments.firstIndex { $0.name?.text == "wrt" } ?? positional.first
    var names: [Name] = []
    if let wrt, case .name(let name) = arguments[wrt].value.kind {
      names = [Name(text: name, span: arguments[wrt].value.span)]
    }
    var changed = arguments
    changed[value] = arguments[value].with(.lambda(names, arguments[value].value))
    return Expression(.call(callee, changed), whole.span)
  }
}
