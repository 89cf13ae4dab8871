import LanguageKit
import Testing

/// Columns, selections and choices of tables.
struct TableTests {
  private static let runs = """
    from pmmrec import PMMRec
    from losses import dap
    w = world("tgtS", seed = 1, items = 60, users = 40)
    def fit() = train(PMMRec(width = 8, layers = 1) without {nid_head, vision}, w, dap, epochs = 2)

    """

  @Test func aRunFillsItsValidationAndAScoreItsMetrics() throws {
    let printed = try Dialogue.print(
      Self.runs + """
        t = grid seed in 1..2 {
          run = fit()
          {run: run, score: evaluate(run.model, w.test, [hr(10)]), tuned: evaluate(run.model, w.valid, [ndcg(10)])}
        }
        print([c for c in ["valid ndcg@10 of run", "valid ndcg@10 of tuned", "best epoch", "hr@10"] if length(t[c]) == 2])
        print(t["valid ndcg@10 of run"] == [r.log[r.best_epoch]["valid ndcg@10"] for r in t.run])
        print(t["valid ndcg@10 of run"] == t["valid ndcg@10 of tuned"], t["best epoch"] == [r.best_epoch for r in t.run])
        print(t["hr@10"] == [s["hr@10"] for s in t.score], length(keep(long(t), row => row.metric == "hr@10").chance))
        print(best(t, by = "valid ndcg@10 of run").run[0].best_epoch in [1, 2])
        plain = grid seed in 1..2 { fit() }
        print(best(plain, by = "valid ndcg@10").value[0].best_epoch in [1, 2], length(mean(plain, over = "seed")["best epoch"]))
        """)
    #expect(
      printed.split(separator: "\n").filter { !$0.hasPrefix("note: ") && !$0.hasPrefix("epoch ") }
        .joined(separator: "\n") == """
          ["valid ndcg@10 of run", "valid ndcg@10 of tuned", "best epoch", "hr@10"]
          true
          true true
          true 2
          true
          true 1
          """)
  }

  @Test func aNameIsAKeyFirstAndThenAColumn() throws {
    let printed = try Dialogue.print(
      """
      t = grid k in ["a", "x", "a b"] { {x: length(k), "a b": 7, "c d": 8} }
      print(t["x"], t["c d"], t["a b"], t["k"], t.x)
      print((grid k in ["a"], s in 1..2 { {x: s} })["x"])
      """)
    #expect(
      printed
        == "{x: 1, a b: 7, c d: 8} [8, 8, 8] {x: 3, a b: 7, c d: 8} [\"a\", \"x\", \"a b\"] [1, 1, 3]\n[1, 2]")
  }

  @Test func theBestRowIsTheFirstOfTheBest() throws {
    let printed = try Dialogue.print(
      """
      t = grid p in ["u", "v"], k in 1..4 { {"valid hr@1": if k == 1 { 0.0 / 0.0 } else if k == 4 { none } else { 0.5 }} }
      print(best(t, by = "valid hr@1", within = ["p"]).k, best(t, by = "valid hr@1").p)
      m = mean(grid r in [1, 2], seed in 1..2 { {"valid hr@1": r * seed} }, over = "seed")
      print(best(m, by = "valid hr@1").r, sort(m, by = "valid hr@1", descending = true).r)
      """)
    #expect(printed == "[2, 2] [\"u\"]\n[2] [2, 1]")
  }

  @Test(arguments: [
    ("best(t, by = \"hr@10\")", "wrong-type: `best` chooses by validation, and `hr@10` is not a validation column"),
    ("best(t, by = \"valid hr@5\")", "unknown-field: this table has no column `valid hr@5`"),
    ("best(t, by = \"valid hr@10\", within = [\"hr@10\"])", "unknown-field: this table has no key column `hr@10`"),
    ("best(keep(t, row => false), by = \"valid hr@10\")", "unknown-field: this table has no column"),
    ("best(grid k in [1] { {\"valid a\": none} }, by = \"valid a\")", "out-of-range: no row has a number in `valid a`"),
    ("keep(t, row => row.k)", "not-a-bool: `keep` takes a function that gives true or false, not the number 1"),
    ("keep(t, row => row.z > 1)", "unknown-field: this record has no field `z`"),
    ("keep(t, 5)", "wrong-type: the number 5 cannot be called"),
    ("sort(t, by = \"z\")", "unknown-field: this table has no column `z`"),
  ])
  func mistakesSayWhatWouldWork(_ line: String, _ message: String) throws {
    let found = try Dialogue.mistake("t = grid k in 1..2 { {\"valid hr@10\": 0.1, \"hr@10\": 0.2} }\n\(line)")
    #expect(found.hasPrefix(message), "\(found)")
  }

  @Test func choosingOnTestIsExplained() throws {
    let printed = try Dialogue.print("best(grid k in 1..2 { {\"valid hr@10\": 0.1, \"hr@10\": 0.2} }, by = \"hr@10\")")
    #expect(printed.contains("try: by = \"valid hr@10\"") && printed.contains("chosen by the test part"), "\(printed)")
  }

  @Test func longTablesAreCutWithACount() throws {
    let lines = try Dialogue.print("grid k in 1..1000 { 1 }").split(separator: "\n")
    #expect(lines.count == 202 && lines.last == "... 1000 rows in all")
  }
}
