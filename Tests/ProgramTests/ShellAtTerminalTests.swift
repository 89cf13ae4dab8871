import Foundation
import TestKit
import Testing

/// The shell as people meet it: interrupts, accidents, start-up.
@Suite(.serialized, .enabled(if: TerminalSession.python != nil, "needs python3"))
struct ShellAtTerminalTests {
  private let folder: ScratchFolder
  private let terminal: TerminalSession

  init() throws {
    folder = try ScratchFolder()
    terminal = TerminalSession(folder: folder)
  }

  private static let training: [TerminalSession.Step] = [
    .expect("pmm> "), .type("from recommenders import SASRec"), .expect("pmm> "), .type("from losses import dap"),
    .expect("pmm> "), .type("w = world(\"tgtS\", seed = 1)"), .expect("pmm> "), .type("m = SASRec(400)"),
    .expect("pmm> "),
  ]

  @Test(
    arguments: [
      "while true { }",
      "for i in 1..1000000 { dot(big, big, over = d) }",
      "for i in 1..1000000 { evaluate(m, w.test, [ndcg(10)]) }",
    ]) func ctrlCGivesThePromptBack(_ work: String) throws
  {
    var steps = Self.training + [.type("big = full(0.5, [item(3000), d(3000)])"), .expect("pmm> "), .type("kept = 42")]
    steps.append(.expect("pmm> "))
    let first = steps.count { if case .expect = $0 { true } else { false } }
    for _ in 0..<3 { steps += [.type(work), .sleep(1.2), .interrupt, .expect("pmm> ")] }
    steps += [.type("kept + 1"), .expect("43"), .expect("pmm> "), .end]
    let outcome = try terminal.run([], steps)
    #expect(outcome.status == 0, "\(outcome.screen)")
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
    // The best of three, on a machine that may do other things.
    let back = outcome.seconds[first..<first + 3].min() ?? 9
    #expect(back < 0.1, "the prompt came back after \(back) s")
  }

  @Test func anInterruptedTrainingGivesItsBestModelAndASecondOneNothing() throws {
    let train = "fit = train(m, w, dap, epochs = 500)"
    let outcome = try terminal.run(
      [],
      Self.training + [
        .type(train), .expect("epoch 2/500"), .interrupt, .expect("this run holds"), .expect("pmm> "),
        .type("fit.best_epoch > 0"), .expect("true"), .expect("pmm> "), .type("fit = 5"), .expect("pmm> "),
        // Two trainings in one entry: the second interrupt ends the entry.
        .type("for i in 1..3 { train(m, w, dap, epochs = 500, seed = i) }"), .expect("epoch 1/500"), .interrupt,
        .expect("this run holds"), .expect("epoch 1/500"), .interrupt, .expect("error[interrupted]"), .expect("pmm> "),
        .type("fit + 1"), .expect("6"), .end,
      ])
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
    #expect(outcome.status == 0)
  }

  @Test func aKilledSessionComesBackWithItsTrainings() throws {
    let killed = try terminal.run(
      [],
      Self.training + [
        .type("fit = train(m, w, dap, epochs = 6)"), .expect("epoch 6/6"), .expect("pmm> "),
        .type("fit.log.loss"), .expect("pmm> "), .type("k = 7"), .expect("pmm> "),
        .type("other = train(m, w, dap, epochs = 500, seed = 3)"), .expect("epoch 1/500"), .kill,
      ])
    #expect(killed.status == -9)
    let back = try terminal.run(
      ["--resume"],
      [
        .expect("this entry ran when the session ended"), .expect("epochs = 500"), .expect("pmm> "),
        .type("fit.log.loss"), .expect("pmm> "), .type("k"), .expect("7"), .type("other"), .expect("unknown-name"),
        .end, .sleep(0.5), .type("y"),
      ])
    #expect(!back.seconds.contains(-1), "\(back.screen)")
    // Nothing was trained: no epoch is said, and the losses are those of before.
    #expect(!back.screen.contains("epoch 6/6"))
    let losses = killed.screen.replacing("\r\n", with: "\n").split(separator: "\n").first { $0.hasPrefix("[") }.map(
      String.init)
    #expect(losses.map { back.screen.contains($0) } ?? false, "\(killed.screen) \(back.screen)")
    let again = try terminal.run(["--resume"], [.expect("there is no session of")])
    #expect(again.status == 1)
  }

