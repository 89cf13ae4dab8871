import Content
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore

/// A data set as a value: its parts, its catalogue, and what it says of itself.
final class DataSet: LanguageObject {
  let platform: Platform
  let machine: Machine

  init(_ platform: Platform, _ machine: Machine) {
    self.platform = platform
    self.machine = machine
  }

  var typeName: String { "data set" }
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
  static var dataSets: [Builtin] {
    [
      Builtin(
        "dataset",
        "Reads a folder of interactions.csv and items.csv; texts become hashed words, images patches.",
        BuiltinParameter<String>("path"), BuiltinParameter<Int>("words", default: 24, shown: "24"),
        BuiltinParameter<Int>("vocabulary", default: 4096, shown: "4096"),
        BuiltinParameter<Int>("image", default: 64, shown: "64"),
        BuiltinParameter<Int>("patch", default: 16, shown: "16"),
        examples: "pmm> try { dataset(\"no/such/folder\") } catch e { e.code }\ndata"
      ) { call, path, words, vocabulary, image, patch -> Value in
        try load(path, words, vocabulary, image, patch, call)
      },
      Builtin(
        "popularity", "A model that ranks items by how often they occur in training.", BuiltinParameter<Value>("data"),
        examples: "pmm> try { popularity(1) } catch e { e.code }\nwrong-type"
      ) { call, data -> Value in
        let corpus = try Corpus.from(data, call, argument: 0)
        guard corpus.platforms.count == 1 else {
          throw call.fail(.wrongType, "popularity is counted on one data set", argument: 0)
        }
        let platform = corpus.platforms[0]
        return .object(PopularityScorer(PopularityModel(platform.split, itemCount: platform.itemCount), platform))
      },
    ]
  }

  private static func load(
    _ path: String, _ words: Int, _ vocabulary: Int, _ image: Int, _ patch: Int, _ call: Invocation
  ) throws -> Value {
    let machine = call.machine
    let data: InteractionData
    do {
      data = try InteractionData.load(folder: path, interrupted: { Interrupts.isPending })
    } catch {
      if error.code == "interrupted" { throw Failure(.interrupted, "interrupted", at: call.span) }
      machine.note(read: FileRead(kind: .folder, path: path, state: FileState.unreadable))
      let place = error.place.map { error.message.contains($0) ? "" : "\($0): " } ?? ""
      throw call.fail(.data, "\(place)\(error.message)", argument: 0, tries: error.suggestion.map { [$0] } ?? [])
    }
    for warning in data.warnings { machine.warn(.data, Self.text(warning.message, warning.count, warning.examples)) }
    do {
      guard patch > 0, (1...8192).contains(image), image % patch == 0 else {
        throw call.fail(
          .outOfRange, "patches of \(patch) do not fill an image of \(image)", tries: ["patch = 16, image = 64"])
      }
      let hashed = try HashedWords(words: words, vocabulary: vocabulary)
      let hasImages = data.catalogue.images.contains { !$0.isEmpty }
      let store = hasImages ? try ImageStore(folder: path, images: data.catalogue.images, size: image) : nil
      let name = path.split(separator: "/").last.map(String.init) ?? path
      let state = InteractionData.state(fingerprint: data.fingerprint, images: data.catalogue.images, folder: path)
      machine.note(read: FileRead(kind: .folder, path: path, state: state))
      return .object(
        DataSet(
          Platform(
            name: name,
            items: FolderItems(data.catalogue, words: hashed, images: store, imageSize: image, patch: patch),
            log: EventLog(
              userIDs: data.userIDs, sequences: data.sequences, times: data.times, itemCount: data.catalogue.count),
            fingerprint: data.fingerprint, state: "\(state) \(image) \(patch)",
            itemsFingerprint: data.itemsFingerprint, warnings: data.warnings), machine))
    } catch let error as ContentError {
      throw call.fail(.outOfRange, error.message, tries: error.suggestion.map { [$0] } ?? [])
    }
  }

  /// A counted warning with a few places.
  static func text(_ message: String, _ count: Int, _ examples: [String]) -> String {
    let shown = examples.isEmpty ? "" : " (\(examples.joined(separator: ", "))\(count > examples.count ? ", ..." : ""))"
    return "\(ModuleInstance.grouped(count)) \(message)\(shown)"
  }
}
