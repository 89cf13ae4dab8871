import Diagnostics
import Semantics
import Syntax

// What `scripts/fuzz parser` runs on texts of its own making. A property that fails stops the program, so that the text
// is kept.

/// A world in which a few names are known, so that calls are looked up too.
final class FewNames: NameSource {
  let builtinNames = ["f", "print"]
  let prelude: GlobalTable? = nil

  func builtinSignature(_ name: String) -> Signature? {
    builtinNames.contains(name) ? Signature(name, [Signature.Parameter("x", isRequired: true)]) : nil
  }

  func exports(of path: [Name]) throws -> GlobalTable { GlobalTable() }
}

/// Stops with a reason, which optimised preconditions would not give.
func hold(_ condition: Bool, _ reason: String) {
  if !condition { fatalError(reason) }
}

/// Stops with a reason where a mark does not lie in its text.
func checkMarks(_ diagnostics: [Diagnostic], _ source: SourceText) {
  for diagnostic in diagnostics {
    for label in diagnostic.labels {
      let (start, end) = (label.span.start, label.span.end)
      // The end of the text is marked by the place behind it.
      hold(
        start >= 0 && start <= source.bytes.count && end <= source.bytes.count + 1, "a mark at \(start)..<\(end)")
    }
    _ = Renderer().render(diagnostic)
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  let source = SourceText(name: "fuzz", text: String(decoding: bytes, as: UTF8.self))
  let program = Parser.parse(source)
  checkMarks(program.diagnostics, source)
  let names = FewNames()
  let resolver = Resolver(globals: GlobalTable(), source: names)
  resolver.resolve(program)
  checkMarks(resolver.diagnostics, source)
  guard program.diagnostics.isEmpty else {
    hold(!isFormatted(source), "a text with mistakes is formatted")
    return 0
  }
  guard case .formatted(let text) = Formatter.format(source) else {
    fatalError("a good text is not formatted")
  }
  let again = SourceText(name: "fuzz", text: text)
  hold(TreeOutline(Parser.parse(again)).text == TreeOutline(Parser.parse(source)).text, "another tree")
  hold(Formatter.comments(of: again) == Formatter.comments(of: source), "other comments")
  guard case .formatted(text) = Formatter.format(again) else { fatalError("a second form") }
  return 0
}

func isFormatted(_ source: SourceText) -> Bool {
  if case .formatted = Formatter.format(source) { return true }
  return false
}
