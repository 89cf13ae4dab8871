import Checkpoint
import Foundation
import TestKit
import Testing

/// Training, saving and moving parts, as a script does it.
@Suite struct TrainingScriptTests {
  let program: Program

  init() throws {
    program = Program(folder: try ScratchFolder())
    try program.writeData()
  }

  private static let text = """
    from pmmrec import PMMRec
    from losses import dap
    data = dataset("data", words = 8, vocabulary = 64)
    def small() = PMMRec(width = 8, layers = 1, vocabulary = 64, max_words = 8, max_len = 5) without {nid_head, vision}

    """

  @Test func oneSeedGivesTheSameBytesOnAnyNumberOfThreads() throws {
    let script =
      Self.text + """
        run = train(small(), data, dap, epochs = 2, batch = 8)
        save(run.model, option("file", "model.h5"))
        print(run.log.loss)
        show(evaluate(run.model, data.test, [hr(3), ndcg(3)]))
        """
    let one = try program.run(script: script, "--set", "file=one.h5", "--threads", "1", "--seed", "5")
    let two = try program.run(script: script, "--set", "file=two.h5", "--threads", "2", "--seed", "5")
    let other = try program.run(script: script, "--set", "file=other.h5", "--seed", "6")
    #expect(one.status == 0, "\(one.errors)")
    #expect(one.output == two.output)
    let bytes = try ["one.h5", "two.h5", "other.h5"].map {
      try Data(contentsOf: URL(fileURLWithPath: program.folder.file($0)))
    }
    #expect(bytes[0] == bytes[1])
    #expect(bytes[0] != bytes[2], "another seed gives other numbers")
    #expect(other.output != one.output)
  }

  @Test func aReorderedGoalGivesTheSameBits() throws {
    let script =
      Self.text + """
        loss again(m, x) = 0.5 * dap(m, x)
        a = train(small(), data, dap + again, epochs = 1, batch = 8)
        b = train(small(), data, again + dap, epochs = 1, batch = 8)
        assert(a.log.loss == b.log.loss, "the losses differ")
        save(a.model, "a.h5")
        save(b.model, "b.h5")
        """
    let outcome = try program.run(script: script)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let (a, b) = (program.folder.file("a.h5"), program.folder.file("b.h5"))
    #expect(FileManager.default.contentsEqual(atPath: a, andPath: b))
  }

