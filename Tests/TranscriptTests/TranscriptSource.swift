import Builtins
import Interpreter
import Foundation
import TestKit

/// A session to replay, with where it stands.
struct RecordedSession: Sendable {
  let place: String
  let transcript: Transcript
}

/// Everywhere that sessions are written down.
enum TranscriptSource {
  private static var root: URL { SharedFolder.projectRoot }
  static var folder: URL { root.appendingPathComponent("Tests/Transcripts") }

  static var examples: [RecordedSession] {
    Catalog.all.map { RecordedSession(place: $0.name, transcript: Transcript.parse($0.examples)) }
  }

  static func files() throws -> [RecordedSession] {
    try paths(below: "Tests/Transcripts", ending: "txt").map { path in
      RecordedSession(place: path, transcript: Transcript.parse(try text(path)))
    }
  }

  /// Examples in the `##` lines of the standard library: lines indented below `pmm>`.
  static func library() throws -> [RecordedSession] {
    try paths(below: "stdlib", ending: "pmm").flatMap { path in
      var sessions: [RecordedSession] = []
      var block: [String] = []
      var start = 0
      for (number, line) in (try text(path) + "\n").split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        if line.hasPrefix("##   ") {
          if block.isEmpty { start = number + 1 }
          block.append(String(line.dropFirst("##   ".count)))
        } else {
          let session = Transcript.parse(block.joined(separator: "\n"), firstLine: start)
          if !session.entries.isEmpty {
            let name = path.split(separator: "/").last.map { String($0.dropLast(4)) } ?? ""
            // An example sees the names of its own file.
            sessions.append(
              RecordedSession(place: "\(path):\(start)", transcript: importing(name, session, path)))
          }
          block = []
        }
      }
      return sessions
    }
  }

  private static func importing(_ module: String, _ session: Transcript, _ path: String) -> Transcript {
    let names = ((try? text(path)) ?? "").split(separator: "\n").compactMap { line -> Substring? in
      for head in ["model ", "def ", "loss "] where line.hasPrefix(head) {
        return line.dropFirst(head.count).prefix { $0 != "(" }
      }
      return nil
    }
    guard !names.isEmpty else { return session }
    return Transcript.parse("pmm> from \(module) import \(names.joined(separator: ", "))\n" + written(session))
  }

  /// Sessions in fenced `pmm` blocks of the documents; blocks without a prompt are programs, not sessions.
  static func documents() throws -> [RecordedSession] {
    try (["README.md"] + paths(below: "docs", ending: "md")).flatMap { path in
      Transcript.fenced(in: try text(path)).filter { !$0.entries.isEmpty }.map {
        RecordedSession(place: "\(path):\($0.entries[0].line)", transcript: $0)
      }
    }
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  private static func paths(below folder: String, ending: String) -> [String] {
    let enumerator = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    var found: [String] = []
    while let path = enumerator?.nextObject() as? String {
      if path.hasSuffix("." + ending) { found.append("\(folder)/\(path)") }
    }
    return found.sorted()
  }

  /// A session as a file holds it.
  static func written(_ transcript: Transcript) -> String {
    var text = transcript.preamble.isEmpty ? "" : transcript.preamble + "\n\n"
    for entry in transcript.entries {
      for (index, line) in entry.input.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        text += (index == 0 ? Transcript.prompt : Transcript.continuation) + line + "\n"
      }
      if !entry.output.isEmpty { text += entry.output + "\n\n" }
    }
    return text
  }
}
