import LanguageKit
import Testing

/// What is found before anything runs; each program would print `ran` if it did.
struct ResolverTests {
  @Test(arguments: [
    ("nothing_here", "unknown-name: nothing here is called `nothing_here`"),
    ("def f(x) = y_", "unknown-name: nothing here is called `y_`"),
    ("def f(x) = 1\nf(y_ = 2)", "unknown-keyword: `f` has no keyword `y_`"),
    ("def f(x) = 1\nf(1, 2)", "wrong-arguments: `f` takes 1 argument, not 2"),
    ("def f(x) = 1\nf()", "wrong-arguments: `f` also needs `x`"),
    ("def f(x) = 1\n1 |> f(2)", "wrong-arguments: `f` takes 1 argument, not 2"),
    ("def f(x) = 1\nf(1, x = 2)", "wrong-arguments: `x` is given twice"),
    ("from layers import Linear\nLinear(d(2), d(2), bais = false)", "unknown-keyword: `Linear` has no keyword `bais`"),
    ("from losses import nicl\nnicl(tmp = 1)", "unknown-keyword: `nicl` has no keyword `tmp`"),
    ("from losses import nicl\nnicl(1)", "loss-form: the loss `nicl` takes a model and a batch, or keywords only"),
    ("model M(width = 1) { def forward(x) = x }\nM(widht = 2)", "unknown-keyword: `M` has no keyword `widht`"),
    ("train(m_, 1)", "unknown-name: nothing here is called `m_`"),
    ("sum(1.0, ovr = d)", "unknown-keyword: `sum` has no keyword `ovr`"),
    ("def f(a) {\n  a = 1\n  a\n}", "bound-twice: `a` is a parameter, so it cannot be bound again"),
    ("def f(a) {\n  for a in 1..2 { print(a) }\n}", "bound-twice: `a` is a parameter, so it cannot be bound again"),
    ("def f() {\n  n = 0\n  n := 1\n}", "bound-twice: `n` was not declared with `var`, so it cannot change"),
    ("n = 0\ndef f() {\n  n := 1\n}", "bound-twice: a function cannot change `n`, which stands outside of it"),
    ("def f() {\n  var n = 0\n  () => g_(n)\n}", "unknown-name: nothing here is called `g_`"),
    ("n = 0\nfor i in 1..2 { n = i }", "bound-twice: `n` stands outside of this block, which cannot bind it again"),
    ("step = 1", "bound-axis: `step` is an axis here, so it cannot be bound to something else"),
    ("def f() {\n  1 + 2\n  3\n}", "unused-value: the value of this line is used by nothing"),
    ("def f(x) {\n  y = x\n  - 1\n  y\n}", "unused-value: the value of this line is used by nothing"),
    ("return 1", "syntax: `return` stands outside of a function"),
    ("def f() { model M() { } }", "syntax: a model may only stand at the top level of a file"),
    ("loss l(m) = 1", "loss-form: a loss takes a model and a batch first"),
    ("import no_such", "import-failed: there is no module `no_such`"),
    ("from layers import Lineer", "import-failed: module `layers` has no `Lineer`"),
    ("full(1.0, [d(2)])[dd = 0]", "unknown-name: nothing here is called `dd`"),
    ("model M() {\n  part a = 1\n  def a(x) = x\n}", "bound-twice: `a` is a part and a method"),
    ("model M() {\n  a = 1\n  def a(x) = x\n}", "bound-twice: `a` is a value and a method"),
    ("model M(users) {\n  def users(x) = x\n}", "bound-twice: `users` is a parameter and a method"),
    ("def f(x: [batch, stp]) = x", "unknown-name: nothing here is called `stp`"),
  ])
  func mistakesAreFoundBeforeAnythingRuns(_ program: String, _ message: String) throws {
    let printed = try Dialogue.print("print(\"ran\")\n" + program)
    #expect(printed.hasPrefix("error[" + message.replacing(": ", with: "]: ", maxReplacements: 1)), "\(printed)")
    #expect(!printed.contains("ran"))
    #expect(printed.split(separator: "\n").count < 24)
  }

  @Test(arguments: [
    "x = 1\nx = 2\nprint(x)", "for i in 1..2 { y = i }\nfor i in 1..2 { y = i }\nprint(2)",
    "def f() = g()\ndef g() = 2\nprint(f())", "bias = 2\nprint(bias)",
    "model M(bias = true) {\n  part bias = if bias { none } else { none }\n  def forward(x) = x\n}\nM()\nprint(2)",
    "m = 5\nt = grid k in [1] { m = 2\n m }\nprint(t[1])", "g = a => (b => a + b)\nprint(g(1)(1))",
    "loss = 2\nprint(loss)", "def f(x) = if x == 0 { 2 } else { f(x - 1) }\nprint(f(3))",
  ])
  func ordinaryProgramsPass(_ program: String) throws {
    #expect(try Dialogue.print(program).hasSuffix("2"))
  }

  @Test func severalMistakesAreToldAtOnce() throws {
    let printed = try Dialogue.print("a_\nb_\nsum(1.0, ovr = d)")
    #expect(printed.split(separator: "\n").filter { $0.hasPrefix("error[") }.count == 3)
  }
}
