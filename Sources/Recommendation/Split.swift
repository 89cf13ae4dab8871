/// How the history of each user falls into training, validation and test, in this order: every part is a stretch of it.
package struct Split: Sendable {
  /// Where the cuts lie.
  package enum Rule: Sendable, Equatable {
    /// The last event is the test, the last but one validates: leave-one-out, the usual split of the field.
    case leaveOneOut
    /// The last `test` events are the test, the `valid` before them validate.
    case leaveOut(valid: Int, test: Int)
    /// The newest share `test` of a user's events is the test, the share `valid` before it validates; both are rounded
    /// down.
    case ratio(valid: Double, test: Double)
    /// Events from the moment `test` on are the test, those before them from the moment `valid` on validate.
    case time(valid: Double, test: Double)
  }

  package let rule: Rule
  /// Complete histories, oldest first. [user][event]
  package let sequences: [[Int32]]
  /// Where validation and test begin. [user]
  private let cuts: [(valid: Int, test: Int)]
  /// How many users have events, but too few to be trained, validated and tested; they train only. None where time
  /// decides.
  package let shortUsers: Int

  /// Splits `sequences`, [user][event], oldest first.
  ///
  /// A user with too few events to have one in each part trains only. Under `.time` a user may lack any part.
  /// - Parameter times: the moments of the events, [user][event]; `.time` needs them.
  /// - Throws: `no-times` where `.time` has none, `bad-split` for a rule that leaves nothing to train on.
  package init(_ rule: Rule, _ sequences: [[Int32]], times: [[Double]] = []) throws(DataError) {
    try rule.check()
    var cuts: [(valid: Int, test: Int)] = []
    cuts.reserveCapacity(sequences.count)
    if case .time = rule, times.map(\.count) != sequences.map(\.count) {
      throw DataError(
        code: "no-times", message: "the data have no timestamps, so they cannot be split by time",
        suggestion: "leave-one-out, which needs their order alone")
    }
    for (user, sequence) in sequences.enumerated() {
      cuts.append(rule.cuts(sequence.count, times: times.isEmpty ? [] : times[user]))
    }
    self.init(rule, sequences, cuts)
  }

  /// Leave-one-out, which every history allows.
  package init(leaveOneOut sequences: [[Int32]]) {
    self.init(.leaveOneOut, sequences, sequences.map { Rule.leaveOneOut.cuts($0.count, times: []) })
  }

  private init(_ rule: Rule, _ sequences: [[Int32]], _ cuts: [(valid: Int, test: Int)]) {
    self.rule = rule
    self.sequences = sequences
    self.cuts = cuts
    if case .time = rule {
      shortUsers = 0
    } else {
      shortUsers = zip(sequences, cuts).count { !$0.isEmpty && $1.test == $0.count }
    }
  }

  /// Events to train on, oldest first. [user][event]
  package var train: [[Int32]] { sequences.indices.map { Array(sequences[$0][..<cuts[$0].valid]) } }

  /// What counting baselines are fitted on: the training events of those who have a test. [user][event]
  ///
  /// Published baselines leave histories out that are too short to split, while a trained model may well learn from them.
  package var counted: [[Int32]] {
    if case .time = rule { return train }
    return sequences.indices.map { cuts[$0].test == sequences[$0].count ? [] : Array(sequences[$0][..<cuts[$0].valid]) }
  }

  /// Items to validate on, each once, in order of first appearance; none for who only trains. [user][target]
  package var valid: [[Int32]] {
    sequences.indices.map { distinct(sequences[$0][cuts[$0].valid..<cuts[$0].test]) }
  }

  /// Items to test on, each once, in order of first appearance; none for who only trains. [user][target]
  package var test: [[Int32]] { sequences.indices.map { distinct(sequences[$0][cuts[$0].test...]) } }

  /// Training events before the validation of `user`, oldest first.
  package func historyBeforeValidation(_ user: Int) -> [Int32] {
    sequences.indices.contains(user) ? Array(sequences[user][..<cuts[user].valid]) : []
  }

  /// Events before the test of `user`: training and validation, oldest first.
  package func historyBeforeTest(_ user: Int) -> [Int32] {
    sequences.indices.contains(user) ? Array(sequences[user][..<cuts[user].test]) : []
  }

  /// Where validation and test of `user` begin in the complete history.
  package func starts(_ user: Int) -> (valid: Int, test: Int) {
    cuts.indices.contains(user) ? cuts[user] : (0, 0)
  }
}

extension Split.Rule {
  /// As a protocol line begins: "leave-one-out".
  package var name: String {
    switch self {
    case .leaveOneOut: "leave-one-out"
    case .leaveOut(let valid, let test): "leave-\(test)-out (\(valid) to validate)"
    case .ratio(let valid, let test): "last \(percent(test)) % of each user (\(percent(valid)) % before it to validate)"
    case .time(let valid, let test): "from time \(moment(test)) on (from \(moment(valid)) on to validate)"
    }
  }

  fileprivate func check() throws(DataError) {
    let why: String?
    switch self {
    case .leaveOneOut: why = nil
    case .leaveOut(let valid, let test):
      why = valid >= 0 && test >= 1 ? nil : "\(valid) events to validate and \(test) to test"
    case .ratio(let valid, let test):
      let isGood = valid >= 0 && test > 0 && valid + test < 1
      why = isGood ? nil : "shares of \(valid) to validate and \(test) to test, which leave nothing to train on"
    case .time(let valid, let test):
      why =
        valid <= test && test.isFinite ? nil : "validation from \(valid) on, which is not before the test at \(test)"
    }
    if let why { throw DataError(code: "bad-split", message: "a split cannot have \(why)") }
  }

  /// Where validation and test begin in a history of `count` events.
  fileprivate func cuts(_ count: Int, times: [Double]) -> (valid: Int, test: Int) {
    func from(_ valid: Int, _ test: Int) -> (valid: Int, test: Int) {
      // Without an event to train on nobody can be tested. Sizes may be as large as numbers get, so they are not added.
      test > 0 && test < count && valid < count - test ? (count - test - valid, count - test) : (count, count)
    }
    switch self {
    case .leaveOneOut: return from(1, 1)
    case .leaveOut(let valid, let test): return from(valid, test)
    case .ratio(let valid, let test): return from(Int(Double(count) * valid), Int(Double(count) * test))
    case .time(let valid, let test):
      return (times.firstIndex { $0 >= valid } ?? count, times.firstIndex { $0 >= test } ?? count)
    }
  }
}

/// The items of a stretch of events, each once, in order of first appearance.
private func distinct(_ events: ArraySlice<Int32>) -> [Int32] {
  if events.count < 2 { return Array(events) }
  var seen: Set<Int32> = []
  return events.filter { seen.insert($0).inserted }
}

/// A share in percent, with as few digits as it has.
private func percent(_ share: Double) -> String {
  let value = (share * 1e6).rounded() / 1e4
  return value == value.rounded() ? "\(Int(value))" : "\(value)"
}

/// A moment without the point of a whole number.
private func moment(_ time: Double) -> String {
  time == time.rounded() && abs(time) < 1e15 ? "\(Int(time))" : "\(time)"
}
