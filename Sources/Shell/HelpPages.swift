package import Interpreter
package import Diagnostics

/// Help from the declarations themselves.
package enum HelpPages {
  static let libraryModules = ["layers", "encoders", "fusion", "users", "losses", "pmmrec", "recommenders", "counting"]

  /// Words of the grammar that do more than they say.
  private static let words = [
    "grid": """
    grid name in values, ... { cell }

    A table with a row for each combination of the axes' values, in written order. A record from the block fills columns, a \
    score its metrics, a run its validation, anything else the column `value`. An axis called `seed` sets the seed of its cells.

    `pmm run` keeps what each cell gave in .pmm-cache beside the script, and takes it from there while nothing that it \
    depends on has changed: code, values, keys, seed, files, the program. A cell that prints does so only when it is \
    computed; cells that save or export are computed each time. `pmm run --no-cache` computes all of them, and the folder may be \
    deleted.
    """
  ]

  /// What a code means, why it is so, and a session that shows it.
  package static func page(of code: DiagnosticCode) -> String {
    let head = "\(code == .unusedBinding ? "warning" : "error")[\(code.rawValue)]"
    return ([head, code.meaning, code.explanation] + (code.example.isEmpty ? [] : [code.example]))
      .joined(separator: "\n\n")
  }

  /// The page of a builtin, a word of the grammar, a name of the standard library or a diagnostic code; nil when there is none.
  package static func page(for name: String, _ machine: Machine) -> String? {
    if let builtin = machine.builtins[name] {
      return "\(builtin.usage)\n\n\(builtin.summary)\n\n\(builtin.examples)"
    }
    if let text = words[name] { return text }
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
