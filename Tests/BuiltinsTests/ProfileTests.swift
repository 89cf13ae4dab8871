import Foundation
import LanguageKit
import TestKit
import Testing

/// What `profile` tells of steps of a training and of other computations.
struct ProfileTests {
  private static let start = """
    from recommenders import SASRec
    from losses import dap, bce
    w = world("tgtS", seed = 1, items = 60, users = 40)
    m = SASRec(60, width = 8)
    x = full(1.0, [item(1000), d(500)])

    """

  /// What the last line of a program prints, epochs of trainings left out.
  private static func last(_ program: String, cells: String? = nil) throws -> String {
    let lines = try Dialogue.print(start + program, cells: cells).split(separator: "\n")
    return lines.last.map(String.init) ?? ""
  }

  @Test func stepsAreThoseOfATraining() throws {
    // One epoch is 40 rows in batches of 20; the log has the mean of their losses.
    let program = """
      run = train(m, w, dap, valid = [], epochs = 1, batch = 20, seed = 3)
      p = profile(m, w, dap, steps = 2, warm = 0, batch = 20, seed = 3)
      print(abs(total(p.losses) / 2.0 - run.log.loss[0]) < 1e-6, p.losses[0] != p.losses[1])
      """
    #expect(try Self.last(program) == "true true")
  }

  @Test func stepsGoOnBeyondAnEpoch() throws {
    let program = """
      p = profile(m, w, dap, steps = 5, warm = 2, batch = 20, detail = false)
      print(length(p.milliseconds), length(p.losses))
      """
    #expect(try Self.last(program) == "5 5")
  }

  @Test func detailChangesNoNumberAndNoModel() throws {
    let program = """
      before = sum(m.items(w.items), over = [item, d])
      p = profile(m, w, dap + bce, steps = 3)
      q = profile(m, dap + bce, w, steps = 3, detail = false)
      print(p.losses == q.losses, sum(m.items(w.items), over = [item, d]) - before)
      """
    #expect(try Self.last(program) == "true 0.0")
  }

  @Test(arguments: ["ops", "lines"]) func everyMillisecondIsSomebodys(_ table: String) throws {
    let program = """
      p = profile(m, w, dap, steps = 20)
      whole = total(p.milliseconds) / 20.0
      print(abs(total(p.\(table).ms) / whole - 1.0) < 0.01, abs(total(p.\(table).share) - 1.0) < 1e-6)
      """
    #expect(try Self.last(program) == "true true")
  }

  @Test func partsAddUpToTheWhole() throws {
    let program = """
      p = profile(m, w, dap, steps = 20)
      whole = total(p.milliseconds) / 20.0
      inner = total([p.parts[k].ms for k in ["user.blocks.0", "user.blocks.1", "user.norm"]])
      print(abs(total(p.parts.own) / whole - 1.0) < 0.01, p.parts["user"].ms > inner, p.parts["SASRec"].ms > p.parts["user"].ms)
      """
    #expect(try Self.last(program) == "true true true")
  }

  @Test func backwardBelongsToWhatRecordedIt() throws {
    let program = """
      p = profile(m, w, dap, steps = 3)
      print(p.ops["attention"].backward > 0.0, p.parts["embed"].backward > 0.0, p.ops["(optimiser)"].backward == 0.0,
            p.ops["positions"].backward == 0.0, length([l for l in p.lines.line if "stdlib/layers.pmm:" in l]) > 3)
      """
    #expect(try Self.last(program) == "true true true true true")
  }

  @Test func operatorsOnTensorsAreOperations() throws {
    let program = """
      p = profile(() => -x[item = 0] + 2.0 * (1 + 1), steps = 2)
      print(p.ops["-"].calls, p.ops["[ ]"].calls, p.ops["+"].calls, "*" in p.ops.op)
      """
    #expect(try Self.last(program) == "1 1 1 false")
  }

  @Test func memoryIsThatOfTheTensors() throws {
    // `x` is one number that all entries share, so the sum alone takes memory.
    let program = """
      p = profile(() => x + 1.0, steps = 4)
      mb = 1000.0 * 500.0 * 4.0 / 1048576.0
      print(abs(p.ops["+"].taken_mb / mb - 1.0) < 0.05, p.taken > 1990000, p.peak > 1990000)
      """
    #expect(try Self.last(program) == "true true true")
  }

  @Test func whatWasComputedBeforeIsComputedAgain() throws {
    let program = """
      model Twice() {
        part inner = SASRec(60, width = 8)
        def items(x: Batch) = inner.items(x)
        def forward(x: Batch) {
          first = items(x)
          p = profile(() => items(x), steps = 3, warm = 1)
          print(p.ops["take"].calls, "items" in p.parts.part, first[item = 0, d = 0] == items(x)[item = 0, d = 0])
        }
      }
      y = Twice()(w.items)
      """
    #expect(try Self.last(program).hasPrefix("1 "))
  }

  @Test func keptCellsAreNotUsed() throws {
    let folder = try ScratchFolder()
    let program = """
      p = profile(() => grid k in [1] { {y: sum(x, over = [item, d])} }, steps = 3, warm = 2)
      print(p.ops["sum"].calls)
      """
    #expect(try Self.last(program, cells: folder.path) == "1")
  }

  @Test func gradientsHaveTheirOwnPhase() throws {
    let program = """
      p = profile(() => gradient(sum(x * x, over = [item, d]), wrt = x), steps = 5)
      print(p.phases.backward > 0.0, p.ops["*"].backward > 0.0)
      """
    #expect(try Self.last(program) == "true true")
  }

  @Test(arguments: [
    ("profile(3)", "wrong-type: a model or a function without arguments is profiled, not the number 3"),
    ("profile(y => y)", "wrong-type: a function without arguments is profiled, and this one takes `y`"),
    (
      "profile(() => 1, batch = 3)",
      "wrong-arguments: `batch` is of the training of a model, and a function is profiled here"
    ),
    ("profile(() => 1, steps = 0)", "out-of-range: `steps` is 1 to 100000, not 0"),
    ("profile(() => 1, warm = -1)", "out-of-range: `warm` is 0 to 100000, not -1"),
    ("profile(m)", "wrong-arguments: the training of a model is profiled with data and a goal, and `data` is missing"),
    (
      "profile(m, w)",
      "wrong-arguments: the training of a model is profiled with data and a goal, and `goal` is missing"
    ),
    ("profile(m, w, dap, batch = 0)", "out-of-range: `batch` is 1 or more, not 0"),
    (
      "profile(() => 1, detail = false).ops",
      "unknown-field: this profile was taken with `detail = false`, so it has no `ops`"
    ),
    ("profile(() => 1 // 0)", "out-of-range: division of a whole number by 0"),
  ]) func mistakesAreTold(_ program: String, _ message: String) throws {
    #expect(try Dialogue.mistake(Self.start + program) == message)
  }
}
