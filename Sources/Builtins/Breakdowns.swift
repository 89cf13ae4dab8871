import Diagnostics
import Interpreter
import Recommendation

/// What cases are grouped by.
private struct Grouping {
  /// Names of all groups in the order in which they are shown; nil where those that occur decide.
  let names: [String]?
  /// The groups of a case.
  let groups: (DataPart.Case) -> [String]
}

extension Catalog {
  static var breakdowns: [Builtin] {
    [
      Builtin(
        "breakdown",
        """
        The metrics of a score by groups of its cases. `by` is "train_count", the training events of the target (edges 1, \
        10, 100); "popularity", the share of all training events that more popular items make up, so that those below 0.8 \
        are the head and the others the tail (edge 0.8); "length", the events of the history (edges 5, 10, 20, 50); or a \
        column of items.csv. `at` gives other edges, and a column of numbers its own. A column whose values are joined by \
        `|`, such as genres, counts a case in each of its values, and several targets count it in the group of each; so \
        the cases of all groups may be more than there are.
        """,
        BuiltinParameter<ScoreArgument>("score"), BuiltinParameter<Value>("part"),
        BuiltinParameter<String>("by", default: "train_count", shown: "\"train_count\""),
        BuiltinParameter<[Double]?>("at", default: .none, shown: "none"),
        examples: """
          pmm> from counting import Pop
          pmm> w = world("tgtS", seed = 1)
          pmm> s = evaluate(Pop(w), w.test, [hr(10)])
          pmm> breakdown(s, w.test, by = "popularity")
          popularity   cases   hr@10
          below 0.8      297  0.0741
          0.8 or more    103  0.0000
          """
      ) { call, score, part, by, edges -> Value in
        guard case .object(let object) = part, let part = object as? DataPart else {
          throw call.fail(
            .wrongType, "a score is broken down by what its part knows, and this is \(part.described)", argument: 1,
            tries: ["breakdown(score, data.test)"])
        }
        let score = score.score
        let own = ScoredCases(part, places: Array(part.cases.indices))
        guard own.identity == score.cases.identity, own.whole == score.cases.whole else {
          throw call.fail(
            .dataMismatch, "the score is of \(score.cases.described), and this is \(own.described)", argument: 1,
            tries: ["the part that was evaluated"])
        }
        let grouping = try grouping(by, part, edges.map { try sorted($0, call) }, call)
        return .object(broken(score, part, by, grouping))
      }
    ]
  }

