import Builtins
import Diagnostics
import Foundation
import Interpreter
import Shell
import StandardLibrary
import TensorCore

/// Second of the clock at which the pending interrupt came; written by the signal handler alone.
nonisolated(unsafe) private var firstInterrupt = 0

/// Whether a second interrupt ends the program; set before there are any.
nonisolated(unsafe) private var endsAtSecond = true

/// Puts the parts together: builtins, standard library, streams, signals and threads.
enum Runtime {
  /// The folder of the standard library.
  static func library() throws -> String {
    guard let library = StandardLibrary.folder else {
      throw Failure(
        .importFailed, "the standard library is missing beside the program", tries: ["scripts/pmm, which builds both"])
    }
    return library
  }

  /// A machine that prints to the closures.
  static func machine(
    output: @escaping (String) -> Void, notes: @escaping (Diagnostic) -> Void
  ) throws -> Machine {
    let machine = Machine(
      builtins: Catalog.all, loader: FileModuleLoader(library: try library()), output: output, notes: notes)
    try machine.loadPrelude()
    return machine
  }

  /// A machine that prints to the console.
  static func machine() throws -> Machine {
    let machine = try machine(output: Console.out, notes: Console.show)
    machine.display = { Console.display }
    machine.say = { text in
      if Console.isErrorTerminal { Console.progress("") }
      Console.error(text)
    }
    if Console.isErrorTerminal { machine.progress = Console.progress }
    return machine
  }

  static func setThreads(_ count: Int?) {
    Threads.count = count ?? ProcessInfo.processInfo.activeProcessorCount
    // The system promises more than it has; an error is better than a program that it kills.
    Memory.limit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 10 * 9)
    guard let asked = ProcessInfo.processInfo.environment["PMM_MEMORY"], !asked.isEmpty else { return }
    guard let bytes = ByteCount.parse(asked), bytes >= Memory.leastLimit else {
      Console.error("error: PMM_MEMORY is \(asked), and not a number of bytes from 1 MiB, such as 8G or 500 MiB")
      exit(2)
    }
    Memory.limit = bytes
  }

  /// Whether a second Ctrl-C ends the program. At the prompt it never does.
  static var endsAtSecondInterrupt: Bool {
    get { endsAtSecond }
    set { endsAtSecond = newValue }
  }

  /// The first Ctrl-C asks the work to stop; another one, a second or more later, ends the program at once. Some
  /// tools send the signal twice, to the program and to its group.
  static func installInterruptHandler() {
    signal(SIGINT) { _ in
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      if Interrupts.isPending {
        if endsAtSecond, now.tv_sec > firstInterrupt + 1 { _exit(130) }
      } else {
        firstInterrupt = now.tv_sec
        Interrupts.request()
      }
    }
    // Whoever started the program may have blocked the signal.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A file that may not grow further is an error like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // A reader that went away ends the program quietly.
    signal(SIGPIPE, SIG_DFL)
  }

  /// Runs a body on a thread with a stack that deep recursion of scripts cannot exhaust. The body's result is the
  /// exit status.
  static func onDeepStack(_ body: @escaping @Sendable () -> Int32) -> Int32 {
    final class Box: @unchecked Sendable { var status: Int32 = 1 }
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      box.status = body()
      done.signal()
    }
    thread.stackSize = 1 << 29
    thread.start()
    done.wait()
    return box.status
  }

  /// Shows what an error says and gives the exit status.
  static func report(_ error: any Error) -> Int32 {
    let diagnostics = Session.diagnostics(of: error)
    for diagnostic in diagnostics where diagnostic.code != .interrupted { Console.show(diagnostic) }
    if diagnostics.contains(where: { $0.code == .interrupted }) {
      Console.error("interrupted")
      return 130
    }
    return 1
  }
}
