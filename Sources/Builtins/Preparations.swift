import Diagnostics
import Interpreter
import Recommendation
import Semantics

/// A data set as an argument.
struct DataSetArgument: ValueConvertible {
  let data: DataSet
  static var typeName: String { "a data set" }
  static func from(_ value: Value) -> DataSetArgument? {
    if case .object(let object) = value, let data = object as? DataSet { return DataSetArgument(data: data) }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(data) }
}

extension DataSetArgument {
  /// The data after a step of preparation.
  func prepared(by step: Preparation, _ call: Invocation) throws -> DataSetArgument {
    try changed(call) { try $0.prepared(by: step) }
  }

  /// The data with another platform; what goes wrong is said at the call.
  func changed(_ call: Invocation, _ change: (Platform) throws -> Platform) throws -> DataSetArgument {
    guard !data.platform.hasTestUsers else {
      throw call.fail(
        .wrongType, "\(data.platform.name) has users who are only tested on, so it is taken as it is", argument: 0,
        tries: ["world(\"\(data.platform.name)\") without test_users"])
    }
    do {
      return DataSetArgument(data: DataSet(try change(data.platform), call.machine))
    } catch let error as DataError {
      throw call.fail(.data, error.message, argument: 0, tries: error.suggestion.map { [$0] } ?? [])
    }
  }
}

extension Catalog {
  static var preparations: [Builtin] {
    let data = BuiltinParameter<DataSetArgument>("data")
    return [
      Builtin(
        "core",
        """
        The data without users of fewer than `users` events and items of fewer than `items`, taken away again and again \
        until none is left that has fewer: the k-core. With `iterated = false` there is one pass, as in tools that count \
        once. One number given is meant for both.
        """,
        data, BuiltinParameter<Int>("users", default: 5, shown: "5"),
        BuiltinParameter<Int?>("items", default: .none, shown: "users"),
        BuiltinParameter<Bool>("iterated", default: true, shown: "true"),
        examples: "pmm> core(world(\"tgtS\", seed = 1), 4).steps\n"
          + "step                        users  items  events  users after  items after  events after\n"
          + "core(users = 4, items = 4)    400    400    2369          363          231          1972"
      ) { call, data, users, items, iterated in
        let items = items ?? users
        guard users >= 1, items >= 1 else {
          throw call.fail(
            .outOfRange, "a core asks for 1 event or more, not for \(min(users, items))", argument: users < 1 ? 1 : 2)
        }
        return try data.prepared(by: .core(users: users, items: items, iterated: iterated), call)
      },
      Builtin(
        "without_repeats",
        """
        The data without repeats: "neighbours" drops an event with the item of the event before it; "keep first" and \
        "keep last" leave a user one event with each item.
        """,
        data, BuiltinParameter<String>("which", default: "neighbours", shown: "\"neighbours\""),
        examples: "pmm> without_repeats(world(\"tgtS\", seed = 1)).events <= world(\"tgtS\", seed = 1).events\ntrue"
      ) { call, data, which in
        let steps: [String: Preparation] = [
          "neighbours": .withoutNeighbouringRepeats, "keep first": .withoutRepeats(keepsLast: false),
          "keep last": .withoutRepeats(keepsLast: true),
        ]
        guard let step = steps[which] else {
          throw call.fail(
            .outOfRange, "there is no way \"\(which)\" to drop repeats", argument: 1,
            tries: ["\"neighbours\"", "\"keep first\"", "\"keep last\""])
        }
        return try data.prepared(by: step, call)
      },
      Builtin(
        "min_length", "The data without users of fewer than `events` events.", data,
        BuiltinParameter<Int>("events"), examples: "pmm> min_length(world(\"tgtS\", seed = 1), 3).users\n400"
      ) { call, data, length in
        guard length >= 1 else {
          throw call.fail(.outOfRange, "a history has 1 event or more, not \(length)", argument: 1)
        }
        return try data.prepared(by: .minimumLength(length), call)
      },
      Builtin(
        "recent", "The newest `events` events of each user, as PMMRec's code keeps the last 23.", data,
        BuiltinParameter<Int>("events"), examples: "pmm> recent(world(\"tgtS\", seed = 1), 4).events\n1600"
      ) { call, data, count in
        guard count >= 1 else {
          throw call.fail(.outOfRange, "1 event or more of each user is kept, not \(count)", argument: 1)
        }
        return try data.prepared(by: .recent(count), call)
      },
      Builtin(
        "between", "The events of a stretch of time, in the unit of the timestamps: from `from` on, before `until`.",
        data, BuiltinParameter<Double?>("from", default: .none, shown: "the first"),
        BuiltinParameter<Double?>("until", default: .none, shown: "after the last"),
        examples: "pmm> try { between(world(\"tgtS\"), from = 10) } catch e { e.message }\n"
          + "the data have no timestamps to choose events by"
      ) { call, data, from, until in
        let (from, until) = (from ?? -.infinity, until ?? .infinity)
        guard from < until else {
          throw call.fail(.outOfRange, "no moment is from \(from) on and before \(until)", argument: 1)
        }
        return try data.prepared(by: .between(from: from, until: until), call)
      },
      Builtin(
        "tie_order",
        """
        The data with events of one user and one moment in another order: by "item", as the catalogue has them, \
        "reversed", or "random". Where many events tie, which one is the test is chance; scores under several orders \
        show how much it matters.
        """,
        data, BuiltinParameter<String>("order"), BuiltinParameter<Int?>("seed", default: .none, shown: "the cell's"),
        examples: "pmm> try { tie_order(world(\"tgtS\"), \"random\") } catch e { e.message }\n"
          + "the data have no timestamps, so no two events are known to tie"
      ) { call, data, name, seed in
        let order: Preparation.TieOrder
        switch name {
        case "item": order = .item
        case "reversed": order = .reversed
        case "random":
          order = .random(seed: seed.map { UInt64(bitPattern: Int64($0)) } ?? call.machine.seed)
        default:
          throw call.fail(
            .outOfRange, "events of one moment are not ordered by \"\(name)\"", argument: 1,
            tries: ["\"item\"", "\"reversed\"", "\"random\""])
        }
        return try data.prepared(by: .tieOrder(order), call)
      },
      Builtin(
        "having",
        """
        The data with some items alone, chosen by columns of items.csv: `genres = "Comedy"`, several values in a list, or \
        a function of the column's value, which gets a number where all values are numbers. Values joined by `|` count \
        each. So a catalogue is cut into pseudo-domains.
        """,
        signature: Signature("having", [Signature.Parameter("data", isRequired: true)], takesAnyKeyword: true),
        types: ["data": "a data set"],
        examples: "pmm> having(world(\"tgtS\", seed = 1), late = \"false\").items.raw_ids |> length\n367"
      ) { call in try chosen(call, keeps: true) },
      Builtin(
        "lacking", "The data without some items, which are chosen as for `having`.",
        signature: Signature("lacking", [Signature.Parameter("data", isRequired: true)], takesAnyKeyword: true),
        types: ["data": "a data set"],
        examples: "pmm> lacking(world(\"tgtS\", seed = 1), late = \"true\").items.raw_ids |> length\n367"
      ) { call in try chosen(call, keeps: false) },
      Builtin(
        "named", "The same data under another name, as tables and messages show it.", data,
        BuiltinParameter<String>("name"), examples: "pmm> named(world(\"tgtS\"), \"comedies\").name\ncomedies"
      ) { call, data, name in
        DataSetArgument(data: DataSet(data.data.platform.named(name), call.machine))
      },
    ]
  }

