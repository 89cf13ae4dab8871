package import Interpreter
package import Diagnostics

/// Help from the declarations themselves.
package enum HelpPages {
  static let libraryModules = ["layers", "encoders", "fusion", "users", "losses", "pmmrec", "recommenders"]

  /// What a code means, why it is so, and a session that shows it.
  package static func page(of code: DiagnosticCode) -> String {
    let head = "\(code == .unusedBinding ? "warning" : "error")[\(code.rawValue)]"
    return ([head, code.meaning, code.explanation] + (code.example.isEmpty ? [] : [code.example]))
      .joined(separator: "\n\n")
  }

  /// The page of a builtin, a name of the standard library or a diagnostic code; nil when there is none.
  package static func page(for name: String, _ machine: Machine) -> String? {
    if let builtin = machine.builtins[name] {
      return "\(builtin.usage)\n\n\(builtin.summary)\n\n\(builtin.examples)"
    }
    if let code = DiagnosticCode(rawValue: name) { return page(of: code) }
    for module in libraryModules {
      guard let globals = try? machine.libraryModule(module),
        case .function(let function)? = globals.value(named: name)
      else { continue }
      let usage = "\(name)(\(function.parameterNames.joined(separator: ", ")))"
      return "\(usage)\n\n\(function.documentation ?? "")\n\nfrom \(module) import \(name)"
    }
    return nil
  }
}
