/// Where items stand that training hardly or never met, as cases to test on.
package struct ColdStart: Sendable, Equatable {
  /// Which positions are cases.
  package enum Positions: String, Sendable, CaseIterable {
    /// Every position of a user's complete history, as PMMRec's paper has it: most stand inside the training part, so
    /// that the step to them was trained on.
    case paper
    /// Validation and test positions alone.
    case strict
  }

  /// A position of a user's complete history that holds a cold item; all before it is known.
  package struct Case: Sendable, Equatable {
    package let user: Int
    package let position: Int

    package init(user: Int, position: Int) { (self.user, self.position) = (user, position) }
  }

  /// Items with fewer training events than asked for. [item]
  package let isCold: [Bool]
  /// By user, then by position.
  package let cases: [Case]
  /// Positions that are no cases, since a user's first event has nothing before it.
  package let firstEvents: Int
  package let users: Int

  /// - Parameters:
  ///   - train: the events that are counted. [user][event]
  ///   - split: histories that are searched, of those users or of others.
  ///   - below: an item with fewer training events is cold.
  package init(_ positions: Positions, below: Int, train: [[Int32]], split: Split, itemCount: Int) {
    let isCold = occurrences(train, itemCount: itemCount).map { $0 < below }
    var cases: [Case] = []
    var firstEvents = 0
    var users = 0
    for (user, sequence) in split.sequences.enumerated() {
      let first =
        switch positions {
        case .paper: 0
        case .strict: split.starts(user).valid
        }
      let before = cases.count
      for position in first..<sequence.count {
        let item = Int(sequence[position])
        guard isCold.indices.contains(item), isCold[item] else { continue }
        if position == 0 { firstEvents += 1 } else { cases.append(Case(user: user, position: position)) }
      }
      if cases.count > before { users += 1 }
    }
    (self.isCold, self.cases, self.firstEvents, self.users) = (isCold, cases, firstEvents, users)
  }
}
