import Diagnostics
import Foundation
import Syntax
import TestKit
import Testing

/// What holds for every text: reading never fails, and a start of a good text is good or wants more.
struct PrefixTests {
  /// The standard library, and the drafts where they are.
  private static func texts() throws -> [(name: String, text: String)] {
    var folders = [SharedFolder.projectRoot.appendingPathComponent("stdlib")]
    if let drafts = SharedFolder.url("design/sketch") { folders.append(drafts) }
    return try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        .filter { $0.pathExtension == "pmm" }.sorted { $0.path < $1.path }
        .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }
  }

  private func parse(_ text: String) -> Program { Parser.parse(SourceText(name: "t", text: text)) }

  @Test func everyFileParses() throws {
    let texts = try Self.texts()
    #expect(texts.count >= 7)
    for (name, text) in texts {
      let program = parse(text)
      #expect(program.diagnostics.isEmpty, "\(name): \(program.diagnostics.map(\.message))")
      #expect(!program.statements.isEmpty)
    }
  }

  @Test func everyStartOfAFileIsCompleteOrWantsMore() throws {
    var checked = 0
    for (name, text) in try Self.texts() {
      let source = SourceText(name: name, text: text)
      var ends = Lexer(source).tokens.map(\.end)
      for (offset, byte) in source.bytes.enumerated() where byte == 10 { ends.append(offset) }
      for end in Set(ends).sorted() {
        checked += 1
        let program = parse(source.slice(0..<end))
        #expect(
          program.diagnostics.isEmpty || program.isIncomplete,
          "\(name), first \(end) bytes: \(program.diagnostics.first?.message ?? "")")
      }
    }
    #expect(checked > 2000)
  }

  @Test func changedTextsAreReadWithoutHarm() throws {
    var checked = 0
    for (name, text) in try Self.texts() {
      let source = SourceText(name: name, text: text)
      let tokens = Lexer(source).tokens.filter { $0.end > $0.start }
      for index in tokens.indices {
        let token = tokens[index]
        var changed = [
          source.slice(0..<token.start) + source.slice(token.end..<source.bytes.count),
          source.slice(0..<token.end) + " " + source.slice(token.start..<source.bytes.count),
        ]
        if index + 1 < tokens.count {
          let next = tokens[index + 1]
          changed.append(
            source.slice(0..<token.start) + source.slice(next.start..<next.end)
              + source.slice(token.end..<next.start) + source.slice(token.start..<token.end)
              + source.slice(next.end..<source.bytes.count))
        }
        for text in changed {
          checked += 1
          let size = text.utf8.count
          for label in parse(text).diagnostics.flatMap(\.labels) {
            if label.span.start < 0 || label.span.start > size || label.span.end > size + 1 {
              Issue.record("\(name): a mark at \(label.span.start)..<\(label.span.end) of \(size) bytes")
            }
          }
        }
      }
    }
    #expect(checked > 5000)
  }
}
