import Diagnostics
import Glibc
package import Interpreter
import Recommendation
import TensorCore
import TensorFiles

extension GridCache: TrainingStore {
  /// A file for each training, named by the model with its numbers, data, goal, settings and seed; of one that was stopped
  /// also by what it gave, since it may be stopped elsewhere another time.
  package func value(of call: Invocation, _ train: () throws -> Value) throws -> Value {
    let machine = call.machine
    // Inside of a cell the whole cell is kept.
    guard isUsable, machine.reads == nil, let name = try name(of: call) else { return try train() }
    if let place = awaited.firstIndex(where: { $0.hasPrefix(name) }) {
      let earlier = awaited.remove(at: place)
      if let value = try kept(earlier, call) {
        stopped.append(earlier)
        machine.interruptedRun = true
        return value
      }
      machine.say("note: this training was stopped when it ran before, and what it gave then is not kept any more")
    }
    if let value = try kept(name + ".h5", call) { return value }
    let hadStopped = machine.interruptedRun
    let clock = ContinuousClock()
    let start = clock.now
    let value = try train()
    if machine.interruptedRun, !hadStopped {
      // Nothing gives it a second time, however short it was.
      guard let digest = try? Fingerprint(machine, hash: { SHA256.hex($0) }).digest(value) else { return value }
      let own = "\(name)-\(digest.prefix(12)).h5"
      if keep(value, own, call) { stopped.append(own) }
    } else if clock.now - start >= .seconds(leastSeconds) {
      keep(value, name + ".h5", call)
    }
    return value
  }

  package func beginEntry(stopped: [String]) {
    self.stopped = []
    // Names come from a journal, which is a file.
    awaited = stopped.filter { $0.hasPrefix("training-") && $0.hasSuffix(".h5") && !$0.contains("/") }
  }

  /// What a file of the folder holds; nil where there is none, or a damaged one.
  private func kept(_ name: String, _ call: Invocation) throws -> Value? {
    let path = "\(folder)/\(name)"
    guard access(path, F_OK) == 0 else { return nil }
    do {
      let entry = try CellEntry(path: path)
      guard entry.name == name else { throw CellReader.Damage(what: "it is that of another training") }
      let value = try entry.value(call)
      // What is used stays longest when room is made.
      _ = utimes(path, nil)
      call.machine.say("note: this training was run before; its run is taken from \(path)")
      return value
    } catch let damage as CellReader.Damage {
      call.machine.say("note: \(path) is damaged (\(damage.what)); the model is trained again")
      return nil
    }
  }

  /// What the file of a call's run is called, without its ending; nil where nobody can say what the run depends on.
  private func name(of call: Invocation) throws -> String? {
    let fingerprint = Fingerprint(call.machine) { SHA256.hex($0) }
    var content = Content()
    content.add("training")
    content.add(Self.format)
    content.add(program)
    content.add("\(Precision.active)")
    content.add(call.machine.seed)
    do {
      for argument in call.arguments {
        content.add(argument != nil)
        if let argument { try fingerprint.write(argument, &content) }
      }
    } catch let unknown as Fingerprint.Unknown {
      call.machine.note("train: its run is not kept, because it depends on \(unknown.what)")
      return nil
    }
    for (name, value) in call.machine.givenOptions.sorted(by: { $0.key < $1.key }) {
      content.add(name)
      content.add(value)
    }
    return "training-\(fingerprint.digest(content).prefix(40))"
  }

  /// True when the file was written.
  @discardableResult private func keep(_ value: Value, _ name: String, _ call: Invocation) -> Bool {
    do {
      let entry = try CellEntry(value, name: name, reads: [], call)
      let check = Fingerprint(call.machine) { SHA256.hex($0) }
      // What would not come back as it is, is not kept.
      guard try check.digest(try entry.value(call)) == check.digest(value) else {
        call.machine.note("train: its run does not come back as it was, so it is not kept")
        return false
      }
      try write(entry, to: "\(folder)/\(name)")
      return true
    } catch let error as FileError {
      isUsable = false
      call.machine.note("train: nothing more is kept in \(folder): \(error.message)")
    } catch let refusal as CellWriter.Refusal {
      call.machine.note("train: its run is not kept: \(refusal.what)")
    } catch {
      call.machine.note("train: its run does not come back as it was, so it is not kept")
    }
    return false
  }
}
