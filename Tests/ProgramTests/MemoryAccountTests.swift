import TestKit
import Testing

/// What the program says of its memory, and the limit that it keeps.
@Suite struct MemoryAccountTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  /// 60 steps a line, with other batches each time.
  @Test func memoryDoesNotGrowOverSteps() throws {
    let outcome = try program.run(
      script: """
        from pmmrec import PMMRec
        from losses import dap
        shop = world("tgtS", seed = 1, items = 100, users = 120)
        var model = PMMRec()
        for i in 1..8 {
          run = train(model, shop, dap, epochs = 5, batch = 10)
          model := run.model
          now = memory()
          print(now.live, now.pooled, now.peak, now.resident)
        }
        """, "--no-cache")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Int($0) } }
    #expect(lines.count == 8 && lines.allSatisfy { $0.count == 4 }, "\(outcome.output)")
    guard let first = lines.first, first.count == 4, first[2] > 1 << 20 else {
      Issue.record("no tensor was counted: \(outcome.output)")
      return
    }
    for line in lines.dropFirst() {
      #expect(line[0] <= first[0], "live: \(outcome.output)")
      #expect(line[0] + line[1] <= first[0] + first[1], "live and pooled: \(outcome.output)")
    }
    // What is no tensor, such as lists of the data, is made once more in the first trainings after another.
    // It is so small a program that one more page table or heap of a thread is 2 %; `scripts/bench memory` holds a long one to that.
    for line in lines.dropFirst(3) {
      #expect(line[3] <= lines[2][3] + max(lines[2][3] / 50, 2 << 20), "resident: \(outcome.output)")
    }
  }

  @Test func theVariableSetsTheLimit() throws {
    let asked = try program.run(environment: ["PMM_MEMORY": "1.5 GiB"], "-e", "memory().limit")
    #expect(asked.status == 0 && asked.output == "\(3 << 29)\n", "\(asked.output)\(asked.errors)")
    for wrong in ["half", "12 parsecs", "1 KB", "-1G"] {
      let outcome = try program.run(environment: ["PMM_MEMORY": wrong], "-e", "1")
      #expect(outcome.status == 2 && outcome.errors.contains("PMM_MEMORY is \(wrong)"), "\(outcome.errors)")
    }
  }

  /// A training that lacks memory says where, and the program goes on.
  @Test func aTrainingThatLacksMemoryNamesTheOp() throws {
    let outcome = try program.run(
      script: """
        from pmmrec import PMMRec
        from losses import dap
        shop = world("tgtS", seed = 1)
        now = memory(limit = "8 MiB")
        train(PMMRec(), shop, dap, epochs = 1, batch = 400)
        """, "--no-cache")
    #expect(outcome.status == 1)
    for part in ["error[memory]: `", "not enough memory for ", "the limit is 8.0 MiB", "a smaller batch"] {
      #expect(outcome.errors.contains(part), "\(part) is missing in \(outcome.errors)")
    }
  }
}