  @Test func partsMoveFromACheckpointAndAreTuned() throws {
    let script =
      Self.text + """
        first = train(small(), data, dap, epochs = 2, batch = 8)
        save(first.model, "out/first.h5")
        ck = open("out/first.h5")
        before = evaluate(first.model, data.test, [ndcg(3)])
        after = evaluate(ck, data.test, [ndcg(3)])
        assert(before["ndcg@3"] == after["ndcg@3"], "a saved model scores as before")
        lite = small() with ck.{text, user}
        show(lite)
        tuned = train(lite, data, dap, epochs = 1)
        export("out/items.h5", items = tuned.model.items(data.items), ids = data.items.raw_ids)
        """
    let outcome = try program.run(script: script)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("parameters, from out/first.h5"), "\(outcome.output)")
    #expect(FileManager.default.fileExists(atPath: program.folder.file("out/items.h5")))
  }

  @Test func frozenPartsStayAsTheyAre() throws {
    let script =
      Self.text + """
        m = freeze(small(), .text)
        run = train(m, data, dap, epochs = 1, optim = adamw(lr = 0.1, decay = 0.5))
        again = train(m, data, dap, epochs = 2, optim = adamw(lr = 0.1, decay = 0.5))
        same = sum(abs(run.last.text.embed.weight - again.last.text.embed.weight), over = axes(run.last.text.embed.weight))
        moved = sum(abs(run.last.user.position - again.last.user.position), over = axes(run.last.user.position))
        assert(number(same) == 0.0, "frozen numbers moved")
        assert(number(moved) > 0.0, "nothing was trained")
        """
    let outcome = try program.run(script: script)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func anInterruptKeepsTheModelAndSaysSo() throws {
    let script = Self.text + "train(small(), data, dap, epochs = 100000)\nprint(\"not reached\")\n"
    let outcome = try program.run(script: script, interruptAfter: "epoch 2/")
    #expect(outcome.status == 130)
    #expect(outcome.errors.contains("interrupted.h5 holds the best model so far"), "\(outcome.errors)")
    #expect(!outcome.output.contains("not reached"))
    let opened = try program.run("-e", "length(keys({m: open(\"interrupted.h5\")}))")
    #expect(opened.status == 0, "\(opened.errors)")
  }

  @Test func aLossThatIsNoNumberEndsTheTraining() throws {
    let script = Self.text + "loss bad(m, x) = log(0.0 - 1.0) + dap(m, x)\ntrain(small(), data, bad)\n"
    let outcome = try program.run(script: script)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains("error[not-finite]: the loss `bad` became nan in epoch 1, step 1"), "\(outcome.errors)")
  }

  @Test(arguments: ["batch = 9223372036854775807, epochs = 1", "epochs = 9223372036854775807"])
  func sizesThatNobodyMeansAreAnswered(_ arguments: String) throws {
    let outcome = try program.run(script: Self.text + "train(small(), data, dap, \(arguments))\n")
    #expect(arguments.hasPrefix("batch") ? outcome.status == 0 : outcome.errors.contains("error[out-of-range]"))
  }

  @Test func popularityIsOfTheItemsThatAreRanked() throws {
    try program.folder.write("other/items.csv", "item,title,description,image\ni,t,d,\n")
    try program.folder.write("other/interactions.csv", "user,item,timestamp\nu,i,1\n")
    let same = "from counting import Pop\nevaluate(Pop(dataset(\"data\")), data.test, [hr(3)])\n"
    #expect(try program.run(script: Self.text + same).status == 0)
    let outcome = try program.run(
      script: Self.text + "from counting import Pop\nevaluate(Pop(dataset(\"other\")), data.test, [hr(3)])\n")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("error[data-mismatch]"), "\(outcome.errors)")
  }

  @Test func imagesThatAreMissingAreCountedWithoutATraining() throws {
    try program.folder.write(
      "films/items.csv", "item,title,description,image\na,t,d,none.jpg\nb,t,d,\nc,t,d,gone.jpg\n")
    try program.folder.write("films/interactions.csv", "user,item,timestamp\nu,a,1\nu,b,2\nu,c,3\n")
    let script = """
      from pmmrec import PMMRec
      films = dataset("films", words = 6, vocabulary = 160, image = 24, patch = 8)
      evaluate(PMMRec(), films.test, [hr(1)])
      """
    let outcome = try program.run(script: script)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("2 images are missing"), "\(outcome.errors)")
    #expect(outcome.errors.contains("1 items have no image"), "\(outcome.errors)")
  }

  /// The script, the modules that it imports and an older form of one of them: a checkpoint holds all that it needs.
  @Test func aCheckpointOpensWithoutTheFilesThatMadeIt() throws {
    let net = """
      from layers import Linear
      def twice(y) = FACTOR * y
      model Net(a) {
        part up = Linear(a, a)
        def forward(x: [..., a]) -> [..., a] = twice(up(x))
      }

      """
    func module(_ factor: String) -> String {
      String(net.split(separator: "FACTOR", omittingEmptySubsequences: false).joined(separator: factor))
    }
    try program.folder.write("parts/net.pmm", module("2.0"))
    let script = """
      from parts.net import Net
      model Whole(first) {
        part a = first
        part b = Net(d(3))
        def forward(x: [..., d = 3]) = x |> a |> b
      }
      old = option("old", "")
      m = Whole(if old == "" { Net(d(3)) } else { open(old).a })
      save(m, option("to", "old.h5"))
      print(m(full(1.0, [d(3)])))
      """
    let made = try program.run(script: script)
    try program.folder.write("parts/net.pmm", module("5.0"))
    let mixed = try program.run(script: script, "--set", "old=old.h5", "--set", "to=mixed.h5")
    #expect(made.status == 0 && mixed.status == 0, "\(made.errors)\(mixed.errors)")
    try FileManager.default.removeItem(atPath: program.folder.file("parts"))
    // A file that happens to have the name of a library module is none of the checkpoint's business.
    try program.folder.write("layers.pmm", "model Linear() { def forward(x) = x }\n")
    for (file, printed) in [("old.h5", made.output), ("mixed.h5", mixed.output)] {
      let opened = try program.run("-e", "open(\"\(file)\")(full(1.0, [d(3)]))")
      #expect(opened.output == printed && !printed.isEmpty, "\(opened.errors)")
      let again = try program.run("-e", "save(open(\"\(file)\"), \"again.h5\")")
      #expect(again.status == 0)
      let files = try [file, "again.h5"].map { name in
        var file = try CheckpointFile.read(path: program.folder.file(name))
        file.sections[.provenance] = nil
        return file
      }
      #expect(files[0] == files[1], "\(file)")
    }
  }
}
