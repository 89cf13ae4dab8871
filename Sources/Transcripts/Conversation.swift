package import Diagnostics
package import Interpreter
package import Shell

/// A session with a machine of its own, as at the prompt: what is typed goes in, what is printed comes out.
package final class Conversation {
  /// Makes a machine that prints to the closures it is given.
  package typealias MachineMaker = (
    _ output: @escaping (String) -> Void, _ notes: @escaping (Diagnostic) -> Void
  ) throws -> Machine

  package let machine: Machine
  package let session: Session
  private let lines: Lines

  private final class Lines { var all: [String] = [] }

  package init(_ make: MachineMaker) throws {
    let lines = Lines()
    machine = try make({ lines.all.append($0) }, { lines.all.append(Renderer().render($0)) })
    machine.say = { lines.all.append($0) }
    machine.isInteractive = true
    self.lines = lines
    session = Session(machine)
  }

  /// What one entry prints, mistakes included.
  package func type(_ text: String) -> String {
    lines.all = []
    switch session.submit(text) {
    case .done: break
    case .incomplete(let found): lines.all.append("(more is wanted: \(found.first?.message ?? ""))")
    case .failed(let found): lines.all += found.map { Renderer().render($0) }
    }
    return lines.all.joined(separator: "\n")
  }
}
