import Diagnostics
import Interpreter
import Recommendation
import Semantics

/// How a model is measured.
struct EvaluationSettings: Equatable {
  /// Whether items of the history are no candidates: of the whole one, not only of what a model reads.
  var masksHistory = true
  /// Whether a target that stands in the masked history stays a candidate.
  var keepsTarget = true
  var ties = TieRule.expected
  /// How many items are drawn as rivals of the targets; nil ranks all.
  var negatives: Int?
  var law = CandidateDraw.Law.uniform
  /// At most so many users are measured; nil for all.
  var users: Int?
  /// Of drawn negatives and users.
  var seed = 1
  /// The preset that gave the settings, with what was given against it.
  var preset: String?

  /// Settings that published code has, by name.
  static let presets: [(name: String, settings: EvaluationSettings)] = [
    ("pmmrec", EvaluationSettings()), ("recbole", EvaluationSettings(masksHistory: false)),
    ("sasrec2018", EvaluationSettings(masksHistory: false, ties: .optimistic, negatives: 100, users: 10_000)),
  ]

  /// Whether the truth of a world says what can be reached under them.
  var haveCeiling: Bool { masksHistory && keepsTarget && ties == .expected && negatives == nil }

  /// The phrases of a protocol line behind who is tested.
  func phrases(items: Int, users all: Int) -> [String] {
    var words: [String] = []
    if let users, users < all {
      words.append("\(ModuleInstance.grouped(users)) of them sampled (seed \(seed))")
    }
    if let negatives {
      let drawn = law == .uniform ? "uniform negatives" : "negatives by popularity"
      words.append("targets ranked among \(ModuleInstance.grouped(negatives)) \(drawn) (seed \(seed))")
      words.append(masksHistory ? "no negative from the history" : "no negative from the user's training items")
    } else {
      words.append("all \(ModuleInstance.grouped(items)) items ranked")
      words.append(masksHistory ? "history masked" : "history not masked")
    }
    if masksHistory, !keepsTarget { words.append("targets in the history are misses") }
    switch ties {
    case .expected: words.append("ties by expectation")
    case .optimistic: words.append("ties optimistic")
    case .pessimistic: words.append("ties pessimistic")
    }
    return words
  }
}

extension EvaluationSettings {
  /// What `evaluate` was told: arguments that were given, else those of the preset, else the usual ones.
  /// - Parameter first: the place of `mask_history` among the parameters; the others follow in order.
  init(_ call: Invocation, first: Int) throws {
    var preset = EvaluationSettings()
    let names = Self.presets.map(\.name)
    let protocolPlace = first + 7
    if let value = call.arguments[protocolPlace], !value.isNone {
      let name = try call.converted(value, to: String.self, name: "protocol", at: call.spans[protocolPlace])
      guard let found = Self.presets.first(where: { $0.name == name }) else {
        throw call.fail(
          .outOfRange, "there is no protocol \"\(name)\" for an evaluation", argument: protocolPlace,
          tries: names.map { "protocol = \"\($0)\"" })
      }
      preset = found.settings
      preset.preset = name
    }
    self = preset
    var against: [String] = []
    func given<T: ValueConvertible>(_ offset: Int, _ name: String, _ type: T.Type) throws -> T? {
      guard let value = call.arguments[first + offset] else { return nil }
      let converted = try call.converted(value, to: type, name: name, at: call.spans[first + offset])
      against.append("\(name) = \(value.quoted)")
      return converted
    }
    if let value = try given(0, "mask_history", Bool.self) { masksHistory = value }
    if let value = try given(1, "keep_target", Bool.self) { keepsTarget = value }
    if let value = try given(2, "ties", String.self) {
      ties = try Self.choice(value, call, first + 2, "a rule for ties")
    }
    if let value = try given(3, "negatives", Int?.self) { negatives = value }
    if let value = try given(4, "draw", String.self) {
      law = try Self.choice(value, call, first + 4, "a law to draw negatives by")
    }
    if let value = try given(5, "users", Int?.self) { users = value }
    if let value = try given(6, "seed", Int.self) { seed = value }
    if let name = self.preset, !against.isEmpty { self.preset = "\(name) but \(against.joined(separator: ", "))" }
    try check(call, first)
  }

  private static func choice<T: RawRepresentable & CaseIterable>(
    _ text: String, _ call: Invocation, _ place: Int, _ what: String
  ) throws -> T where T.RawValue == String {
    if let value = T(rawValue: text) { return value }
    let name = call.builtin.signature.parameters[place].name
    throw call.fail(
      .outOfRange, "\"\(text)\" is not \(what)", argument: place,
      tries: T.allCases.map { "\(name) = \"\($0.rawValue)\"" })
  }

  private func check(_ call: Invocation, _ first: Int) throws {
    if !keepsTarget, !masksHistory {
      throw call.fail(
        .wrongArguments,
        "`keep_target = false` makes targets in a masked history misses, but the history is not masked",
        argument: first + 1, tries: ["mask_history = true"])
    }
    if let negatives, !(1...1_000_000).contains(negatives) {
      throw call.fail(
        .outOfRange, "`negatives` runs from 1 to 1,000,000, not \(negatives)", argument: first + 3,
        tries: ["negatives = 100", "negatives = none, which ranks all items"])
    }
    if negatives == nil, call.arguments[first + 4] != nil {
      throw call.fail(
        .wrongArguments, "`draw` says how negatives are drawn, but all items are ranked", argument: first + 4,
        tries: ["negatives = 100"])
    }
    if let users, users < 1 {
      throw call.fail(
        .outOfRange, "at least one user is measured, not \(users)", argument: first + 5, tries: ["users = none"])
    }
  }
}
