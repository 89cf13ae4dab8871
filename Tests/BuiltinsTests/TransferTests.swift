import Checkpoint
import LanguageKit
import TensorFiles
import TestKit
import Testing

/// What each way of starting from a checkpoint takes along, number by number.
struct TransferTests {
  /// Parameters of a saved model by path.
  static func parameters(_ path: String) throws -> [String: [Float]] {
    var found: [String: [Float]] = [:]
    for tensor in try CheckpointFile.read(path: path).tensors {
      guard case .float32(let values) = tensor.values else { continue }
      found[tensor.name] = values
    }
    return found
  }

  /// A checkpoint of a short training, a fresh model, and what a setting makes of the checkpoint; with its report.
  private func transferred(_ setting: String) throws -> (
    source: [String: [Float]], fresh: [String: [Float]], made: [String: [Float]], report: String
  ) {
    let folder = try ScratchFolder()
    let (source, fresh, made) = (folder.file("source.h5"), folder.file("fresh.h5"), folder.file("made.h5"))
    let printed = try Dialogue.onDeepStack {
      let dialogue = try Dialogue(seed: 3)
      return [
        "from pmmrec import PMMRec", "from losses import dap",
        "def small() = PMMRec(width = 8, layers = 1)",
        "w = world(\"tgtS\", seed = 1, items = 60, users = 40)",
        "save(train(small(), w, dap, epochs = 2).last, \"\(source)\")",
        "save(small(), \"\(fresh)\")", "ck = open(\"\(source)\")", "m = \(setting)", "save(m, \"\(made)\")",
        "t = parts(m)", "{status: t.status, frozen: t.frozen, from_file: [o == \"\(source)\" for o in t.origin]}",
      ].map { dialogue.type($0) }
    }
    for text in printed { #expect(!text.contains("error["), "\(text)") }
    return (
      try Self.parameters(source), try Self.parameters(fresh), try Self.parameters(made), printed.last ?? ""
    )
  }

  /// Table 1.11 of the specification; the report names parts in order: text, vision, fusion, user, nid_head.
  @Test(arguments: [
    ("small() without nid_head", [], ["text", "vision", "fusion", "user"]),
    ("small() without nid_head with ck.{text, vision, fusion, user}", ["text", "vision", "fusion", "user"], []),
    ("small() without nid_head with ck.{text, vision, fusion}", ["text", "vision", "fusion"], ["user"]),
    ("small() without nid_head with ck.{user}", ["user"], ["text", "vision", "fusion"]),
    ("small() without {nid_head, vision} with ck.{text, user}", ["text", "user"], []),
    ("small() without {nid_head, text} with ck.{vision, user}", ["vision", "user"], []),
    // The same as item encoders alone, from the other side.
    ("fresh(ck, .user) without nid_head", ["text", "vision", "fusion"], ["user"]),
  ])
  func everySettingMovesItsParts(_ setting: String, _ moved: [String], _ fresh: [String]) throws {
    let found = try transferred(setting)
    func part(_ path: String) -> String { String(path.prefix { $0 != "." }) }
    // Weights and biases of LayerNorms are trained like any others, so a fresh part that kept them would be seen.
    for path in found.fresh.keys where path.contains("norm") && part(path) != "nid_head" {
      #expect(found.source[path] != found.fresh[path], "\(path) was not trained")
    }
    #expect(Set(found.made.keys.map(part)) == Set(moved + fresh), "\(setting)")
    let names = found.fresh.keys.filter { (moved + fresh).contains(part($0)) }
    #expect(Set(found.made.keys) == Set(names) && names.count > 10)
    for (path, values) in found.made {
      let (wanted, from) = moved.contains(part(path)) ? (found.source, "checkpoint") : (found.fresh, "fresh model")
      #expect(values == wanted[path], "\(setting): \(path) is not the \(from)'s")
    }
    let parts = ["text", "vision", "fusion", "user", "nid_head"]
    let isTrained = setting.hasPrefix("fresh(")
    let status = parts.map {
      moved.contains($0) ? (isTrained ? "trained" : "moved") : fresh.contains($0) ? "fresh" : "dropped"
    }
    func list(_ values: [String]) -> String { "[\(values.joined(separator: ", "))]" }
    #expect(
      found.report
        == "{status: \(list(status.map { "\"\($0)\"" })), "
        + "frozen: \(list(parts.map { (moved + fresh).contains($0) ? "0" : "none" })), "
        + "from_file: \(list(parts.map { "\(moved.contains($0))" }))}")
  }
}
