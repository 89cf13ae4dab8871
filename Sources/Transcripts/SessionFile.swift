import Diagnostics
import Foundation
import Shell
import Syntax

/// A session to replay, with where it stands.
package struct RecordedSession: Sendable {
  /// A file, or what else holds the session.
  package let place: String
  package let transcript: Transcript
  /// Typed before its entries, without being one: an example sees the names of its own file.
  package var opening: String?

  package init(place: String, transcript: Transcript, opening: String? = nil) {
    self.place = place
    self.transcript = transcript
    self.opening = opening
  }
}

/// A file that holds sessions: a transcript (`.txt`), a document with fenced `pmm` blocks (`.md`), or a program whose
/// `##` lines have examples (`.pmm`).
package struct SessionFile: Sendable {
  package enum Form: String, Sendable, CaseIterable {
    case transcript = "txt"
    case document = "md"
    case program = "pmm"
  }

  package let path: String
  package let text: String
  package let form: Form
  package let sessions: [RecordedSession]

  /// What stands in front of each line of an example in a program, behind the line's indentation.
  private static let margin = "##   "

  /// The form of a file by the ending of its name; nil when no sessions are looked for in it.
  package static func form(of path: String) -> Form? {
    let name = path.split(separator: "/").last ?? ""
    guard name.contains("."), let ending = name.split(separator: ".").last else { return nil }
    return Form(rawValue: String(ending))
  }

  /// - Parameter library: folder of the standard library, whose modules are imported by their short names.
  package init(path: String, text: String, form: Form, library: String) {
    self.path = path
    self.text = text
    self.form = form
    let found: [Transcript] =
      switch form {
      case .transcript: [Transcript.parse(text)]
      // What a reader types goes on from block to block.
      case .document: [Transcript(preamble: "", entries: Transcript.fenced(in: text).flatMap(\.entries))]
      case .program: Self.examples(in: text)
      }
    let opening = form == .program ? Self.opening(path, text, library) : nil
    sessions = found.filter { !$0.entries.isEmpty }.map {
      RecordedSession(place: path, transcript: $0, opening: opening)
    }
  }

  /// Examples in `##` lines: what is indented below `pmm>`. A bare `##` between such lines is a blank line.
  private static func examples(in text: String) -> [Transcript] {
    var found: [Transcript] = []
    var block: [String] = []
    var start = 0
    for (number, indented) in (text + "\n").split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = indented.drop { $0 == " " }
      if line.hasPrefix(margin) {
        if block.isEmpty { start = number + 1 }
        block.append(String(line.dropFirst(margin.count)))
      } else if line == "##", !block.isEmpty {
        block.append("")
      } else {
        if !block.isEmpty { found.append(Transcript.parse(block.joined(separator: "\n"), firstLine: start)) }
        block = []
      }
    }
    return found
  }

  /// The import of everything that a file declares, or its declarations themselves where its path cannot be written as
  /// one; nil where nothing is declared.
  private static func opening(_ path: String, _ text: String, _ library: String) -> String? {
    let program = Parser.parse(SourceText(name: path, text: text))
    var names: [String] = []
    var declarations: [String] = []
    for statement in program.statements {
      switch statement.kind {
      case .model(let local, _), .loss(let local, _), .define(let local, _):
        if !local.name.text.hasPrefix("_") { names.append(local.name.text) }
        declarations.append(statement.span.text)
      case .importModule, .importNames, .axis, .type: declarations.append(statement.span.text)
      case .bind, .update, .loop, .whileLoop, .returnValue, .expression: break
      }
    }
    if names.isEmpty { return nil }
    let here = FileManager.default.currentDirectoryPath + "/"
    let relative = path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    var steps = relative.dropLast(".pmm".count).split(separator: "/", omittingEmptySubsequences: false)[...]
    if steps.first == "." { steps = steps.dropFirst() }
    for count in 1...max(1, steps.count) {
      let end = steps.suffix(count)
      if FileModuleLoader.read(library + "/" + end.joined(separator: "/") + ".pmm") == text {
        steps = end
        break
      }
    }
    guard !steps.isEmpty, steps.allSatisfy(isName) else { return declarations.joined(separator: "\n") }
    return "from \(steps.joined(separator: ".")) import \(names.joined(separator: ", "))"
  }

  private static func isName(_ step: Substring) -> Bool {
    let tokens = Lexer(SourceText(name: "", text: String(step))).tokens
    return tokens.count == 2 && tokens[0].kind == .name
  }

  /// The text with every output as it is printed now; lines that still hold stay as they are.
  /// - Parameter printed: what each entry of each session prints.
  package func recorded(_ printed: [[String]]) -> String {
    var changed: [(entry: Transcript.Entry, output: String)] = []
    for (session, outputs) in zip(sessions, printed) {
      for (entry, actual) in zip(session.transcript.entries, outputs)
      where !Transcript.matches(expected: entry.output, actual: actual) {
        changed.append((entry, Transcript.merged(expected: entry.output, printed: actual)))
      }
    }
    if form == .transcript, let session = sessions.first?.transcript {
      let entries = session.entries.map { entry in
        let output = changed.first { $0.entry.line == entry.line }?.output ?? entry.output
        return Transcript.Entry(line: entry.line, input: entry.input, output: output)
      }
      return Transcript(preamble: session.preamble, entries: entries).written
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (entry, output) in changed.reversed() {
      let start = entry.line - 1 + Self.lines(entry.input).count
      let old = entry.output.isEmpty ? 0 : Self.lines(entry.output).count
      let new = output.isEmpty ? [] : Self.lines(output)
      guard start + old <= lines.count else { continue }
      let indentation = lines[entry.line - 1].prefix { form == .program && $0 == " " }
      let margin = form == .program ? indentation + Self.margin : ""
      lines.replaceSubrange(
        start..<start + old, with: new.map { $0.isEmpty && !margin.isEmpty ? indentation + "##" : margin + $0 })
    }
    return lines.joined(separator: "\n")
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