  private static func broken(_ score: Score, _ part: DataPart, _ by: String, _ grouping: Grouping) -> Table {
    var rows: [String: [Int]] = [:]
    for (row, place) in score.cases.places.enumerated() {
      for name in Set(grouping.groups(part.cases[place])) { rows[name, default: []].append(row) }
    }
    let names =
      grouping.names
      ?? rows.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key)
    let table = names.map { name -> Table.Row in
      let members = rows[name] ?? []
      let cells = score.ofCases.map { m -> (name: String, value: Value) in
        let sum = members.reduce(0) { $0 + score.perCase[$1][m] }
        return (score.metrics[m].label, members.isEmpty ? .none : .float(sum / Double(members.count)))
      }
      return Table.Row(keys: [.string(name)], cells: [("cases", .int(members.count))] + cells)
    }
    return Table(keyNames: [by], rows: table, inherited: score.evidence)
  }

  private static func sorted(_ edges: [Double], _ call: Invocation) throws -> [Double] {
    guard !edges.isEmpty, edges.allSatisfy(\.isFinite), zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw call.fail(
        .outOfRange, "edges of groups ascend, such as [1, 10, 100]", argument: 3, tries: ["at = [1, 10, 100]"])
    }
    return edges
  }

  private static func grouping(
    _ by: String, _ part: DataPart, _ edges: [Double]?, _ call: Invocation
  ) throws -> Grouping {
    let platform = part.platform
    let counts = occurrences(platform.split.train, itemCount: platform.itemCount)
    func ofTargets(_ values: [Double], _ edges: [Double], isWhole: Bool) -> Grouping {
      let names = Self.names(edges, isWhole: isWhole, isCount: isWhole)
      return Grouping(names: names) { one in
        one.targets.compactMap { values.indices.contains(Int($0)) ? names[place(values[Int($0)], edges)] : nil }
      }
    }
    switch by {
    case "train_count":
      return ofTargets(counts.map { Double($0) }, edges ?? [1, 10, 100], isWhole: true)
    case "popularity":
      return ofTargets(sharesAbove(counts), edges ?? [RankingMetric.usualHead], isWhole: false)
    case "length":
      let edges = edges ?? [5, 10, 20, 50]
      let names = names(edges, isWhole: true, isCount: true)
      return Grouping(names: names) { [names[place(Double($0.history.count), edges)]] }
    default: break
    }
    guard let column = platform.items.columns[by] else {
      let known = ["train_count", "popularity", "length"] + platform.items.columns.keys.sorted()
      throw call.fail(
        .unknownField, "\(part.printed) knows no `\(by)` of its cases", argument: 2,
        tries: known.map { "by = \"\($0)\"" })
    }
    guard let edges else {
      return Grouping(names: nil) { one in
        one.targets.flatMap { target -> [String] in
          guard column.indices.contains(Int(target)) else { return [] }
          let values = column[Int(target)].split(separator: "|").map(String.init)
          return values.isEmpty ? ["(none)"] : values
        }
      }
    }
    let numbers = column.map { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    guard numbers.contains(where: { $0 != nil }) else {
      throw call.fail(
        .wrongType, "`\(by)` holds no numbers, so edges cannot divide it", argument: 3, tries: ["no `at`"])
    }
    let whole = numbers.allSatisfy { $0.map { $0 == $0.rounded() } ?? true }
    let names = names(edges, isWhole: whole)
    let lacks = numbers.contains { $0 == nil }
    return Grouping(names: names + (lacks ? ["(no number)"] : [])) { one in
      one.targets.compactMap { target in
        guard numbers.indices.contains(Int(target)) else { return nil }
        return numbers[Int(target)].map { names[place($0, edges)] } ?? "(no number)"
      }
    }
  }

  /// The share of all training events that strictly more popular items make up. [item]
  private static func sharesAbove(_ counts: [Int]) -> [Double] {
    let total = Double(max(1, counts.reduce(0, +)))
    var above = 0
    var shares: [Int: Double] = [:]
    for (count, items) in Dictionary(counts.map { ($0, 1) }, uniquingKeysWith: +).sorted(by: { $0.key > $1.key }) {
      shares[count] = Double(above) / total
      above += count * items
    }
    return counts.map { shares[$0] ?? 0 }
  }

  /// Which of the groups that edges make a value is in: each begins with its edge.
  private static func place(_ value: Double, _ edges: [Double]) -> Int { edges.count { $0 <= value } }

  /// "0", "1 to 9", "10 to 99", "100 or more" of counts, "below 1" of other whole numbers; of those that are not whole
  /// "0.2 to below 0.8".
  private static func names(_ edges: [Double], isWhole: Bool, isCount: Bool = false) -> [String] {
    func text(_ value: Double) -> String {
      value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : Value.text(value)
    }
    let isWhole = isWhole && edges.allSatisfy { $0 == $0.rounded() }
    guard let first = edges.first, let last = edges.last else { return ["all"] }
    let between = zip(edges, edges.dropFirst()).map { low, high in
      guard isWhole else { return "\(text(low)) to below \(text(high))" }
      return high - low == 1 ? text(low) : "\(text(low)) to \(text(high - 1))"
    }
    // Counts begin with 0.
    let lowest = isWhole && first == 1 && isCount ? "0" : "below \(text(first))"
    return [lowest] + between + ["\(text(last)) or more"]
  }
}
