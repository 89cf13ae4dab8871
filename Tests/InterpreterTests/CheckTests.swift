import LanguageKit
import Testing

/// What `pmm check` finds without running a file.
struct CheckTests {
  private func heads(_ text: String) throws -> [String] {
    try Dialogue.check(text).split(separator: "\n").filter { $0.hasPrefix("error[") }.map(String.init)
  }

  @Test func severalMistakesOfTheTextAreFoundAtOnce() throws {
    #expect(try heads("a = )\nb = 1 2\nc = \"open").count == 3)
  }

  @Test func namesAndKeywordsAreFound() throws {
    let found = try heads(
      "from pmmrec import PMMRec\nfrom losses import nicl\nm = PMMRec(widht = 3)\ngoal = nicl(tmp = 1)\ntrain(m, dat, goal)"
    )
    #expect(
      found == [
        "error[unknown-keyword]: `PMMRec` has no keyword `widht`",
        "error[unknown-keyword]: `nicl` has no keyword `tmp`",
        "error[unknown-name]: nothing here is called `dat`",
      ])
  }

  @Test func wrongWidthsOfModelsAreFound() throws {
    let model = { (name: String, given: Int) in
      """
      model \(name)(width = size_) {
        axis d = width
        part a = Linear(d, d(8))
        part b = Linear(d(\(given)), d)
        def forward(x: [batch, d]) = x |> a |> b
      }

      """
    }
    let head = "from layers import Linear\nsize_ = 2 * 2\n"
    #expect(try heads(head + model("Good", 8)) == [])
    let found = try heads(head + model("Bad", 6) + model("Worse", 7))
    #expect(found.count == 2 && found.allSatisfy { $0.hasPrefix("error[axis-mismatch]: part `b`") }, "\(found)")
  }

  @Test func nothingOfTheFileRuns() throws {
    let text =
      "x = fail(\"ran\")\nprint(x)\ny = x + 1\nout = option(\"out\", 3)\nmodel M(w = x, v = out) {\n  assert(w > 1)\n}"
    #expect(try Dialogue.check(text) == "")
  }
}
