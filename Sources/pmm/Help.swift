import Builtins
import Diagnostics
import Interpreter
import Shell

/// What `pmm help` prints.
enum Help {
  static func show(_ name: String?) -> Int32 {
    do {
      let machine = try Runtime.machine()
      guard let name else {
        Console.out("pmm help NAME explains a name or the code of a message. The builtins:")
        for family in Catalog.families {
          Console.out("\n\(family.title)")
          for builtin in family.builtins { Console.out("  \(builtin.usage)") }
        }
        return 0
      }
      guard let page = HelpPages.page(for: name, machine) else {
        let near = NameSuggestion.near(name, among: machine.builtinNames + DiagnosticCode.allCases.map(\.rawValue))
        throw Failure(.unknownName, "there is no help on `\(name)`", tries: near.map { "pmm help \($0)" })
      }
      Console.out(page)
      return 0
    } catch { return Runtime.report(error) }
  }
}
