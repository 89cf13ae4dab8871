import Checkpoint
import Foundation
import LanguageKit
import TestKit
import Testing

/// What comes back from a file is what was kept, and nothing that differs is taken for the same.
struct KeptValueTests {
  private static let start = """
    from counting import Pop
    from pmmrec import PMMRec
    from recommenders import SASRec
    from layers import Linear, Identity
    from losses import dap, bce
    w = world("tgtS", seed = 1, items = 60, users = 40)
    def text(m) = m without {nid_head, vision}
    def small() = text(PMMRec(width = 8, layers = 1))
    def fit(m) = train(m, w, dap, epochs = 1)
    model Own(how) {
      part up = Linear(d(3), d(3))
      part away = Identity()
      part gate = param([d(3)], init = ones())
      def forward(x: [..., d = 3]) = x |> up |> away |> how
    }
    def double(x) = 2.0 * x

    """

  /// What a program prints that runs a grid of one cell, without what is said of the cache.
  private static func run(_ expression: String, _ uses: String, in folder: String, start: String = start) throws -> (
    printed: String, isKept: Bool
  ) {
    let program = "\(start)t = grid k in [1] { \(expression) }\nv = t.value[0]\n\(uses)"
    let lines = try Dialogue.print(program, cells: folder).split(separator: "\n")
    let own = lines.filter { !$0.hasPrefix("grid: ") && !$0.hasPrefix("note: ") && !$0.hasPrefix("epoch ") }
    return (own.joined(separator: "\n"), lines.contains { $0.hasPrefix("grid: 1 of 1 cells from ") })
  }

  @Test(arguments: [
    ("[0.1, 0.0 / 0.0, -0.0, 1.0 / 0.0, 5e-324]", "print(v, 1.0 / v[2], v[4] > 0.0)"),
    ("0.1 + 0.2", "print(v == 0.1 + 0.2)"),
    ("{a: 1, b: [true, none, \"\\\"é\\n\"], c: {d: 9223372036854775807}}", "print(v, v.c.d)"),
    ("[1..3, .text.embed, d(4), step, hr(10), [], [1.0]]", "print(v)"),
    (
      "mean(grid a in [1, 2], seed in 1..2 { {x: a * seed, y: [a]} }, over = \"seed\")",
      "show(v)\nprint(v.x[0].deviation)"
    ),
    ("long(grid a in [1, 2] { {x: a} })", "show(v)"),
    (
      "{s: evaluate(small(), w.test, [hr(10), ndcg(10)]), x: 1}",
      "show(v.s)\nprint(v.s.per_user, v.s.chance)\nshow(long(t))"
    ),
    (
      "evaluate(Pop(w), w.test, [mrr(), hr(5), tail_share(5, head = 0.5), coverage(5), gini(5)], users = 20)",
      """
      show(v)
      print(v.per_user, v.ties, v.candidates, v.chance, v.ceiling, v.seconds < 100)
      show(breakdown(v, w.test))
      show(compare(v, evaluate(Pop(w), w.test, [mrr(), hr(5)], users = 20, ties = "optimistic")).table)
      """
    ),
    ("evaluate(small(), w.valid, [ndcg(3)])", "show(t)\nshow(best(t, by = \"valid ndcg@3\"))"),
    ("fit(small())", "show(parts(v.model))\nshow(v.last)\nprint(v.log.loss, v.model.text.embed.weight)\nshow(t)"),
    ("{one: fit(small()), two: small()}", "print(v.two.text.embed.weight, keys(v), t.one[0].best_epoch)"),
    ("freeze(fit(small()).model, .text)", "show(parts(v))\nprint(fit(v).log.loss)"),
    ("fit(PMMRec(width = 8, layers = 1)).model without vision", "show(parts(v))\nprint(v.text.embed.weight)"),
    ("small() with fit(small()).model.{text}", "show(parts(v))\nprint(fit(v).log.loss)"),
    ("fit(small() with {.user.blocks.norm1: Identity()}).last", "show(v)\nprint(v.user.position)"),
    ("train(SASRec(entries = 60, width = 8, layers = 1), w, bce, epochs = 1).model", "print(fit(v).log.loss)"),
    (
      "Own(double) with {gate: tensor([1.0, 2.0, 3.0], [d]), away: Linear(d(3), d(3))}",
      "print(v(full(1.0, [d(3)])), v.gate)"
    ),
  ])
  func valuesComeBackToTheLastBit(_ expression: String, _ uses: String) throws {
    let folder = try ScratchFolder()
    let first = try Self.run(expression, uses, in: folder.path)
    let second = try Self.run(expression, uses, in: folder.path)
    #expect(!first.isKept && !first.printed.contains("error["), "\(first.printed)")
    #expect(second.isKept, "\(expression) is not kept")
    #expect(first.printed == second.printed && !first.printed.isEmpty)
    guard expression.hasPrefix("Own") || expression.hasPrefix("freeze") || expression.hasPrefix("small") else { return }
    // The text of a program stands in what it saves, so both runs have the same one.
    let (cells, path) = (folder.file("other"), folder.file("saved/model.h5"))
    let computed = try Self.run(expression, "save(v, \"\(path)\")", in: cells)
    let saved = try CheckpointFile.read(path: path)
    let kept = try Self.run(expression, "save(v, \"\(path)\")", in: cells)
    #expect(!computed.isKept && kept.isKept)
    #expect(try CheckpointFile.read(path: path) == saved)
  }

