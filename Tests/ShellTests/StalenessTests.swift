import LanguageKit
import Testing

/// What is out of date is known, and just that is made again.
struct StalenessTests {
  private static let chain = [
    "def made(name, x) {\n  print(name)\n  x + 1\n}",
    "a = 1", "b = made(\"b\", a)", "c = made(\"c\", b)", "d2 = made(\"d2\", c)", "e = made(\"e\", d2)",
    "apart = made(\"apart\", 9)",
  ]

  private func session(_ entries: [String]) throws -> String {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      return entries.map { dialogue.type($0) }.last ?? ""
    }
  }

  @Test func aChainOfFiveIsMadeAgainAndNothingElse() throws {
    let printed = try session(Self.chain + ["a = 2", "%refresh"])
    #expect(printed == "b\nc\nd2\ne\nmade again: b, c, d2, e")
    #expect(try session(Self.chain + ["a = 2", "%refresh", "e"]) == "6")
  }

  @Test func theMiddleOfAChainIsEnough() throws {
    let printed = try session(Self.chain + ["c = made(\"c\", 10)", "%refresh"])
    #expect(printed == "d2\ne\nmade again: d2, e")
    #expect(try session(Self.chain + ["a = 2", "%refresh c"]) == "b\nc\nmade again: b, c")
  }

  @Test func equalValuesMakeNothingStale() throws {
    #expect(try session(Self.chain + ["a = 1", "%stale"]) == "nothing is out of date")
  }

  @Test func whatAFunctionReadsCounts() throws {
    let entries = ["k = 1", "def f(x) = x + k", "g = x => f(x) + 1", "y = g(1)", "k = 5"]
    #expect(try session(entries + ["%stale"]).contains("~ y  reads k"))
    #expect(try session(entries + ["%refresh", "y"]) == "7")
  }

  @Test func aVariableThatChangesMakesStale() throws {
    let entries = ["var n = 1", "y = n + 1", "n := n + 1"]
    #expect(try session(entries + ["%refresh", "y"]) == "3")
    // What a loop did to it is done again as well.
    let loop = ["a = 2", "var n = 1", "for i in 1..3 {\n  n := n * a\n}", "a = 3", "%refresh", "n"]
    #expect(try session(loop) == "27")
  }

  @Test func aFailedRefreshLeavesEverythingAsItWas() throws {
    let entries = ["a = 1", "b = 10 // a", "c = b + 1", "a = 0"]
    let printed = try session(entries + ["%refresh", "[b, c]"])
    #expect(printed == "[10, 11]")
  }

  @Test func whatWasMadeOfTheLastValueIsNotMadeAgain() throws {
    let printed = try session(["a = 1", "a + 1", "b = it + a", "a = 2", "%refresh"])
    #expect(printed.hasPrefix("error[unknown-name]: `b` was made of `it`"))
  }
}
