import Checkpoint
import Diagnostics
import Glibc
import Interpreter
import Semantics
import TensorCore
import TensorFiles

/// Saves a training while it runs, and finds what an earlier one has saved.
final class TrainingSaver {
  struct Plan {
    /// The file that always holds the newest state.
    let path: String
    /// Whether a state that is there already is gone on from; else it is written over.
    let resumes: Bool
    /// Besides the end of each epoch: after so many steps, or minutes.
    let everySteps: Int?
    let everyMinutes: Double?
    /// How many of the last states stay.
    let keep: Int

    init?(
      checkpoint: String?, resume: String?, everySteps: Int?, everyMinutes: Double?, keep: Int, _ call: Invocation
    ) throws {
      guard let path = checkpoint ?? resume else {
        if everySteps != nil || everyMinutes != nil || keep != 1 {
          throw call.fail(
            .wrongArguments, "`save_steps`, `save_minutes` and `keep` say how a training is saved, but not where",
            tries: ["resume = \"run.h5\"", "checkpoint = \"run.h5\""])
        }
        return nil
      }
      if let checkpoint, let resume, checkpoint != resume {
        throw call.fail(
          .wrongArguments, "a training goes on in one file: `checkpoint` is \"\(checkpoint)\", `resume` \"\(resume)\"",
          tries: ["resume = \"\(resume)\""])
      }
      if let everySteps, everySteps < 1 {
        throw call.fail(.outOfRange, "`save_steps` is 1 or more, not \(everySteps)")
      }
      if let everyMinutes, !(everyMinutes > 0 && everyMinutes <= 1e6) {
        throw call.fail(
          .outOfRange, "`save_minutes` is above 0 and at most 1e6, not \(Value.text(everyMinutes))")
      }
      guard (1...1000).contains(keep) else { throw call.fail(.outOfRange, "`keep` is 1 to 1000, not \(keep)") }
      self.path = path
      resumes = resume != nil
      self.everySteps = everySteps
      self.everyMinutes = everyMinutes
      self.keep = keep
    }
  }

  let plan: Plan
  private let call: Invocation
  private let clock = ContinuousClock()
  private var lastSave: ContinuousClock.Instant
  private var failure: Failure?
  /// The step whose state the file holds.
  private var savedStep: Int?
  /// Steps of the states that stay, the oldest first.
  private var kept: [Int] = []

  init(_ plan: Plan, _ call: Invocation) {
    self.plan = plan
    self.call = call
    lastSave = clock.now
  }

  /// Finds out before the first step whether there can be a file at all.
  func prepare(_ file: () throws -> CheckpointFile) throws {
    _ = try file()
    do throws(FileError) { try AtomicFile.rehearse(plan.path) } catch {
      throw error.failure(call, argument: argument(plan.resumes ? "resume" : "checkpoint"))
    }
  }

  // MARK: Finding

  /// The state to go on from; nil where the training begins.
  /// - Parameter terms: what must be the same, in words.
  func found(terms: [(name: String, text: String)]) throws -> TrainingState? {
    guard plan.resumes else { return nil }
    guard access(plan.path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR) else {
      call.machine.say("note: there is no \(plan.path) yet, so the training begins; it is saved there")
      return nil
    }
    let state = try TrainingState(
      ModelFile.opened(plan.path, argument: argument("resume"), call), argument: argument("resume"), call)
    let before = Dictionary(state.terms.map { ($0.name, $0.text) }) { first, _ in first }
    let changed = terms.filter { before[$0.name] != $0.text }
    guard changed.isEmpty else {
      let words = changed.map { term in
        let old = before[term.name] ?? "unknown"
        if max(old.count, term.text.count) > 120 { return "`\(term.name)` differs\(Self.difference(old, term.text))" }
        return "`\(term.name)` was \(old) and is \(term.text)"
      }
      throw call.fail(
        .partMismatch, "the training in \(plan.path) is another one: \(words.joined(separator: "; "))",
        argument: argument("resume"),
        tries: [
          "the same settings", "checkpoint = \"\(plan.path)\" to begin anew", "train(open(\"\(plan.path)\").last, …)",
        ])
    }
    if state.kernels != Kernels.level.rawValue || state.version != Version.text {
      call.machine.say(
        "note: \(plan.path) was made by pmm \(state.version) with the \(state.kernels) kernels, and this is "
          + "\(Version.text) with \(Kernels.level.rawValue): the last digits may differ from those of one run")
    }
    return state
  }