  @Test(arguments: [
    "w", "x => x", "double", "dap", "full(1.0, [d(3)])", "w.items", "[1, w.test]", "Own(x => x)", "small().text",
    "curve(grid epoch in 1..2 { {loss: 1.0} })", "adamw()",
  ])
  func whatCannotBeKeptIsComputedAgain(_ expression: String) throws {
    let folder = try ScratchFolder()
    for _ in 1...2 {
      let (printed, isKept) = try Self.run(expression, "print(1)", in: folder.path)
      #expect(printed == "1" && !isKept, "\(expression): \(printed)")
    }
    #expect(try folder.names.filter { $0.hasPrefix("grid-") }.isEmpty)
  }

  private static let study = """
    width = 8
    rates = {slow: 0.1, fast: 0.2}
    fixed = [1, 2]
    data = world("tgtS", seed = 1, items = 60, users = 40)
    twice = x => 2 * x
    def even(n) = if n == 0 { true } else { odd(n - 1) }
    def odd(n) = if n == 0 { false } else { even(n - 1) }
    def other() = 5
    loss mine(m, x) = 1.0
    earlier = grid k in [1, 2] { k }
    t = grid rate in ["slow"] {
      {a: twice(rates[rate]), b: width, c: even(4), d: data.users, e: earlier[1], f: fixed[1], g: f"{width}", h: dap * 2.0}.{a, b, c, d, e, f, g}
    }
    print(t.a)
    """

