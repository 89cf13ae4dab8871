import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore

/// A data set as a value: its parts, its catalogue, and what it says of itself.
final class DataSet: LanguageObject, EvidenceStated {
  let platform: Platform
  let machine: Machine

  init(_ platform: Platform, _ machine: Machine) {
    self.platform = platform
    self.machine = machine
  }

  var typeName: String { "data set" }
  var evidence: Evidence {
    Evidence(sources: [Evidence.Source(name: platform.name, fingerprint: platform.fingerprint)])
  }
  var fieldNames: [String] {
    ["train", "valid", "test", "items", "users", "events", "name", "steps", "fingerprint"]
      + (platform.ceilings == nil ? [] : ["truth"])
  }
  var label: UInt64 { Label64("data set").mixed(platform.fingerprint).value }

  func field(_ name: String) -> Value? {
    switch name {
    case "train", "valid", "test":
      return DataPart.Kind(rawValue: name).map { .object(DataPart($0, platform, machine)) }
    case "items": return .record(Corpus([platform], machine).catalogueRecord())
    case "users": return .int(platform.users)
    case "events": return .int(platform.events)
    case "name": return .string(platform.name)
    case "fingerprint": return .string(platform.fingerprint)
    case "steps": return .object(steps)
    case "truth": return platform.ceilings.map { .record($0.world.truth) }
    default: return nil
    }
  }

  var printed: String {
    let tested = platform.split.test.count { !$0.isEmpty }
    let fresh = platform.ceilings?.world.testUsers.count ?? 0
    let note = fresh == 0 ? "" : "\n  \(ModuleInstance.grouped(fresh)) others are only tested on"
    return """
      data set \(platform.name): \(Self.text(platform.log.size))\(history)
        \(splitText(tested))\(note)
      """
  }

  /// How many users have a test, and what becomes of the others.
  private func splitText(_ tested: Int) -> String {
    let split = platform.split
    let count = ModuleInstance.grouped(tested)
    let short = ModuleInstance.grouped(split.shortUsers)
    switch split.rule {
    case .leaveOneOut:
      return "leave-one-out: \(count) users with a validation and a test event, "
        + "\(short) with fewer than 3 events train only"
    case .leaveOut, .ratio:
      return "\(split.rule.name): \(count) users with test events, \(short) with too few train only"
    case .time:
      let fresh = ModuleInstance.grouped(DataPart(.test, platform, machine).usersWithoutHistory)
      return "\(split.rule.name): \(count) users with test events, \(fresh) of them with nothing before"
    }
  }

  private static func text(_ size: DataSize) -> String {
    "\(ModuleInstance.grouped(size.users)) users, \(ModuleInstance.grouped(size.items)) items, "
      + "\(ModuleInstance.grouped(size.events)) events"
  }

  /// A line for each step of preparation, with what it left.
  private var history: String {
    guard let first = platform.steps.first else { return "" }
    let lines = platform.steps.map { "\n  \($0.text): \(Self.text($0.after))" }
    return "\n  as read: \(Self.text(first.before))\(lines.joined())"
  }

  /// Steps of preparation with the numbers of users, items and events before and after.
  private var steps: Table {
    let rows = platform.steps.map { step in
      let cells: [(name: String, value: Value)] = [
        ("users", .int(step.before.users)), ("items", .int(step.before.items)), ("events", .int(step.before.events)),
        ("users after", .int(step.after.users)), ("items after", .int(step.after.items)),
        ("events after", .int(step.after.events)),
      ]
      return Table.Row(keys: [.string(step.text)], cells: cells)
    }
    return Table(keyNames: ["step"], rows: rows)
  }
}

extension Catalog {
  /// A counted warning with a few places.
  static func text(_ message: String, _ count: Int, _ examples: [String]) -> String {
    let shown = examples.isEmpty ? "" : " (\(examples.joined(separator: ", "))\(count > examples.count ? ", ..." : ""))"
    return "\(ModuleInstance.grouped(count)) \(message)\(shown)"
  }
}
