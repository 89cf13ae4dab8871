import Foundation
import LanguageKit
import TestKit
import Testing

/// What stands in a cell means nothing to the format of the file.
struct TableFileTests {
  private static let rows = "grid a in [\"x|y\", \"50% \\\\ {~^}\", \"one\\ntwo\", \"say \\\"b,\u{301}\\\"\"] { 1 }"

  private static func saved(_ ending: String) throws -> String {
    let folder = try ScratchFolder()
    let path = folder.file("table.\(ending)")
    #expect(try Dialogue.print("save(\(rows), \"\(path)\")") == "")
    #expect(try folder.names == ["table.\(ending)", "table.\(ending).manifest.json"])
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func csvQuotesWhatItMust() throws {
    #expect(
      try Self.saved("csv") == "a,value\nx|y,1\n50% \\ {~^},1\n\"one\ntwo\",1\n\"say \"\"b,\u{301}\"\"\",1\n")
  }

  @Test func markdownKeepsItsColumns() throws {
    let lines = try Self.saved("md").split(separator: "\n")
    #expect(lines.count == 6 && Set(lines.map(\.count)).count == 1)
    #expect(lines[1].hasSuffix("-: |") && lines[2].hasPrefix("| x\\|y ") && lines[2].hasSuffix("|     1 |"))
    #expect(lines[4].hasPrefix("| one two "))
  }

