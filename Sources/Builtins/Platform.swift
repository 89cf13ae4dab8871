import Content
import Interpreter
package import Recommendation

/// One platform: its users, its items and what the items look like.
package final class Platform {
  /// A step of preparation, and what it left of the data.
  struct Step {
    let text: String
    let before: DataSize
    let after: DataSize
  }

  let name: String
  /// Who met what and when.
  let log: EventLog
  let split: Split
  /// Who is tested on: the platform's own users, or others who are never trained on.
  let testSplit: Split
  let rawIDs: [String]
  /// Equal fingerprints mean equal events and items after equal steps and splits.
  let fingerprint: String
  /// The fingerprint of the data as they were read, before any step.
  let read: String
  /// Equal states mean that everything which can be read of it is equal, pictures and sizes included.
  let state: String
  let itemsFingerprint: String
  /// Its items as ids mean them.
  let catalogue: ItemSpace.Catalogue
  let items: any ItemSource
  /// What can be reached at best, where the data know it.
  let ceilings: WorldCeilings?
  /// Facts about events, where they were asked for.
  let contexts: EventContexts?
  /// How the data came to be as they are, oldest step first.
  let steps: [Step]
  /// What was odd when they were read.
  let warnings: [DataWarning]
  /// Kinds of warnings about the items that were said already, by whatever was made of the same ones.
  let reported: Reported

  final class Reported {
    var kinds: Set<String> = []
  }

  /// - Parameter split: how the events of `log` are split.
  init(
    name: String, items: any ItemSource, log: EventLog, split: Split, testSplit: Split? = nil, fingerprint: String,
    state: String, itemsFingerprint: String, ceilings: WorldCeilings? = nil, steps: [Step] = [],
    warnings: [DataWarning] = [], contexts: EventContexts? = nil, read: String? = nil,
    reported: Reported = Reported()
  ) {
    self.name = name
    self.items = items
    self.log = log
    self.split = split
    self.testSplit = testSplit ?? split
    self.fingerprint = fingerprint
    self.read = read ?? fingerprint
    self.state = state
    self.itemsFingerprint = itemsFingerprint
    self.ceilings = ceilings
    self.steps = steps
    self.warnings = warnings
    self.contexts = contexts
    self.reported = reported
    rawIDs = items.rawIDs
    catalogue = ItemSpace.Catalogue(name: name, fingerprint: itemsFingerprint, count: rawIDs.count)
  }

  /// A platform as it was read, split by leave-one-out.
  /// - Parameter testSequences: histories of users who are only tested on.
  convenience init(
    name: String, items: any ItemSource, log: EventLog, testSequences: [[Int32]]? = nil, fingerprint: String,
    state: String, itemsFingerprint: String, ceilings: WorldCeilings? = nil, warnings: [DataWarning] = []
  ) {
    self.init(
      name: name, items: items, log: log, split: Split(leaveOneOut: log.sequences),
      testSplit: testSequences.map { Split(leaveOneOut: $0) }, fingerprint: fingerprint,
      state: "\(name) \(state) \(items.sizes.sorted { $0.key < $1.key }) \(items.vocabulary)",
      itemsFingerprint: itemsFingerprint, ceilings: ceilings, warnings: warnings)
  }

  /// Its users as rows of a table of users mean them; what was done with their events leaves them who they are.
  private(set) lazy var userCatalogue = ItemSpace.Catalogue(
    name: "the users of \(name)", fingerprint: Self.digest(log.userIDs.joined(separator: "\n")), count: users)

  var users: Int { log.sequences.count }
  var events: Int { log.size.events }
  /// Whether others than its own users are tested on.
  var hasTestUsers: Bool { ceilings.map { !$0.world.testUsers.isEmpty } ?? false }

  /// As tables name the data that their numbers come from.
  var source: Evidence.Source { Evidence.Source(name: name, fingerprint: fingerprint) }
  var itemCount: Int { rawIDs.count }
  var sizes: [String: Int] {
    contexts.map { contexts in items.sizes.merging(["context": contexts.width]) { $1 } } ?? items.sizes
  }
  var vocabulary: Int { items.vocabulary }
  static let fields: Set<String> = [
    "words", "word_mask", "image", "ids", "user", "slots", "next", "mask", "anchor", "own", "count", "log_popularity",
    "catalogue", "offered", "features", "context", "next_context",
  ]
}

