import Diagnostics
import Glibc
package import Interpreter
import Recommendation
import TensorCore
import TensorFiles

extension GridCache: TrainingStore {
  /// A file for each training, named by the model with its numbers, data, goal, settings and seed.
  package func value(of call: Invocation, _ train: () throws -> Value) throws -> Value {
    let machine = call.machine
    // Inside of a cell the whole cell is kept.
    guard isUsable, machine.reads == nil, let path = try path(of: call) else { return try train() }
    if access(path, F_OK) == 0 {
      do {
        let entry = try CellEntry(path: path)
        guard path.hasSuffix(entry.name) else { throw CellReader.Damage(what: "it is that of another training") }
        let value = try entry.value(call)
        // What is used stays longest when room is made.
        _ = utimes(path, nil)
        machine.say("note: this training was run before; its run is taken from \(path)")
        return value
      } catch let damage as CellReader.Damage {
        machine.say("note: \(path) is damaged (\(damage.what)); the model is trained again")
      }
    }
    let clock = ContinuousClock()
    let start = clock.now
    let value = try train()
    guard clock.now - start >= .seconds(leastSeconds), !machine.interruptedRun else { return value }
    keep(value, path, call)
    return value
  }

  /// Where the run of a call is kept; nil where nobody can say what it depends on.
  private func path(of call: Invocation) throws -> String? {
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
    return "\(folder)/training-\(fingerprint.digest(content).prefix(40)).h5"
  }

  private func keep(_ value: Value, _ path: String, _ call: Invocation) {
    do {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let entry = try CellEntry(value, name: name, reads: [], call)
      let check = Fingerprint(call.machine) { SHA256.hex($0) }
      // What would not come back as it is, is not kept.
      guard try check.digest(try entry.value(call)) == check.digest(value) else {
        call.machine.note("train: its run does not come back as it was, so it is not kept")
        return
      }
      try write(entry, to: path)
    } catch let error as FileError {
      isUsable = false
      call.machine.note("train: nothing more is kept in \(folder): \(error.message)")
    } catch let refusal as CellWriter.Refusal {
      call.machine.note("train: its run is not kept: \(refusal.what)")
    } catch {
      call.machine.note("train: its run does not come back as it was, so it is not kept")
    }
  }
}
