/// The best guess of a user's next item that anybody could make who knows how a world works: exact forward filtering.
///
/// The user's state is one of some cells and moves by a law; a step shows an item of the new cell, in proportion to
/// weights, or is noise: any item, and the state stays where it was. A step that shows an item met before is drawn again
/// from where the state is then; late items are met only in the last two positions. The filter sees of each item its
/// class alone, so that whoever sees only texts or only images can be told from whoever sees both.
package struct WorldFilter: Sendable {
  /// What holds at some positions: which items may be met there, and how the state moves among their cells.
  private struct Stage: Sendable {
    /// Share of an item among all that may be met, and among those of its class; 0 where it may not. [item]
    let share: [Double]
    let classShare: [Double]
    /// Weight of the items of a cell. [cell]
    let cellWeight: [Double]
    /// Probability of a step to a cell, and to any cell of a class. [from, to], [from, class]
    let toCell: [Double]
    let toClass: [Double]
  }

  private let cells: Int
  private let noise: Double
  /// Class of each item, and the cells of each class.
  private let itemClass: [Int]
  private let cellsOfClass: [[Int]]
  private let early: Stage
  private let final: Stage

  /// - Parameters:
  ///   - cellOf: the cell of each item. [item]
  ///   - classOf: the class of each cell, a number below the count of cells; what the filter can tell apart. [cell]
  ///   - weights: how often an item is met beside others. [item]
  ///   - isLate: items of the last two positions alone. [item]
  ///   - law: probabilities of steps, without regard to cells that hold no items. [from, to]
  ///   - noise: the probability that a step is noise.
  package init(cellOf: [Int], classOf: [Int], weights: [Double], isLate: [Bool], law: [Double], noise: Double) {
    let cells = classOf.count
    self.cells = cells
    self.noise = noise
    itemClass = cellOf.map { classOf[$0] }
    var members = [[Int]](repeating: [], count: cells)
    for (cell, group) in classOf.enumerated() { members[group].append(cell) }
    cellsOfClass = members
    func stage(_ may: (Int) -> Bool) -> Stage {
      let offered = weights.indices.map { may($0) ? weights[$0] : 0 }
      var cellWeight = [Double](repeating: 0, count: cells)
      var classWeight = cellWeight
      for (item, weight) in offered.enumerated() {
        cellWeight[cellOf[item]] += weight
        classWeight[classOf[cellOf[item]]] += weight
      }
      let all = cellWeight.reduce(0, +)
      var toCell = law
      var toClass = [Double](repeating: 0, count: cells * cells)
      for from in 0..<cells {
        let sum = (0..<cells).reduce(0) { $0 + (cellWeight[$1] > 0 ? law[from * cells + $1] : 0) }
        for to in 0..<cells {
          toCell[from * cells + to] = sum > 0 && cellWeight[to] > 0 ? law[from * cells + to] / sum : 0
          toClass[from * cells + classOf[to]] += toCell[from * cells + to]
        }
      }
      return Stage(
        share: offered.map { all > 0 ? $0 / all : 0 },
        classShare: offered.enumerated().map { item, weight in
          let sum = classWeight[classOf[cellOf[item]]]
          return sum > 0 ? weight / sum : 0
        }, cellWeight: cellWeight, toCell: toCell, toClass: toClass)
    }
    early = stage { !isLate[$0] }
    final = stage { _ in true }
  }

  /// How often each state is expected to begin a draw of the next step, the first one and those that are drawn again
  /// because their items were met. [cell]
  ///
  /// With R(s, t) the probability that a draw from s shows an item met before and leaves the state at t, these are
  /// belief (1 + R + R^2 + ...), the solution of visits = belief + visits R.
  private func visits(_ belief: [Double], _ stage: Stage, met: ArraySlice<Int32>) -> [Double] {
    guard !met.isEmpty else { return belief }
    var metOfClass = [Double](repeating: 0, count: cells)
    var metOfAll = 0.0
    for item in met {
      metOfClass[itemClass[Int(item)]] += stage.classShare[Int(item)]
      metOfAll += stage.share[Int(item)]
    }
    // Noise that is drawn again leaves the state where it is.
    let once = max(1 - noise * min(metOfAll, 1), 1e-12)
    var visits = belief.map { $0 / once }
    // Nothing comes back to any other state.
    var returns: [(cell: Int, share: Double)] = []
    for group in metOfClass.indices where metOfClass[group] > 0 {
      for cell in cellsOfClass[group] { returns.append((cell, (1 - noise) * min(metOfClass[group], 1) / once)) }
    }
    var isReturn = [Bool](repeating: false, count: cells)
    for (cell, _) in returns { isReturn[cell] = true }
    func inflow(_ cell: Int, from isSource: (Int) -> Bool) -> Double {
      visits.indices.reduce(0) { isSource($1) ? $0 + visits[$1] * stage.toCell[$1 * cells + cell] : $0 }
    }
    let start = returns.map { visits[$0.cell] + $0.share * inflow($0.cell) { !isReturn[$0] } }
    // Each round shrinks the rest by the chance that a draw counts.
    for _ in 0..<200 {
      var change = 0.0
      for (index, (cell, share)) in returns.enumerated() {
        let sum = returns.reduce(0) { $0 + visits[$1.cell] * stage.toCell[$1.cell * cells + cell] }
        let new = start[index] + share * sum
        change = max(change, abs(new - visits[cell]))
        visits[cell] = new
      }
      if change < 1e-13 { break }
    }
    return visits
  }

  /// Probabilities of the states after a history. [cell]
  package func belief(after history: [Int32], finalFrom: Int) -> [Double] {
    let total = early.cellWeight.reduce(0, +)
    var belief = early.cellWeight.map { $0 / total }
    for (position, item) in history.enumerated() {
      let stage = position < finalFrom ? early : final
      let item = Int(item)
      let before = visits(belief, stage, met: history[..<position])
      // Noise leaves the state where it was; otherwise it is one of the cells that look like the item.
      var after = before.map { $0 * noise * stage.share[item] }
      for cell in cellsOfClass[itemClass[item]] {
        let reached =
          position == 0 ? before[cell] : before.indices.reduce(0) { $0 + before[$1] * stage.toCell[$1 * cells + cell] }
        after[cell] += (1 - noise) * reached * stage.classShare[item]
      }
      let sum = after.reduce(0, +)
      // A history that cannot happen says nothing.
      if sum > 0 { belief = after.map { $0 / sum } }
    }
    return belief
  }

  /// Scores for the item after a history: probabilities up to one factor. [item]
  ///
  /// - Parameters:
  ///   - history: items, oldest first.
  ///   - finalFrom: the first position where late items may stand, be it in the history or after it.
  package func scores(after history: [Int32], finalFrom: Int) -> [Float] {
    let stage = history.count < finalFrom ? early : final
    let known = visits(belief(after: history, finalFrom: finalFrom), stage, met: history[...])
    var classes = [Double](repeating: 0, count: cells)
    for state in known.indices where known[state] > 0 {
      for group in 0..<cells { classes[group] += known[state] * stage.toClass[state * cells + group] }
    }
    let all = known.reduce(0, +)
    return itemClass.indices.map { item in
      Float((1 - noise) * classes[itemClass[item]] * stage.classShare[item] + noise * all * stage.share[item])
    }
  }
}
