import LanguageKit
import TensorCore
import Testing

/// Gradients of the losses over the catalogue and over drawn items.
struct ItemLossTests {
  private static let setting = """
    from losses import full_softmax, bce, sampled_softmax
    def numbers(n, shift) = [(37 * i * i + 11 * shift) % 17 / 8.5 - 0.9 for i in 1..n]
    rows0 = tensor([numbers(3, i) for i in 1..6], [item, d])
    wants0 = tensor([[numbers(3, 5 * i + j) for j in 1..2] for i in 1..2], [batch, step, d])
    x = {
      ids: tensor([0, 1, 3, 4], [item]), next: tensor([[1, 2], [0, 3]], [batch, step])
      own: tensor([[true, true, true, false], [true, false, false, true]], [batch, item])
      anchor: tensor([[true, true], [false, true]], [batch, step])
      offered: tensor([[true, true, true, true, true, false], [true, true, true, true, true, true]], [batch, entry])
      catalogue: {ids: tensor([0, 1, 2, 3, 4, 5], [item])}
    }
    def m(rows, wants) = {users: x => wants, items: x => take(rows, x.ids, over = item)}

    """

  @Test(arguments: [
    "full_softmax(m(r, w), x)", "bce(m(r, w), x)", "bce(m(r, w), x, negatives = 3, calibration = 0.75)",
    "sampled_softmax(m(r, w), x, negatives = 4)",
  ])
  func gradientsAreThoseOfSmallSteps(_ loss: String) throws {
    let program =
      Self.setting + """
        def f(r, w) = \(loss)
        def spot(i, axis) = one_hot(tensor([i], [word])[word = 0], axis)
        def nudge(t, i, j, h) = t + outer(h * spot(i, item(6)), spot(j, d(3))) * spot(j, d(3))
        g = gradient(r => f(r, wants0), wrt = rows0)
        var worst = 0.0
        for i in 0..5 { for j in 0..2 {
          slope = (number(f(nudge(rows0, i, j, 1e-5), wants0)) - number(f(nudge(rows0, i, j, -1e-5), wants0))) / 2e-5
          gap = number(abs(g[item = i][d = j] - slope))
          worst := if gap > worst { gap } else { worst }
        } }
        k = gradient(w => f(rows0, w), wrt = wants0)
        along = tensor([[numbers(3, 2 * i + 3 * j) for j in 1..2] for i in 1..2], [batch, step, d])
        slope = (number(f(rows0, wants0 + 1e-5 * along)) - number(f(rows0, wants0 - 1e-5 * along))) / 2e-5
        gap = number(abs(sum(k * along, over = [batch, step, d]) - slope))
        [worst < 1e-8, gap < 1e-8, number(sum(abs(g), over = [item, d])) > 0.1, number(sum(abs(k), over = [batch, step, d])) > 0.1]
        """
    let printed = try Dialogue.onDeepStack {
      try Precision.$scoped.withValue(.double) { try Dialogue().type(program) }
    }
    #expect(printed == "[true, true, true, true]", "\(loss)")
  }
}