  @Test func aStoppedTrainingComesBackAsItWasLeft() throws {
    let killed = try terminal.run(
      [],
      Self.training + [
        .type("fit = train(m, w, dap, epochs = 500)"), .expect("epoch 2/500"), .interrupt, .expect("this run holds"),
        .expect("pmm> "), .type("fit.log.loss"), .expect("]"), .expect("pmm> "), .kill,
      ])
    #expect(killed.status == -9 && !killed.seconds.contains(-1), "\(killed.screen)")
    func losses(_ screen: String) -> String? {
      screen.replacing("\r\n", with: "\n").split(separator: "\n").first { $0.hasPrefix("[") }.map(String.init)
    }
    let left = try #require(losses(killed.screen), "\(killed.screen)")
    // Twice, since the session that took it up may end by accident as well.
    for _ in 0..<2 {
      let back = try terminal.run(
        ["--resume"], [.expect("pmm> "), .type("fit.log.loss"), .expect("]"), .expect("pmm> "), .kill])
      #expect(losses(back.screen) == left, "\(back.screen)")
      #expect(!back.screen.contains("epoch 1/500"))
    }
  }

  @Test func whatWasLoggedReplays() throws {
    let outcome = try terminal.run(
      [],
      Self.training + [
        .type("%log log.txt"), .expect("pmm> "), .type("fit = train(m, w, dap, epochs = 2)"), .expect("epoch 2/2"),
        .expect("pmm> "), .type("fit.log"), .expect("pmm> "), .type("none_such + 1"), .expect("unknown-name"),
        .expect("pmm> "), .type("def twice(x) {"), .type("  2 * x"), .type("}"), .type("twice(21)"), .expect("42"),
        .expect("pmm> "), .type("%time twice(1)"), .expect("time: "), .expect("pmm> "), .type("m without users"),
        .expect("pmm> "), .end, .expect("Leave?"), .type("y"),
      ])
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
    let log = try String(contentsOfFile: folder.file("log.txt"), encoding: .utf8)
    #expect(log.contains("pmm> twice(21)\n42\n") && log.contains("error[unknown-name]"), "\(log)")
    let replay = try Program(folder: folder).run("test", "log.txt")
    #expect(replay.status == 0, "\(log)\n\(replay.output)\(replay.errors)")
  }

  @Test func aScriptOfAnotherFolderIsPartOfTheSession() throws {
    try folder.write("part/helper.pmm", "def thrice(x) = 3 * x\n")
    try folder.write("part/main.pmm", "from helper import thrice\nnine = thrice(3)\n")
    let outcome = try terminal.run(
      [],
      [
        .expect("pmm> "), .type("%run part/main.pmm"), .expect("pmm> "), .type("nine"), .expect("9"), .expect("pmm> "),
        .type("%replay"), .expect("come out the same"), .expect("pmm> "), .end,
      ])
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
  }

  @Test func leavingAsksForATrainingThatNobodySaved() throws {
    let outcome = try terminal.run(
      [],
      Self.training + [
        .type("fit = train(m, w, dap, epochs = 1)"), .expect("epoch 1/1"), .expect("pmm> "), .end,
        .expect("Leave? [y/N]"), .type("n"), .expect("pmm> "), .type("save(fit.model, \"fit.h5\")"), .expect("pmm> "),
        .end,
      ])
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
    #expect(outcome.status == 0, "\(outcome.screen)")
  }

  @Test func theStartUpFileRunsUnlessItShallNot() throws {
    try folder.write(".pmmrc.pmm", "favourite = 11\nmistake = none_such\n")
    let outcome = try terminal.run(
      [], [.expect("nothing here is called `none_such`"), .expect("pmm> "), .type("1 + 1"), .expect("2"), .end])
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
    try folder.write(".pmmrc.pmm", "favourite = 11\n")
    let good = try terminal.run([], [.expect("pmm> "), .type("favourite"), .expect("11"), .end])
    #expect(!good.seconds.contains(-1), "\(good.screen)")
    let without = try terminal.run(
      ["--no-init"], [.expect("pmm> "), .type("favourite"), .expect("unknown-name"), .end])
    #expect(!without.seconds.contains(-1), "\(without.screen)")
  }

  @Test func theSystemsCommandsHaveTheTerminal() throws {
    let outcome = try terminal.run(
      [],
      [
        .expect("pmm> "), .type("!test -t 0 && echo a-terminal"), .expect("a-terminal\r\n"), .expect("pmm> "),
        .type("!sleep 30"), .sleep(0.3), .interrupt, .expect("exit status 130"), .expect("pmm> "), .type("1 + 1"),
        .expect("2"), .end,
      ])
    #expect(!outcome.seconds.contains(-1), "\(outcome.screen)")
    #expect(outcome.seconds[3] < 5)
  }
}
