import Diagnostics
import Foundation
import Interpreter
import Shell
import TensorCore

/// The plain prompt: a line at a time, without editing.
enum Prompt {
  static func run() -> Int32 {
    do {
      let machine = try Runtime.machine()
      machine.isInteractive = true
      let session = Session(machine)
      var pending = ""
      while true {
        if Console.isInputTerminal {
          FileHandle.standardOutput.write(Data((pending.isEmpty ? "pmm> " : "...> ").utf8))
        }
        guard let line = readLine(strippingNewline: true) else { break }
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
      guard pending.isEmpty else {
        Console.error("the last entry is not complete")
        return 1
      }
      return 0
    } catch { return Runtime.report(error) }
  }
}
