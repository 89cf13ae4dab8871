import Checkpoint
import Foundation
import TestKit
import Testing

/// A training that was stopped and goes on is the training that was never stopped.
struct ResumeTests {
  let program: Program

  init() throws { program = Program(folder: try ScratchFolder()) }

  /// Dropout and all four losses, 8 steps an epoch.
  private static func script(_ more: String = "", epochs: Int = 3, out: String, drop: String = "0.3") -> String {
    """
    from pmmrec import PMMRec
    from losses import dap, nicl, nid, rcl
    shop = world("tgtS", seed = 1, items = 60, users = 120)
    run = train(PMMRec(width = 8, layers = 1, drop = \(drop)), shop, dap + 0.2 * nicl + nid + rcl,
                epochs = \(epochs), batch = 16, resume = "\(out)/run.h5"\(more))
    save(run.model, "\(out)/model.h5")
    save(run.last, "\(out)/last.h5")
    print(run.log.loss, run.log["valid ndcg@10"], run.best_epoch)
    """
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: program.folder.file(path)))
  }

  /// Models as they were saved, without the text of the script that saved them.
  private func contents(_ path: String) throws -> CheckpointFile {
    var file = try CheckpointFile.read(path: program.folder.file(path))
    file.sections[.provenance] = nil
    return file
  }

  @Test func everyPlaceGivesTheSameBits() throws {
    let whole = try program.run(script: Self.script(", save_steps = 1, keep = 100", out: "whole"))
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.errors.contains("so the training begins"))
    // Inside the first epoch, at the end of it, inside the last one, and at the end.
    for step in [3, 8, 21, 24] {
      let out = "at-\(step)"
      try FileManager.default.createDirectory(
        atPath: program.folder.file(out), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: program.folder.file("whole/run.step-\(step).h5"), toPath: program.folder.file("\(out)/run.h5"))
      let rest = try program.run(script: Self.script(out: out), "--threads", "1")
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(rest.errors.contains(step < 24 ? "after \(step) steps" : "is finished"), "\(rest.errors)")
      #expect(rest.output == whole.output)
      #expect(try contents("\(out)/model.h5") == contents("whole/model.h5"), "step \(step)")
      #expect(try contents("\(out)/last.h5") == contents("whole/last.h5"), "step \(step)")
    }
  }

  @Test func aKilledTrainingGoesOn() throws {
    let script = Self.script(", save_steps = 2", epochs: 30, out: "o")
    let killed = try program.run(script: script, killAfter: "epoch 2/30", and: "\n")
    #expect(killed.status != 0)
    let rest = try program.run(script: script)
    #expect(rest.status == 0 && rest.errors.contains("goes on in epoch"), "\(rest.errors)")
    let whole = try program.run(script: Self.script(epochs: 30, out: "p"))
    #expect(rest.output == whole.output)
    #expect(try contents("o/last.h5") == contents("p/last.h5"))
  }

  @Test func anotherTrainingIsRefusedWithBothSides() throws {
    let first = try program.run(script: Self.script(epochs: 1, out: "o"))
    #expect(first.status == 0, "\(first.errors)")
    let before = try bytes("o/run.h5")
    let changed = Self.script(epochs: 1, out: "o").replacingOccurrences(of: "batch = 16", with: "batch = 8, seed = 4")
    let refused = try program.run(script: changed)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("`seed` was 0 and is 4; `batch` was 16 and is 8"), "\(refused.errors)")
    let wider = Self.script(epochs: 1, out: "o").replacingOccurrences(of: "width = 8", with: "width = 16")
    #expect(try program.run(script: wider).errors.contains("`parameters` differs"))
    #expect(try bytes("o/run.h5") == before)
  }

  @Test func theLastStatesAndTheBestModelStay() throws {
    let made = try program.run(script: Self.script(", save_steps = 3, keep = 2", epochs: 2, out: "o"))
    #expect(made.status == 0, "\(made.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: program.folder.file("o")).sorted()
    #expect(names == ["last.h5", "model.h5", "run.best.h5", "run.h5", "run.step-15.h5", "run.step-16.h5"])
    #expect(try contents("o/run.best.h5").tensors == contents("o/model.h5").tensors)
    let opened = try program.run("-e", "r = open(\"o/run.h5\")\nprint(r.best_epoch, length(r.log), r.model == r.last)")
    #expect(opened.status == 0, "\(opened.errors)")
  }

  @Test func aPlaceIsNeededToSaveInPieces() throws {
    let script = Self.script(", keep = 2", out: "o").replacingOccurrences(of: "resume = \"o/run.h5\", ", with: "")
      .replacingOccurrences(of: "resume = \"o/run.h5\"", with: "stop_after = 1")
    #expect(try program.run(script: script).errors.contains("but not where"))
  }
}
