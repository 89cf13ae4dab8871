import ArgumentParser
import Builtins
import Diagnostics
import Foundation
import Interpreter
import Shell
import TensorCore

/// How the shell begins.
struct ShellOptions: ParsableArguments {
  @Flag(name: .customLong("no-init"), help: "Start without ~/.pmmrc.pmm.") var noInit = false
  @Flag(help: "Take up the latest session of this folder that did not end as it should.") var resume = false
}

/// A session with somebody at it: with a journal, a cache of trainings, a start-up file and the system's commands.
enum InteractiveSession {
  static let startFile = ".pmmrc.pmm"

  /// - Throws: only what keeps the shell from starting; mistakes of the start-up file are shown.
  static func begin(_ machine: Machine, noInit: Bool, resume: Bool) throws -> Session {
    let environment = ProcessInfo.processInfo.environment
    machine.isInteractive = true
    // An interrupt stops the work and never the shell.
    Runtime.endsAtSecondInterrupt = false
    let session = Session(machine)
    session.surroundings.isTerminal = Console.isInputTerminal
    if Console.isInputTerminal { session.surroundings.system = { try TerminalCommand.run($0) } }
    if Console.isErrorTerminal {
      session.surroundings.tookLong = { Console.error("took \(Value.fixed($0, 1)) s") }
    }
    // What comes through a pipe is a script: it begins with nothing of the user's, and nothing of it is kept.
    guard Console.isInputTerminal || resume, let folder = Journal.folder(environment) else { return session }
    machine.trainingStore = GridCache(folder: folder + "/cache", most: 4 << 30)
    let here = FileManager.default.currentDirectoryPath
    let remains = Journal.remains(in: folder, workingFolder: here)
    do {
      session.journal = try Journal(folder: folder, workingFolder: here) { Console.error($0) }
    } catch { show(error) }
    if resume {
      guard let remains else {
        throw Failure(.file, "there is no session of \(here) to take up", notes: ["journals stand in \(folder)"])
      }
      take(up: remains, session)
    } else {
      if !noInit { start(session, environment) }
      if remains != nil {
        Console.error("note: a session of this folder ended by accident; `pmm --resume` takes it up")
      }
    }
    return session
  }

  /// Ends a session; what it bound is no longer there to be resumed.
  static func end(_ session: Session) { session.journal?.finish() }

  /// Asks before a training is lost that nobody saved. True where nobody is there to ask.
  static func mayEnd(_ session: Session) -> Bool {
    let names = session.unsavedTrainings
    guard Console.isInputTerminal, !names.isEmpty else { return true }
    let text = names.map { "`\($0)`" }.joined(separator: ", ")
    let question =
      "\(text) \(names.count == 1 ? "holds a training" : "hold trainings") that nothing saved. Leave? [y/N] "
    FileHandle.standardError.write(Data(question.utf8))
    guard let answer = line() else {
      Console.error("")
      return true
    }
    return ["y", "yes"].contains(answer.lowercased().trimmingCharacters(in: .whitespaces))
  }

  /// A line of standard input without its end; nil at its end, behind which a terminal may go on.
  static func line() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
  }

  private static func take(up remains: Journal.Remains, _ session: Session) {
    Console.error("takes up \(remains.entries.count) entries of \(remains.path)")
    session.resume(remains) { Console.show($0) }
    do { try Journal.settle(remains) } catch { show(error) }
    if let unfinished = remains.unfinished {
      Console.error("this entry ran when the session ended, and was not run again:\n\(unfinished)")
    }
  }

  private static func start(_ session: Session, _ environment: [String: String]) {
    guard let home = environment["HOME"] else { return }
    let path = "\(home)/\(startFile)"
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      switch session.submit(try Scripts.text(of: path), named: path) {
      case .done: break
      case .incomplete(let found), .failed(let found): for diagnostic in found { Console.show(diagnostic) }
      }
    } catch { show(error) }
  }

  private static func show(_ error: any Error) {
    for diagnostic in Session.diagnostics(of: error) { Console.show(diagnostic) }
  }
}
