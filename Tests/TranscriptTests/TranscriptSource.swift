import Builtins
import Interpreter
import LanguageKit
import Transcripts

/// Everywhere that sessions are written down.
enum TranscriptSource {
  static var examples: [RecordedSession] {
    Catalog.all.map { RecordedSession(place: $0.name, transcript: Transcript.parse($0.examples)) }
  }

  /// Sessions of files below a folder of the project.
  static func sessions(below folder: String, _ form: SessionFile.Form) throws -> [RecordedSession] {
    let library = try Dialogue.library()
    return try ProgramTexts.below(folder, ending: form.rawValue).flatMap {
      SessionFile(path: $0.path, text: $0.text, form: form, library: library).sessions
    }
  }
}
