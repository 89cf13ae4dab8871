import Diagnostics
import Interpreter
import TensorCore

extension Command {
  static let settings = [
    Command(
      "seed", "[n]", "Says or sets the seed of what comes next, where no argument gives another.", example: "%seed 3",
      isReplayed: true
    ) { session, text in try session.set("seed", text) },
    Command(
      "threads", "[n]", "Says or sets how many threads compute; results do not depend on it.", example: "%threads 4"
    ) { session, text in try session.set("threads", text) },
    Command(
      "set", "[name value]", "Lists the settings with their values, or changes one.", example: "%set undo 50",
      takes: .settings,
      isReplayed: true
    ) { session, text in
      let words = text.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
      guard let name = words.first else { return session.listSettings() }
      try session.set(name, words.count > 1 ? words[1] : "")
    },
    Command("help", "[command]", "Lists the commands, or explains one.", example: "%help time", takes: .commands) {
      session, text in
      let name = text.hasPrefix("%") ? String(text.dropFirst()) : text
      if name.isEmpty { return session.listCommands() }
      session.machine.output(try Command.named(name).page)
    },
  ]
}

/// One setting of the shell: its value as it is typed.
private struct Setting: Sendable {
  let name: String
  let help: String
  let value: @Sendable (Session) -> String
  /// Sets the value that a text stands for, or says what it may be.
  let set: @Sendable (Session, String) -> String?

  static let all = [
    Setting(
      name: "seed", help: "seed of what comes next", value: { "\($0.machine.seed)" },
      set: { session, text in
        guard let seed = UInt64(text) else { return "a whole number from 0" }
        session.machine.seed = seed
        return nil
      }),
    Setting(
      name: "threads", help: "threads that compute", value: { _ in "\(Threads.count)" },
      set: { _, text in
        guard let count = Int(text), (1...256).contains(count) else { return "1 to 256" }
        Threads.count = count
        return nil
      }),
    Setting(
      name: "memory", help: "bytes that tensors may take, 0 for no limit",
      value: { _ in Memory.limit.map { ByteCount.text($0) } ?? "0" },
      set: { _, text in
        guard let bytes = ByteCount.parse(text), bytes == 0 || bytes >= Memory.leastLimit else {
          return "0, or bytes from 1 MiB, such as 8 GiB"
        }
        Memory.limit = bytes == 0 ? nil : bytes
        return nil
      }),
    Setting(
      name: "undo", help: "entries that can be undone", value: { "\($0.settings.undo)" },
      set: { session, text in
        guard let count = Int(text), (0...1000).contains(count) else { return "0 to 1000" }
        session.settings.undo = count
        session.past.removeFirst(max(0, session.past.count - count))
        return nil
      }),
    Setting(
      name: "outputs", help: "values kept for out[n]", value: { "\($0.settings.outputs)" },
      set: { session, text in
        guard let count = Int(text), (1...10_000).contains(count) else { return "1 to 10000" }
        session.settings.outputs = count
        return nil
      }),
    Setting(
      name: "slow", help: "seconds from which an entry's time is said unasked",
      value: { Value.text($0.settings.slow) },
      set: { session, text in
        guard let seconds = Double(text), seconds >= 0, seconds.isFinite else { return "a number of seconds from 0" }
        session.settings.slow = seconds
        return nil
      }),
  ]
}

extension Session {
  static var settings: [(name: String, help: String)] { Setting.all.map { ($0.name, $0.help) } }

  func listSettings() {
    let rows = Setting.all.map { [$0.name, $0.value(self), $0.help] }
    for line in Self.columns(rows) { machine.output(line) }
  }

  /// Sets a setting, or says its value where no other is given.
  func set(_ name: String, _ text: String) throws {
    let all = Setting.all
    let near = all.filter { $0.name.hasPrefix(name) }
    guard let setting = all.first(where: { $0.name == name }) ?? (near.count == 1 ? near[0] : nil) else {
      throw Failure(
        .unknownName, "there is no setting `\(name)`; there are \(all.map(\.name).joined(separator: ", "))",
        tries: NameSuggestion.near(name, among: all.map(\.name)).map { "%set \($0) ..." })
    }
    if text.isEmpty { return machine.output("\(setting.name) \(setting.value(self))") }
    if let wanted = setting.set(self, text) {
      throw Failure(.outOfRange, "`\(setting.name)` is \(wanted), not \(text)")
    }
    if setting.name == "seed" {
      accepted.add(AcceptedEntries.Entry(text: "%seed \(text)", isCode: false, reads: [], output: nil))
    }
  }

  func listCommands() {
    for line in Self.columns(Command.all.map { [$0.usage, $0.help] }) { machine.output(line) }
    machine.output(
      "?name explains a name, ??name shows its source, ?\"text\" searches, !command runs one of the system.")
    machine.output("it is the last value, out[n] that of entry n; a ; at the end of an entry prints nothing.")
  }
}
