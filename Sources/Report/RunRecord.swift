package import Diagnostics
package import Interpreter
package import Syntax

/// What a run shows, in order, each thing with the line of the script behind which it stands. The terminal sees it as well.
package final class RunRecord {
  /// A thing that was shown.
  package enum Event {
    case text(String)
    case table(ShownTable)
    case drawing(svg: String, words: String)
    case picture(bytes: [UInt8], type: String, words: String)
    /// A line of news, such as the figures of an epoch.
    case news(String)
    /// What is said by the way.
    case note(String)
    case message(Diagnostic)
    case took(seconds: Double)

    /// About how much of the page it takes.
    fileprivate var bytes: Int {
      switch self {
      case .text(let text), .news(let text), .note(let text): text.utf8.count + 1
      case .table(let table): table.rows.joined().reduce(0) { $0 + $1.utf8.count + 16 }
      case .drawing(let svg, let words): svg.utf8.count + words.utf8.count
      case .picture(let bytes, _, let words): bytes.count / 3 * 4 + words.utf8.count
      case .message, .took: 0
      }
    }
  }

  /// How the run ended.
  package enum Ending {
    case done
    /// Nothing ran.
    case rejected
    case failed
    case interrupted
  }

  /// Seconds from which on the page says how long a statement took.
  private static let slow = 1.0
  /// A page that is larger is none that anybody could open.
  private static let mostBytes = 48 << 20

  package private(set) var entries: [(line: Int, event: Event)] = []
  /// What the statement that runs has shown so far.
  private var open: [Event] = []
  /// Bytes of what is kept, and how many things were too many.
  private var bytes = 0
  private var left = 0
  private var start = ContinuousClock.now
  private let tellsTimes: Bool
  package let source: SourceText
  /// The lines of the statements that run, and how many are done.
  private var places: [ClosedRange<Int>] = []
  private var done = 0
  package private(set) var ending = Ending.done
  /// The lines of the statement that did not end, or of the first mistake; nil where there is no such place.
  package private(set) var stop: ClosedRange<Int>?

  /// Listens to what a machine shows from now on, while it runs a script.
  /// - Parameter tellsTimes: false where two runs of one state must give the same page.
  package init(of source: SourceText, on machine: Machine, tellsTimes: Bool) {
    self.source = source
    self.tellsTimes = tellsTimes
    let (output, notes, say) = (machine.output, machine.notes, machine.say)
    machine.output = { [weak self] text in
      self?.keep(.text(text))
      output(text)
    }
    machine.present = { [weak self, weak machine] value in
      self?.keep(Self.event(value))
      output(value.drawn(on: machine?.display() ?? .plain))
    }
    machine.saved = { [weak self] value, path in
      self?.keep(Self.event(value))
      self?.keep(.note("saved as \(path)"))
    }
    machine.notes = { [weak self] diagnostic in
      self?.keep(.message(diagnostic))
      notes(diagnostic)
    }
    machine.say = { [weak self] line in
      let note = "note: "
      self?.keep(line.hasPrefix(note) ? .note(String(line.dropFirst(note.count))) : .news(line))
      say(line)
    }
  }

  /// Is told of every statement of a program that is done.
  package func follow(_ program: Program) -> (Value) -> Void {
    places = program.statements.filter { !$0.isDeclaration }.map { statement in
      let span = statement.span
      return span.line...max(span.line, source.position(of: span.end - 1).line)
    }
    return { [weak self] _ in
      guard let self, done < places.count else { return }
      finish(line: places[done].upperBound)
      done += 1
    }
  }

  /// Puts down why a run did not come to its end.
  /// - Parameter isRejection: whether these are mistakes of a text that were found before it ran.
  package func stop(_ found: [Diagnostic], isRejection: Bool) {
    if isRejection, done == 0, let first = found.compactMap(line).min() {
      // Such mistakes stand where they were made.
      (ending, stop) = (.rejected, first...first)
      finish(line: 0)
      entries += found.map { (line($0) ?? 0, .message($0)) }
      return
    }
    stop = done < places.count ? places[done] : nil
    let isInterrupt = found.contains { $0.code == .interrupted }
    ending = isInterrupt ? .interrupted : places.isEmpty ? .rejected : .failed
    open += found.filter { $0.code != .interrupted }.map { .message($0) }
    finish(line: stop?.upperBound ?? 0)
  }

  /// The line of the script that a message is about.
  func line(_ diagnostic: Diagnostic) -> Int? {
    diagnostic.labels.first.flatMap { $0.span.source === source ? $0.span.line : nil }
  }

  /// Ends a statement whose last line this is.
  private func finish(line: Int) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if left > 0 {
      open.append(.note("\(left) more were shown here; the page holds at most \(Self.mostBytes >> 20) MiB"))
      left = 0
    }
    if tellsTimes, seconds >= Self.slow { open.append(.took(seconds: seconds)) }
    entries += open.map { (line, $0) }
    open = []
    start = .now
  }

  private func keep(_ event: Event) {
    bytes += event.bytes
    if bytes > Self.mostBytes { left += 1 } else { open.append(event) }
  }

  /// What is kept of a value: never the value itself, which may hold models.
  private static func event(_ value: Value) -> Event {
    switch value.exhibit {
    case .table(let table): .table(ShownTable(table))
    case .drawing(let svg): .drawing(svg: svg, words: value.drawn(on: .plain))
    case .picture(let bytes, let type, let words): .picture(bytes: bytes, type: type, words: words)
    case nil: .text(value.drawn(on: .plain))
    }
  }
}

/// The texts of a table.
package struct ShownTable {
  private static let mostRows = 1000

  let keys: [String]
  let columns: [String]
  /// Whether a column, keys first, holds numbers.
  let isNumber: [Bool]
  /// Keys and cells. [row][column]
  let rows: [[String]]
  /// How many rows there are, shown or not.
  let count: Int

  init(_ table: Table) {
    keys = table.keyNames
    let names = table.columnNames
    columns = names
    count = table.rows.count
    var isNumber = [Bool](repeating: !table.rows.isEmpty, count: table.keyNames.count + names.count)
    rows = table.rows.prefix(Self.mostRows).map { row in
      let values = row.keys + names.map { row.cell($0) }
      for (index, value) in values.enumerated() where !value.isNone && !value.isNumeric { isNumber[index] = false }
      return values.map { $0.isNone ? "" : $0.cellText }
    }
    self.isNumber = isNumber
  }

  /// `6 rows by seed and platform`.
  var words: String {
    let by =
      keys.isEmpty
      ? ""
      : " by \(keys.count < 2 ? keys[0] : keys.dropLast().joined(separator: ", ") + " and " + keys[keys.count - 1])"
    let shown = rows.count < count ? ", of which the first \(rows.count) are shown" : ""
    return "\(count) row\(count == 1 ? "" : "s")\(by)\(shown)"
  }
}