  @Test func latexPrintsWhatWasWritten() throws {
    #expect(
      try Self.saved("tex").contains("50\\% \\textbackslash{} \\{\\textasciitilde{}\\textasciicircum{}\\} & "))
  }

  @Test func aScoreIsSavedAsTheValuesOfItsUsers() throws {
    let folder = try ScratchFolder()
    let path = folder.file("score.csv")
    let program = """
      from counting import Pop
      w = world("tgtS", seed = 1, items = 60, users = 40)
      s = evaluate(Pop(w), w.test, [hr(10), mrr(), coverage(10)], users = 5, negatives = none)
      save(s, "\(path)")
      print(length(s.per_user["mrr"]))
      """
    #expect(try Dialogue.print(program).hasPrefix("5"))
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 6 && lines[0] == "user,case,targets,hr@10,mrr", "coverage is of no user")
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",")
      #expect(cells.count == 5 && cells[0] == cells[1] && cells[2].hasPrefix("i00"), "\(line)")
    }
    let manifest = try String(contentsOfFile: path + ".manifest.json", encoding: .utf8)
    #expect(manifest.contains("5 of them sampled (seed 1)") && manifest.contains("tgtS"))
  }

  private static let python = Python.withModules("csv", "json")
  private static let results = """
    t = grid setting in ["full, all", "text \\"only\\""], seed in 1..2 { {"hr@10": seed / 3, n: seed, bad: 0.0 / 0.0, name: "é"} }
    m = mean(t, over = "seed")

    """

  @Test(.enabled(if: python != nil, "needs python3"))
  func anotherProgramReadsEveryDigit() throws {
    let python = try #require(Self.python)
    let folder = try ScratchFolder()
    let saves = ["t.csv", "m.csv", "t.jsonl", "m.jsonl"].map { "save(\($0.prefix(1)), \"\(folder.file($0))\")\n" }
    #expect(try Dialogue.print(Self.results + saves.joined()) == "")
    let printed = try python.run(
      """
      import csv, json, math, os
      os.chdir("\(folder.path)")
      rows = list(csv.DictReader(open("t.csv", newline="")))
      assert [r["setting"] for r in rows] == ["full, all"] * 2 + ['text "only"'] * 2, rows
      assert [float(r["hr@10"]) for r in rows] == [1 / 3, 2 / 3] * 2
      assert all(math.isnan(float(r["bad"])) and r["name"] == "é" for r in rows)
      lines = [json.loads(line) for line in open("t.jsonl")]
      assert list(lines[0]) == ["setting", "seed", "hr@10", "n", "bad", "name"], lines[0]
      assert [[l["setting"], l["seed"], l["hr@10"], l["n"]] for l in lines] == \
        [[r["setting"], int(r["seed"]), float(r["hr@10"]), int(r["n"])] for r in rows]
      mean = list(csv.DictReader(open("m.csv", newline="")))
      assert list(mean[0])[:4] == ["setting", "hr@10", "hr@10_deviation", "hr@10_count"], mean[0]
      assert abs(float(mean[0]["hr@10"]) - 0.5) < 1e-12 and mean[0]["hr@10_count"] == "2"
      assert abs(float(mean[1]["hr@10_deviation"]) - math.sqrt(1 / 18)) < 1e-12
      same = [json.loads(line) for line in open("m.jsonl")]
      assert [l["hr@10_deviation"] for l in same] == [float(r["hr@10_deviation"]) for r in mean]
      for name in ["t.csv", "m.jsonl"]:
        about = json.load(open(name + ".manifest.json"))
        assert about["seeds"] == [1, 2] and len(about["script_sha256"]) == 64, about
      print("read")
      """)
    #expect(printed == "read\n")
  }

  @Test func readersSeeAMeanAndItsDeviationInOneCell() throws {
    let folder = try ScratchFolder()
    let (md, tex) = (folder.file("t.md"), folder.file("t.tex"))
    let program = """
      t = grid setting in ["a", "b"], seed in 1..2 { {hit: if setting == "a" { 0.1 * seed } else { 0.25 }, x: -1} }
      m = mean(t, over = "seed")
      save(m, "\(md)", caption = "Hits in 2 seeds", bold = ["hit"], digits = 3)
      save(m, "\(tex)", caption = "Hits_2", bold = ["hit"], digits = 3)
      """
    #expect(try Dialogue.print(program) == "")
    #expect(
      try String(contentsOfFile: md, encoding: .utf8) == """
        Hits in 2 seeds

        | setting |                   hit |                  x |
        | ------- | --------------------: | -----------------: |
        | a       |     $0.150 \\pm 0.071$ | $-1.000 \\pm 0.000$ |
        | b       | **$0.250 \\pm 0.000$** | $-1.000 \\pm 0.000$ |

        """)
    #expect(
      try String(contentsOfFile: tex, encoding: .utf8) == """
        \\begin{table}
        \\centering
        \\caption{Hits\\_2}
        \\begin{tabular}{lrr}
        \\hline
        setting &                        hit &                  x \\\\
        \\hline
        a       &          $0.150 \\pm 0.071$ & $-1.000 \\pm 0.000$ \\\\
        b       & $\\mathbf{0.250 \\pm 0.000}$ & $-1.000 \\pm 0.000$ \\\\
        \\hline
        \\end{tabular}
        \\end{table}

        """)
  }

  @Test(arguments: [
    ("save(t, \"x.csv\", bold = [\"x\"])", "wrong-arguments: `bold` is for tables that people read"),
    ("save(t, \"x.md\", bold = [\"y\"])", "unknown-field: this table has no column `y`"),
    ("save(t, \"x.md\", bold = [\"w\"])", "wrong-type: the column `w` has no number"),
    ("save(t, \"x.md\", digits = 99)", "out-of-range: `digits` runs from 0 to 15, not 99"),
    ("save(t, \"x.txt\")", "file: a table is saved as .csv, .jsonl, .md or .tex"),
    ("save(curve(t), \"x.svg\", caption = \"c\")", "wrong-arguments: `caption`, `bold` and `digits` are for tables"),
  ])
  func whatCannotBeWrittenSaysSo(_ line: String, _ message: String) throws {
    let found = try Dialogue.mistake("t = grid k in 1..2 { {x: 1.0, w: \"a\"} }\n\(line)")
    #expect(found.hasPrefix(message), "\(found)")
  }
}
