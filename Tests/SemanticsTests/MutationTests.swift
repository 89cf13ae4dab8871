import Diagnostics
import LanguageKit
import Semantics
import Syntax
import Testing

/// Names are looked up in whatever the parser could build, and every mark lies in its text.
struct MutationTests {
  @Test func namesOfChangedTextsAreLookedUpWithoutHarm() throws {
    let texts = try ProgramTexts.files()
    let checked = try Dialogue.onDeepStack {
      let machine = try Dialogue().machine
      var checked = 0
      for file in texts {
        // A sample: neither 3 changes a token nor the rhythm of the text divides it.
        for (number, text) in TokenChanges(file.text).enumerated() where number % 31 == 0 {
          checked += 1
          let source = SourceText(name: "changed", text: text)
          let resolver = Resolver(globals: GlobalTable(), source: machine)
          resolver.resolve(Parser.parse(source))
          for label in resolver.diagnostics.flatMap(\.labels) where label.span.source === source {
            if label.span.start < 0 || label.span.end > source.bytes.count {
              Issue.record(
                "\(file.path): a mark at \(label.span.start)..<\(label.span.end) of \(text.utf8.count) bytes")
            }
          }
        }
      }
      return checked
    }
    #expect(checked > 500)
  }
}
