import Diagnostics
import Foundation
import Interpreter
import LineEditing
import Shell
import TensorCore
import Transcripts

/// The session at a terminal.
enum Prompt {
  static func run(seed: UInt64, noInit: Bool, resume: Bool) -> Int32 {
    do {
      let machine = try Runtime.machine()
      machine.seed = seed
      // What comes through a pipe is a script: it begins with nothing of the user's, and nothing of it is kept.
      guard Console.isInputTerminal || resume else { return StandardInput.run(Session(machine)) }
      let session = try InteractiveSession.begin(machine, noInit: noInit, resume: resume)
      defer { InteractiveSession.end(session) }
      if !Console.isInputTerminal { return StandardInput.run(session) }
      let history = History(file: .standard(ProcessInfo.processInfo.environment))
      if let problem = history.load() { Console.error("note: \(problem)") }
      let next = reader(history, session)
      while true {
        switch next(session.prompt) {
        case .end: if InteractiveSession.mayEnd(session) { return 0 }
        case .abandoned: continue
        case .text(let text):
          if text.allSatisfy(\.isWhitespace) { continue }
          if let problem = history.add(text) { Console.error("note: \(problem)") }
          Interrupts.clear()
          switch session.submit(text) {
          case .done: break
          case .incomplete(let diagnostics), .failed(let diagnostics): diagnostics.forEach(Console.show)
          }
        }
      }
    } catch { return Runtime.report(error) }
  }

  /// How entries are read: edited where the terminal can be drawn on, else line by line.
  private static func reader(_ history: History, _ session: Session) -> (String) -> Entry {
    let completer = Completer(SessionNames(session.machine))
    let support = EntrySupport(
      wantsMore: Session.needsMore, indent: Session.indent(behind:), pasted: pasted
    ) { text, cursor in
      completer.complete(text, at: cursor).map { found in
        (
          found.range,
          found.candidates.map { (text: Renderer.printable($0.text), remark: Renderer.printable($0.remark)) }
        )
      }
    }
    if Console.isOutputTerminal, !Console.isPlain, let editor = LineEditor(history: history, support: support) {
      return editor.read
    }
    let plain = PlainReader(
      wantsMore: Session.needsMore, promptTo: Console.isOutputTerminal ? STDOUT_FILENO : STDERR_FILENO)
    return { plain.read(prompt: $0, continuation: Transcript.continuation) }
  }

  /// Of a recorded session what was typed; any other text as it is.
  private static func pasted(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(plainPrompt)
    let first = lines.first { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("```") }
    guard let first, first.hasPrefix(Transcript.prompt) else { return text }
    return Transcript.parse(lines.joined(separator: "\n")).entries.map(\.input).joined(separator: "\n")
  }

  /// A line whose prompt says how many names are out of date, with the prompt that recorded sessions have.
  private static func plainPrompt(_ line: Substring) -> String {
    guard line.hasPrefix("pmm ("), let end = line.firstRange(of: ")> ") else { return String(line) }
    return Transcript.prompt + line[end.upperBound...]
  }
}

/// What is piped into the program is a script whose expressions are printed. Lines for the shell may stand between.
enum StandardInput {
  static let name = "<stdin>"

  static func run(_ session: Session) -> Int32 {
    let bytes = FileHandle.standardInput.readDataToEndOfFile()
    guard let text = String(data: bytes, encoding: .utf8) else {
      Console.error("error: \(name) is no text in UTF-8")
      return 1
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var start = 0
    for (index, line) in lines.enumerated() where line.first.map({ "%?!".contains($0) }) == true {
      // Inside of brackets such a line goes on with the one before.
      let part = part(lines, start..<index)
      if Session.needsMore(part) { continue }
      for piece in [part, Self.part(lines, index..<index + 1)] {
        let status = submit(piece, session)
        if status != 0 { return status }
      }
      start = index + 1
    }
    return submit(part(lines, start..<lines.count), session)
  }

  /// Some lines, behind as many empty ones as stand before them, so that messages name the right ones.
  private static func part(_ lines: [Substring], _ range: Range<Int>) -> String {
    String(repeating: "\n", count: range.lowerBound) + lines[range].joined(separator: "\n")
  }

  private static func submit(_ text: String, _ session: Session) -> Int32 {
    switch session.submit(text, named: name) {
    case .done: return 0
    case .incomplete(let diagnostics), .failed(let diagnostics): return Runtime.report(Rejection(diagnostics))
    }
  }
}
