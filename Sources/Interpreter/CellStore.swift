package import Diagnostics
import Semantics

/// Something on disk that a cell read, with its state then: equal states mean equal contents.
package struct FileRead: Hashable, Sendable {
  package enum Kind: String, Sendable {
    /// One file.
    case file
    /// A folder of interactions and items.
    case folder
    /// A file or folder too large to be read whole each time: its size and when it was changed.
    case stamp
  }
  package let kind: Kind
  package let path: String
  package let state: String

  package init(kind: Kind, path: String, state: String) {
    self.kind = kind
    self.path = path
    self.state = state
  }
}

/// Keeps what the cells of grids gave, from one run of a script to the next.
package protocol CellStore: AnyObject {
  /// What is kept of a grid's cells, or nil where they are not to be kept.
  func cells(of function: Function, _ machine: Machine, at span: Span) throws -> (any KeptCells)?
}

/// What is kept of the cells of one grid.
package protocol KeptCells: AnyObject {
  /// The value of a cell as a run before computed it; nil where it is to be computed.
  func kept(_ keys: [Value], seed: UInt64) throws -> Value?
  /// Is told how many cells were found before the others are computed.
  func begin(found: Int, of all: Int)
  /// Computes a cell and keeps what it gives.
  func computed(_ keys: [Value], seed: UInt64, _ cell: () throws -> Value) throws -> Value
}

/// Keeps what trainings at the prompt gave.
package protocol TrainingStore: AnyObject {
  /// What a call gave when it was made before with the same arguments, code and seed; else what `train` gives, which is
  /// kept.
  func value(of call: Invocation, _ train: () throws -> Value) throws -> Value
  /// Names of the runs of this entry that somebody stopped before their end, in their order.
  var stopped: [String] { get }
  /// Begins an entry.
  /// - Parameter stopped: the names noted when it ran before: these runs are taken as they were left.
  func beginEntry(stopped: [String])
}

extension Machine {
  /// Stands for a call at a place of the program, for what needs one to say its errors.
  package func invocation(at span: Span) -> Invocation {
    let builtin = Builtin("grid", "", signature: Signature("grid", [])) { _ in .none }
    return Invocation(
      machine: self, builtin: builtin, arguments: [], extra: [], spans: [], span: span, place: Label64("grid"))
  }
}
