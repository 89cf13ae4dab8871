import Diagnostics
import Interpreter
import Recommendation

extension Catalog {
  static var coldStarts: [Builtin] {
    [
      Builtin(
        "cold",
        """
        The cases of a data set whose target is a cold item, one with fewer than `below` training events, to evaluate \
        on. The protocol "paper" takes every position of every user's complete history, even those that were trained \
        on; "strict" takes validation and test positions alone. Where users are only tested on, "strict" takes them \
        alone and "paper" leaves them out. A user's first event is no case, since nothing stands before it.
        """,
        BuiltinParameter<Value>("data"), BuiltinParameter<String>("protocol", default: "paper", shown: "\"paper\""),
        BuiltinParameter<Int>("below", default: 10, shown: "10"),
        examples: "pmm> cold(world(\"tgtS\", seed = 1), protocol = \"strict\")\nthe cold start (strict) of tgtS"
      ) { call, data, name, below -> Value in
        guard case .object(let object) = data, let data = object as? DataSet else {
          throw call.fail(
            .wrongType, "cold items are those of a data set, not of \(data.described)", argument: 0,
            tries: ["cold(world(\"tgtS\"))"])
        }
        guard let positions = ColdStart.Positions(rawValue: name) else {
          throw call.fail(
            .outOfRange, "there is no protocol \"\(name)\" for cold items", argument: 1,
            tries: ColdStart.Positions.allCases.map { "protocol = \"\($0.rawValue)\"" })
        }
        guard below >= 1 else {
          throw call.fail(
            .outOfRange, "no item has fewer than \(below) training events", argument: 2, tries: ["below = 10"])
        }
        let platform = data.platform
        let cold = ColdStart(
          positions, below: below, train: platform.split.train, split: platform.coldSplit(positions),
          itemCount: platform.itemCount)
        guard !cold.cases.isEmpty else { throw empty(cold, positions, below, platform, call) }
        return .object(
          DataPart(.test, platform, call.machine, selection: .cold(cold, positions, below: below)))
      }
    ]
  }

  /// Says whether there are no cold items, or none where they are asked for.
  private static func empty(
    _ cold: ColdStart, _ positions: ColdStart.Positions, _ below: Int, _ platform: Platform, _ call: Invocation
  ) -> any Error {
    let count = cold.isCold.count { $0 }
    if count == 0 {
      let fewest = occurrences(platform.split.train, itemCount: platform.itemCount).min() ?? 0
      let events = below == 1 ? "one training event" : "\(below) training events"
      return call.fail(
        .data,
        "\(platform.name) has no cold item: each of its \(ModuleInstance.grouped(platform.itemCount)) items has "
          + "\(events) or more", argument: 0, tries: ["below = \(fewest + 1)"])
    }
    let places =
      switch positions {
      case .paper: "after a user's first event"
      case .strict: "at a validation or test position"
      }
    return call.fail(
      .data,
      "\(platform.name) has \(ModuleInstance.grouped(count)) items with fewer than \(below) training events, but "
        + "none of them stands \(places)", argument: 0, tries: positions == .strict ? ["protocol = \"paper\""] : [])
  }
}