  /// What is replaced in the program, and whether the cell is the same afterwards.
  @Test(arguments: [
    ("def other() = 5", "def other() = 6 # nobody calls it", true), ("t = grid", "# why\n\n\nt   =   grid", true),
    ("fast: 0.2", "fast: 0.3", true), ("grid k in [1, 2] { k }", "grid k in [1, 3, 2] { k }", true),
    ("print(t.a)", "print(t.a, 1)", true), ("even(n - 1) }\n", "even(n - 1)\n}\n", true),
    ("width = 8", "width = 9", false), ("slow: 0.1", "slow: 0.15", false), ("fixed = [1, 2]", "fixed = [1, 3]", false),
    ("2 * x", "3 * x", false), ("odd(n - 1) }", "odd(n - 2) }", false), ("{ false }", "{ 1 == 2 }", false),
    ("users = 40)", "users = 41)", false), ("users = 40)", "users = 40, image = 32)", false),
    ("grid k in [1, 2] { k }", "grid k in [1, 2] { k + 1 }", false), ("f\"{width}\"", "f\"{width} \"", false),
    ("dap * 2.0", "dap * 3.0", false), ("{a: twice", "{a: 0 + twice", false),
  ])
  func aCellDependsOnWhatItReaches(_ old: String, _ new: String, _ isSame: Bool) throws {
    let folder = try ScratchFolder()
    let program = "from losses import dap\n" + Self.study
    let first = try Dialogue.print(program, cells: folder.path)
    #expect(first == "[0.2]", "\(first)")
    let changed = program.replacingOccurrences(of: old, with: new)
    #expect(changed != program)
    let lines = try Dialogue.print(changed, cells: folder.path).split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("grid: 1 of 1 ") } == isSame, "\(old) -> \(new): \(lines)")
  }

  @Test func optionsAndFilesCountWhereTheyAreRead() throws {
    let folder = try ScratchFolder()
    try folder.write("data/items.csv", "item,title,description,image\na,t,d,a.png\nb,t,d,\n")
    try folder.write("data/interactions.csv", "user,item,timestamp\nu,a,1\nu,b,2\n")
    try folder.write("data/a.png", "no picture")
    let cells = folder.file("cells")
    let program = """
      t = grid k in [1] { try { dataset("\(folder.file("data"))").events + option("more", 0) } catch e { e.code } }
      print(t.value)
      """
    func run(_ options: [String: String] = [:]) throws -> (text: String, isKept: Bool) {
      let text = try Dialogue.onDeepStack { try Dialogue(options: options, cells: cells).type(program) }
      return (
        text.split(separator: "\n").last.map(String.init) ?? "", text.contains("grid: 1 of 1 cells from ")
      )
    }
    #expect(try run() == ("[2]", false))
    #expect(try run() == ("[2]", true))
    #expect(try run(["more": "5"]) == ("[7]", false))
    #expect(try run() == ("[2]", true))
    try folder.write("data/a.png", "another one")
    #expect(try run() == ("[2]", false))
    try folder.write("data/interactions.csv", "user,item,timestamp\nu,a,1\nu,b,2\nu,a,3\n")
    #expect(try run() == ("[3]", false))
    #expect(try run() == ("[3]", true))
    try FileManager.default.removeItem(atPath: folder.file("data/interactions.csv"))
    #expect(try run() == ("[\"data\"]", false))
    try folder.write("data/interactions.csv", "user,item,timestamp\nu,a,1\nu,b,2\nu,a,3\n")
    #expect(try run() == ("[3]", false))
  }

  @Test func aFileThatTheScriptItselfWritesIsReadAnew() throws {
    let folder = try ScratchFolder()
    let path = folder.file("model.h5")
    let study = [2.0, 5.0, 2.0].map { number in
      """
      save(Own(double) with {gate: full(\(number), [d(3)])}, "\(path)")
      print((grid k in [1] { number(sum(open("\(path)").gate, over = d)) }).value)

      """
    }
    for _ in 1...2 {
      let printed = try Dialogue.print(Self.start + study.joined(), cells: folder.file("cells"))
      let own = printed.split(separator: "\n").filter { $0.hasPrefix("[") }
      #expect(own == ["[6.0]", "[15.0]", "[6.0]"], "\(printed)")
    }
  }

  @Test func aFileOfAnotherCellIsRefused() throws {
    let folder = try ScratchFolder()
    let program = "t = grid k in [1] { {x: k} }\nprint(t.x)"
    #expect(try Dialogue.print(program, cells: folder.path) == "[1]")
    let own = try folder.names.filter { $0.hasPrefix("grid-") }
    #expect(try Dialogue.print("t = grid k in [2] { {x: k} }\nprint(t.x)", cells: folder.path) == "[2]")
    let other = try folder.names.filter { $0.hasPrefix("grid-") && !own.contains($0) }
    #expect(own.count == 1 && other.count == 1)
    let manager = FileManager.default
    try manager.removeItem(atPath: folder.file(own[0]))
    try manager.copyItem(atPath: folder.file(other[0]), toPath: folder.file(own[0]))
    let printed = try Dialogue.print(program, cells: folder.path)
    #expect(printed.contains("is damaged (it is that of another cell)") && printed.hasSuffix("[1]"), "\(printed)")
  }
}
