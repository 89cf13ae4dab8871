/// Gathers what a data report finds.
struct FindingList {
  private(set) var all: [DataReport.Finding] = []

  /// Adds a finding unless it counts nothing; at most five examples are kept.
  private mutating func add(
    _ severity: DataReport.Finding.Severity, _ code: String, _ count: Int, _ message: String, _ examples: [String] = []
  ) {
    guard count > 0 else { return }
    all.append(
      DataReport.Finding(
        severity: severity, code: code, message: message, count: count, examples: Array(examples.prefix(5))))
  }

  /// What the reader met: skipped events leave holes in histories.
  mutating func addReading(_ warnings: [DataWarning]) {
    for warning in warnings where warning.kind != "empty-text" {
      let isWrong = warning.kind == "unknown-item"
      add(
        isWrong ? .wrong : .note, warning.kind, warning.count, "\(warning.count) \(warning.message)", warning.examples)
    }
  }

  mutating func addContent(_ items: DataReport.Items, texts: [Bool]) {
    func ids(_ rows: [Int]) -> [String] {
      rows.prefix(5).map { items.ids.indices.contains($0) ? items.ids[$0] : "\($0)" }
    }
    let problems = items.imageProblems
    add(
      .wrong, "bad-image", problems.count, "\(problems.count) images are missing or cannot be read",
      problems.map { "\(ids([$0.item]).first ?? ""): \($0.reason)" })
    let rows = items.ids.indices
    let blank = rows.filter { !texts[$0] && !items.hasImage[$0] }
    if blank.count == rows.count {
      add(.note, "ids-only", blank.count, "the items are ids alone: no texts, no images")
      return
    }
    add(
      .wrong, "empty-item", blank.count,
      "\(blank.count) items have no text and no image, so no model can tell them apart",
      ids(blank))
    let untold = rows.filter { !texts[$0] && items.hasImage[$0] }
    add(
      .note, "empty-text", untold.count, "\(untold.count) items have an image, but no title or description", ids(untold)
    )
    if items.hasDescription.contains(true) {
      let short = rows.filter { texts[$0] && !items.hasDescription[$0] }
      add(.note, "empty-description", short.count, "\(short.count) items have a title, but no description", ids(short))
    }
    if items.hasImage.contains(true) {
      let unseen = rows.filter { texts[$0] && !items.hasImage[$0] }
      add(.note, "no-image", unseen.count, "\(unseen.count) items have a text, but no image", ids(unseen))
    }
  }

  mutating func addRepeats(_ log: EventLog) {
    var same = 0
    var sameUsers: [Int] = []
    var neighbours = 0
    var again = 0
    for (user, sequence) in log.sequences.enumerated() {
      var seen: Set<Int32> = []
      var atOnce: Set<Int32> = []
      for (event, item) in sequence.enumerated() {
        if event > 0, sequence[event - 1] == item { neighbours += 1 }
        if !seen.insert(item).inserted { again += 1 }
        guard log.hasTimes else { continue }
        if event > 0, log.times[user][event] != log.times[user][event - 1] { atOnce.removeAll(keepingCapacity: true) }
        if !atOnce.insert(item).inserted {
          same += 1
          if sameUsers.last != user { sameUsers.append(user) }
        }
      }
    }
    add(
      .wrong, "duplicate-event", same, "\(same) events are there twice: same user, item and time",
      sameUsers.prefix(5).map { "user \(log.userIDs[$0])" })
    add(.note, "neighbouring-repeat", neighbours, "\(neighbours) events repeat the item of the event before them")
    add(.note, "repeat", again - neighbours, "\(again - neighbours) events return to an item of the history")
  }

  mutating func addTimes(_ log: EventLog, _ times: DataReport.Times) {
    let events = log.size.events
    switch times {
    case .none:
      add(.note, "no-times", events, "there are no timestamps: the order of the file is taken for that of time")
    case .positions: add(.note, "positions", events, "timestamps are positions within a user, not times")
    case .constant:
      add(
        .wrong, "constant-times", events,
        "all \(events) events have the same timestamp, so the order within a user is that of the file or lost")
    case .moments:
      let ties = log.times.reduce(0) { $0 + zip($1, $1.dropFirst()).count { $0 == $1 } }
      add(.note, "ties", ties, "\(ties) neighbouring events of a user share a timestamp; the file decides their order")
      func tied(_ back: Int) -> [Int] {
        log.times.indices.filter { user in
          let own = log.times[user]
          return own.count >= 3 && own[own.count - back] == own[own.count - back - 1]
        }
      }
      let (test, valid) = (tied(1), tied(2))
      add(
        .note, "tie-at-test", test.count,
        "\(test.count) users tie at the split: their last two events share a timestamp, so the file decides what is tested",
        test.prefix(5).map { "user \(log.userIDs[$0])" })
      add(
        .note, "tie-at-validation", valid.count,
        "\(valid.count) users tie before the validation event, so the file decides what is validated")
    }
  }

  mutating func addSplit(_ log: EventLog, _ occurring: [Int], _ times: DataReport.Times) {
    let split = Split(leaveOneOut: log.sequences)
    let tested = split.test.count { !$0.isEmpty }
    add(
      tested == 0 ? .wrong : .note, "short-users", split.shortUsers,
      "\(split.shortUsers) users have fewer than 3 events and train only\(tested == 0 ? "; nobody is left to test" : "")"
    )
    let unmet = occurring.count { $0 == 0 }
    add(.note, "unmet-items", unmet, "\(unmet) items of the catalogue occur in no event")
    let trained = occurrences(split.train, itemCount: log.itemCount)
    let cold = zip(trained, occurring).count { $0 == 0 && $1 > 0 }
    add(
      .note, "cold-items", cold,
      "\(cold) items occur in validation or test alone, so a model of ids knows nothing of them")
    let coldTargets = split.test.count { targets in targets.contains { trained[Int($0)] == 0 } }
    add(.note, "cold-targets", coldTargets, "\(coldTargets) of \(tested) test items never occur in training")
    let repeated = log.sequences.indices.count { user in
      split.test[user].contains { split.historyBeforeTest(user).contains($0) }
    }
    add(.note, "repeated-targets", repeated, "\(repeated) of \(tested) test items stand in the user's history already")
    guard case .moments = times else { return }
    let firstTest = log.times.indices.compactMap { split.test[$0].isEmpty ? nil : log.times[$0].last }.min()
    guard let firstTest else { return }
    let trainTimes = log.times.enumerated().flatMap { user, own in own.prefix(split.starts(user).valid) }
    let later = trainTimes.count { $0 > firstTest }
    let share = (1000 * Double(later) / Double(max(1, trainTimes.count))).rounded() / 10
    add(
      .note, "leakage", later,
      "\(share) % of the training events (\(later)) come after the first test event; `time_split` leaves none")
  }
}
