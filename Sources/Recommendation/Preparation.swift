/// One step that makes a data set fit for an experiment. Steps never change their input.
package enum Preparation: Sendable, Equatable {
  /// Users with fewer than `users` events and items with fewer than `items` go; `iterated`, until none is left that has
  /// fewer, which is the k-core. Items without an event go with the first pass.
  case core(users: Int, items: Int, iterated: Bool)
  /// Of neighbours in a history that are the same item the first stays.
  case withoutNeighbouringRepeats
  /// Of all events of a user with one item, the first or the last stays.
  case withoutRepeats(keepsLast: Bool)
  /// Users with fewer events go.
  case minimumLength(Int)
  /// Of each user the newest events stay.
  case recent(Int)
  /// Events of these moments stay, from `from` on and before `until`.
  case between(from: Double, until: Double)
  /// Items that `isKept` says stay, with their events. [item]
  case items(isKept: [Bool], says: String)
  /// Events of a user at one moment change places: by rows of the catalogue, turned around, or at random by `seed`.
  case tieOrder(TieOrder)

  package enum TieOrder: Sendable, Equatable {
    case item, reversed
    case random(seed: UInt64)
  }

  /// What a step left.
  package struct Outcome: Sendable {
    package let log: EventLog
    /// Rows of the catalogue that stay, ascending; nil where all do.
    package let kept: [Int32]?
  }

  /// Users who lost all events go as well, whatever the step.
  /// - Throws: `nothing-left` where no event stays, `no-times` where a step needs the moments of events.
  package func applied(to log: EventLog) throws(DataError) -> Outcome {
    let outcome = try result(log)
    let log = outcome.log.users { !outcome.log.sequences[$0].isEmpty }
    guard !log.sequences.isEmpty else {
      throw DataError(code: "nothing-left", message: "no event is left after \(name)")
    }
    return Outcome(log: log, kept: outcome.kept)
  }

  private func result(_ log: EventLog) throws(DataError) -> Outcome {
    switch self {
    case .core(let users, let items, let iterated):
      return core(log, users: users, items: items, iterated: iterated)
    case .withoutNeighbouringRepeats:
      let kept = log.filtered { user, event in
        event == 0 || log.sequences[user][event] != log.sequences[user][event - 1]
      }
      return Outcome(log: kept, kept: nil)
    case .withoutRepeats(let keepsLast):
      var isKept = log.sequences.map { [Bool](repeating: true, count: $0.count) }
      for (user, sequence) in log.sequences.enumerated() {
        var seen: Set<Int32> = []
        for event in keepsLast ? Array(sequence.indices.reversed()) : Array(sequence.indices) {
          isKept[user][event] = seen.insert(sequence[event]).inserted
        }
      }
      return Outcome(log: log.filtered { isKept[$0][$1] }, kept: nil)
    case .minimumLength(let length):
      return Outcome(log: log.users { log.sequences[$0].count >= length }, kept: nil)
    case .recent(let count):
      return Outcome(log: log.filtered { user, event in event >= log.sequences[user].count - count }, kept: nil)
    case .between(let from, let until):
      guard log.hasTimes else {
        throw DataError(code: "no-times", message: "the data have no timestamps to choose events by")
      }
      let kept = log.filtered { user, event in
        let time = log.times[user][event]
        return time >= from && time < until
      }
      return Outcome(log: kept, kept: nil)
    case .items(let isKept, _):
      let kept = (0..<Int32(clamping: log.itemCount)).filter { isKept.indices.contains(Int($0)) && isKept[Int($0)] }
      return Outcome(log: log.renumbered(kept), kept: kept)
    case .tieOrder(let order):
      guard log.hasTimes else {
        throw DataError(code: "no-times", message: "the data have no timestamps, so no two events are known to tie")
      }
      return Outcome(log: log.reordered { order.places(log.sequences[$0], log.times[$0], user: $0) }, kept: nil)
    }
  }

  private func core(_ log: EventLog, users: Int, items: Int, iterated: Bool) -> Outcome {
    // Which users and items are still in; events of others are passed over, so nothing is copied on the way.
    var hasUser = [Bool](repeating: true, count: log.sequences.count)
    var hasItem = [Bool](repeating: true, count: log.itemCount)
    while true {
      var counts = [Int](repeating: 0, count: log.itemCount)
      for (user, sequence) in log.sequences.enumerated() where hasUser[user] {
        for item in sequence where hasItem[Int(item)] { counts[Int(item)] += 1 }
      }
      // Both look at the same counts, so that neither goes first.
      let lengths = log.sequences.map { $0.count { hasItem[Int($0)] } }
      var changed = false
      for item in hasItem.indices where hasItem[item] && counts[item] < max(1, items) {
        hasItem[item] = false
        changed = true
      }
      for user in hasUser.indices where hasUser[user] && lengths[user] < max(1, users) {
        hasUser[user] = false
        changed = true
      }
      if !changed || !iterated { break }
    }
    let kept = (0..<Int32(clamping: log.itemCount)).filter { hasItem[Int($0)] }
    return Outcome(log: log.users { hasUser[$0] }.renumbered(kept), kept: kept)
  }
}

extension Preparation {
  /// What the step does, as reports show it; equal texts on equal data give equal results.
  package var name: String {
    switch self {
    case .core(let users, let items, let iterated):
      "core(users = \(users), items = \(items)\(iterated ? "" : ", iterated = false"))"
    case .withoutNeighbouringRepeats: "without_repeats(\"neighbours\")"
    case .withoutRepeats(let keepsLast): "without_repeats(\"\(keepsLast ? "keep last" : "keep first")\")"
    case .minimumLength(let length): "min_length(\(length))"
    case .recent(let count): "recent(\(count))"
    case .between(let from, let until): "between(\(from), \(until))"
    case .items(_, let says): says
    case .tieOrder(.item): "tie_order(\"item\")"
    case .tieOrder(.reversed): "tie_order(\"reversed\")"
    case .tieOrder(.random(let seed)): "tie_order(\"random\", seed = \(seed))"
    }
  }
}

extension Preparation.TieOrder {
  /// Places in a history, with those of one moment in the new order.
  fileprivate func places(_ items: [Int32], _ times: [Double], user: Int) -> [Int] {
    var places = Array(items.indices)
    var start = 0
    while start < items.count {
      var end = start + 1
      while end < items.count, times[end] == times[start] { end += 1 }
      if end - start > 1 {
        switch self {
        case .item:
          places[start..<end].sort { items[$0] != items[$1] ? items[$0] < items[$1] : $0 < $1 }
        case .reversed: places[start..<end].reverse()
        case .random(let seed):
          let key = scrambled(seed &+ UInt64(user) &* 0xD1B5_4A32_D192_ED03 &+ UInt64(start))
          let order = shuffledOrder(count: end - start, key: key)
          for (offset, place) in order.enumerated() { places[start + offset] = start + place }
        }
      }
      start = end
    }
    return places
  }
}
