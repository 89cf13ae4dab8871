import ArgumentParser
import Builtins
import Diagnostics
import Foundation
import Interpreter
import Shell
import TensorCore
import Transcripts

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Replay sessions and compare what they print with what stands there.",
    discussion: """
      Sessions are transcripts (.txt), fenced `pmm` blocks of documents (.md) and examples in the `##` lines of programs \
      (.pmm); folders are searched. Without a path: the examples of all builtins and of the standard library. A number may \
      carry a tolerance: 0.6931 ± 1e-4.
      """)
  @Flag(help: "Write what is printed now into the files, and fail if that changed any of them.") var record = false
  @Argument(help: "Files or folders.") var paths: [String] = []

  func validate() throws {
    if record, paths.isEmpty { throw ValidationError("--record needs the files or folders to rewrite") }
  }

  func run() throws {
    Runtime.setThreads(nil)
    Runtime.installInterruptHandler()
    let (paths, isRecording) = (paths, record)
    throw ExitCode(
      Runtime.onDeepStack {
        do {
          if isRecording, !ProcessInfo.processInfo.environment["CI", default: ""].isEmpty {
            throw Failure(
              .failed, "nothing is recorded where CI is set", tries: ["record by hand, and look at the differences"])
          }
          var run = SessionRun(isRecording: isRecording)
          return try run.replay(paths)
        } catch { return Runtime.report(error) }
      })
  }
}

/// One run of `pmm test`: what was replayed, and what came of it.
private struct SessionRun {
  let isRecording: Bool
  private var sessions = 0
  private var entries = 0
  private var different = 0
  private var changed: [String] = []
  private let replay = Replay { output, notes in try Runtime.machine(output: output, notes: notes) }

  init(isRecording: Bool) { self.isRecording = isRecording }

  /// The exit status: 0 where everything is as it stands there.
  mutating func replay(_ paths: [String]) throws -> Int32 {
    if paths.isEmpty {
      for builtin in Catalog.all {
        _ = try check(RecordedSession(place: builtin.name, transcript: Transcript.parse(builtin.examples)))
      }
      try replay(folder: Runtime.library(), shownAs: "stdlib")
    }
    for path in paths { try replay(path: path) }
    let count: (Int, String, String) -> String = {
      "\($0.formatted(.number.locale(Locale(identifier: "en_US")))) \($0 == 1 ? $1 : $2)"
    }
    Console.out(
      "\(count(sessions, "session", "sessions")), \(count(entries, "entry", "entries")), "
        + (isRecording
          ? "\(count(changed.count, "file", "files")) changed" : "\(count(different, "differs", "differ"))"))
    return different > 0 || !changed.isEmpty ? 1 : 0
  }

  private mutating func replay(path: String) throws {
    let before = sessions
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(.file, "there is no file or folder \(path)")
    }
    if isFolder.boolValue {
      try replay(folder: path, shownAs: path)
    } else {
      guard let form = SessionFile.form(of: path) else {
        throw Failure(
          .file, "no sessions are looked for in \(path)",
          tries: SessionFile.Form.allCases.map { "a file whose name ends in .\($0.rawValue)" })
      }
      try replay(file: path, form, shownAs: path)
    }
    if sessions == before {
      throw Failure(.file, "there is no session in \(path)", tries: ["a line that begins with `\(Transcript.prompt)`"])
    }
  }

  private mutating func replay(folder: String, shownAs name: String) throws {
    var found: [String] = []
    let files = FileManager.default.enumerator(atPath: folder)
    while let path = files?.nextObject() as? String { if SessionFile.form(of: path) != nil { found.append(path) } }
    let join: (String, String) -> String = { $0.hasSuffix("/") ? $0 + $1 : "\($0)/\($1)" }
    for path in found.sorted() {
      guard let form = SessionFile.form(of: path) else { continue }
      try replay(file: join(folder, path), form, shownAs: join(name, path))
    }
  }

  private mutating func replay(file path: String, _ form: SessionFile.Form, shownAs name: String) throws {
    let text = try Scripts.text(of: path)
    let file = SessionFile(path: name, text: text, form: form, library: try Runtime.library())
    let printed = try file.sessions.map { try check($0) }
    guard isRecording, !file.sessions.isEmpty else { return }
    let recorded = file.recorded(printed)
    if recorded != text {
      try Scripts.write(recorded, to: path)
      Console.out("recorded \(name)")
      changed.append(name)
    }
  }

  /// Replays a session and shows what differs.
  private mutating func check(_ session: RecordedSession) throws -> [String] {
    let outputs = try replay.outputs(of: session)
    if Interrupts.isPending { throw Failure(.interrupted, "interrupted") }
    sessions += 1
    entries += outputs.count
    guard !isRecording else { return outputs }
    for difference in Replay.differences(session, outputs) {
      different += 1
      Console.out(difference.report + "\n")
    }
    return outputs
  }
}
