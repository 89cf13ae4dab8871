package import Diagnostics
package import Interpreter
import Syntax

/// An interactive session without a terminal: entries in, printed lines out. The prompt, transcripts and tests share
/// it.
package final class Session {
  package enum Outcome {
    /// The text may go on in another line; the mistakes that it has if it does not.
    case incomplete([Diagnostic])
    case done
    case failed([Diagnostic])
  }

  package let machine: Machine
  private let globals = Globals(moduleName: "", isUser: true)

  package init(_ machine: Machine) { self.machine = machine }

  /// Runs one entry and prints the values of its expressions.
  /// - Parameter name: what messages call the text.
  package func submit(_ text: String, named name: String = "pmm") -> Outcome {
    let source = SourceText(name: name, text: text)
    let program = Parser.parse(source)
    if program.isIncomplete { return .incomplete(program.diagnostics) }
    if !program.diagnostics.isEmpty { return .failed(program.diagnostics) }
    machine.beginEntry()
    do {
      try machine.run(program, in: globals) { [machine] value in
        if !value.isNone { machine.output(value.printed) }
      }
      return .done
    } catch { return .failed(Self.diagnostics(of: error)) }
  }

  /// Any error as diagnostics; one of an unknown kind asks for a report.
  package static func diagnostics(of error: any Error) -> [Diagnostic] {
    switch error {
    case let failure as Failure: [failure.diagnostic]
    case let rejection as Rejection: rejection.diagnostics
    default: [Diagnostic(.error, .inside, "\(error)", notes: ["please report this with the script that shows it"])]
    }
  }
}
