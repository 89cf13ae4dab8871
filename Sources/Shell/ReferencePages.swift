package import Diagnostics
package import Interpreter
import Semantics

/// The reference as Markdown, made from the declarations themselves.
package struct ReferencePages {
  package struct Page {
    /// Relative to the folder of the reference.
    package let path: String
    package let text: String
  }

  /// The first line of every page, by which a page that is no longer made is known.
  package static let mark = "<!-- Written by `pmm doc` from the declarations: what is changed here is lost. -->"

  /// A file of the standard library.
  package struct Module {
    package let name: String
    package let text: String
    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// A message of a transcript: what was typed, what was printed, and the file that shows it.
  package struct Example {
    package let typed: String
    package let printed: String
    package let place: String
    package init(typed: String, printed: String, place: String) {
      self.typed = typed
      self.printed = printed
      self.place = place
    }
  }

  private let families: [BuiltinFamily]
  private let modules: [Module]
  private let examples: [DiagnosticCode: Example]
  private let grammar: String?

  /// - Parameters:
  ///   - modules: the files of the standard library.
  ///   - examples: a message of each code, where one is recorded.
  ///   - grammar: the text of the grammar, where it is at hand.
  package init(
    families: [BuiltinFamily], modules: [Module], examples: [DiagnosticCode: Example], grammar: String?
  ) {
    self.families = families
    self.modules = modules
    self.examples = examples
    self.grammar = grammar
  }

  /// All pages, in order of their paths.
  package var all: [Page] {
    var pages = [builtinIndex, moduleIndex, diagnosticIndex, shell]
    pages += families.map(page)
    pages += modules.map { Page(path: "stdlib/\($0.name).md", text: ModulePage($0).text) }
    pages += DiagnosticCode.allCases.map(page)
    if let grammar { pages.append(Page(path: "grammar.md", text: GrammarPage.text(grammar))) }
    return pages.sorted { $0.path < $1.path }
  }

  /// Puts the mark and the title above a page's parts, a blank line between each two.
  static func joined(_ title: String, _ parts: [String]) -> String {
    ([mark, "# \(title)"] + parts.filter { !$0.isEmpty }).joined(separator: "\n\n") + "\n"
  }

  /// A fenced block.
  static func fenced(_ text: String, _ kind: String) -> String { "```\(kind)\n\(text)\n```" }

  /// A text for a cell of a table.
  static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }

  // MARK: Builtins

  private var builtinIndex: Page {
    let parts = families.map { family in
      (["## [\(family.title)](builtins/\(family.name).md)", "", "| name | does |", "| --- | --- |"]
        + family.builtins.map { "| [`\($0.name)`](builtins/\(family.name).md#\($0.name)) | \(Self.cell($0.summary)) |" })
        .joined(separator: "\n")
    }
    let opening = "Every name that needs no import, `pmm help NAME` at the command line."
    return Page(path: "builtins.md", text: Self.joined("Builtins", [opening] + parts))
  }

  private func page(_ family: BuiltinFamily) -> Page {
    let parts = family.builtins.map { builtin in
      var lines = ["## \(builtin.name)", Self.fenced(builtin.usage, ""), builtin.summary]
      let parameters = builtin.signature.parameters.map { parameter in
        let type = builtin.types[parameter.name] ?? ""
        let standard = parameter.isRequired ? "needed" : "`\(builtin.defaults[parameter.name] ?? "none")`"
        return "| `\(parameter.name)` | \(Self.cell(type)) | \(Self.cell(standard)) |"
      }
      if !parameters.isEmpty {
        lines.append((["| parameter | is | default |", "| --- | --- | --- |"] + parameters).joined(separator: "\n"))
      }
      if !builtin.examples.isEmpty { lines.append(Self.fenced(builtin.examples, "pmm")) }
      return lines.joined(separator: "\n\n")
    }
    return Page(path: "builtins/\(family.name).md", text: Self.joined(family.title, parts))
  }

  // MARK: The shell

  private var shell: Page {
    let signs = """
      A leading `?`, `%` or `!` and a trailing `;` or `?` belong to the shell; in a file they are mistakes.

      | entry | does |
      | --- | --- |
      | `?name`, `name?`, `help(name)` | explains a name of the session, the language or the standard library, or the code of a message |
      | `??name` | shows how something is written |
      | `?"words"` | searches all documentation |
      | `?[batch, step, d] -> [batch, d]` | finds what takes and gives these axes: functions that say so, and calls of builtins |
      | `!command` | runs a command of the system |
      | `e;` | runs an entry and prints no value |
      | `it`, `out[n]` | the last value, that of the entry with the number n; `out` lists them |
      | `\\|> f` | goes on with the last value, unless the entry before was a binding, which the line would continue in a file |
      """
    let rows = Command.all.map { "| `\(Self.cell($0.usage))` | \(Self.cell($0.help)) | `\(Self.cell($0.example))` |" }
    let table = (["| command | does | such as |", "| --- | --- | --- |"] + rows).joined(separator: "\n")
    let words = "A command may be cut short, as long as no other begins so: `%w` is `%who`."
    return Page(path: "shell.md", text: Self.joined("The shell", [signs, words, table]))
  }

  // MARK: Modules

  private var moduleIndex: Page {
    let rows = modules.map { "| [`\($0.name)`](stdlib/\($0.name).md) | \(Self.cell(ModulePage($0).summary)) |" }
    let table = (["| module | holds |", "| --- | --- |"] + rows).joined(separator: "\n")
    let opening = "Files written in the language itself; `from layers import Linear` makes a name of one known."
    return Page(path: "stdlib.md", text: Self.joined("Standard library", [opening, table]))
  }

  // MARK: Diagnostics

  private var diagnosticIndex: Page {
    let rows = DiagnosticCode.allCases.map {
      "| [`\($0.rawValue)`](diagnostics/\($0.rawValue).md) | \(Self.cell($0.meaning)) |"
    }
    let table = (["| code | means |", "| --- | --- |"] + rows).joined(separator: "\n")
    let opening = """
      The code of a message stands in `error[...]`; `pmm help CODE` explains it, and a script finds it in `catch e { e.code }`.
      """
    return Page(path: "diagnostics.md", text: Self.joined("Diagnostics", [opening, table]))
  }

  private func page(_ code: DiagnosticCode) -> Page {
    var parts = [code.meaning, code.explanation]
    if !code.example.isEmpty {
      parts.append(Self.fenced(code.example, "pmm"))
    } else if let example = examples[code] {
      // Not a session of its own: entries before it may be needed, so only the transcript is replayed.
      let lines = example.typed.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .map { ($0.offset == 0 ? "pmm> " : "...> ") + $0.element }
      parts.append(Self.fenced((lines + [example.printed]).joined(separator: "\n"), "text"))
      parts.append("From [\(example.place)](../../../\(example.place)).")
    }
    return Page(path: "diagnostics/\(code.rawValue).md", text: Self.joined(code.rawValue, parts))
  }
}
