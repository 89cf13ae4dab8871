/// The usual split of the field: each user's last event is the test, the last but one validates, the rest trains.
///
/// A user with fewer than three events trains only, since such a user could not be trained, validated and tested.
package struct LeaveOneOut: Sendable {
  /// Events to train on, oldest first. [user][event]
  package let train: [[Int32]]
  /// The item to validate on; none for a short history. [user]
  package let valid: [Int32?]
  /// The item to test on; none for a short history. [user]
  package let test: [Int32?]
  /// How many users have events, but fewer than three.
  package let shortUsers: Int

  /// Splits `sequences`, [user][event], oldest first.
  package init(_ sequences: [[Int32]]) {
    var train: [[Int32]] = []
    var valid: [Int32?] = []
    var test: [Int32?] = []
    var short = 0
    for sequence in sequences {
      if sequence.count < 3 {
        short += sequence.isEmpty ? 0 : 1
        train.append(sequence)
        valid.append(nil)
        test.append(nil)
      } else {
        train.append(Array(sequence.dropLast(2)))
        valid.append(sequence[sequence.count - 2])
        test.append(sequence[sequence.count - 1])
      }
    }
    (self.train, self.valid, self.test, self.shortUsers) = (train, valid, test, short)
  }

  /// All but the last two events of each user, so nothing of a short one. [user][event]
  ///
  /// Counting baselines are fitted on this part: published numbers leave short histories out, while a trained model may
  /// well learn from them.
  package var allButLastTwo: [[Int32]] {
    train.indices.map { test[$0] == nil ? [] : train[$0] }
  }

  /// Items before the test event of `user`: training events and the validation item.
  package func historyBeforeTest(_ user: Int) -> [Int32] {
    guard train.indices.contains(user) else { return [] }
    return train[user] + (valid[user].map { [$0] } ?? [])
  }

  /// All events of `user`, oldest first.
  package func sequence(_ user: Int) -> [Int32] {
    guard train.indices.contains(user) else { return [] }
    return historyBeforeTest(user) + (test[user].map { [$0] } ?? [])
  }
}
