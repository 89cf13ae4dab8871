import Interpreter
import Recommendation

/// A part of a data set's split, or a selection of its cases; it knows its siblings.
final class DataPart: LanguageObject {
  enum Kind: String { case train, valid, test }
  /// Which cases are asked for.
  enum Selection {
    case all
    /// Those of a world's late items, which training cannot have met.
    case late
    /// Those of items that training hardly met.
    case cold(ColdStart, ColdStart.Positions, below: Int)
  }
  let kind: Kind
  let selection: Selection
  let platform: Platform
  let machine: Machine

  init(_ kind: Kind, _ platform: Platform, _ machine: Machine, selection: Selection = .all) {
    self.kind = kind
    self.platform = platform
    self.machine = machine
    self.selection = selection
  }

  var typeName: String { "part of a data set" }
  var fieldNames: [String] { ["data", "users", "cases", "targets"] + (hasLate ? ["late"] : []) }
  private var hasLate: Bool {
    if case .all = selection { platform.ceilings != nil && kind != .train } else { false }
  }

  var label: UInt64 {
    let whole = Label64("part").mixed(platform.fingerprint).mixed(kind.rawValue)
    switch selection {
    case .all: return whole.value
    case .late: return whole.mixed("late").value
    case .cold(_, let positions, let below): return whole.mixed("cold").mixed(positions.rawValue).mixed(below).value
    }
  }

  func field(_ name: String) -> Value? {
    switch name {
    case "data": return .object(DataSet(platform, machine))
    case "users": return .int(users)
    case "cases": return .int(cases.count)
    // In the order of a score's values per user: rows of the catalogue.
    case "targets":
      return .list(
        cases.map { one in
          one.targets.count == 1 ? .int(Int(one.targets[0])) : .list(one.targets.map { .int(Int($0)) })
        })
    case "late":
      return hasLate ? .object(DataPart(kind, platform, machine, selection: .late)) : nil
    default: return nil
    }
  }

  var printed: String {
    switch selection {
    case .all: "the \(kind.rawValue) part of \(platform.name)"
    case .late: "the late items of the \(kind.rawValue) part of \(platform.name)"
    case .cold(_, let positions, _): "the cold start (\(positions.rawValue)) of \(platform.name)"
    }
  }

  struct Case {
    let user: Int
    /// What the user is known to have met, oldest first.
    let history: [Int32]
    /// What the user met then, each item once; one or more.
    let targets: [Int32]
    /// Events that the user has after the (first) target.
    let following: Int
  }

  /// In order of users, and of positions where a user has several.
  private(set) lazy var cases: [Case] = {
    switch selection {
    case .all: return wholeCases
    case .late:
      guard let isLate = platform.ceilings?.world.isLate else { return [] }
      return wholeCases.filter { one in
        one.targets.contains { isLate.indices.contains(Int($0)) && isLate[Int($0)] }
      }
    case .cold(let cold, let positions, _):
      let split = platform.coldSplit(positions)
      return cold.cases.map { one in
        let sequence = split.sequences[one.user]
        return Case(
          user: one.user, history: Array(sequence.prefix(one.position)), targets: [sequence[one.position]],
          following: sequence.count - one.position - 1)
      }
    }
  }()

  var users: Int { Set(cases.map(\.user)).count }

  /// One case a user who has a target here, and something before it to rank by.
  private var wholeCases: [Case] {
    let split = kind == .test ? platform.testSplit : platform.split
    let targets: [[Int32]]
    switch kind {
    case .train: return []
    case .valid: targets = split.valid
    case .test: targets = split.test
    }
    return targets.enumerated().compactMap { user, targets in
      let history = kind == .valid ? split.historyBeforeValidation(user) : split.historyBeforeTest(user)
      guard !targets.isEmpty, !history.isEmpty else { return nil }
      return Case(
        user: user, history: history, targets: targets,
        following: split.sequences[user].count - history.count - 1)
    }
  }

  /// Users who have targets here, but nothing before them; they are no cases.
  var usersWithoutHistory: Int {
    guard case .all = selection, kind != .train else { return 0 }
    let split = kind == .test ? platform.testSplit : platform.split
    return (kind == .valid ? split.valid : split.test).count { !$0.isEmpty } - users
  }

  /// How many items are ranked for a case on average, rounded down: all but those of the history, the target kept.
  func meanCandidates(_ cases: [Case], masksHistory: Bool) -> Int {
    guard masksHistory, !cases.isEmpty else { return platform.itemCount }
    let hidden = cases.reduce(0) { $0 + Set($1.history).subtracting($1.targets).count }
    return (platform.itemCount * cases.count - hidden) / cases.count
  }

  /// Who is tested on what, as the protocol line of a score begins.
  var protocolHead: String {
    func grouped(_ number: Int) -> String { ModuleInstance.grouped(number) }
    let split = platform.split
    switch selection {
    case .all:
      let fresh = usersWithoutHistory
      let left = fresh > 0 ? " (\(grouped(fresh)) without a history left out)" : ""
      return "\(split.rule.name) \(kind.rawValue), \(grouped(users)) users\(left)"
    case .late:
      let late = platform.ceilings?.world.isLate.count { $0 } ?? 0
      return
        "\(split.rule.name) \(kind.rawValue), \(grouped(users)) users whose target is one of the \(late) late items"
    case .cold(let cold, let positions, let below):
      let fresh = platform.ceilings?.world.testUsers.count ?? 0
      let places =
        switch positions {
        case .paper: "every position, trained on or not"
        case .strict: "validation and test positions\(fresh > 0 ? " of evaluation-only users" : "")"
        }
      var words = [
        "cold start (\(positions.rawValue): \(places))",
        "\(grouped(cold.isCold.count { $0 })) items with fewer than \(below) training events",
        "\(grouped(cold.cases.count)) cases of \(grouped(cold.users)) users",
      ]
      if cold.firstEvents > 0 { words.append("\(grouped(cold.firstEvents)) first events left out") }
      if positions == .paper, fresh > 0 { words.append("\(grouped(fresh)) evaluation-only users left out") }
      return words.joined(separator: ", ")
    }
  }
}

extension Platform {
  /// Whose histories are searched for cold items. The paper's protocol takes the users who are trained on; where others
  /// are only tested on, the strict one takes those, as the test part does.
  func coldSplit(_ positions: ColdStart.Positions) -> Split {
    switch positions {
    case .paper: split
    case .strict: testSplit
    }
  }
}
