import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore

/// What counting alone knows of the training part of a data set; each kind is counted when it is first read.
final class Counted: LanguageObject {
  let platform: Platform
  let entryAxis: Axis
  private var known: [String: ItemCounts] = [:]

  init(_ platform: Platform, entry: Axis) {
    self.platform = platform
    entryAxis = entry
  }

  var typeName: String { "counts" }
  var printed: String {
    "counts of \(platform.name): \(ModuleInstance.grouped(platform.split.counted.reduce(0) { $0 + $1.count })) "
      + "training events of \(ModuleInstance.grouped(platform.itemCount)) items"
  }
  var fieldNames: [String] { ["events", "users", "next", "together", "items"] }
  var label: UInt64 { Label64("counts").mixed(platform.fingerprint).value }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "events": try perItem(name, platform.split.counted)
    case "users": try perItem(name, platform.split.counted.map { Array(Set($0)) })
    case "next", "together": .object(PairCounts(self, name, try pairs(name)))
    case "items": .int(platform.itemCount)
    default: nil
    }
  }

  private func perItem(_ name: String, _ sequences: [[Int32]]) throws -> Value {
    let counts = occurrences(sequences, itemCount: platform.itemCount).map(Double.init)
    let tensor = try NamedTensor.doubles(counts, [Dimension(entryAxis, counts.count)])
    return .tensor(TensorValue(tensor, label: Label64(raw: label).mixed(name).value))
  }

  private func pairs(_ name: String) throws -> ItemCounts {
    if let counted = known[name] { return counted }
    do throws(DataError) {
      let counted = try ItemCounts(
        name == "next" ? .next : .together, sequences: platform.split.counted, itemCount: platform.itemCount,
        interrupted: { Interrupts.isPending })
      known[name] = counted
      return counted
    } catch {
      if error.code == "interrupted" { throw Failure(.interrupted, "interrupted") }
      throw Failure(.data, error.message, tries: error.suggestion.map { [$0] } ?? [])
    }
  }
}

/// Counts of pairs of items: a matrix over entry and entry that is mostly zero, of which rows are added up.
final class PairCounts: LanguageObject {
  let owner: Counted
  let counts: ItemCounts
  private let name: String

  init(_ owner: Counted, _ name: String, _ counts: ItemCounts) {
    self.owner = owner
    self.counts = counts
    self.name = name
  }

  var typeName: String { "counts of pairs" }
  var printed: String { "\(name) counts of \(owner.platform.name)" }
  var label: UInt64 { Label64(raw: owner.label).mixed(name).value }
  // `counts.next[a, b]`, by rows of the catalogue.
  func element(_ keys: [Value]) -> Value? {
    guard keys.count == 2, case .int(let row) = keys[0], case .int(let column) = keys[1],
      (0..<counts.itemCount).contains(row), (0..<counts.itemCount).contains(column)
    else { return nil }
    return .int(counts.count(Int32(clamping: row), Int32(clamping: column)))
  }
}

/// Counts of pairs as an argument.
struct PairCountsArgument: ValueConvertible {
  let pairs: PairCounts
  static var typeName: String { "counts of pairs, such as `count(data).next`" }
  static func from(_ value: Value) -> PairCountsArgument? {
    if case .object(let object) = value, let pairs = object as? PairCounts { return PairCountsArgument(pairs: pairs) }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(pairs) }
}

extension Catalog {
  static var counts: [Builtin] {
    [
      Builtin(
        "count",
        """
        What counting alone knows of the training part of a data set. `.events` and `.users` are [entry]: how often each \
        item occurs, and how many users have it. `.next[a, b]` counts how often item b comes right after item a, \
        `.together[a, b]` how many users have both; rows of these two are added up by `row_sum`. Histories too short to \
        be split are left out, as in published baselines.
        """,
        BuiltinParameter<DataSetArgument>("data"),
        examples: "pmm> count(world(\"tgtS\", seed = 1))\ncounts of tgtS: 1,569 training events of 400 items"
      ) { call, data -> Value in
        .object(Counted(data.data.platform, entry: try Corpus([data.data.platform], call.machine).axis("entry")))
      },
      Builtin(
        "row_sum",
        """
        The sum over an axis of rows of counts, each times its weight: the rows of the items `index`, [batch, step] say, \
        become [batch, entry]. It is added in double precision, in the order of the axis.
        """,
        BuiltinParameter<PairCountsArgument>("counts"), BuiltinParameter<NamedTensor>("index"),
        BuiltinParameter<NamedTensor>("weight"), BuiltinParameter<AxisValue>("over"),
        examples: """
          pmm> c = count(world("tgtS", seed = 1)).next
          pmm> s = row_sum(c, tensor([5, 7], [step]), tensor([1.0, 0.0], [step]), over = step)
          pmm> number(take(s, 9, over = entry)) == c[5, 9]
          true
          """
      ) { call, pairs, index, weight, over in
        try rowSum(pairs.pairs, index, weight, over.axis, call)
      },
    ]
  }

  private static func rowSum(
    _ pairs: PairCounts, _ index: NamedTensor, _ weight: NamedTensor, _ over: Axis, _ call: Invocation
  ) throws -> NamedTensor {
    let owner = pairs.owner
    guard index.kind == .int else {
      throw call.fail(.wrongType, "the index of `row_sum` holds items, not \(index.kind.rawValue)s", argument: 1)
    }
    let axes = index.dimensions.map(\.axis)
    guard axes.contains(where: { $0 === over }) else {
      throw call.fail(.axisMissing, "the index \(index.axesText) has no axis \(over)", argument: 3)
    }
    guard weight.dimensions.count == axes.count, axes.allSatisfy({ weight.carries($0) }) else {
      throw call.fail(
        .axesDiffer, "each row needs its weight: the index is \(index.axesText), the weights are \(weight.axesText)",
        argument: 2)
    }
    if case .tensor(let value)? = call.arguments[1], let space = value.space {
      try owner.check(space, argument: 0, call)
    }
    let outer = index.dimensions.filter { $0.axis !== over }
    let result = outer + [Dimension(owner.entryAxis, owner.platform.itemCount)]
    guard !index.isShapeOnly, !weight.isShapeOnly else { return .shape(result, .float) }
    let order = outer.map(\.axis) + [over]
    let items = try index.ordered(order).intValues()
    let weights = try weight.ordered(order).doubleValues()
    let length = index.dimensions.first { $0.axis === over }?.size.value ?? 0
    let rows = length > 0 ? items.count / length : 0
    var sums = [Double](repeating: 0, count: owner.platform.itemCount)
    var values: [Double] = []
    values.reserveCapacity(rows * sums.count)
    for row in 0..<rows {
      for place in sums.indices { sums[place] = 0 }
      sums.withUnsafeMutableBufferPointer { buffer in
        for place in row * length..<(row + 1) * length where weights[place] != 0 {
          pairs.counts.add(row: items[place], times: weights[place], to: buffer)
        }
      }
      values.append(contentsOf: sums)
    }
    return try NamedTensor.doubles(values, result)
  }
}

extension Counted {
  /// Refuses items of other data than those that were counted.
  func check(_ space: ItemSpace, argument: Int, _ call: Invocation) throws {
    let own = ItemSpace([platform.catalogue])
    guard let stranger = own.missing(from: space) else { return }
    throw call.fail(
      .dataMismatch, "these are counts of \(platform.name), and \(stranger.name) has other items", argument: argument,
      tries: ["count of the data set that is ranked"])
  }
}