  private static func chosen(_ call: Invocation, keeps: Bool) throws -> Value {
    let argument = try call.converted(try call.value(0), to: DataSetArgument.self, name: "data", at: call.spans[0])
    let platform = argument.data.platform
    let named = ["item": platform.rawIDs, "title": platform.items.titles, "description": platform.items.descriptions]
    let columns = platform.items.columns.merging(named) { own, _ in own }
    guard !call.extra.isEmpty else {
      throw call.fail(
        .wrongArguments, "`\(call.builtin.name)` needs a column of the items to choose by",
        tries: columns.keys.sorted().map { "\($0) = ..." })
    }
    var isChosen = [Bool](repeating: true, count: platform.itemCount)
    for (name, value) in call.extra {
      guard let column = columns[name] else {
        let near = NameSuggestion.near(name, among: columns.keys.sorted())
        throw call.fail(
          .unknownField,
          "the items of \(platform.name) have no column `\(name)`; they have \(columns.keys.sorted().joined(separator: ", "))",
          tries: near)
      }
      let holds = try test(of: value, column, call)
      for item in isChosen.indices where isChosen[item] { isChosen[item] = try holds(column[item]) }
    }
    let kept = isChosen.map { $0 == keeps }
    guard kept.contains(true) else {
      throw call.fail(.data, "no item of \(platform.name) is left", argument: 0)
    }
    let says = call.extra.map { "\($0.name) = \($0.value.quoted)" }.joined(separator: ", ")
    let step = Preparation.items(isKept: kept, says: "\(call.builtin.name)(\(says))")
    return try argument.prepared(by: step, call).asValue(call)
  }

  /// Whether a value of a column is wanted.
  private static func test(of value: Value, _ column: [String], _ call: Invocation) throws -> (String) throws -> Bool {
    var wanted: Set<String> = []
    switch value {
    case .string(let text): wanted = [text]
    case .int, .float, .bool: wanted = [value.printed]
    case .list(let values): wanted = Set(values.map(\.printed))
    case .function:
      let numbers = column.map { Double($0) }
      let isNumeric = !numbers.contains { $0 == nil }
      return { text in
        let given: Value = isNumeric ? (Int(text).map { .int($0) } ?? .float(Double(text) ?? .nan)) : .string(text)
        guard case .bool(let holds) = try call.machine.call(value, [given], at: call.span, place: call.place) else {
          throw call.fail(
            .notBool, "the function must say true or false of each value, and of \(given.quoted) it does not")
        }
        return holds
      }
    default:
      throw call.fail(
        .wrongType, "items are chosen by a value, a list of values or a function, not by \(value.described)")
    }
    return { text in
      text.split(separator: "|", omittingEmptySubsequences: false).contains { wanted.contains(String($0)) }
    }
  }
}
