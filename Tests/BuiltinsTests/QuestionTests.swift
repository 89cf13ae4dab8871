import LanguageKit
import TestKit
import Testing

/// What a model, a loss and a number say of themselves.
struct QuestionTests {
  /// The script that `why` gives makes the same number.
  @Test(arguments: [
    (
      [
        "a = 2", "b = 3", "unused = 4", "def f(x) = x * a", "var n = 1", "for i in 1..3 { n := n + f(i) }", "c = n + b",
      ],
      "c"
    ),
    // what was bound again since is not what it was made of
    (["a = 2", "b = a + 1", "a = 100"], "b"),
    // a function looks its names up when it is called
    (["a = 2", "def f(x) = x + a", "a = 5", "b = f(1)"], "b"),
    (
      [
        "from layers import Linear", "base = 3",
        "first = grid seed in 1..3 { {m: Linear(d(2), d(base)), s: seed} }",
        "t = grid seed in 1..3, k in [\"x\", \"y\"] { {v: first[seed].s * 10 + seed} }",
      ], "t[2, \"y\"].v"
    ),
    (["axis wide = 3", "def f(x: [wide]) = sum(x, over = wide)", "y = f(full(2.0, [wide]))"], "y"),
  ])
  func theScriptOfWhyMakesTheNumberAgain(_ entries: [String], _ subject: String) throws {
    let (script, value) = try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      for entry in entries { #expect(!dialogue.type(entry).contains("error")) }
      return (dialogue.type("print(why(\(subject)).script)"), dialogue.type(subject))
    }
    #expect(!value.isEmpty && !value.contains("error"))
    #expect(try Dialogue.print(script) == value, "\(script)")
    #expect(!script.contains("unused"))
  }

  @Test func whyOfACellRunsOnlyThatCell() throws {
    let script = try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      _ = dialogue.type("first = grid seed in 1..3 { {s: seed} }")
      _ = dialogue.type("t = grid seed in 1..3, k in [\"x\", \"y\"] { {v: first[seed].s} }")
      return dialogue.type("print(why(t[2, \"y\"].v).script)")
    }
    #expect(
      script == """
        first = grid seed in [2] { {s: seed} }
        t = grid seed in [2], k in ["y"] { {v: first[seed].s} }
        print(t[2, "y"].v)

        """, "\(script)")
  }

  /// A causal user encoder does not look ahead: the gradient of a state by later slots is exactly 0, that by earlier ones is not.
  @Test(arguments: [
    "Causal(d(8), 2, 2, max_len = 6)", "Recurrent(d(8))", "Recurrent(d(8), layers = 2, bias = true)",
    "NextItNet(d(8), dilations = [1, 2])",
  ])
  func aUserStateDoesNotDependOnLaterSlots(_ encoder: String) throws {
    let printed = try Dialogue.print(
      """
      from users import Causal, Recurrent, NextItNet
      user = \(encoder)
      values = [[[(i * 7 + j * 3 + k) % 11 / 11.0 for k in 1..8] for j in 1..6] for i in 1..2]
      e = tensor(values, [batch, step, d])
      mask = full(1.0, [batch(2), step(6)]) > 0.0
      w = tensor([1.0, -2.0, 3.0, -1.0, 2.0, -3.0, 1.5, 0.5], [d])
      g = gradient(sum(user(e, mask = mask)[step = 2] * w, over = [batch, d]), wrt = e)
      parts = [number(sum(abs(g[step = s]), over = [batch, d])) for s in 0..5]
      f"{[p > 1e-6 for p in parts]} {[p == 0.0 for p in parts]}"
      """)
    #expect(
      printed == "[true, true, true, false, false, false] [false, false, false, true, true, true]", "\(printed)")
  }

  @Test func sharesOfAPartAddUpToOne() throws {
    let printed = try Dialogue.print(
      """
      from pmmrec import PMMRec
      from losses import dap, nicl, nid
      e = explain(dap + nicl + nid, PMMRec(width = 16, layers = 1), world("tgtV"), batch = 8)
      shares = [s for s in e.terms.text if s != none]
      abs(total(shares) - 1.0) < 1e-9 and length(shares) == 3
      """)
    #expect(printed == "true")
  }

  @Test func driftIsMeasuredAgainstTheStart() throws {
    let printed = try Dialogue.print(
      """
      model One() {
        part table = param([item(2), d(2)], init = zeros())
        def forward(x: [batch, d = 2]) = dot(x, table, over = d)
      }
      a = One() with {table: full(2.0, [item(2), d(2)])}
      t = diff(a, a with {table: full(3.0, [item(2), d(2)])}).parts
      [t["table"].change, t["table"].drift]
      """)
    #expect(printed == "[\"trained\", 0.5]", "\(printed)")
  }
}
