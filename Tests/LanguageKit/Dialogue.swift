import Foundation
import Builtins
import Diagnostics
import Interpreter
import Shell
import StandardLibrary
package import TestKit

/// A session with a machine of its own, as at the prompt: what is typed goes in, what is printed comes out.
package final class Dialogue {
  private let session: Session
  private let lines: Lines

  private final class Lines { var all: [String] = [] }

  /// - Parameter cells: a folder to keep cells of grids in, however little time they took.
  package init(seed: UInt64 = 0, options: [String: String] = [:], cells: String? = nil) throws {
    guard let library = StandardLibrary.folder else { throw Missing(what: "the standard library") }
    let lines = Lines()
    let machine = Machine(
      builtins: Catalog.all, loader: FileModuleLoader(library: library), output: { lines.all.append($0) },
      notes: { lines.all.append(Renderer().render($0)) })
    machine.say = { lines.all.append($0) }
    machine.isInteractive = true
    machine.seed = seed
    machine.givenOptions = options
    machine.cellStore = cells.map { GridCache(folder: $0, leastSeconds: 0) }
    try machine.loadPrelude()
    self.lines = lines
    session = Session(machine)
  }

  package struct Missing: Error { let what: String }

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
      let dialogue = try Dialogue()
      let machine = dialogue.session.machine
      machine.isChecking = true
      let globals = Globals(moduleName: "", isUser: true)
      do {
        try machine.run(SourceText(name: "checked.pmm", text: text), in: globals)
        try machine.checkModels(of: globals)
      } catch { dialogue.lines.all += Session.diagnostics(of: error).map { Renderer().render($0) } }
      return dialogue.lines.all.joined(separator: "\n")
    }
  }

  /// What every entry of a session prints, in order.
  package static func replay(_ transcript: Transcript) throws -> [String] {
    try onDeepStack {
      let dialogue = try Dialogue()
      return transcript.entries.map { dialogue.type($0.input) }
    }
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
