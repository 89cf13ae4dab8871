import Diagnostics
import LanguageKit
import Testing
import Transcripts

struct DiagnosticPageTests {
  @Test(arguments: DiagnosticCode.allCases)
  func everyCodeHasAPageWhoseExampleHolds(_ code: DiagnosticCode) throws {
    #expect(code.meaning.hasSuffix(".") && code.explanation.count > 40)
    let session = Transcript.parse(code.example)
    // These need a command line, a signal, several files or a training that goes astray.
    let unreached: Set<DiagnosticCode> = [
      .tooDeep, .unknownOption, .importCycle, .dataMismatch, .notFinite, .interrupted, .inside,
    ]
    #expect(session.entries.isEmpty == unreached.contains(code))
    let printed = try Dialogue.replay(RecordedSession(place: code.rawValue, transcript: session))
    for (entry, actual) in zip(session.entries, printed) {
      if let difference = Transcript.difference(expected: entry.output, actual: actual) {
        Issue.record("\(code.rawValue): after `\(entry.input)`, \(difference)")
      }
    }
    if let last = printed.last { #expect(last.contains("[\(code.rawValue)]")) }
  }

  @Test func theStandardLibraryIsFreeOfWarnings() throws {
    let printed = try Dialogue.print(
      """
      import layers
      import encoders
      import fusion
      import users
      import losses
      import pmmrec
      import recommenders
      """)
    #expect(printed.isEmpty, "\(printed)")
  }
}
