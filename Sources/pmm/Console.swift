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

  /// What values may use on standard output; a window that changes its size counts from the next value on.
  static var display: Display {
    guard isatty(STDOUT_FILENO) == 1 else { return .plain }
    let environment = ProcessInfo.processInfo.environment
    let terminal = environment["TERM", default: "dumb"]
    var size = winsize()
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let isPlain = terminal == "dumb" || terminal.isEmpty || !environment["NO_COLOR", default: ""].isEmpty
    let isFull = ["truecolor", "24bit"].contains(environment["COLORTERM", default: ""])
    let isIndexed = isFull || terminal.contains("256")
    return Display(
      width: known ? Int(size.ws_col) : 80, colours: isPlain ? .none : isFull ? .full : isIndexed ? .indexed : .none)
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
