import LanguageKit
import Testing

/// Rules of the language that a transcript does not show well: identity, sharing, order, chance.
struct MeaningTests {
  @Test(arguments: [
    // values never change
    ("a = [1]\nb = a + [2]\na", "[1]"), ("a = {x: 1}\nb = a with {x: 2}\na", "{x: 1}"),
    // closures take values, not names
    ("def f() {\n  var n = 1\n  g = () => n\n  n := 2\n  [g(), n]\n}\nf()", "[1, 2]"),
    // and, or do not look at the second where the first decides
    ("false and fail(\"no\")", "false"), ("true or fail(\"no\")", "true"),
    ("[true and true, false or false]", "[true, false]"),
    // a default sees the parameters before it
    ("def f(a, b = a + 1) = [a, b]\nf(1)", "[1, 2]"),
    // a return leaves loops and tries
    ("def f() {\n  for i in 1..3 {\n    try { return i } catch e { 9 }\n  }\n  0\n}\nf()", "1"),
    // an error leaves the depth as it was
    ("def f(n) = f(n)\nvar n = 0\nfor i in 1..20 { n := try { f(1) } catch e { n + 1 } }\nn", "20"),
    // axes are what they are, not what they are called
    ("def f() {\n  axis mine = 2\n  full(1.0, [mine])\n}\ncarries(f(), d)", "false"),
    ("from layers import Linear\naxis out = 4\naxes(Linear(d(4), d(4))(full(1.0, [out, d(4)])))", "[out=4, d=4]"),
    // a list of modules is a module, and an empty one gives its argument back
    ("[](5)", "5"), ("[x => x + 1, x => x * 2](3)", "8"), ("5 |> (x => x)", "5"),
    // the order of axes cannot be seen
    ("a = full(1.0, [d(2), item(3)])\nb = full(2.0, [item(3), d(2)])\naxes(a + b) == axes(a)", "true"),
    // int widens beside float, bool does not
    ("1 + 0.5", "1.5"), ("true in [1]", "false"), ("1 in [1.0]", "true"),
    // terms stand in order of their names
    ("from losses import dap, nicl\nf\"{nicl + dap}\" == f\"{dap + nicl}\"", "true"),
    // plain numbers stay plain, and whole ones do not run over where those of tensors would
    ("[total([2147483647, 1]), total([1, 2]), total([1, 0.5])]", "[2147483648, 3, 1.5]"),
    ("[abs(-5000000000), abs(-5), maximum(1, 2)]", "[5000000000.0, 5, 2]"),
    // more parameters than can be counted
    (
      "axis a, b, c\nmodel Huge() {\n  part w = param([a(2147483647), b(2147483647), c(2147483647)], init = zeros())\n"
        + "  def forward(x) = x\n}\nparts(Huge()).status", "[\"fresh\"]"
    ),
    // one seed, one model
    (
      "from layers import Linear\nl = Linear(d(2), item(2))\nx = full(1.0, [d(2)])\nnumber(sum(l(x) - l(x), over = item))",
      "0.0"
    ),
    // blocks of one list start differently, the same place starts the same
    (
      "from layers import Linear\nmodel M() {\n  part l = [Linear(d(2), d(2)) for i in 1..2]\n  def forward(x: [..., d = 2]) = x |> l\n"
        + "}\nw = i => sum(abs(M().l[i].weight), over = axes(M().l[i].weight))\n[number(w(0)) == number(w(1)), number(w(0)) == number(w(0))]",
      "[false, true]"
    ),
    // a cell's seed is the seed of its models
    (
      "from layers import Linear\nl = Linear(d(2), d(2))\nt = grid seed in [1, 2, 1] { number(sum(l.weight, over = axes(l.weight))) }\n"
        + "v = t.value\n[v[0] == v[1], v[0] == v[2]]", "[false, true]"
    ),
    ("y => y", "function lambda"), ("gradient(y => y * y, wrt = 3.0)", "6.0"),
    ("has({a: {b: 1}}, .a.b)", "true"), ("{..{a: 1}, a: 2}", "{a: 2}"), ("try { 1 } catch e { 2 }", "1"),
  ])
  func programsMean(_ program: String, _ value: String) throws {
    #expect(try Dialogue.print(program) == value)
  }
}
