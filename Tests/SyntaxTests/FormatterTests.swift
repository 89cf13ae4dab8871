import Diagnostics
import LanguageKit
import Syntax
import Testing

/// The form of programs, and that bringing a text into it changes nothing else.
struct FormatterTests {
  private func formatted(_ text: String) -> String {
    switch Formatter.format(SourceText(name: "t", text: text)) {
    case .formatted(let result): result
    case .rejected(let found): "rejected: \(found.map(\.message))"
    }
  }

  /// Each text and its form.
  private static let forms: [(String, String)] = [
    ("", ""),
    ("\n\n\n", ""),
    ("x=1", "x = 1\n"),
    ("\u{FEFF}x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
    ("x   =f( a,b  =2 ) [ i ].y", "x = f(a, b = 2)[i].y\n"),
    ("x = -1 - -y ** - 2", "x = -1 - -y ** -2\n"),
    ("x = a .. b\ny = 1 . 5", "x = a..b\ny = 1 .5\n"),
    ("r = { ..a , b : 1 , .c.d:2 }", "r = {..a, b: 1, .c.d: 2}\n"),
    ("m with{a:1}without{b,c}", "m with {a: 1} without {b, c}\n"),
    ("ck . { text,user }", "ck.{text, user}\n"),
    ("def f(x:[...,a],y=1)->int[batch]{x}", "def f(x: [..., a], y = 1) -> int[batch] { x }\n"),
    ("f(x=>{a:x})\n{a:1}", "f(x => {a: x})\n{ a: 1 }\n"),
    ("f( (a,b)=>a , ()=>1 )", "f((a, b) => a, () => 1)\n"),
    ("if a{1}else if b{2}else{3}", "if a { 1 } else if b { 2 } else { 3 }\n"),
    ("for i in[1,2]{print(i)}", "for i in [1, 2] { print(i) }\n"),
    ("if not(a)and b {1\n2}", "if not (a) and b {\n  1\n  2\n}\n"),
    ("x = f\"{ a+1 }\"+ \"a  b\" +1_000", "x = f\"{ a+1 }\" + \"a  b\" + 1_000\n"),
    ("a = 1\n\n\n\nb = 2\n\n\n", "a = 1\n\nb = 2\n"),
    ("model M() {\n\n  part a = 1\n\n}", "model M() {\n  part a = 1\n}\n"),
    // Neighbours' signs stand in one column; a blank line, a comment line and an opened bracket part them.
    ("a = 1\nlong = 2\n\nb = 3", "a    = 1\nlong = 2\n\nb = 3\n"),
    ("a = 1\nlong = [\n2\n]\nbc = 3\nd = 4", "a = 1\nlong = [\n  2\n]\nbc = 3\nd  = 4\n"),
    ("a = 1\n# why\nlong = 2", "a = 1\n# why\nlong = 2\n"),
    (
      "model M() {\nx = 1\npart ab: Linear = 2\npart c = 3\n}",
      "model M() {\n  x = 1\n  part ab: Linear = 2\n  part c          = 3\n}\n"
    ),
    // Lines that go on.
    ("y = x\n|> f\n|> g(\n1)", "y = x\n  |> f\n  |> g(\n    1)\n"),
    ("def f() =\nx\n|> g", "def f() =\n  x\n    |> g\n"),
    ("y = f(a,\nb,\nc + \nd)", "y = f(a,\n      b,\n      c +\n        d)\n"),
    ("y = f(\na,\nb\n)", "y = f(\n  a,\n  b\n)\n"),
    ("y = if a { 1 }\nelse { 2 }", "y = if a { 1 }\n  else { 2 }\n"),
    ("def f() =\nif a { 1 }\nelse { 2 }", "def f() =\n  if a { 1 }\n  else { 2 }\n"),
    ("model M(a,\nb) {\npart c = 1\n}", "model M(a,\n        b) {\n  part c = 1\n}\n"),
    ("m\nwith {\na: 1\nb: 2\n}", "m\n  with {\n    a: 1\n    b: 2\n  }\n"),
    // Comments.
    ("#one\nx = 1 # two\n\n\n# three", "#one\nx = 1 # two\n\n# three\n"),
    ("x = 1# a\nlonger = 2   # b", "x      = 1  # a\nlonger = 2  # b\n"),
    ("f( # a\n1, # b\n# c\n2\n# d\n)", "f(    # a\n  1,  # b\n  # c\n  2\n  # d\n)\n"),
    ("x\n# a\n|> f # b\n# c", "x\n  # a\n  |> f  # b\n# c\n"),
    ("# %% Title\n## Doc.\ndef f() = 1", "# %% Title\n## Doc.\ndef f() = 1\n"),
  ]

  @Test(arguments: forms.indices) func aTextHasOneForm(_ index: Int) {
    let (text, form) = Self.forms[index]
    #expect(formatted(text) == form)
    #expect(formatted(form) == form)
  }

  @Test func aTextWithMistakesIsRejected() {
    #expect(formatted("x = (1").hasPrefix("rejected"))
    #expect(formatted("a b").hasPrefix("rejected"))
  }

  /// Documentation belongs to the line below it, so a block is not opened where that would part the two.
  @Test func documentationStaysWithItsDeclaration() {
    let text = "## Doc.\nmodel M() { def f() = 1\n def g() = 2 }\n"
    #expect(formatted(text) == "## Doc.\nmodel M() { def f() = 1\n  def g() = 2 }\n")
  }

  private func check(_ text: String, _ place: String) {
    let source = SourceText(name: place, text: text)
    let program = Parser.parse(source)
    guard program.diagnostics.isEmpty else { return }
    guard case .formatted(let result) = Formatter.format(source) else {
      Issue.record("\(place) is rejected:\n\(text)")
      return
    }
    let lines = result.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      !lines.contains { $0.last == " " } && (result.isEmpty || lines.last == ""), "\(place) has blanks at line ends")
    let again = SourceText(name: place, text: result)
    #expect(TreeOutline(program).text == TreeOutline(Parser.parse(again)).text, "\(place) means something else")
    #expect(Formatter.comments(of: source) == Formatter.comments(of: again), "\(place) loses comments")
    if case .formatted(let second) = Formatter.format(again) {
      #expect(second == result, "\(place) has two forms")
    } else {
      Issue.record("\(place) is rejected once it is formatted:\n\(result)")
    }
  }

  @Test func formattingChangesNothingElse() throws {
    let texts = try ProgramTexts.filesAndDrafts() + ProgramTexts.entries()
    #expect(texts.count > 200)
    for text in texts { check(text.text, text.path) }
  }

  @Test func anyLayoutOfAFileHasAForm() throws {
    var checked = 0
    for text in try ProgramTexts.files() + ProgramTexts.entries() {
      let program = Parser.parse(SourceText(name: "t", text: text.text))
      guard program.diagnostics.isEmpty else { continue }
      let layouts = Layouts(text.text)
      var changed = [layouts.squeezed, layouts.doubled]
      for step in 1...2 {
        for piece in ["\n", "\n\n\n", " # note\n", "\n# note\n", "\n  ## note\n\n"] {
          changed.append(layouts.broken(by: piece, each: step))
        }
      }
      for text in changed where Parser.parse(SourceText(name: "t", text: text)).diagnostics.isEmpty { checked += 1 }
      for layout in changed { check(layout, text.path) }
    }
    #expect(checked > 1500, "\(checked) layouts can be read")
  }
}
