import LanguageKit
import Testing

/// Programs that ask for too much: each gives a value or a message, and the session goes on.
struct HostileProgramTests {
  @Test(arguments: [
    ("length(-9223372036854775807..9223372036854775807)", "9223372036854775807"),
    ("[1, 2, 3][0..9223372036854775807]", "out-of-range"), ("[1, 2, 3][-9223372036854775807..2]", "out-of-range"),
    (".a[-9223372036854775807..9223372036854775807]", "wrong-type"), (".a[-2..1]", "wrong-type"),
    ("(-9223372036854775807 - 1) // -1", "overflow"), ("(-9223372036854775807 - 1) % -1", "0"),
    ("-(-9223372036854775807 - 1)", "overflow"), ("(-2) ** 63", "-9223372036854775808"),
    ("(-9223372036854775807 - 1) ** 2", "overflow"), ("3 ** 64", "overflow"),
    ("0 ** 9223372036854775807", "0"), ("2 ** -9223372036854775807", "0.0"), ("1 // 0", "out-of-range"),
    ("1.5 % 0.0", "nan"), ("1e-320", "9.99989e-321"), ("5e-324", "4.94066e-324"), ("999999.5", "1000000.0"),
    ("9.9999999e20", "1.0e21"), ("d(9223372036854775807)", "wrong-arguments"), ("d(0)", "wrong-arguments"),
    ("axis a = 3000000000", "out-of-range"), ("axis a = -1", "out-of-range"),
    ("full(0.0, [d(2147483647), item(2147483647), step(2147483647)])", "memory"),
    ("grid a in 1..100000, b in 1..100000 { 1 }", "out-of-range"),
    ("grid a in 1..9223372036854775807 { 1 }", "out-of-range"),
    ("[i for i in 1..9223372036854775807]", "memory"), ("var l = [1]\nfor i in 1..40 { l := l + l }", "memory"),
    ("var s = \"a\"\nfor i in 1..40 { s := s + s }", "memory"), ("def f(n) = f(n + 1)\nf(0)", "recursion"),
    ("def f(n) = [[f(n + 1)]]\nf(0)", "recursion"), ("f = g => g(g)\nf(f)", "recursion"),
    ("model M() { part m = M() }\nM()", "recursion"), ("total([])", "wrong-arguments"),
    ("gradient(y => sum(y, over = item), wrt = tensor([1], [item]))", "wrong-type"),
    ("concat([], over = d)", "axis-missing"),
    ("tensor([], [d])", "wrong-type"), ("round(0.0 / 0.0, 2)", "nan"), ("round(1e300, 15)", "1.0e300"),
    ("one_hot(tensor([5], [item]), d(2))", "out-of-range"), ("skip(full(1.0, [d(2)]), 5, over = d)", "out-of-range"),
    ("full(1.0, [d(2147483647)])[d = -1]", "1.0"), ("keys({})", "[]"), ("grid a in [] { 1 }", "a"),
  ])
  func anythingIsAnswered(_ program: String, _ answer: String) throws {
    let printed = try Dialogue.print(program)
    #expect(printed == answer || printed.hasPrefix("error[\(answer)]"), "\(program) gave \(printed)")
    #expect(printed.split(separator: "\n").count < 24)
  }

  @Test func deepValuesAreMadeAndPrinted() throws {
    #expect(try Dialogue.print("var x = []\nfor i in 1..20000 { x := [x] }\nlength(f\"{x}\")") == "40002")
    #expect(try Dialogue.print("var f = x => x\nfor i in 1..20000 { f := g => f(g) }\n1") == "1")
    #expect(try Dialogue.print("var r = {a: 1}\nfor i in 1..20000 { r := r with {a: i} }\nr.a") == "20000")
  }

  /// What a call site learnt of a function that is gone says nothing of the next one, wherever that lies in memory.
  @Test func everyCallIsCheckedAgainstItsOwnFunction() throws {
    let printed = try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      _ = dialogue.type("def g(f) = f(1)")
      return (0..<50).flatMap { _ in [dialogue.type("g(x => x)"), dialogue.type("g((x, y) => y)")] }
    }
    for (index, text) in printed.enumerated() {
      #expect(index % 2 == 0 ? text == "1" : text.hasPrefix("error[wrong-arguments]"), "entry \(index): \(text)")
    }
  }

  @Test func mistakesLeaveTheSessionAsItWas() throws {
    let printed = try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      return [
        "def f(n) = f(n + 1)", "f(0)", "try { f(0) } catch e { e.code }", "x = 1", "x = unknown_", "x", "1 + ", "x + 1",
      ].map { dialogue.type($0) }
    }
    #expect(printed[2] == "recursion" && printed[5] == "1" && printed[7] == "2")
    #expect(printed[6].hasPrefix("(more is wanted"))
  }
}
