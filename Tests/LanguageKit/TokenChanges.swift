import Diagnostics
import Syntax

/// A program with each of its tokens dropped, doubled, and swapped with the next, one change at a time.
package struct TokenChanges: Sequence {
  private let source: SourceText
  private let tokens: [Token]

  package init(_ text: String) {
    source = SourceText(name: "changed", text: text)
    tokens = Lexer(source).tokens.filter { $0.end > $0.start }
  }

  package func makeIterator() -> some IteratorProtocol<String> {
    var step = 0
    return AnyIterator {
      while step < tokens.count * 3 {
        defer { step += 1 }
        if let text = changed(step / 3, step % 3) { return text }
      }
      return nil
    }
  }

  private func changed(_ index: Int, _ change: Int) -> String? {
    let token = tokens[index]
    let size = source.bytes.count
    switch change {
    case 0: return source.slice(0..<token.start) + source.slice(token.end..<size)
    case 1: return source.slice(0..<token.end) + " " + source.slice(token.start..<size)
    default:
      guard index + 1 < tokens.count else { return nil }
      let next = tokens[index + 1]
      return source.slice(0..<token.start) + source.slice(next.start..<next.end) + source.slice(token.end..<next.start)
        + source.slice(token.start..<token.end) + source.slice(next.end..<size)
    }
  }
}

extension ProgramTexts.Program {
  /// The top-level statements with the comments behind them, which can each be read on its own.
  package var statements: [String] {
    let source = SourceText(name: path, text: text)
    let starts = Parser.parse(source).statements.map(\.span.start) + [source.bytes.count]
    return zip(starts, starts.dropFirst()).map { source.slice($0..<$1) }
  }
}
