/// One way to go on: what would stand there, and a few words on what it is.
package struct Candidate: Equatable, Sendable {
  package let text: String
  package let remark: String

  package init(_ text: String, _ remark: String = "") {
    self.text = text
    self.remark = remark
  }
}

/// What may stand in the place of a part of a text.
package struct Completion: Equatable, Sendable {
  /// In Unicode scalars of the text; ends at the cursor.
  package let range: Range<Int>
  /// Sorted; each begins with what stands in the range.
  package let candidates: [Candidate]
}

/// A parameter of what is called, as completion sees it.
package struct KnownParameter: Sendable {
  package let name: String
  package let remark: String
  /// Whether it takes an axis, so that axes come first behind its `=`.
  package let isAxis: Bool

  package init(_ name: String, remark: String = "", isAxis: Bool = false) {
    self.name = name
    self.remark = remark
    self.isAxis = isAxis
  }
}

/// Names with points between them, such as `run.model.text`, or a call of what they lead to.
package struct NameChain: Equatable, Sendable {
  package let names: [String]
  package let isCalled: Bool

  package init(_ names: [String], isCalled: Bool = false) {
    self.names = names
    self.isCalled = isCalled
  }
}

/// What may stand behind a command of the shell.
package enum CommandArguments: Sendable {
  /// An entry of the language.
  case code
  case files
  case words([Candidate])
}

/// What is known where something is typed. Nothing here runs a program or reads numbers.
package protocol CompletionNames {
  /// Names that can be used: those that are bound, and builtins.
  var names: [Candidate] { get }
  /// Names of axes among them.
  var axes: [Candidate] { get }
  /// Names of the standard library that are not imported, with where from.
  var importable: [Candidate] { get }
  /// Modules that can be imported, by dotted path.
  var modules: [Candidate] { get }
  /// What a module offers.
  func exports(of module: String) -> [Candidate]
  /// Fields, parts and methods of what a chain leads to; of a call of a model's declaration, its parts.
  func members(of chain: NameChain) -> [Candidate]
  /// What stands in the brackets of what a chain leads to: axes of a tensor, and names in quotes of what has them.
  func keys(of chain: [String]) -> (axes: [Candidate], names: [Candidate])
  /// Parameters of what a chain leads to; empty for what cannot be called.
  func parameters(of chain: [String]) -> [KnownParameter]
  /// Commands of the shell, without `%`.
  var commands: [Candidate] { get }
  /// What may follow a command, which may be cut short.
  func arguments(of command: String) -> CommandArguments
  /// Files and folders below a folder, folders with a slash at their end.
  func files(in folder: String) -> [Candidate]
}
