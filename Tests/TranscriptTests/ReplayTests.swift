import Diagnostics
import Foundation
import LanguageKit
import TestKit
import Testing

/// Every session that is written down anywhere prints what stands there.
struct ReplayTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static var isRecording: Bool { environment["PMM_RECORD"] == "1" }

  @Test func everyBuiltinHasAnExampleThatHolds() throws {
    let sessions = TranscriptSource.examples
    #expect(sessions.count > 80)
    for session in sessions {
      #expect(!session.transcript.entries.isEmpty, "`\(session.place)` has no example")
      try replay(session)
    }
  }

  @Test func examplesOfTheLibraryHold() throws {
    let sessions = try TranscriptSource.library()
    #expect(!sessions.isEmpty)
    for session in sessions { try replay(session) }
  }

  @Test func sessionsInDocumentsHold() throws {
    // Documents may well have none; that fenced blocks are found is tested with the transcript format.
    for session in try TranscriptSource.documents() { try replay(session) }
  }

  @Test(.enabled(if: !isRecording, "records instead")) func transcriptsHold() throws {
    let sessions = try TranscriptSource.files()
    #expect(sessions.count > 5)
    for session in sessions {
      #expect(!session.transcript.entries.isEmpty, "\(session.place) holds no session")
      try replay(session)
    }
  }

  /// Every code that a session can reach has its message in Tests/Transcripts/errors.
  @Test func everyCodeHasItsMessage() throws {
    let text = try TranscriptSource.files().filter { $0.place.contains("/errors/") }
      .flatMap { $0.transcript.entries.map(\.output) }.joined(separator: "\n")
    #expect(!text.isEmpty)
    // These need a command line, a signal, a training that diverges or a contradiction.
    let unreached: Set<DiagnosticCode> = [
      .unknownOption, .interrupted, .notFinite, .inside, .dataMismatch, .importCycle,
    ]
    for code in DiagnosticCode.allCases where !unreached.contains(code) {
      #expect(text.contains("[\(code.rawValue)]"), "no transcript shows error[\(code.rawValue)]")
    }
  }

  private func replay(_ session: RecordedSession) throws {
    let printed = try Dialogue.replay(session.transcript)
    for (entry, actual) in zip(session.transcript.entries, printed) {
      if let difference = Transcript.difference(expected: entry.output, actual: actual) {
        Issue.record("\(session.place):\(entry.line): after `\(entry.input)`, \(difference)")
      }
    }
  }

  /// Writes what is printed now; the run fails, so that nothing is recorded unseen.
  @Test(.enabled(if: isRecording, "PMM_RECORD=1 records")) func record() throws {
    try #require(Self.environment["CI"] == nil, "nothing is recorded where CI is set")
    var changed: [String] = []
    for session in try TranscriptSource.files() {
      let printed = try Dialogue.replay(session.transcript)
      let entries = zip(session.transcript.entries, printed).map { entry, actual in
        let holds = Transcript.matches(expected: entry.output, actual: actual)
        return Transcript.Entry(line: entry.line, input: entry.input, output: holds ? entry.output : actual)
      }
      let text = TranscriptSource.written(Transcript(preamble: session.transcript.preamble, entries: entries))
      if text != (try TranscriptSource.text(session.place)) {
        try text.write(
          to: SharedFolder.projectRoot.appendingPathComponent(session.place), atomically: true, encoding: .utf8)
        changed.append(session.place)
      }
    }
    Issue.record("recorded \(changed.isEmpty ? "nothing new" : changed.joined(separator: ", ")): look and test again")
  }
}
