/// Finds the options that a script declares, without running it.
package enum OptionNames {
  /// The first arguments of all calls of `option` at the top level.
  package static func declared(in program: Program) -> Set<String> {
    var names: Set<String> = []
    for statement in program.statements {
      switch statement.kind {
      case .bind(_, _, let value), .expression(let value): collect(value, &names)
      case .importModule, .importNames, .axis, .type, .model, .loss, .define, .update, .loop, .whileLoop, .returnValue:
        break
      }
    }
    return names
  }

  private static func collect(_ expression: Expression, _ names: inout Set<String>) {
    guard case .call(let callee, let arguments) = expression.kind else { return }
    if case .name("option") = callee.kind, case .string(let name)? = arguments.first?.value.kind {
      names.insert(name)
    }
    for argument in arguments { collect(argument.value, &names) }
  }
}
