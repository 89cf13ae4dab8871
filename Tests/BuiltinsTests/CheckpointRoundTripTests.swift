import Checkpoint
import LanguageKit
import TestKit
import Testing

/// A model that is saved and opened again is the same model, to the last bit.
struct CheckpointRoundTripTests {
  private static let model = """
    from pmmrec import PMMRec
    from layers import Linear, MLP, Identity
    from encoders import Text
    def double(x) = 2.0 * x
    model Own(width = 4, act = gelu, how = double, over = item) {
      axis d = width
      part up = MLP(d, d(width), d(width), act = act)
      part more = [Linear(d, d) for i in 1..2]
      part gate = param([d], init = ones())
      part away = Identity()
      def forward(x: [..., d]) -> [..., d] = x |> up |> more |> how |> away
    }

    """

  @Test(arguments: [
    "PMMRec()", "PMMRec() without vision", "PMMRec() without {nid_head, text}",
    "PMMRec(width = 16, layers = 1) with {text: Text(d(16), 160, width = 8, layers = 1, heads = 2, max_words = 6)}",
    "PMMRec() with {.user.blocks.norm1: Identity()}", "PMMRec() without vision with PMMRec().{vision}",
    "freeze(PMMRec(), .{text, user}.{blocks, norm})", "Own()", "Own(act = relu, over = step)",
    "Own() with {away: Linear(d(4), d(4))}", "Own() with {more: []}",
    "Own() with {.more.0: Linear(d(4), d(4), bias = false)}",
    "Own() with {gate: tensor([1.0, 2.0, 3.0, 0.1], [d])}", "Own() with {up: MLP(d(4), item(3), d(4), drop = 0.5)}",
    "(Own() with {away: Own()}) with {.away.gate: full(0.25, [d(4)])}",
  ])
  func modelsComeBack(_ expression: String) throws {
    let folder = try ScratchFolder()
    let (one, two) = (folder.file("one.h5"), folder.file("deep/two.h5"))
    let printed = try Dialogue.onDeepStack {
      let dialogue = try Dialogue(seed: 7)
      return try [
        Self.model, "m = \(expression)", "save(m, \"\(one)\")", "back = open(\"\(one)\")", "save(back, \"\(two)\")",
      ].map { dialogue.type($0) } + [Dialogue(seed: 8).type("save(open(\"\(one)\"), \"\(two).again\")")]
    }
    for text in printed { #expect(!text.contains("error["), "\(text)") }
    let files = try [one, two, two + ".again"].map { path in
      var file = try CheckpointFile.read(path: path)
      // What was typed is another story each time.
      file.sections[.provenance] = nil
      return file
    }
    #expect(!files[0].tensors.isEmpty)
    #expect(files[0] == files[1] && files[0] == files[2], "the second file differs")
  }

  @Test(arguments: ["Own(how = x => x)", "5", "[1]", "dap_"]) func whatCannotBeSavedSaysSo(_ expression: String) throws
  {
    let folder = try ScratchFolder()
    let text = try Dialogue.print(Self.model + "dap_ = {a: 1}\nsave(\(expression), \"\(folder.file("x.h5"))\")")
    #expect(text.contains("error[wrong-type]"))
    #expect(try folder.names.isEmpty)
  }

  @Test func filesOfEveryKindAreRefusedInWords() throws {
    let folder = try ScratchFolder()
    try folder.write("empty.h5", "")
    try folder.write("text.h5", String(repeating: "not a checkpoint\n", count: 100))
    try folder.write("bytes.h5", (0..<5000).map { UInt8($0 & 255) })
    for path in ["empty.h5", "text.h5", "bytes.h5", "missing.h5"].map({ folder.file($0) }) + [
      folder.path, "", "/dev/null",
    ] {
      let text = try Dialogue.print("open(\"\(path)\")")
      #expect(text.hasPrefix("error[file]"), "\(path): \(text)")
      #expect(text.split(separator: "\n").count < 12)
    }
  }
}
