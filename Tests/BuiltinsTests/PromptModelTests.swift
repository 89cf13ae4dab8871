import LanguageKit
import TestKit
import Testing

struct PromptModelTests {
  /// What was declared entry by entry goes along with the model, and settings that its functions read do, too.
  @Test func aModelOfThePromptIsOpenedElsewhere() throws {
    let folder = try ScratchFolder()
    let path = folder.file("m.h5")
    let printed = try Dialogue.onDeepStack {
      let (here, there) = (try Dialogue(seed: 3), try Dialogue(seed: 4))
      let typed = [
        "from layers import Linear", "factor = 2.0", "def scale(x) = factor * x", "axis wide = 3",
        "model M(how = scale) {\n  part up = Linear(d(4), wide)\n  def forward(x: [..., d = 4]) = x |> up |> how\n}",
        "m = M()", "save(m, \"\(path)\")", "number(sum(m(full(1.0, [d(4)])), over = wide))",
      ].map { here.type($0) }
      return typed
        + ["axis wide = 3", "b = open(\"\(path)\")", "y = b(full(1.0, [d(4)]))", "number(sum(y, over = axes(y)))"].map {
          there.type($0)
        }
    }
    for text in printed { #expect(!text.contains("error["), "\(text)") }
    #expect(printed.count == 12 && printed[7] == printed[11] && !printed[7].isEmpty)
  }
}
