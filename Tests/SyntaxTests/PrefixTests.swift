import Diagnostics
import LanguageKit
import Syntax
import Testing

/// What holds for every text: reading never fails, and a start of a good text is good or wants more.
struct PrefixTests {
  private func parse(_ text: String) -> Program { Parser.parse(SourceText(name: "t", text: text)) }

  @Test func everyFileParses() throws {
    let files = try ProgramTexts.filesAndDrafts()
    #expect(files.count >= 15)
    for file in files {
      let program = parse(file.text)
      #expect(program.diagnostics.isEmpty, "\(file.path): \(program.diagnostics.map(\.message))")
      #expect(!program.statements.isEmpty)
    }
  }

  @Test func everyStartOfAStatementIsCompleteOrWantsMore() throws {
    var checked = 0
    for file in try ProgramTexts.filesAndDrafts() {
      for statement in file.statements {
        let source = SourceText(name: file.path, text: statement)
        for end in Set(Lexer(source).tokens.map(\.end)).sorted() {
          checked += 1
          isGoodStart(source.slice(0..<end), file.path)
        }
      }
    }
    #expect(checked > 8000)
  }

  @Test func everyLineOfAFileIsCompleteOrWantsMore() throws {
    var checked = 0
    for file in try ProgramTexts.files() {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      for count in lines.indices {
        checked += 1
        isGoodStart(lines[..<count].joined(separator: "\n"), "\(file.path), \(count) lines")
      }
    }
    #expect(checked > 1000)
  }

  private func isGoodStart(_ text: String, _ place: String) {
    let program = parse(text)
    if !program.diagnostics.isEmpty, !program.isIncomplete {
      Issue.record("\(place): \(program.diagnostics[0].message)\n\(text.suffix(200))")
    }
  }

  /// Every token of every file is dropped, doubled and swapped within its statement; some also within the whole file.
  @Test func changedTextsAreReadWithoutHarm() throws {
    var checked = 0
    for file in try ProgramTexts.files() {
      var changed = file.statements.flatMap { Array(TokenChanges($0)) }
      changed += TokenChanges(file.text).enumerated().filter { $0.offset % 199 == 0 }.map(\.element)
      for text in changed {
        checked += 1
        let size = text.utf8.count
        for label in parse(text).diagnostics.flatMap(\.labels) {
          // The end of the text is marked by the place behind it.
          if label.span.start < 0 || label.span.start > size || label.span.end > size + 1 {
            Issue.record("\(file.path): a mark at \(label.span.start)..<\(label.span.end) of \(size) bytes")
          }
        }
      }
    }
    #expect(checked > 15_000)
  }
}
