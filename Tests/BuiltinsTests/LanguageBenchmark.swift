import Foundation
import LanguageKit
import Testing

/// What the language itself costs: PMM_BENCHMARK_LANGUAGE=1 prints; nothing is asserted.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PMM_BENCHMARK_LANGUAGE"] != nil))
struct LanguageBenchmark {
  /// Seconds that a program takes after another one was run in the same session.
  private static func seconds(_ setup: [String], _ program: String) throws -> Double {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      for entry in setup { _ = dialogue.type(entry) }
      let clock = ContinuousClock()
      let start = clock.now
      let printed = dialogue.type(program)
      let duration = clock.now - start
      #expect(!printed.contains("error["), "\(printed)")
      return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
  }

  /// The smallest of five, in microseconds a turn, less what an empty turn takes.
  private static func microseconds(_ setup: [String], _ body: String, turns: Int, less: Double = 0) throws -> Double {
    let all = try (0..<5).map { _ in try seconds(setup, "for i in 1..\(turns) { \(body) }") }
    return (all.min() ?? 0) / Double(turns) * 1e6 - less
  }

  @Test func times() throws {
    let turns = 200_000
    func line(_ what: String, _ value: Double, _ unit: String) {
      let digits = (value * 1000).rounded() / 1000
      print("\(what): \(digits) \(unit)")
    }
    print("language")
    let empty = try Self.microseconds([], "none", turns: turns)
    line("a turn of a loop", empty, "µs")
    line(
      "an addition and an update", try Self.microseconds(["var n = 0"], "n := n + 1", turns: turns, less: empty), "µs")
    line("a call of a function", try Self.microseconds(["def f(x) = x"], "f(i)", turns: turns, less: empty), "µs")
    line("a call of a builtin", try Self.microseconds([], "length(\"abc\")", turns: turns, less: empty), "µs")
    let tensor = ["x = full(1.0, [batch(2), d(4)])"]
    line(
      "a call of a builtin that looks at a tensor",
      try Self.microseconds(tensor, "carries(x, d)", turns: turns, less: empty), "µs")
    line(
      "a sum over an axis of eight numbers",
      try Self.microseconds(tensor, "sum(x, over = d)", turns: 20_000, less: empty), "µs")

    // The shapes of a step are the same closures with nothing computed; a step is an epoch more of training.
    let setup = [
      "from pmmrec import PMMRec", "from encoders import ConvStem", "from losses import dap, nicl, nid, rcl",
      "data = world(\"srcV\")", "goal = dap + nicl(temp = 0.1) + nid + rcl", "m = PMMRec(stem = ConvStem(9, 192))",
    ]
    let checks = 100
    let shapes = try Self.seconds(setup, "for i in 1..\(checks) { check(m, data, goal) }") / Double(checks)
    func training(_ epochs: Int) throws -> Double {
      try Self.seconds(setup, "run = train(m, data, goal, valid = [], epochs = \(epochs))")
    }
    let steps = 47.0
    let step = (try training(3) - training(1)) / 2 / steps
    line("a step of the quickstart's training on one platform", step * 1e3, "ms")
    line("the same model and goal on shapes", shapes * 1e3, "ms")
    line("share of the language in a step", shapes / step * 100, "%")
  }
}
