import LanguageKit
import TestKit
import Testing

/// The stem puts an image together from its patches, and cuts it again.
struct ConvStemTests {
  /// A stem whose first convolution moves every image by whole pixels and whose second leaves it.
  private static let moving = """
    from encoders import ConvStem
    def spot(i, axis) = one_hot(tensor([i], [word])[word = 0], axis)
    def tap(y, i, axis) = outer(y, spot(i, axis)) * spot(i, axis)
    def moved(w, down, across) {
      a = axes(w)
      tap(tap(one_hot(positions(full(0.0, [a[0]]), over = a[0]), a[1]), down, a[2]), across, a[3])
    }
    plain = ConvStem(9, 12, channels = 3, act = x => x)
    def stem(down, across) =
      plain with {.first.weight: moved(plain.first.weight, down, across), .second.weight: moved(plain.second.weight, 1, 1)}
    x = tensor([[[1.0 * (100 * i + 12 * p + k) for k in 0..11] for p in 0..8] for i in 0..1], [item, patch, px])
    def at(y, i, p, k) = number(y[item = i][patch = p][px = k])

    """

  @Test(arguments: [
    // Left alone, every pixel stands where it stood.
    ("number(sum(abs(stem(1, 1)(x) - x), over = [item, patch, px]))", "0.0"),
    // One to the left: the right column of a patch is the left one of its neighbour, and zeros come in at the edge.
    (
      "y = stem(1, 2)(x)\n[at(y, 1, 0, 1) == at(x, 1, 1, 0), at(y, 1, 3, 7) == at(x, 1, 4, 6), at(y, 0, 2, 1), at(y, 0, 4, 4) == at(x, 0, 4, 5)]",
      "[true, true, 0.0, true]"
    ),
    // One up: the lower row of a patch is the upper one of that below.
    (
      "y = stem(2, 1)(x)\n[at(y, 0, 0, 2) == at(x, 0, 3, 0), at(y, 1, 4, 11) == at(x, 1, 7, 9), at(y, 1, 7, 3)]",
      "[true, true, 0.0]"
    ),
    ("axes(ConvStem(16, 768, channels = 5)(full(0.5, [item(2), patch(16), px(768)])))", "[item=2, patch=16, px=1280]"),
    ("try { ConvStem(8, 192) } catch e { e.message }", "8 patches make no square"),
    ("try { ConvStem(9, 192, taps = 2) } catch e { e.code }", "out-of-range"),
    ("try { ConvStem(9, 193) } catch e { e.code }", "assertion"),
  ])
  func patchesAreOneImage(_ program: String, _ value: String) throws {
    #expect(try Dialogue.print(Self.moving + program) == value, "\(program)")
  }

  @Test func itTrainsAndComesBack() throws {
    let folder = try ScratchFolder()
    let program = """
      from pmmrec import PMMRec
      from encoders import ConvStem
      from losses import dap
      shop = world("tgtS", seed = 1, items = 40, users = 30)
      m = PMMRec(width = 8, layers = 1, stem = ConvStem(9, 192, channels = 4)) without {nid_head, text}
      run = train(m, shop, dap, epochs = 1)
      save(run.model, "\(folder.file("m.h5"))")
      back = open("\(folder.file("m.h5"))")
      a = run.model.items(shop.items)
      start = m.vision.stem.first.weight
      over = axes(start)
      show([
        number(sum(abs(a - back.items(shop.items)), over = axes(a))),
        number(sum(abs(run.model.vision.stem.first.weight - start), over = over)) > 0,
        number(sum(abs(run.model.vision.stem.second.bias), over = axes(m.vision.stem.second.bias))) > 0
      ])
      """
    let printed = try Dialogue.print(program)
    #expect(printed.hasSuffix("[0.0, true, true]"), "\(printed)")
  }
}