  /// Where two long lists differ first.
  private static func difference(_ old: String, _ new: String) -> String {
    let (x, y) = (old.split(separator: "; "), new.split(separator: "; "))
    guard let place = Array(zip(x, y)).firstIndex(where: { $0 != $1 }) else {
      return ": \(x.count) entries and \(y.count)"
    }
    return ": \(x[place]) and \(y[place])"
  }

  private func argument(_ name: String) -> Int {
    call.builtin.signature.parameters.firstIndex { $0.name == name } ?? 0
  }

  // MARK: Saving

  /// Is told of a step within an epoch.
  func step(_ step: Int, _ file: () throws -> CheckpointFile) throws {
    let isDue = plan.everySteps.map { step % $0 == 0 } ?? false
    let isLate = plan.everyMinutes.map { clock.now - lastSave >= .seconds($0 * 60) } ?? false
    if isDue || isLate { try save(step, file) }
  }

  /// Saves for the last time; a failure before that was only warned of is now one.
  func finish(_ step: Int, _ file: () throws -> CheckpointFile) throws {
    if savedStep != step { try save(step, file) }
    if let failure {
      if call.machine.isInteractive { return }
      throw failure
    }
  }

  /// The best model so far, beside the state.
  func keep(best model: ModuleInstance) throws {
    try attempt { try ModelFile.save(model, to: beside("best"), call) }
  }

  /// Saves the state after a step.
  func save(_ step: Int, _ file: () throws -> CheckpointFile) throws {
    try attempt {
      let file = try file()
      try ModelFile.write(file, to: plan.path, argument: argument(plan.resumes ? "resume" : "checkpoint"), call)
      if plan.keep > 1 { try keepLast(step, file) }
      savedStep = step
    }
    lastSave = clock.now
  }

  /// A training of hours does not end because the disk is full for a while: that is said, and tried again.
  private func attempt(_ body: () throws -> Void) throws {
    do {
      try body()
      failure = nil
    } catch let found as Failure where found.diagnostic.code == .file {
      failure = found
      call.machine.warn(.file, "the training goes on unsaved: \(found.diagnostic.message)")
    }
  }

  /// Gives the state a name of its own step as well, and removes the oldest.
  private func keepLast(_ step: Int, _ file: CheckpointFile) throws {
    let path = beside("step-\(step)")
    _ = unlink(path)
    // The file itself, also where its path is a link to it.
    if linkat(AT_FDCWD, plan.path, AT_FDCWD, path, AT_SYMLINK_FOLLOW) != 0 {
      try ModelFile.write(file, to: path, argument: 0, call)
    }
    kept.removeAll { $0 == step }
    kept.append(step)
    while kept.count > plan.keep { _ = unlink(beside("step-\(kept.removeFirst())")) }
  }

  /// Is told that the training goes on after a step: what it left before is its own.
  func resumed(after step: Int) {
    savedStep = step
    kept = keptSteps.filter { $0 <= step }.sorted()
  }

  /// Steps of the states beside the file.
  private var keptSteps: [Int] {
    let folder = plan.path.lastIndex(of: "/").map { String(plan.path[...$0]) } ?? ""
    let stem = beside("step-").dropFirst(folder.count)
    let (head, tail) = plan.path.hasSuffix(".h5") ? (stem.dropLast(3), ".h5") : (stem, "")
    guard let stream = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(stream) }
    var steps: [Int] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasPrefix(head), name.hasSuffix(tail) else { continue }
      if let step = Int(name.dropFirst(head.count).dropLast(tail.count)), step >= 0 { steps.append(step) }
    }
    return steps
  }

  /// `run.h5` and `best` give `run.best.h5`.
  private func beside(_ word: String) -> String {
    plan.path.hasSuffix(".h5") ? "\(plan.path.dropLast(3)).\(word).h5" : "\(plan.path).\(word)"
  }
}
