import TestKit
import Testing

/// What is drawn while a model is trained is a function of the model, the data and the seed, and of nothing that happened
/// before.
@Suite struct RepeatableTrainingTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  private func losses(_ script: String) throws -> String {
    // What is kept of another run would prove nothing.
    let outcome = try program.run(script: script, "--no-cache")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("["), "\(outcome.output)")
    return outcome.output
  }

  /// Dropout in the user encoder works on what the library's axes went into.
  @Test func importsThatAreNotUsedChangeNothing() throws {
    let training = """
      from pmmrec import PMMRec
      from losses import dap
      shop = world("tgtS", seed = 1, items = 60, users = 60)
      print(train(PMMRec(width = 8, drop = 0.5), shop, dap, epochs = 2).log.loss)
      """
    let alone = try losses(training)
    #expect(try losses("axis before, another\n" + training) == alone)
    #expect(try losses("from recommenders import SASRec\nfrom layers import MLP, CausalConv\n" + training) == alone)
    #expect(try losses("def f() {\n  axis mine = 3\n  size(mine)\n}\nf()\n" + training) == alone)
  }

  /// Functions and modules have a place in memory that differs from run to run.
  @Test(arguments: [
    "{act: y => y * 1.0, rate: 0.5}", "{rate: 0.5} with {act: relu, own: y => y}",
    "({act: y => y, rate: 0.5, more: 1} without more)", "{..{act: y => y}, rate: 0.5}",
  ])
  func functionsInRecordsChangeNothing(_ settings: String) throws {
    let script = """
      from losses import dap
      from layers import Linear
      shop = world("tgtS", seed = 1, items = 60, users = 60)
      axis row = 60
      model Wrap(d) {
        part inner = Linear(d, d)
        def through(x, how) = dropout(how.act(inner(x)), how.rate)
        def forward(x) = through(x, \(settings))
      }
      model Rows(d, e) {
        part embed = param([e, d], init = normal(1.0))
        part wrap  = Wrap(d)
        def items(x: Batch) = take(embed, x.ids, over = e)
        def users(x: Batch) = items(x) |> wrap |> take(x.slots, over = item)
        def forward(x: Batch) = users(x)
      }
      print(train(Rows(d(8), row), shop, dap, epochs = 1).log.loss)
      """
    #expect(try losses(script) == losses(script))
  }
}
