import Diagnostics
import Interpreter

/// A profile's time and memory by operation, by part of the model and by line; times are means over the steps.
struct ProfileTables {
  static let fieldNames = ["ops", "parts", "lines", "language", "taken"]

  private let ops: Table
  private let parts: Table
  private let lines: Table
  /// The part of a step that is spent neither in operations nor in other phases, from 0 to 1.
  private let language: Double
  /// Bytes that a step asks for, given back or not.
  private let taken: Double

  /// What several sites took together in one step.
  private struct Sum {
    var calls = 0.0
    var forward = 0.0
    var backward = 0.0
    var taken = 0.0
    var peak = 0

    var milliseconds: Double { forward + backward }

    mutating func add(_ site: Profiler.Site, steps: Double) {
      calls += Double(site.calls) / steps
      forward += Profile.milliseconds(site.forward) / steps
      backward += Profile.milliseconds(site.backward) / steps
      taken += Double(site.taken) / steps
      peak = max(peak, site.peak)
    }
  }

  init(_ profiler: Profiler) {
    let steps = Double(max(1, profiler.turns.count))
    var all = Sum()
    for site in profiler.sites { all.add(site, steps: steps) }
    let whole = max(all.milliseconds, .leastNormalMagnitude)

    func sums(_ name: (Profiler.Site) -> String) -> [(name: String, sum: Sum)] {
      var names: [String] = []
      var sums: [String: Sum] = [:]
      for site in profiler.sites {
        let key = name(site)
        if sums[key] == nil { names.append(key) }
        sums[key, default: Sum()].add(site, steps: steps)
      }
      return names.map { ($0, sums[$0] ?? Sum()) }
    }

    func cells(_ sum: Sum, own: Double?) -> [(name: String, value: Value)] {
      let calls = Int(exactly: sum.calls).map { Value.int($0) } ?? .float(sum.calls)
      return [own.map { ("own", .float($0)) } ?? ("calls", calls)] + [
        ("forward", .float(sum.forward)), ("backward", .float(sum.backward)), ("ms", .float(sum.milliseconds)),
        ("share", .float(sum.milliseconds / whole)), ("taken_mb", .float(sum.taken / Profile.megabyte)),
        ("peak_mb", .float(Double(sum.peak) / Profile.megabyte)),
      ]
    }

    func table(_ key: String, _ rows: [(name: String, sum: Sum)]) -> Table {
      let sorted = rows.sorted { $0.sum.milliseconds > $1.sum.milliseconds }
      return Table(
        keyNames: [key],
        rows: sorted.map { Table.Row(keys: [.string($0.name)], cells: cells($0.sum, own: nil)) })
    }

    let byOp = sums(\.op)
    ops = table("op", byOp)
    lines = table("line", sums { $0.span?.place ?? $0.op })
    language = (byOp.first { $0.name == Profiler.language }?.sum.milliseconds ?? 0) / whole
    taken = all.taken

    // A part's time is its own and that of the parts below it.
    var own = [Sum](repeating: Sum(), count: profiler.parts.count)
    for site in profiler.sites { own[site.part].add(site, steps: steps) }
    let rows = profiler.parts.indices.dropFirst().map { index -> Table.Row in
      let part = profiler.parts[index]
      var sum = Sum()
      for site in profiler.sites {
        let other = profiler.parts[site.part]
        let isBelow =
          if let path = part.path, let inner = other.path { inner.starts(with: path) } else { site.part == index }
        if isBelow { sum.add(site, steps: steps) }
      }
      return Table.Row(keys: [.string(part.name)], cells: cells(sum, own: own[index].milliseconds))
    }
    // What belongs to no part: making batches, the optimiser, the tape.
    let others = sums { $0.part == 0 ? $0.op : "" }.filter { !$0.name.isEmpty }.map { name, sum in
      Table.Row(keys: [.string(name)], cells: cells(sum, own: sum.milliseconds))
    }
    parts = Table(keyNames: ["part"], rows: rows + others)
  }

  func field(_ name: String) -> Value? {
    switch name {
    case "ops": .object(ops)
    case "parts": .object(parts)
    case "lines": .object(lines)
    case "language": .float(language)
    case "taken": .int(Int(taken))
    default: nil
    }
  }

  /// The rows that matter, by their share of the time.
  var printed: [String] {
    var text = [
      "  the language itself \(Value.fixed(100 * language, 1)) %, \(Profile.megabytes(Int(taken))) MB asked for a step",
      "",
    ]
    for table in [ops, parts, lines] {
      // A model has many parts, each within others.
      let least = table.keyNames == ["part"] ? 2 : 1
      let rows = table.rows.filter { row in
        if case .float(let share) = row.cell("share") { share * 100 >= Double(least) } else { true }
      }
      text.append(Table(keyNames: table.keyNames, rows: rows).text(limit: 40))
      let rest = table.rows.count - rows.count
      if rest > 0 { text.append("... and \(rest) below \(least) %, in `.\(table.keyNames[0])s`") }
      text.append("")
    }
    text.removeLast()
    return text
  }
}
