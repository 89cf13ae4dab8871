import Diagnostics
import Testing

struct RendererTests {
  @Test func marksStandBelowTheirText() {
    let source = SourceText(name: "a.pmm", text: "first\nsecond = wrong\n")
    let diagnostic = Diagnostic(
      .error, .unknownName, "nothing here is called `wrong`", labels: [Label(Span(source, 15, 20), "here")],
      notes: ["a note"], tries: ["right"])
    #expect(
      Renderer().render(diagnostic) == """
        error[unknown-name]: nothing here is called `wrong`
         --> a.pmm:2:10
          |
        2 | second = wrong
          |          ^^^^^ here
          = note: a note
          = try: right
        """)
  }

  @Test func twoFilesAreTwoQuotes() {
    let one = SourceText(name: "one", text: "abc")
    let two = SourceText(name: "two", text: "x\n\tyz")
    let text = Renderer().render(
      Diagnostic(.warning, .data, "m", labels: [Label(Span(one, 0, 3)), Label(Span(two, 3, 5), "other")]))
    #expect(text.contains(" --> one:1:1") && text.contains(" --> two:2:2"))
    // A tab stays one, so that the mark stands below its text.
    #expect(text.contains("  | \t^^ other"))
  }

  @Test func aScreenIsEnough() {
    let source = SourceText(name: "s", text: String(repeating: "long ", count: 1000))
    let labels = (0..<50).map { Label(Span(source, $0 * 5, $0 * 5 + 4), "label \($0)") }
    let text = Renderer().render(Diagnostic(.error, .syntax, "many", labels: labels))
    #expect(text.split(separator: "\n").count <= 24)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 200 })
  }

  @Test func longNamesAreCut() {
    let name = String(repeating: "a", count: 100_000)
    let source = SourceText(name: "s", text: name)
    let diagnostic = Diagnostic(
      .error, .unknownName, "nothing here is called `\(name)`", labels: [Label(Span(source, 0, 100_000), name)],
      notes: [name], tries: [name])
    #expect(Renderer().render(diagnostic).utf8.count < 4000)
  }

  @Test(arguments: [0, 3, 7, 100, -4]) func placesOutsideOfTheTextAreClamped(_ offset: Int) {
    let source = SourceText(name: "s", text: "é\r\n日本")
    let span = Span(source, offset, offset + 1000)
    #expect(!Renderer().render(Diagnostic(.error, .syntax, "x", labels: [Label(span)])).isEmpty)
    #expect((1...2).contains(span.line))
  }

  @Test func controlCharactersAreShownNotSent() {
    let source = SourceText(name: "s", text: "a\u{1B}[31mb")
    let text = Renderer(isColoured: false).render(
      Diagnostic(.error, .syntax, "bad \u{7}", labels: [Label(Span(source, 0, 1))]))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    #expect(text.contains("\\u{1b}"))
  }

  @Test(arguments: [
    ("widht", ["width", "weight", "height"], "width"), ("Lineer", ["Linear", "MLP"], "Linear"), ("x", ["y", "zz"], ""),
    ("", ["a"], ""), ("nic", ["nicl", "icl"], "nicl"), ("temp", ["temp"], ""),
  ])
  func nearNamesAreFound(_ typed: String, _ names: [String], _ first: String) {
    #expect((NameSuggestion.near(typed, among: names).first ?? "") == first)
  }

  @Test func everyCodeIsNamedOnceAndExplained() {
    #expect(Set(DiagnosticCode.allCases.map(\.rawValue)).count == DiagnosticCode.allCases.count)
    for code in DiagnosticCode.allCases { #expect(code.meaning.hasSuffix(".")) }
  }
}
