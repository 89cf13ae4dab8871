import Foundation
import TestKit
import Testing

/// Grids that were stopped go on, and what has changed is computed again.
@Suite struct KeptCellTests {
  let program: Program

  init() throws {
    program = Program(folder: try ScratchFolder())
    try program.writeData()
  }

  private static func script(rate: String = "0.01", comment: String = "", seeds: String = "1..2", more: String = "")
    -> String
  {
    """
    from pmmrec import PMMRec
    from losses import dap
    out = option("out", "out")
    \(comment)
    model Wrap(inner) {
      part whole = inner
      def items(x: Batch) = whole.items(x)
      def users(x: Batch, slots = x.slots) = whole.users(x, slots = slots)
      def forward(x: Batch) = users(x)
    }
    def small() = Wrap(PMMRec(width = 8, layers = 1, vocabulary = 64, max_words = 8, max_len = 5) without {nid_head, vision})
    def rate() = \(rate)
    def fit(data) = train(small(), data, dap, epochs = 30, batch = 8, optim = adamw(lr = rate()))
    runs = grid seed in \(seeds) {\(comment)
      fit(dataset("data", words = 8, vocabulary = 64))
    }
    scores = grid seed in \(seeds), k in [1, 3] {
      data = dataset("data", words = 8, vocabulary = 64)
      total([evaluate(runs[seed].model, data.test, [hr(k)])[f"hr@{k}"] for i in 1..40]) / 40.0
    }
    save(scores, f"{out}/results.csv")
    for seed in \(seeds) { save(runs[seed].model, f"{out}/{seed}.h5") }
    \(more)
    """
  }

  private func files(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: program.folder.file(folder))
    return try Dictionary(
      uniqueKeysWithValues: names.filter { !$0.hasSuffix(".json") }.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: program.folder.file("\(folder)/\($0)"))))
      })
  }

  /// How many cells of the first grid a run took from the cache.
  private func found(_ script: String, _ arguments: String...) throws -> String {
    let outcome = try program.run(script: script, arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("grid: ") }
    return lines.first.map { String($0.dropFirst("grid: ".count).prefix { $0 != "c" }) } ?? ""
  }

  @Test func aKilledGridGoesOnToTheSameBytes() throws {
    let whole = try program.run(script: Self.script(), ["--set", "out=whole", "--no-cache"])
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(try !program.folder.names.contains(".pmm-cache"))
    // In the middle of the second cell's training.
    let killed = try program.run(script: Self.script(), killAfter: "epoch 30/30", and: "epoch 5/30")
    #expect(killed.status == -SIGKILL)
    let resumed = try program.run(script: Self.script(), ["--set", "out=resumed"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.hasPrefix("grid: 1 of 2 cells from .pmm-cache\n"), "\(resumed.errors)")
    let again = try program.run(script: Self.script(), ["--set", "out=again"])
    #expect(again.errors.hasPrefix("grid: 2 of 2 cells from .pmm-cache\n"), "\(again.errors)")
    #expect(!again.errors.contains("epoch"))
    let expected = try files("whole")
    #expect(expected.count == 3)
    #expect(try files("resumed") == expected)
    #expect(try files("again") == expected)
    #expect(try files("whole").keys.sorted() == ["1.h5", "2.h5", "results.csv"])
  }

  @Test func onlyWhatHasChangedIsComputedAgain() throws {
    let script = Self.script()
    #expect(try found(script) == "")
    #expect(try found(script) == "2 of 2 ")
    #expect(try found(Self.script(comment: "# of no\n\n# importance\n")) == "2 of 2 ", "a comment")
    #expect(try found(Self.script(seeds: "1..3")) == "2 of 3 ", "a seed more")
    #expect(try found(Self.script(seeds: "[3, 4]")) == "1 of 2 ", "other seeds")
    #expect(try found(Self.script(rate: "0.02")) != "2 of 2 ", "a function that is called")
    #expect(try found(script, "--seed", "9") == "2 of 2 ", "the grid's axis gives the seed")
    #expect(try found(script, "--no-cache") == "")
    try program.writeData(users: 25)
    #expect(try found(script) == "", "other data")
    try program.writeData()
    #expect(try found(script) != "2 of 2 ", "the data as they were, but the cells were written anew")
    #expect(try found(script) == "2 of 2 ")
  }

  @Test func damagedCellsAreComputedAgain() throws {
    let script = Self.script()
    #expect(try found(script) == "")
    let expected = try files("out")
    let folder = program.folder.file(".pmm-cache")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".h5") }.sorted()
    #expect(names.count >= 2)
    for (index, name) in names.enumerated() {
      let url = URL(fileURLWithPath: "\(folder)/\(name)")
      var bytes = try Data(contentsOf: url)
      switch index % 3 {
      case 0: bytes = bytes.prefix(bytes.count / 2)
      case 1: for place in stride(from: 2000, to: bytes.count, by: 97) { bytes[place] ^= 0x41 }
      default: bytes = Data("nothing".utf8)
      }
      try bytes.write(to: url)
    }
    let outcome = try program.run(script: script, [])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("is damaged ("), "\(outcome.errors)")
    #expect(try files("out") == expected)
    #expect(try found(script) == "2 of 2 ")
  }

  @Test func aModuleCountsByItsCode() throws {
    let script = """
      import parts.sums
      from parts.sums import slow
      t = grid k in 1..2 { {a: slow(k), b: sums.plus(k)} }
      print(t.a, t.b)
      """
    func module(_ one: String, _ rest: String = "") throws {
      try program.folder.write(
        "parts/sums.pmm",
        """
        from parts.more import one
        ## A sum that takes its time.\(rest)
        def slow(x) = total([sqrt(1.0 * i) for i in 1..60000]) * 0.0 + x + one()
        def plus(x) = x + one()
        """)
      try program.folder.write("parts/more.pmm", "def one() = \(one)\n")
    }
    try module("1")
    #expect(try found(script) == "")
    #expect(try found(script) == "2 of 2 ")
    try module("1", "\n# in many words\n")
    #expect(try found(script) == "2 of 2 ")
    try module("2")
    #expect(try found(script) == "")
    #expect(try found(script) == "2 of 2 ")
  }

  @Test func whatIsNotKeptIsSaidOnce() throws {
    let outcome = try program.run(
      script: """
        def slow(x) = total([sqrt(1.0 * i) for i in 1..60000]) * 0.0 + x
        t = grid k in 1..3 { if slow(1.0) > 0.0 { dataset("data") } }
        u = grid k in 1..2 {
          save(grid a in [1] { k }, f"k-{k}.csv")
          slow(2.0)
        }
        print(length(t), u.value)
        """, [])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "3 [2.0, 2.0]\n")
    let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("note: grid: ") }
    #expect(lines.count == 2, "\(outcome.errors)")
    #expect(lines.first?.contains("a data set is not kept") == true && lines.last?.contains("`save`") == true)
  }

  @Test func aFolderThatCannotBeWrittenStopsNothing() throws {
    try program.folder.write(".pmm-cache", "a file")
    let outcome = try program.run(script: Self.script(), [])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.components(separatedBy: "nothing more is kept").count == 2, "\(outcome.errors)")
  }
}
