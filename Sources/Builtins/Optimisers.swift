import Diagnostics
import Interpreter
import Training

/// A learning-rate schedule as a value.
final class ScheduleObject: LanguageObject, ValueConvertible {
  let schedule: Schedule
  init(_ schedule: Schedule) { self.schedule = schedule }
  var typeName: String { "schedule" }
  var brief: String { printed }
  var printed: String { "\(schedule.shape.rawValue)(\(schedule.warmup > 0 ? "warmup = \(schedule.warmup)" : ""))" }
  var label: UInt64 { Label64("schedule").mixed(printed).value }

  static var typeName: String { "a schedule such as cosine()" }
  static func from(_ value: Value) -> ScheduleObject? {
    if case .object(let object) = value { return object as? ScheduleObject }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(self) }
}

/// An optimiser's settings: one learning rate, or one for each group of parameters, and what is not decayed.
final class OptimiserObject: LanguageObject, ValueConvertible {
  /// Paths with their learning rates; the last entry, without a path, is the rest.
  let rates: [(path: PathValue?, rate: Double)]
  let decay: Double
  /// Parameters at these paths are not decayed.
  let undecayed: [PathValue]
  let schedule: Schedule

  init(
    rates: [(path: PathValue?, rate: Double)], decay: Double, undecayed: [PathValue] = [],
    schedule: Schedule = Schedule(.constant)
  ) {
    self.rates = rates
    self.decay = decay
    self.undecayed = undecayed
    self.schedule = schedule
  }

  var typeName: String { "optimiser" }
  var brief: String { printed }
  var printed: String {
    let text = rates.map { rate in rate.path.map { "\($0): \(Value.text(rate.rate))" } ?? Value.text(rate.rate) }
    var parts = ["lr = \(text.joined(separator: ", "))", "decay = \(Value.text(decay))"]
    if !undecayed.isEmpty { parts.append("no_decay = [\(undecayed.map(\.description).joined(separator: ", "))]") }
    if schedule != Schedule(.constant) { parts.append("schedule = \(ScheduleObject(schedule).printed)") }
    return "adamw(\(parts.joined(separator: ", ")))"
  }
  var label: UInt64 { Label64("optimiser").mixed(printed).value }
  static var typeName: String { "an optimiser such as adamw(lr = 1e-3)" }
  static func from(_ value: Value) -> OptimiserObject? {
    if case .object(let object) = value { return object as? OptimiserObject }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(self) }

  /// Every path that is named, so that one that matches nothing can be refused.
  var paths: [PathValue] { rates.compactMap(\.path) + undecayed }

  /// The group of a parameter: the last path that covers it, else the rest; each rate has a group with decay and one
  /// without.
  func group(of path: [String]) -> Int {
    let rate = rates.lastIndex { $0.path?.covers(path) ?? false } ?? rates.count - 1
    return 2 * rate + (undecayed.contains { $0.covers(path) } ? 1 : 0)
  }

  /// Settings of the groups with the rate of a step.
  func groups(step: Int, of total: Int) -> [ParameterGroup] {
    let factor = schedule.factor(step: step, of: total)
    return rates.flatMap { rate in
      [decay, 0].map { ParameterGroup(learningRate: rate.rate * factor, decay: $0) }
    }
  }
}

extension Catalog {
  private static func schedule(_ shape: Schedule.Shape, _ summary: String) -> Builtin {
    Builtin(
      shape.rawValue, summary, BuiltinParameter<Int>("warmup", default: 0, shown: "0"),
      examples: "pmm> \(shape.rawValue)(warmup = 10)\n\(shape.rawValue)(warmup = 10)"
    ) { call, warmup in
      guard warmup >= 0 else {
        throw call.fail(.outOfRange, "a warm-up takes 0 steps or more, not \(warmup)", argument: 0)
      }
      return ScheduleObject(Schedule(shape, warmup: warmup))
    }
  }

  static var optimisers: [Builtin] {
    [
      schedule(.constant, "A learning rate that stays, after `warmup` steps on which it rises from near 0."),
      schedule(.linear, "A learning rate that falls on a straight line to 0, after `warmup` rising steps."),
      schedule(.cosine, "A learning rate that falls on half a cosine to 0, after `warmup` rising steps."),
      Builtin(
        "adamw",
        "AdamW (Loshchilov and Hutter 2019); `lr` is a number or a record of paths with `rest`; `no_decay` lists paths.",
        BuiltinParameter<Value>("lr", default: .float(1e-3), shown: "1e-3"),
        BuiltinParameter<Double>("decay", default: 0.01, shown: "0.01"),
        BuiltinParameter<PathList>("no_decay", default: PathList(paths: []), shown: "[]"),
        BuiltinParameter<ScheduleObject>("schedule", default: ScheduleObject(Schedule(.constant)), shown: "constant()"),
        examples: """
          pmm> adamw(lr = 2e-3)
          adamw(lr = 0.002, decay = 0.01)
          pmm> adamw(lr = {.text: 1e-5, rest: 1e-3}, no_decay = .text.norm, schedule = cosine(warmup = 10))
          adamw(lr = .text: 1.0e-5, 0.001, decay = 0.01, no_decay = [.text.norm], schedule = cosine(warmup = 10))
          """
      ) { call, rate, decay, undecayed, schedule in
        guard decay >= 0, decay.isFinite else {
          throw call.fail(.outOfRange, "a decay is 0 or more, not \(Value.text(decay))", argument: 1)
        }
        return OptimiserObject(
          rates: try rates(rate, call), decay: decay, undecayed: undecayed.paths, schedule: schedule.schedule)
      },
    ]
  }

  private static func rates(_ value: Value, _ call: Invocation) throws -> [(path: PathValue?, rate: Double)] {
    func checked(_ value: Value, _ name: String) throws -> Double {
      guard let rate = Double.from(value), rate >= 0, rate.isFinite else {
        throw call.fail(
          .outOfRange, "the learning rate of \(name) is a number of 0 or more, not \(value.described)", argument: 0)
      }
      return rate
    }
    guard case .record(let record) = value else { return [(nil, try checked(value, "adamw"))] }
    var rest: Double?
    var groups: [(path: PathValue?, rate: Double)] = []
    for (name, value) in try record.fields() {
      if let path = PathValue(text: name) {
        groups.append((path, try checked(value, name)))
      } else if name == "rest" {
        rest = try checked(value, name)
      } else {
        throw call.fail(
          .unknownKeyword, "learning rates are given by path or for `rest`, not for `\(name)`", argument: 0,
          tries: [".\(name)"])
      }
    }
    guard let rest else {
      throw call.fail(.wrongArguments, "learning rates by path also need `rest`", argument: 0, tries: ["rest: 1e-3"])
    }
    return groups + [(nil, rest)]
  }
}
