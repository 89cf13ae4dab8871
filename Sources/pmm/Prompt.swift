import Diagnostics
import Foundation
import Interpreter
import Shell
import TensorCore

/// The plain prompt: a line at a time, without editing.
enum Prompt {
  static func run(noInit: Bool, resume: Bool) -> Int32 {
    do {
      let machine = try Runtime.machine()
      let session = try InteractiveSession.begin(machine, noInit: noInit, resume: resume)
      var pending = ""
      while true {
        if Console.isInputTerminal {
          FileHandle.standardOutput.write(Data((pending.isEmpty ? session.prompt : "...> ").utf8))
        }
        guard let line = InteractiveSession.line() else {
          if InteractiveSession.mayEnd(session) { break }
          continue
        }
        Interrupts.clear()
        // An empty line ends an entry that could go on.
        let text = pending.isEmpty ? line : pending + "\n" + line
        switch session.submit(text) {
        case .incomplete where !(line.isEmpty && !pending.isEmpty): pending = text
        case .done: pending = ""
        case .incomplete(let diagnostics), .failed(let diagnostics):
          for diagnostic in diagnostics { Console.show(diagnostic) }
          pending = ""
        }
      }
      InteractiveSession.end(session)
      guard pending.isEmpty else {
        Console.error("the last entry is not complete")
        return 1
      }
      return 0
    } catch { return Runtime.report(error) }
  }
}
