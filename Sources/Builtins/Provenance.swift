import Checkpoint
import Diagnostics
package import Foundation
import Interpreter
import Recommendation
import Syntax
import TensorCore
import TensorFiles

/// Where a file came from, for people. Nothing of it is read back.
///
/// With SOURCE_DATE_EPOCH set (reproducible-builds.org), the time is the one that it names, and what may differ from run to
/// run of one state is left out: the command line with its options, the processor, the threads, the state of the repository.
package enum Provenance {
  private static let group = ["provenance"]

  /// Adds what is known to a file.
  static func add(to file: inout CheckpointFile, _ machine: Machine, seed: UInt64) {
    let program = machine.script?.text ?? machine.main.map(typed) ?? ""
    if !program.isEmpty, !program.utf8.contains(0) {
      file.sections[.provenance] = [
        StoredTensor(path: ["script"], axes: [], shape: [], values: .strings([program]))
      ]
    }
    func note(_ name: String, _ text: String) {
      if !text.isEmpty { file.notes.append(CheckpointFile.Note(group, name, .texts([text]))) }
    }
    file.notes.append(CheckpointFile.Note([], "created_at", .texts([time])))
    file.notes.append(CheckpointFile.Note([], "created_by", .texts(["pmm \(Version.text)"])))
    note("script_name", machine.script?.name ?? "")
    note("seed", "\(seed)")
    note("kernels", Kernels.level.rawValue)
    if isReproducible { return }
    for (name, value) in machine.givenOptions.sorted(by: { $0.key < $1.key }) { note("option_\(name)", value) }
    note("blas", MatrixProduct.libraryVersion)
    note("command_line", CommandLine.arguments.joined(separator: " "))
    note("processor", processor)
    note("threads", "\(Threads.count)")
    note("git", repository)
    for name in ["PMM_KERNELS", "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"] {
      note("environment_\(name)", ProcessInfo.processInfo.environment[name] ?? "")
    }
  }

  /// Whether two runs of one state are to give the same bytes.
  package static var isReproducible: Bool { epoch != nil }

  private static var epoch: Int? { ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap { Int($0) } }

  private static var time: String { text(Date()) }

  /// A time in UTC, to the second, or the one that SOURCE_DATE_EPOCH names.
  package static func text(_ date: Date) -> String {
    (epoch.map { Date(timeIntervalSince1970: Double($0)) } ?? date).formatted(.iso8601)
  }

  /// The SHA-256 of a text in UTF-8, which other tools can check.
  package static func sha256(_ text: String) -> String { SHA256.hex(Array(text.utf8)) }

  /// The entries of a session.
  private static func typed(_ globals: Globals) -> String {
    globals.history.map(\.span.text).joined(separator: "\n")
  }

  /// What the processor calls itself; empty where nobody says.
  package static let processor: String = {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "" }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  }()

  /// The commit of the current folder, with "changed" where files that it knows differ; empty outside of a repository. Asked
  /// for once.
  private static let repository: String = {
    func git(_ words: String...) -> String? {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["git"] + words
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      guard (try? process.run()) != nil else { return nil }
      let text = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return process.terminationStatus == 0 ? String(decoding: text, as: UTF8.self) : nil
    }
    guard let commit = git("rev-parse", "HEAD")?.trimmingCharacters(in: .whitespacesAndNewlines) else { return "" }
    let changes = git("status", "--porcelain", "--untracked-files=no") ?? ""
    return changes.isEmpty ? commit : "\(commit), changed"
  }()
}
