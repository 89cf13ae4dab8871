import Builtins
import Diagnostics
import Foundation
import Interpreter
import Report
import Semantics
import Shell
import Syntax
import TensorCore
import TensorFiles

/// The page of `pmm run --report`: its path is tried before anything runs, and it is written however the run ends.
final class ReportFile {
  private let path: String
  private let began = Date()
  private var record: RunRecord?
  private var machine: Machine?
  private var globals: Globals?
  private var seed: UInt64 = 0

  /// - Throws: a `Failure` for a path where no page can be written.
  init(_ path: String) throws {
    self.path = path
    let ending = path.lowercased()
    guard ending.hasSuffix(".html") || ending.hasSuffix(".htm") else {
      throw Failure(
        .file, "a report is written as .html, and \(printable(path)) ends otherwise", tries: ["--report \(path).html"])
    }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure(.file, "\(path) is a folder", tries: ["--report \(path)/report.html"])
    }
    do throws(FileError) { try AtomicFile.rehearse(path) } catch { throw error.failure }
  }

  /// Listens to a run that is about to begin.
  func begin(_ source: SourceText, _ machine: Machine, _ globals: Globals) {
    (self.machine, self.globals, seed) = (machine, globals, machine.seed)
    record = RunRecord(of: source, on: machine, tellsTimes: !Provenance.isReproducible)
  }

  /// What is to be told of every statement that is done.
  func follow(_ program: Program) -> ((Value) -> Void)? { record?.follow(program) }

  /// Puts down why a run did not come to its end.
  func fail(_ error: any Error) { record?.stop(Session.diagnostics(of: error), isRejection: error is Rejection) }

  /// - Throws: a `Failure` when the page cannot be written.
  func write() throws {
    guard let record else { return }
    // An interrupt has ended the run, and is not to end the page as well.
    Interrupts.clear()
    let report = Report(
      of: record, facts: facts, generator: "pmm \(Version.text)",
      home: ProcessInfo.processInfo.environment["HOME", default: ""])
    do throws(FileError) { try AtomicFile.write(Array(report.page.utf8), to: path) } catch { throw error.failure }
  }

  private var facts: [Report.Fact] {
    guard let machine, let source = record?.source else { return [] }
    var facts: [Report.Fact] = [
      ("program", "pmm \(Version.text)"),
      ("script", source.name.split(separator: "/").last.map(String.init) ?? source.name),
      ("SHA-256 of the script", Provenance.sha256(source.text)),
      ("seed", "\(seed)"),
    ]
    let options = machine.declaredOptions.map { option in
      let given = machine.givenOptions[option.name]
      return "\(option.name) = \(given ?? option.value.quoted)\(given == nil ? "" : ", given by --set")"
    }
    facts.append(("options", options.joined(separator: "\n")))
    facts.append(("data", evidence.sources.map { "\($0.name): \($0.fingerprint)" }.joined(separator: "\n")))
    facts.append(("protocols", evidence.protocols.joined(separator: "\n")))
    facts.append(("kernels", Kernels.level.rawValue))
    facts.append(("began", Provenance.text(began)))
    // What differs from run to run of one state is left out where two pages are to be the same.
    guard !Provenance.isReproducible else { return facts }
    facts.append(("took", Report.duration(Date().timeIntervalSince(began))))
    facts.append(("threads", "\(Threads.count)"))
    facts.append(("processor", Provenance.processor))
    return facts
  }

  /// What the values rest on that the script's names hold.
  private var evidence: Evidence {
    var all = Evidence()
    guard let globals else { return all }
    func add(_ value: Value) {
      all.add(value)
      if case .list(let values) = value { for value in values.prefix(1000) { add(value) } }
    }
    for name in globals.table.names.sorted() { if let value = globals.value(named: name) { add(value) } }
    return all
  }
}

extension FileError {
  /// As the program tells it.
  var failure: Failure {
    Failure(.file, message, tries: suggestion.map { [$0] } ?? [], notes: place.map { [$0] } ?? [])
  }
}
