import LanguageKit
import Testing

/// What holds of losses and models without any training.
struct UnitTruthTests {
  private static let stub = """
    from losses import dap, vcl, icl, nicl, rcl, nid
    model Stub(e, t, v, h) {
      def items(x: Batch) = e
      def users(x: Batch, slots = none) = h
      def denoise(x: Batch, slots = none) = full(0.0, [batch(2), step(2), label(3)])
      def text(x: Batch) = {pooled: t}
      def vision(x: Batch) = {pooled: v}
      def forward(x: Batch) = h
    }
    bools = rows => tensor(rows, [batch, item])
    yes = tensor([[true, true], [true, true]], [batch, step])
    counts = values => {count: tensor(values, [item]), log_popularity: tensor([0.0 * v for v in values], [item])}
    losses = (m, x) => [number(l) for l in [dap(m, x), vcl(m, x), icl(m, x), nicl(m, x), nicl(m, x, bounded = false)]]

    """

  /// Vectors without a pattern, and rows 0 1 2 and 3 4 3, whose item 3 stands twice.
  private static let rows =
    stub + """
      value = (a, i, j) => 0.3 * ((a + 5 * i + 3 * i * i * j + 2 * j) % 7) - 0.9
      vectors = (a, places) => tensor([[value(a, i, j) for j in 0..3] for i in places], [item, d])
      h = tensor([[[value(2, 4 * r + s, j) for j in 0..3] for s in 0..1] for r in 0..1], [batch, step, d])
      m = places => Stub(vectors(1, places), vectors(3, places), vectors(6, places), h)
      merged = {slots: tensor([[0, 1], [3, 4]], [batch, step]), next: tensor([[1, 2], [4, 3]], [batch, step]),
                mask: yes, anchor: yes, own: bools([[i < 3 for i in 0..4], [i >= 3 for i in 0..4]])}
        with counts([1.0, 1.0, 1.0, 2.0, 1.0])

      """

  @Test func uniformSimilaritiesGiveLogarithmsOfCounts() throws {
    let printed = try Dialogue.print(
      Self.stub + """
        x = {slots: tensor([[0, 1], [3, 4]], [batch, step]), next: tensor([[1, 2], [4, 5]], [batch, step]),
             mask: yes, anchor: yes, own: bools([[i < 3 for i in 0..5], [i >= 3 for i in 0..5]])}
          with counts([1.0 for i in 0..5])
        o = full(0.0, [item(6), d(4)])
        m = Stub(o, o, o, full(0.0, [batch(2), step(2), d(4)]))
        print([number(l) for l in [vcl(m, x), icl(m, x), nicl(m, x, bounded = false), dap(m, x), rcl(m, x), nid(m, x)]])
        # three slots of the other user: log(1 + N), log(1 + 2 N), log((1 + 2 N) / 3), log(1 + N), log B, log 3
        print([log(4.0), log(7.0), log(7.0 / 3.0), log(4.0), log(2.0), log(3.0)])
        """
    ).split(separator: "\n")
    #expect(printed.count == 2 && printed[0] == printed[1], "\(printed)")
  }

  @Test func oneItemThatStandsTwiceIsTwoSlots() throws {
    let printed = try Dialogue.print(
      Self.rows + """
        apart = merged with {next: tensor([[1, 2], [4, 5]], [batch, step]),
                             own: bools([[i < 3 for i in 0..5], [i >= 3 for i in 0..5]])}
          with counts([1.0 for i in 0..5])
        print(losses(m([0, 1, 2, 3, 4]), merged))
        print(losses(m([0, 1, 2, 3, 4, 3]), apart))
        print(losses(m([0, 1, 2, 3, 4]), merged with counts([1.0 for i in 0..4])))
        """
    ).split(separator: "\n")
    #expect(printed.count == 3 && printed[0] == printed[1] && printed[0] != printed[2], "\(printed)")
  }

  @Test func othersCopiesOfMyItemsAreNoNegatives() throws {
    let printed = try Dialogue.print(
      Self.rows + """
        mine = merged with {anchor: tensor([[true, true], [false, false]], [batch, step])}
        was = losses(m([0, 1, 2, 3, 4]), mine)
        print(was == losses(m([0, 1, 2, 3, 4]), mine with counts([1.0, 2.0, 1.0, 2.0, 1.0])))
        now = losses(m([0, 1, 2, 3, 4]), mine with counts([1.0, 1.0, 1.0, 3.0, 1.0]))
        print([was[i] < now[i] for i in 0..4])
        """)
    #expect(printed == "true\n[true, true, true, true, true]")
  }

  /// A PMMRec of two layers, four items of words and images, and the sum of differences of two tensors.
  private static let model = """
    from pmmrec import PMMRec
    w = world("tgtS", seed = 1, items = 60, users = 40)
    m = PMMRec(width = 8, layers = 2, max_words = 8)
    image = take(w.items.image, tensor([3, 9, 20, 41], [item]), over = item)
    texts = [[0, 5, 9, 30], [0, 7, 8, 4], [0, 99, 6, 1], [0, 44, 1, 1]]
    padded = pads => {
      words: tensor([t + [1 for i in 1..pads] for t in texts], [item, word]),
      word_mask: tensor([[t[i] != 1 for i in 0..3] + [false for i in 1..pads] for t in texts], [item, word])
    }
    row = items => {slots: tensor([items], [batch, step])}
    real = steps => {mask: tensor([steps], [batch, step])}
    x = padded(1) with {image: image} with row([0, 1, 2]) with real([true, true, true])
    h = m.users(x)
    gap = (a, b) => number(sum(abs(a - b), over = axes(a)))
    gaps = (g, shift) => [gap(h[step = i], g[step = i + shift]) for i in 0..2]

    """

  @Test func padsChangeNothing() throws {
    let printed = try Dialogue.print(
      Self.model + """
        print(gaps(m.users(x with row([3, 3, 0, 1, 2]) with real([false, false, true, true, true])), 2))
        print(gaps(m.users(x with row([2, 0, 0, 1, 2]) with real([false, false, true, true, true])), 2))
        print(gap(m.items(x), m.items(x with padded(4))), gaps(m.users(x with padded(4)), 0))
        print(gaps(m.users(x with row([3, 3, 0, 1, 2]) with real([false, true, true, true, true])), 2)[0] > 0.001)
        """)
    #expect(printed == "[0.0, 0.0, 0.0]\n[0.0, 0.0, 0.0]\n0.0 [0.0, 0.0, 0.0]\ntrue")
  }

  @Test func nothingSeesWhatComesLater() throws {
    let printed = try Dialogue.print(
      Self.model + """
        print([g > 0.001 for g in gaps(m.users(x with row([0, 1, 3])), 0)], gaps(m.users(x with row([0, 1, 3])), 0)[0..1])
        print([g > 0.001 for g in gaps(m.users(x with row([0, 3, 2])), 0)], gaps(m.users(x with row([0, 3, 2])), 0)[0])
        # noise in the row that is put in place of the batch's own
        noised = gaps(m.users(x, slots = tensor([[0, 3, 2]], [batch, step])), 0)
        print([g > 0.001 for g in noised], noised[0])
        """)
    #expect(
      printed
        == "[false, false, true] [0.0, 0.0]\n[false, true, true] 0.0\n[false, true, true] 0.0")
  }
}
