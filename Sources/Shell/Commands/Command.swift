package import Diagnostics

/// A command of the shell: what `%name` does, its help and its meaning in one declaration.
package struct Command: Sendable {
  /// What stands behind a command.
  package enum Argument: Sendable {
    /// An entry of the language, which may take several lines.
    case code
    /// Names of the session.
    case names
    case files, commands, settings
    /// Nothing, or what nobody but the user knows.
    case nothingKnown
  }

  package let name: String
  /// What stands behind the name: `[name ...]`, `e`; empty for nothing.
  package let form: String
  /// One sentence.
  package let help: String
  package let example: String
  /// What may stand behind it, as far as it can be completed.
  package let takes: Argument
  /// Whether it changes the session, so that a run of the session again needs it.
  let isReplayed: Bool
  /// Whether it prints something else each time.
  let isVolatile: Bool
  let perform: @Sendable (Session, String) throws -> Void

  init(
    _ name: String, _ form: String = "", _ help: String, example: String, takes: Argument = .nothingKnown,
    isReplayed: Bool = false, isVolatile: Bool = false, perform: @escaping @Sendable (Session, String) throws -> Void
  ) {
    self.name = name
    self.form = form
    self.help = help
    self.example = example
    self.takes = takes
    self.isReplayed = isReplayed
    self.isVolatile = isVolatile
    self.perform = perform
  }

  /// `%time e`.
  package var usage: String { form.isEmpty ? "%\(name)" : "%\(name) \(form)" }

  package static let all: [Command] = names + costs + files + sessions + settings

  /// The command of a name or of the beginning of one, where no other begins so.
  /// - Throws: a `Failure` that lists what may be meant.
  package static func named(_ text: String) throws -> Command {
    if let found = all.first(where: { $0.name == text }) { return found }
    let near = text.isEmpty ? [] : all.filter { $0.name.hasPrefix(text) }
    if near.count == 1 { return near[0] }
    guard near.isEmpty else {
      throw Failure(
        .unknownName, "`%\(text)` may be \(near.map { "`%\($0.name)`" }.joined(separator: " or "))",
        tries: near.map { "%\($0.name)" })
    }
    throw Failure(
      .unknownName, text.isEmpty ? "a command has a name behind its `%`" : "there is no command `%\(text)`",
      tries: NameSuggestion.near(text, among: all.map(\.name)).map { "%\($0)" } + ["%help"])
  }

  /// What `%help` says of one command.
  package var page: String {
    let start = Self.shortest(name)
    return "\(usage)\(start == name ? "" : "    or %\(start)")\n\n\(help)\n\nsuch as \(example)"
  }

  /// The shortest beginning of a name that no other command has.
  package static func shortest(_ name: String) -> String {
    for length in 1..<max(name.count, 2) {
      let start = name.prefix(length)
      if all.count(where: { $0.name.hasPrefix(start) }) == 1 { return String(start) }
    }
    return name
  }

  /// The words behind a command.
  static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

  /// The names behind a command, separated by blanks or commas.
  static func names(in text: String) -> [String] {
    text.split { $0.isWhitespace || $0 == "," }.map(String.init)
  }
}

extension Session {
  /// What may stand behind `%`.
  package static var commands: [Command] { Command.all }
}
