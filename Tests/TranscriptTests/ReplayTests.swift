import Diagnostics
import LanguageKit
import Shell
import TestKit
import Testing
import Transcripts

/// Every session that is written down anywhere prints what stands there.
struct ReplayTests {
  @Test func everyBuiltinHasAnExampleThatHolds() throws {
    let sessions = TranscriptSource.examples
    #expect(sessions.count > 80)
    for session in sessions {
      #expect(!session.transcript.entries.isEmpty, "`\(session.place)` has no example")
      try replay(session)
    }
  }

  @Test func examplesOfTheLibraryHold() throws {
    let sessions = try TranscriptSource.sessions(below: "stdlib", .program)
    #expect(!sessions.isEmpty)
    for session in sessions { try replay(session) }
  }

  @Test func sessionsInDocumentsHold() throws {
    let readme = try ProgramTexts.file("README.md")
    let sessions =
      SessionFile(path: readme.path, text: readme.text, form: .document, library: try Dialogue.library()).sessions
      + (try TranscriptSource.sessions(below: "docs", .document))
      // A test compares the reference with the declarations, whose examples are replayed above.
      .filter { !$0.place.hasPrefix("docs/reference/builtins/") }
    #expect(!sessions.isEmpty)
    for session in sessions { try replay(session) }
  }

  @Test func transcriptsHold() throws {
    let sessions = try TranscriptSource.sessions(below: "Tests/Transcripts", .transcript)
    #expect(sessions.count == (try ProgramTexts.below("Tests/Transcripts", ending: "txt").count))
    #expect(sessions.count > 5)
    for session in sessions { try replay(session) }
  }

  /// Every code that a session can reach has its message in Tests/Transcripts/errors.
  @Test func everyCodeHasItsMessage() throws {
    let text = try TranscriptSource.sessions(below: "Tests/Transcripts/errors", .transcript)
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

  /// Every command of the shell is typed in Tests/Transcripts/shell, and not only to be refused.
  @Test func everyCommandHasATranscript() throws {
    let entries = try TranscriptSource.sessions(below: "Tests/Transcripts/shell", .transcript)
      .flatMap(\.transcript.entries)
    #expect(Session.commands.count > 15)
    for command in Session.commands {
      let uses = entries.filter { entry in
        let word = entry.input.prefix { !$0.isWhitespace }
        return word == "%\(command.name)"
      }
      #expect(uses.contains { !$0.output.hasPrefix("error[") }, "no transcript shows %\(command.name)")
    }
  }

  private func replay(_ session: RecordedSession) throws {
    for difference in Replay.differences(session, try Dialogue.replay(session)) {
      Issue.record("\(difference.report)\nIf that is right now: scripts/record")
    }
  }
}
