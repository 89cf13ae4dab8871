import Builtins
import Diagnostics
import Foundation
package import Interpreter
package import Shell
import StandardLibrary
import TestKit
package import Transcripts

/// A session with a machine of its own, as at the prompt: what is typed goes in, what is printed comes out.
package final class Dialogue {
  private let conversation: Conversation

  package var machine: Machine { conversation.machine }
  package var session: Session { conversation.session }

  /// - Parameter cells: a folder to keep cells of grids in, however little time they took.
  package init(seed: UInt64 = 0, options: [String: String] = [:], cells: String? = nil) throws {
    conversation = try Conversation(Self.machine)
    conversation.machine.seed = seed
    conversation.machine.givenOptions = options
    conversation.machine.cellStore = cells.map { GridCache(folder: $0, leastSeconds: 0) }
  }

  package struct Missing: Error { let what: String }

  /// A machine as the program has it, which prints to the closures.
  private static func machine(
    _ output: @escaping (String) -> Void, _ notes: @escaping (Diagnostic) -> Void
  ) throws -> Machine {
    let machine = Machine(
      builtins: Catalog.all, loader: FileModuleLoader(library: try library()), output: output, notes: notes)
    try machine.loadPrelude()
    return machine
  }

  /// The folder of the standard library.
  package static func library() throws -> String {
    guard let library = StandardLibrary.folder else { throw Missing(what: "the standard library") }
    return library
  }

  /// What one entry prints, mistakes included.
  package func type(_ text: String) -> String { conversation.type(text) }

  /// What a program prints, in a session of its own.
  package static func print(_ text: String, cells: String? = nil) throws -> String {
    try onDeepStack { try Dialogue(cells: cells).type(text) }
  }

  /// The code and the message of the only mistake of a program, as "code: message"; what it prints where it has none.
  package static func mistake(_ text: String) throws -> String {
    let printed = try print(text)
    guard let line = printed.split(separator: "\n").first(where: { $0.hasPrefix("error[") }) else { return printed }
    return line.dropFirst("error[".count).split(separator: "]: ", maxSplits: 1).joined(separator: ": ")
  }

  /// What a check of a file finds: every message, or nothing.
  package static func check(_ text: String) throws -> String {
    try onDeepStack {
      var lines: [String] = []
      let machine = try machine({ lines.append($0) }, { lines.append(Renderer().render($0)) })
      machine.say = { lines.append($0) }
      machine.isInteractive = true
      machine.isChecking = true
      let globals = Globals(moduleName: "", isUser: true)
      do {
        try machine.run(SourceText(name: "checked.pmm", text: text), in: globals)
        try machine.checkModels(of: globals)
      } catch { lines += Session.diagnostics(of: error).map { Renderer().render($0) } }
      return lines.joined(separator: "\n")
    }
  }

  /// What every entry of a session prints, in order.
  package static func replay(_ session: RecordedSession) throws -> [String] {
    try onDeepStack { try Replay(machine).outputs(of: session) }
  }

  /// Runs a body on a thread with the stack that the program has.
  package static func onDeepStack<T: Sendable>(_ body: @escaping @Sendable () throws -> T) throws -> T {
    let box = Box<T>()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      box.result = Result { try body() }
      done.signal()
    }
    thread.stackSize = 1 << 29
    thread.start()
    done.wait()
    guard let result = box.result else { throw Missing(what: "a result") }
    return try result.get()
  }
}

/// What a thread leaves behind; it is read only after the thread is done.
private final class Box<T>: @unchecked Sendable { var result: Result<T, any Error>? }
