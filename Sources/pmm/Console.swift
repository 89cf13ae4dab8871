import Diagnostics
import Foundation
import Interpreter

/// The standard streams: results on one, everything else on the other.
enum Console {
  /// A terminal that can only print gets neither colours nor lines that are written over.
  static let isPlain = ["", "dumb"].contains(ProcessInfo.processInfo.environment["TERM", default: ""])
  static let isErrorTerminal = isatty(STDERR_FILENO) == 1 && !isPlain
  static let isInputTerminal = isatty(STDIN_FILENO) == 1
  static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
  static var isColoured: Bool {
    isErrorTerminal && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
  }

  static func out(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Replaces the line before on a terminal.
  static func progress(_ text: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }

  static func show(_ diagnostic: Diagnostic) {
    if isErrorTerminal { progress("") }
    error(Renderer(isColoured: isColoured).render(diagnostic))
  }
}
