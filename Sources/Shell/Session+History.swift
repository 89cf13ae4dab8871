import Diagnostics
import Interpreter

/// What a session held before an entry. Values never change, so this is a list of references.
struct Snapshot {
  /// The entry that came after it.
  let entry: String
  private var globals: Globals.State
  private var outputs: Outputs
  private let definitions: Definitions
  private let accepted: AcceptedEntries
  private let seed: UInt64
  /// How many statements had run.
  let statements: Int

  init(of session: Session, _ entry: String) {
    self.entry = entry
    globals = session.globals.state
    outputs = session.outputs
    definitions = session.definitions
    accepted = session.accepted
    seed = session.machine.seed
    statements = session.globals.history.count
  }

  func restore(_ session: Session) {
    session.globals.state = globals
    session.outputs = outputs
    session.definitions = definitions
    session.accepted = accepted
    session.machine.seed = seed
  }

  /// Holds a value of a name no longer.
  mutating func release(_ name: String, _ value: Value, of globals: Globals) {
    self.globals.release(name, of: globals)
    outputs.release(value)
  }
}

extension Session {
  /// Keeps what stood before an entry that changed something.
  func keep(_ snapshot: Snapshot) {
    past.append(snapshot)
    if past.count > settings.undo { past.removeFirst(past.count - settings.undo) }
  }

  /// Runs a body that changes the session; what it did is one step to undo, and nothing where it fails.
  func changing(_ entry: String, _ body: () throws -> Void) throws {
    let before = Snapshot(of: self, entry)
    do { try body() } catch {
      before.restore(self)
      throw error
    }
    keep(before)
  }
}

/// The entries that ran without a mistake, in order: what a session consists of.
struct AcceptedEntries {
  struct Entry {
    let text: String
    /// What messages call it, and from where it imports: `pmm`, or the script that it came from.
    var name = "pmm"
    /// False for commands of the shell, which a script has as comments.
    let isCode: Bool
    /// Where it reads values of earlier entries.
    let reads: [Outputs.Read]
    /// The number of its value, and where the statement begins that gave it.
    let output: (number: Int, place: Int)?
  }

  private(set) var all: [Entry] = []

  mutating func add(_ entry: Entry) { all.append(entry) }

  /// A script that runs from the top: values that are read later get names.
  var script: String {
    let read = Set(all.flatMap { $0.reads.compactMap(\.number) })
    var lines = all.map { entry -> String in
      guard entry.isCode else { return "# \(entry.text)" }
      var edits = entry.reads.compactMap { read in read.number.map { (read.range, "out_\($0)") } }
      if let output = entry.output, read.contains(output.number) {
        edits.append((output.place..<output.place, "out_\(output.number) = "))
      }
      var bytes = Array(entry.text.utf8)
      for (range, text) in edits.sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) where range.upperBound <= bytes.count
      {
        bytes.replaceSubrange(range, with: Array(text.utf8))
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    lines.append("")
    return lines.joined(separator: "\n")
  }

  /// Whether every value that is read has a name in a script; the first entry of which that is not so.
  var unnamed: Entry? { all.first { $0.reads.contains { $0.number == nil } } }
}
