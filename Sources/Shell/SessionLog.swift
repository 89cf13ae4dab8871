import Diagnostics
import Interpreter

/// What was typed and printed so far, in the form of a transcript that replays.
final class SessionLog {
  private struct Exchange {
    let typed: String
    var printed: [String] = []
    /// Whether what it prints differs from run to run as a whole.
    var isHidden = false
  }

  /// What stands for lines that another run prints differently.
  private static let anyLines = "..."

  private var done: [Exchange] = []
  private var open: Exchange?
  private let warn: (String) -> Void
  private var path: String?
  /// Whether lines are kept and not printed.
  var isMuted = false

  /// Listens to what a machine prints from now on.
  init(of machine: Machine) {
    let (output, notes, say) = (machine.output, machine.notes, machine.say)
    warn = say
    machine.output = { [weak self] line in
      self?.open?.printed.append(line)
      if !(self?.isMuted ?? false) { output(line) }
    }
    machine.notes = { [weak self] diagnostic in
      self?.open?.printed.append(Renderer().render(diagnostic))
      if !(self?.isMuted ?? false) { notes(diagnostic) }
    }
    // Figures of epochs hold seconds.
    machine.say = { [weak self] line in
      if self?.open?.printed.last != Self.anyLines { self?.open?.printed.append(Self.anyLines) }
      if !(self?.isMuted ?? false) { say(line) }
    }
  }

  func begin(_ text: String) { open = Exchange(typed: text.trimmed) }

  /// Says that what the entry prints is another time something else.
  func hideOutput() { open?.isHidden = true }

  /// Leaves the entry out, or puts what it stands for in its place.
  func replace(by text: String?) { open = text.map { Exchange(typed: $0.trimmed, printed: open?.printed ?? []) } }

  func end(_ outcome: Session.Outcome) {
    guard var exchange = open else { return }
    open = nil
    switch outcome {
    case .incomplete: return
    case .done: break
    case .failed(let found): exchange.printed += found.map { Renderer().render($0) }
    }
    done.append(exchange)
    guard let path else { return }
    do { try TextFile.append(Self.text(exchange), to: path) } catch {
      self.path = nil
      warn("note: nothing more is written to \(path), which cannot be written any more")
    }
  }

  /// Writes the session so far, and each entry from now on.
  /// - Throws: a `Failure` when the file cannot be written.
  func write(to path: String) throws {
    try TextFile.write(done.map(Self.text).joined(), to: path)
    self.path = path
  }

  private static func text(_ exchange: Exchange) -> String {
    var text = ""
    for (index, line) in exchange.typed.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      text += (index == 0 ? "pmm> " : "...> ") + line + "\n"
    }
    let lines = exchange.isHidden ? [anyLines] : steady(exchange.printed)
    return lines.isEmpty ? text : text + lines.joined(separator: "\n") + "\n\n"
  }

  /// The lines with those of tables that hold seconds or megabytes left open.
  private static func steady(_ printed: [String]) -> [String] {
    var lines: [String] = []
    for block in printed {
      for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
        lines.append(String(line))
        let words = line.split(separator: " ")
        if Table.volatile.contains(where: { words.contains($0[...]) }) {
          lines.append(anyLines)
          break
        }
      }
    }
    return lines
  }
}
