import Diagnostics
import Interpreter

/// What `profile` gives: how long each step took, and where its time and memory went.
final class Profile: LanguageObject {
  /// What was profiled, in words.
  private let what: String
  /// Milliseconds of the phases of each step, [step][phase].
  private let phases: [[Double]]
  /// The goal in each step; empty where a function was profiled.
  private let losses: [Double]
  private let peak: Int
  /// Nil where only whole steps were timed.
  private let tables: ProfileTables?

  init(_ profiler: Profiler, of what: String, losses: [Double]) {
    self.what = what
    self.losses = losses
    phases = profiler.turns.map { $0.map(Self.milliseconds) }
    peak = profiler.peak
    tables = profiler.isDetailed ? ProfileTables(profiler) : nil
  }

  static func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
  }

  private var milliseconds: [Double] { phases.map { $0.reduce(0, +) } }

  /// The number that a share of the sorted values lies below, between two of them where it falls there.
  private static func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return .nan }
    let place = share * Double(sorted.count - 1)
    let low = min(max(Int(place), 0), sorted.count - 1)
    let high = low + 1 < sorted.count ? sorted[low + 1] : last
    return sorted[low] + (high - sorted[low]) * (place - Double(low))
  }

  private static func median(_ values: [Double]) -> Double { quantile(values, 0.5) }

  private static let phaseNames: [(Profiler.Phase, String)] = [
    (.batch, "batch"), (.forward, "forward"), (.backward, "backward"), (.optimiser, "optimiser"),
  ]
  private var phaseMedians: [(name: String, milliseconds: Double)] {
    Self.phaseNames.map { phase, name in (name, Self.median(phases.map { $0[phase.rawValue] })) }
  }

  // MARK: As a value

  var typeName: String { "profile" }
  var fieldNames: [String] {
    ["milliseconds", "median", "losses", "phases", "peak"] + (tables == nil ? [] : ProfileTables.fieldNames)
  }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "milliseconds": return .list(milliseconds.map { .float($0) })
    case "median": return .float(Self.median(milliseconds))
    case "losses": return .list(losses.map { .float($0) })
    case "phases": return .record(Record(phaseMedians.map { ($0.name, .float($0.milliseconds)) }))
    case "peak": return .int(peak)
    default:
      if tables == nil, ProfileTables.fieldNames.contains(name) {
        throw Failure(
          .unknownField, "this profile was taken with `detail = false`, so it has no `\(name)`",
          tries: ["detail = true"])
      }
      return tables?.field(name)
    }
  }

  var printed: String {
    func text(_ value: Double) -> String { Value.fixed(value, 2) }
    let times = milliseconds
    var lines = [
      "profile of \(what): \(times.count) steps, median \(text(Self.median(times))) ms "
        + "(\(text(Self.quantile(times, 0.1))) to \(text(Self.quantile(times, 0.9)))), "
        + "at most \(Self.megabytes(peak)) MB of tensors",
      "  " + phaseMedians.map { "\($0.name) \(text($0.milliseconds))" }.joined(separator: "  "),
    ]
    if let tables { lines += tables.printed }
    return lines.joined(separator: "\n")
  }

  /// As the log of a training counts memory.
  static let megabyte = 1_048_576.0
  static func megabytes(_ bytes: Int) -> String { Value.fixed(Double(bytes) / megabyte, 1) }
}
