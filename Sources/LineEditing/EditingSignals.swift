import Foundation

// Handlers may only set these and ring the bell. They are touched by one reader at a time.
nonisolated(unsafe) private var pendingNews: UInt8 = 0
nonisolated(unsafe) private var bellRope: Int32 = -1
// Room for two: as a global it was given 57 bytes of the 60 that the system writes.
nonisolated(unsafe) private let terminalBefore = UnsafeMutablePointer<termios>.allocate(capacity: 2)
nonisolated(unsafe) private var hasTerminal = false
private let pasteMarksOff: StaticString = "\u{1B}[?2004l\n"

/// The handler of every signal; all that it does may be done in one.
private func received(_ number: Int32) {
  let news: EditingSignals.News
  switch number {
  case SIGINT: news = .interrupt
  case SIGWINCH: news = .resize
  case SIGTSTP: news = .stop
  case SIGCONT: news = .proceed
  default:
    if hasTerminal { tcsetattr(STDIN_FILENO, TCSANOW, terminalBefore) }
    _ = write(STDOUT_FILENO, pasteMarksOff.utf8Start, pasteMarksOff.utf8CodeUnitCount)
    signal(number, SIG_DFL)
    raise(number)
    return
  }
  let saved = errno
  pendingNews |= news.rawValue
  var byte: UInt8 = 0
  _ = write(bellRope, &byte, 1)
  errno = saved
}

/// What becomes of signals while an entry is typed. A handler notes what came and writes a byte into a pipe, since the thread
/// that waits for keys need not be the one that gets the signal.
package enum EditingSignals {
  package struct News: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Ctrl-C.
    package static let interrupt = News(rawValue: 1)
    /// The window has another size.
    package static let resize = News(rawValue: 2)
    /// Ctrl-Z: the program is to stop.
    package static let stop = News(rawValue: 4)
    /// The program goes on after a stop.
    package static let proceed = News(rawValue: 8)
  }

  /// The end of the pipe to wait at; -1 where there is none.
  private(set) nonisolated(unsafe) static var bell: Int32 = -1

  /// Runs a body under these handlers, and puts back those that were there.
  /// A signal that ends the program ends it as if nothing caught it, after the terminal is as it was.
  package static func during<T>(_ body: () -> T) -> T {
    if bell < 0 {
      var ends: [Int32] = [-1, -1]
      if pipe(&ends) == 0 {
        for end in ends {
          _ = fcntl(end, F_SETFL, O_NONBLOCK)
          _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (bell, bellRope) = (ends[0], ends[1])
      }
    }
    hasTerminal = tcgetattr(STDIN_FILENO, terminalBefore) == 0
    pendingNews = 0
    let before = [SIGINT, SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGQUIT].map { ($0, install($0)) }
    defer { for (signal, action) in before { if var action { sigaction(signal, &action, nil) } } }
    return body()
  }

  /// Stops the program as Ctrl-Z does, and comes back when it goes on; at once where nobody could make it go on.
  static func stop() {
    let handler = signal(SIGTSTP, SIG_DFL)
    raise(SIGTSTP)
    signal(SIGTSTP, handler)
  }

  /// What came since it was asked last.
  static func take() -> News {
    var buffer = [UInt8](repeating: 0, count: 64)
    while bell >= 0, read(bell, &buffer, buffer.count) > 0 {}
    // No handler runs between the look and the note that it was seen.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    defer { pendingNews = 0 }
    return News(rawValue: pendingNews)
  }

  /// Installs a handler unless the signal is ignored, as under `nohup`; gives the action that was there.
  private static func install(_ signal: Int32) -> sigaction? {
    var before = sigaction()
    guard sigaction(signal, nil, &before) == 0 else { return nil }
    let ignoring = unsafeBitCast(SIG_IGN, to: Int.self)
    if unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == ignoring { return nil }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = received
    sigemptyset(&action.sa_mask)
    return sigaction(signal, &action, nil) == 0 ? before : nil
  }
}
