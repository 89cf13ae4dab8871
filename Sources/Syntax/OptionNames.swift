/// Finds the options that a script declares, without running it.
package enum OptionNames {
  /// The first arguments of all calls of `option`.
  package static func declared(in program: Program) -> Set<String> {
    var names: Set<String> = []
    for statement in program.statements {
      statement.visit { expression in
        guard case .call(let callee, let arguments) = expression.kind, case .name("option") = callee.kind,
          case .string(let name)? = arguments.first?.value.kind
        else { return }
        names.insert(name)
      }
    }
    return names
  }
}
