/// What an item is: four factors that decide who meets it, and how it looks.
package struct WorldFactors: Sendable, Hashable {
  /// 0 to 2, shown by the text alone.
  package let x: Int
  /// 0 to 2, shown by the image alone.
  package let y: Int
  /// 0 to 3, shown by both.
  package let c1: Int
  /// 0 to 3, shown by both.
  package let c2: Int

  static let cells = 3 * 3 * 4 * 4

  /// Number of the cell, 0 to 143.
  var cell: Int { ((x * 3 + y) * 4 + c1) * 4 + c2 }

  init(cell: Int) {
    (x, y, c1, c2) = (cell / 48, cell / 16 % 3, cell / 4 % 4, cell % 4)
  }
}

/// How a user's hidden state moves: three groups of factors, each by a law of its own.
///
/// (x, y) stays, swaps to (f(y), f⁻¹(x)) with f: 0 → 1 → 2 → 0, or is drawn anew; c1 stays or is drawn anew; c2 moves to
/// the next, stays or is drawn anew.
struct WorldLaw {
  let stay: Double
  let swap: Double
  let stayFirst: Double
  let nextSecond: Double
  let staySecond: Double

  init(directed: Bool) {
    (stay, swap, stayFirst, nextSecond, staySecond) =
      directed ? (0.20, 0.10, 0.35, 0.75, 0.05) : (0.50, 0.25, 0.75, 0.55, 0.20)
  }

  /// The swap of (x, y); it is its own inverse.
  private func swapped(_ state: WorldFactors) -> (x: Int, y: Int) { ((state.y + 1) % 3, (state.x + 2) % 3) }

  /// One step from a cell, without regard to which cells hold items.
  func step(from cell: Int, _ random: inout WorldRandom) -> Int {
    let now = WorldFactors(cell: cell)
    var (x, y, c1, c2) = (now.x, now.y, now.c1, now.c2)
    let pair = random.uniform()
    if pair >= stay + swap {
      (x, y) = (random.integer(3), random.integer(3))
    } else if pair >= stay {
      (x, y) = swapped(now)
    }
    if !random.chance(stayFirst) { c1 = random.integer(4) }
    let second = random.uniform()
    if second >= nextSecond + staySecond {
      c2 = random.integer(4)
    } else if second < nextSecond {
      c2 = (c2 + 1) % 4
    }
    return ((x * 3 + y) * 4 + c1) * 4 + c2
  }

  /// Probabilities of all steps, without regard to which cells hold items. [from, to]
  func transitions() -> [Double] {
    let cells = (0..<WorldFactors.cells).map { WorldFactors(cell: $0) }
    return cells.flatMap { now in
      cells.map { next in
        let pair =
          (next.x == now.x && next.y == now.y ? stay : 0) + ((next.x, next.y) == swapped(now) ? swap : 0)
          + (1 - stay - swap) / 9
        let first = (next.c1 == now.c1 ? stayFirst : 0) + (1 - stayFirst) / 4
        let second =
          (next.c2 == (now.c2 + 1) % 4 ? nextSecond : 0) + (next.c2 == now.c2 ? staySecond : 0)
          + (1 - nextSecond - staySecond) / 4
        return pair * first * second
      }
    }
  }
}
