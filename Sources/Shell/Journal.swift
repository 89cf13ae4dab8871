package import Diagnostics
import Foundation
import Interpreter
import Syntax

/// The entries of a session on disk: each is written before it runs and marked when it is done, so that nothing but the
/// entry that ran is lost with the program. A file for each session; the file of one that runs is locked.
package final class Journal {
  /// What an earlier session left behind.
  package struct Remains {
    package struct Entry {
      package let text: String
      /// What messages call it: `pmm`, or the script that it came from.
      package let name: String
      /// Whether the session numbered its value.
      package let hasOutput: Bool
      /// Its trainings that were stopped, as the store of trainings calls them.
      let stopped: [String]
    }
    package let path: String
    /// The entries that were done, in order.
    package let entries: [Entry]
    /// The entry that ran when the session ended.
    package let unfinished: String?
  }

  private static let finished = "#% finished"
  /// Journals beyond these are removed, the oldest first.
  private static let most = 50

  package let path: String
  private let descriptor: Int32
  private var number = 0
  private var isBroken = false
  private let warn: (String) -> Void

  /// The folder for what outlasts a session: the variable PMM_STATE, or `pmm` in XDG_STATE_HOME or in ~/.local/state.
  package static func folder(_ environment: [String: String]) -> String? {
    if let own = environment["PMM_STATE"], !own.isEmpty { return own }
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/pmm" }
    return environment["HOME"].map { $0 + "/.local/state/pmm" }
  }

  /// Begins the journal of a session.
  /// - Parameter warn: is told once when nothing more can be written.
  /// - Throws: a `Failure` when the folder cannot be made or written.
  package init(folder: String, workingFolder: String, warn: @escaping (String) -> Void) throws {
    self.warn = warn
    let failure = Failure(
      .file, "no journal can be kept in \(folder), so this session cannot be resumed", tries: ["PMM_STATE=DIR"])
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw failure }
    let stamp = String(UInt64(Date().timeIntervalSince1970 * 1000))
    let number = String(repeating: "0", count: max(0, 15 - stamp.count)) + stamp
    path = "\(folder)/\(number)-\(getpid()).journal"
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw failure }
    write("#% pmm journal 1\n#% folder \(workingFolder)\n")
    Self.prune(folder)
  }

  deinit { close(descriptor) }

  // MARK: Writing

  /// Writes an entry that is about to run.
  func begin(_ text: String, named name: String = "pmm") {
    number += 1
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\t\($0)\n" }.joined()
    write("#> \(number) \(name)\n\(lines)")
  }

  /// Marks the entry as done.
  /// - Parameter stopped: names of its trainings that were stopped.
  func accept(hasOutput: Bool = false, stopped: [String] = []) {
    write((["#=", "\(number)"] + (hasOutput ? ["out"] : []) + stopped).joined(separator: " ") + "\n")
  }

  /// Marks the entry as one that changed nothing.
  func fail() { write("#! \(number)\n") }

  /// Marks the session as one that ended as it should; the journal of one without entries is removed.
  package func finish() {
    if number == 0 { unlink(path) } else { write(Self.finished + "\n") }
  }

  private func write(_ text: String) {
    guard !isBroken else { return }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        isBroken = true
        warn("note: this session cannot be resumed: its journal \(path) cannot be written any more")
        return
      }
      rest = rest.dropFirst(count)
    }
    fdatasync(descriptor)
  }

  // MARK: Reading

  /// The latest session of a working folder that ended by accident.
  package static func remains(in folder: String, workingFolder: String) -> Remains? {
    for path in journals(in: folder).reversed() {
      guard let text = FileModuleLoader.read(path) else { continue }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.count > 2, lines[1] == "#% folder \(workingFolder)", !lines.contains(finished[...]), !isRunning(path)
      else { continue }
      let remains = read(lines, path)
      if !remains.entries.isEmpty { return remains }
    }
    return nil
  }

  /// Marks what was taken up elsewhere.
  package static func settle(_ remains: Remains) throws { try TextFile.append(finished + "\n", to: remains.path) }

  private static func read(_ lines: [Substring], _ path: String) -> Remains {
    var entries: [Remains.Entry] = []
    var open: (name: String, lines: [Substring])?
    for line in lines {
      if line.hasPrefix("\t") {
        open?.lines.append(line.dropFirst())
      } else if line.hasPrefix("#> ") {
        let words = line.split(separator: " ", maxSplits: 2)
        open = (words.count > 2 ? String(words[2]) : "pmm", [])
      } else if line.hasPrefix("#= "), let done = open {
        let words = line.split(separator: " ").dropFirst(2)
        entries.append(
          Remains.Entry(
            text: done.lines.joined(separator: "\n"), name: done.name, hasOutput: words.first == "out",
            stopped: words.filter { $0 != "out" }.map { String($0) }))
        open = nil
      } else if line.hasPrefix("#! ") {
        open = nil
      }
    }
    return Remains(path: path, entries: entries, unfinished: open.map { $0.lines.joined(separator: "\n") })
  }

  /// Journals in order of their beginnings.
  private static func journals(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".journal") }.sorted().map { "\(folder)/\($0)" }
  }

  private static func isRunning(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { Foundation.close(file) }
    return flock(file, LOCK_EX | LOCK_NB) != 0
  }

  private static func prune(_ folder: String) {
    for path in journals(in: folder).dropLast(most) where !isRunning(path) { unlink(path) }
  }
}

extension Session {
  /// Runs the entries of an earlier session again, without printing. What only printed a value is left out, unless a later
  /// entry may read that value.
  /// - Parameter mistake: is told of entries that fail now.
  package func resume(_ remains: Journal.Remains, mistake: (Diagnostic) -> Void) {
    log.isMuted = true
    isReplaying = true
    defer { (log.isMuted, isReplaying, stoppedBefore) = (false, false, []) }
    for (index, entry) in remains.entries.enumerated() {
      let later = remains.entries[(index + 1)...]
      if entry.hasOutput, isPlainExpression(entry.text), !later.contains(where: { mayReadOutputs($0.text) }) {
        outputs.skip()
        journal?.begin(entry.text, named: entry.name)
        journal?.accept(hasOutput: true)
        continue
      }
      stoppedBefore = entry.stopped
      if case .failed(let found) = submit(entry.text, named: entry.name) { found.forEach(mistake) }
    }
  }
  private func isPlainExpression(_ text: String) -> Bool {
    let program = Parser.parse(SourceText(name: "pmm", text: text))
    return program.diagnostics.isEmpty
      && program.statements.allSatisfy { statement in
        if case .expression = statement.kind { statement.namesUpdated.isEmpty } else { false }
      }
  }

  private func mayReadOutputs(_ text: String) -> Bool {
    Lexer(SourceText(name: "pmm", text: text)).tokens.contains { ["it", "out", "|>"].contains($0.text) }
  }
}
