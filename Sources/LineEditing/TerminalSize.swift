import Foundation

/// Columns and rows of the terminal.
struct TerminalSize: Equatable {
  var width = 80
  var height = 24

  /// That of the terminal behind standard output; 80 and 24 where it does not say.
  static var now: TerminalSize {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return TerminalSize() }
    return TerminalSize(
      width: size.ws_col == 0 ? 80 : Int(size.ws_col), height: size.ws_row == 0 ? 24 : Int(size.ws_row))
  }

  /// Whether the terminal breaks rows that became too long for its window. Most do; xterm, the Linux console and screen cut them
  /// off, and the first and the last say who they are.
  static let isRewrapped: Bool = {
    let environment = ProcessInfo.processInfo.environment
    if environment["TMUX"] != nil { return true }
    return environment["STY"] == nil && environment["XTERM_VERSION"] == nil && environment["TERM"] != "linux"
  }()
}