extension Platform {
  /// The data after one step; they are split as before.
  /// - Throws: what the step throws.
  func prepared(by step: Preparation) throws -> Platform {
    guard contexts == nil else {
      throw DataError(
        code: "late-step", message: "events have their contexts already, so no step may choose among them",
        suggestion: "with_context as the last step")
    }
    let outcome = try step.applied(to: log)
    let kept = outcome.kept.flatMap { $0.count == itemCount ? nil : $0 }
    let source: any ItemSource = kept.map { SelectedItems(items, rows: $0) } ?? items
    let rows = kept.map { $0.map { "\($0)" }.joined(separator: " ") }
    return Platform(
      name: name, items: source, log: outcome.log,
      split: try Split(split.rule, outcome.log.sequences, times: outcome.log.times),
      fingerprint: Self.digest(fingerprint, step.name, rows ?? ""), state: Self.digest(state, step.name, rows ?? ""),
      itemsFingerprint: rows.map { Self.digest(itemsFingerprint, $0) } ?? itemsFingerprint,
      steps: steps + [Step(text: step.name, before: log.size, after: outcome.log.size)],
      warnings: warnings, read: read, reported: reported)
  }

  /// The same data split otherwise.
  /// - Throws: what the split throws.
  func split(by rule: Split.Rule) throws -> Platform {
    if rule == split.rule { return self }
    let text = "split \(rule)"
    return Platform(
      name: name, items: items, log: log, split: try Split(rule, log.sequences, times: log.times),
      fingerprint: Self.digest(fingerprint, text), state: Self.digest(state, text), itemsFingerprint: itemsFingerprint,
      steps: steps, warnings: warnings, contexts: contexts, read: read, reported: reported)
  }

  /// The same data under another name.
  func named(_ name: String) -> Platform {
    Platform(
      name: name, items: items, log: log, split: split, testSplit: testSplit, fingerprint: fingerprint,
      state: Self.digest(state, name), itemsFingerprint: itemsFingerprint, ceilings: ceilings, steps: steps,
      warnings: warnings, contexts: contexts, read: read, reported: reported)
  }

  /// The same data with facts about each event.
  func with(_ contexts: EventContexts) -> Platform {
    let text = contexts.values.lazy.map { $0.map { "\($0.bitPattern)" }.joined(separator: " ") }.joined(separator: "\n")
    return Platform(
      name: name, items: items, log: log, split: split, fingerprint: Self.digest(fingerprint, text),
      state: Self.digest(state, text), itemsFingerprint: itemsFingerprint, steps: steps, warnings: warnings,
      contexts: contexts, read: read, reported: reported)
  }

  private static func digest(_ parts: String...) -> String {
    SHA256.hex(Array(parts.joined(separator: "\n").utf8))
  }
}

/// Some rows of other items.
final class SelectedItems: ItemSource {
  private let whole: any ItemSource
  private let rows: [Int32]
  let rawIDs: [String]

  /// Rows that `whole` does not have are passed over.
  init(_ whole: any ItemSource, rows: [Int32]) {
    let ids = whole.rawIDs
    self.whole = whole
    self.rows = rows.filter { ids.indices.contains(Int($0)) }
    rawIDs = self.rows.map { ids[Int($0)] }
  }

  var sizes: [String: Int] { whole.sizes }
  var vocabulary: Int { whole.vocabulary }
  var hasImages: Bool { whole.hasImages }
  var warnings: [ContentWarning] { whole.warnings }
  var titles: [String] { selected(whole.titles) }
  var descriptions: [String] { selected(whole.descriptions) }
  var columns: [String: [String]] { whole.columns.mapValues { selected($0) } }

  func text(of item: Int32) -> (ids: [Int32], mask: [Bool]) { whole.text(of: row(item)) }
  var squares: (size: Int, patch: Int) { whole.squares }
  func pixels(of items: [Int32]) -> [UInt8] { whole.pixels(of: items.map { row($0) }) }
  func features(of items: [Int32]) -> [Float]? { whole.features(of: items.map { row($0) }) }
  func picture(of item: Int32) throws(ContentError) -> (bytes: [UInt8], ending: String)? {
    try whole.picture(of: row(item))
  }

  func described(progress: (Double) -> Void, interrupted: @Sendable () -> Bool) -> DataReport.Items {
    let all = whole.described(progress: progress, interrupted: interrupted)
    func selected(_ values: [Bool]) -> [Bool] { rows.map { values.indices.contains(Int($0)) && values[Int($0)] } }
    let places = Dictionary(rows.enumerated().map { (Int($1), $0) }, uniquingKeysWith: { first, _ in first })
    return DataReport.Items(
      ids: rawIDs, hasTitle: selected(all.hasTitle), hasDescription: selected(all.hasDescription),
      hasImage: selected(all.hasImage),
      imageProblems: all.imageProblems.compactMap { one in places[one.item].map { ($0, one.reason) } })
  }

  private func row(_ item: Int32) -> Int32 { rows.indices.contains(Int(item)) ? rows[Int(item)] : -1 }
  private func selected(_ values: [String]) -> [String] {
    rows.map { values.indices.contains(Int($0)) ? values[Int($0)] : "" }
  }
}
