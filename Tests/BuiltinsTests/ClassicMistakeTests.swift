import Diagnostics
import LanguageKit
import TensorCore
import TestKit
import Testing

/// Mistakes that everybody makes: each is found on shapes, in one screen, with an edit that works when it is typed.
@Suite(.serialized)
struct ClassicMistakeTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let what: String
    let code: String
    /// Entries, the last of which is mistaken or shows a mistake of an earlier one.
    let entries: [String]
    /// What the message must show of both sides.
    let sides: [String]
    var testDescription: String { what }
  }

  static let mistakes: [Mistake] = [
    Mistake(
      what: "a width between parts", code: "axis-mismatch",
      entries: [
        "from pmmrec import PMMRec", "from users import Causal", "m = PMMRec(width = 16)",
        "m with {user: Causal(d(32), 2, 2)}",
      ], sides: ["takes d=32", "gives d=16"]),
    Mistake(
      what: "a width between parts of a model's own", code: "axis-mismatch",
      entries: [
        "from layers import Linear",
        "model Two() {\n  part a = Linear(d(8), item(6))\n  part b = Linear(item(7), d(8))\n"
          + "  def forward(x: [batch, d = 8]) = x |> a |> b\n}", "Two()",
      ], sides: ["takes item=7", "gives item=6"]),
    Mistake(
      what: "another axis than the method says", code: "axis-missing",
      entries: [
        "from encoders import Text",
        "model Wide(width = 8) {\n  axis d = width, w = 2 * width\n"
          + "  part text = Text(w, 10, width = 8, layers = 1, heads = 2, max_words = 4)\n"
          + "  def items(x: Batch) -> [item, d] = text(x).pooled\n  def forward(x: Batch) = items(x)\n}", "Wide()",
      ], sides: ["needs [item, d=8]", "gets [item, w=16]"]),
    Mistake(
      what: "words for an image encoder", code: "wrong-type",
      entries: [
        "from encoders import Vision",
        "model Mixed() {\n  axis d = 8\n  part image = Vision(d, 4, 12, width = 8, layers = 1, heads = 2)\n"
          + "  def forward(x: Batch) = image(x.words).pooled\n}", "Mixed()",
      ], sides: ["takes a Batch", "gives a tensor [item, word]"]),
    Mistake(
      what: "words in place of the image", code: "axis-missing",
      entries: [
        "from encoders import Vision",
        "model Mixed() {\n  axis d = 8\n  part image = Vision(d, 4, 12, width = 8, layers = 1, heads = 2)\n"
          + "  def forward(x: Batch) = image(x with {image: x.words}).pooled\n}", "Mixed()",
      ], sides: ["takes [..., px=12]", "gives int[item, word]"]),
    Mistake(
      what: "with of an unknown part", code: "unknown-part",
      entries: [
        "from pmmrec import PMMRec", "from users import Recurrent", "m = PMMRec(width = 16)",
        "m with {usr: Recurrent(d(16))}",
      ], sides: ["no part `usr`", "parts: text, vision, fusion, user"]),
    Mistake(
      what: "a loss that needs a dropped branch", code: "absent-branch",
      entries: [
        "from pmmrec import PMMRec", "from losses import dap, nicl", "data = world(\"tgtV\")", "goal = dap + nicl",
        "lite = PMMRec() without vision", "check(lite, data, goal)",
      ], sides: ["`nicl` reads `vision`", "dropped here"]),
    Mistake(
      what: "a contrast without a second axis", code: "axis-missing",
      entries: [
        "b = full(1.0, [batch(4), d(8)])",
        "mean(logsumexp(dot(b, b, over = d), over = rival) - dot(b, b, over = d), over = batch)",
      ], sides: ["needs `rival`", "[batch=4] does not carry it"]),
    Mistake(
      what: "a mask of the wrong axes", code: "axis-missing",
      entries: [
        "from pmmrec import PMMRec", "from users import Causal", "from layers import Linear",
        "model Masked() {\n  axis d = 8\n  part user = Causal(d, 1, 2, max_len = 4)\n  part table = param([item(9), d], init = normal(0.1))\n"
          + "  def forward(x: Batch) = table |> take(x.slots, over = item) |> user(mask = x.word_mask)\n}", "Masked()",
      ], sides: ["takes bool[batch, step]", "gives bool[item, word]"]),
    Mistake(
      what: "a misspelt keyword", code: "unknown-keyword",
      entries: ["from pmmrec import PMMRec", "PMMRec(drpo = 0.1)"], sides: ["`PMMRec` has no keyword `drpo`", "drop"]),
    Mistake(
      what: "a part of a checkpoint of another width", code: "axis-mismatch",
      entries: [
        "from pmmrec import PMMRec", "save(PMMRec(width = 48, layers = 1), \"FOLDER/big.h5\")",
        "ck = open(\"FOLDER/big.h5\")", "PMMRec(width = 64) without vision with ck.{user}",
      ], sides: ["takes d=48, from FOLDER/big.h5", "gives d=64"]),
    Mistake(
      what: "the same on a model that has a name", code: "axis-mismatch",
      entries: [
        "from pmmrec import PMMRec", "save(PMMRec(width = 48, layers = 1), \"FOLDER/big.h5\")",
        "ck = open(\"FOLDER/big.h5\")", "m = PMMRec()", "m with ck.{user}",
      ], sides: ["takes d=48, from FOLDER/big.h5", "gives d=32"]),
  ]

  @Test(arguments: mistakes)
  func theEditThatIsOfferedWorks(_ mistake: Mistake) throws {
    let folder = try ScratchFolder()
    let entries = mistake.entries.map { $0.replacing("FOLDER", with: folder.path) }
    let message = try Self.last(entries)
    #expect(message.contains("error[\(mistake.code)]"), "\(message)")
    #expect(message.split(separator: "\n").count <= 24)
    for side in mistake.sides {
      #expect(message.contains(side.replacing("FOLDER", with: folder.path)), "\(side) is not said in\n\(message)")
    }
    let edits = message.split(separator: "\n").compactMap { line -> String? in
      line.firstRange(of: "= try: ").map { String(line[$0.upperBound...]) }
    }
    #expect(!edits.isEmpty, "nothing is suggested:\n\(message)")
    for edit in edits {
      let after = try Self.last(Self.typed(edit, into: entries))
      #expect(!after.contains("error["), "`\(edit)` gives\n\(after)")
    }
  }

  /// No tensor is made on the way to the message.
  @Test func noTensorMemoryIsTaken() throws {
    for mistake in Self.mistakes
    where !mistake.entries.contains(where: { $0.contains("FOLDER") || $0.contains("full(") }) {
      let (before, after) = try Dialogue.onDeepStack {
        let dialogue = try Dialogue()
        for entry in mistake.entries.dropLast() { _ = dialogue.type(entry) }
        let before = Memory.takenByThread
        _ = dialogue.type(mistake.entries[mistake.entries.count - 1])
        return (before, Memory.takenByThread)
      }
      // A few hundred bytes are the plain numbers of scalars.
      #expect(after - before < 4096, "\(mistake.what) took \(after - before) bytes")
    }
  }

  private static func last(_ entries: [String]) throws -> String {
    try Dialogue.onDeepStack {
      let dialogue = try Dialogue()
      var printed = ""
      for entry in entries { printed = dialogue.type(entry) }
      return printed
    }
  }

  /// The entries with the line that is most like the edit written as the edit says.
  private static func typed(_ edit: String, into entries: [String]) -> [String] {
    var best = (distance: Int.max, entry: 0, line: 0)
    let lines = entries.map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    for (e, entry) in lines.enumerated() {
      for (l, line) in entry.enumerated() {
        let distance = NameSuggestion.distance(Array(line.utf8.drop { $0 == 32 }), Array(edit.utf8))
        if distance <= best.distance { best = (distance, e, l) }
      }
    }
    var result = lines
    result[best.entry][best.line] = edit
    return result.map { $0.joined(separator: "\n") }
  }
}
