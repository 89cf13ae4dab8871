/// Whose events a data set holds, on the way from files to a split.
package struct EventLog: Sendable {
  /// Ids of users as the file gives them. [user]
  package private(set) var userIDs: [String]
  /// Items of each user, oldest first. [user][event]
  package private(set) var sequences: [[Int32]]
  /// Moments of the same events; empty where there are none. [user][event]
  package private(set) var times: [[Double]]
  /// Rows of the catalogue that the items are.
  package private(set) var itemCount: Int

  /// `times` are left out where they do not fit the events.
  package init(userIDs: [String], sequences: [[Int32]], times: [[Double]] = [], itemCount: Int) {
    // Whoever has no id is called by number, so that there is one id for each history.
    self.userIDs = sequences.indices.map { userIDs.indices.contains($0) ? userIDs[$0] : "\($0)" }
    self.sequences = sequences
    self.times = times.map(\.count) == sequences.map(\.count) ? times : []
    self.itemCount = itemCount
  }

  package var hasTimes: Bool { !times.isEmpty }
  package var size: DataSize {
    DataSize(users: sequences.count, items: itemCount, events: sequences.reduce(0) { $0 + $1.count })
  }

  /// The events that `keeps` wants, asked for with user and place in the history. Users may be left without any.
  func filtered(_ keeps: (_ user: Int, _ event: Int) -> Bool) -> EventLog {
    var result = self
    for user in sequences.indices {
      let kept = sequences[user].indices.filter { keeps(user, $0) }
      guard kept.count < sequences[user].count else { continue }
      result.sequences[user] = kept.map { sequences[user][$0] }
      if hasTimes { result.times[user] = kept.map { times[user][$0] } }
    }
    return result
  }

  /// The users that `keeps` wants.
  func users(where keeps: (Int) -> Bool) -> EventLog {
    let kept = sequences.indices.filter(keeps)
    var result = self
    result.userIDs = kept.map { userIDs[$0] }
    result.sequences = kept.map { sequences[$0] }
    if hasTimes { result.times = kept.map { times[$0] } }
    return result
  }

  /// The same events in another order; `order` gives places in the history of a user.
  func reordered(_ order: (_ user: Int) -> [Int]) -> EventLog {
    var result = self
    for user in sequences.indices {
      let places = order(user)
      result.sequences[user] = places.map { sequences[user][$0] }
      if hasTimes { result.times[user] = places.map { times[user][$0] } }
    }
    return result
  }

  /// The same with the rows `kept` of the catalogue alone, numbered anew in that order; events with other items go.
  package func renumbered(_ kept: [Int32]) -> EventLog {
    var places = [Int32](repeating: -1, count: itemCount)
    for (place, item) in kept.enumerated() where places.indices.contains(Int(item)) { places[Int(item)] = Int32(place) }
    var result = filtered { user, event in places[Int(sequences[user][event])] >= 0 }
    result.sequences = result.sequences.map { $0.map { places[Int($0)] } }
    result.itemCount = kept.count
    return result
  }
}

/// How much a data set holds.
package struct DataSize: Sendable, Equatable {
  package let users: Int
  package let items: Int
  package let events: Int

  package init(users: Int, items: Int, events: Int) {
    (self.users, self.items, self.events) = (users, items, events)
  }

  /// The share of user-item pairs that no event could fill: 1 less events over users times items.
  package var sparsity: Double {
    users > 0 && items > 0 ? 1 - Double(events) / (Double(users) * Double(items)) : 0
  }
}
