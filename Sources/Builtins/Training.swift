import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import Training

/// An optimiser's settings: one learning rate, or one for each group of parameters.
final class OptimiserObject: LanguageObject, ValueConvertible {
  /// Paths with their learning rates; the last entry, without a path, is the rest.
  let rates: [(path: PathValue?, rate: Double)]
  let decay: Double

  init(rates: [(path: PathValue?, rate: Double)], decay: Double) {
    self.rates = rates
    self.decay = decay
  }

  var typeName: String { "optimiser" }
  var brief: String { printed }
  var printed: String {
    let text = rates.map { rate in rate.path.map { "\($0): \(Value.text(rate.rate))" } ?? Value.text(rate.rate) }
    return "adamw(lr = \(text.joined(separator: ", ")), decay = \(Value.text(decay)))"
  }
  var label: UInt64 { Label64("optimiser").mixed(printed).value }
  static var typeName: String { "an optimiser such as adamw(lr = 1e-3)" }
  static func from(_ value: Value) -> OptimiserObject? {
    if case .object(let object) = value { return object as? OptimiserObject }
    return nil
  }
  func asValue(_ invocation: Invocation) -> Value { .object(self) }

  /// The group of a parameter: the last path that covers it, else the rest.
  func group(of path: [String]) -> Int {
    rates.lastIndex { $0.path?.covers(path) ?? false } ?? rates.count - 1
  }
}

/// What `train` gives: the best model, the last one, and the log.
final class Run: LanguageObject {
  let model: ModuleInstance
  let last: ModuleInstance
  let log: Table
  let bestEpoch: Int
  let seed: UInt64

  init(model: ModuleInstance, last: ModuleInstance, log: Table, bestEpoch: Int, seed: UInt64) {
    self.model = model
    self.last = last
    self.log = log
    self.bestEpoch = bestEpoch
    self.seed = seed
  }

  var typeName: String { "run" }
  var fieldNames: [String] { ["model", "last", "log", "best_epoch", "seed"] }
  func field(_ name: String) -> Value? {
    switch name {
    case "model": .module(model, within: nil)
    case "last": .module(last, within: nil)
    case "log": .object(log)
    case "best_epoch": .int(bestEpoch)
    case "seed": Int(exactly: seed).map { .int($0) } ?? Value.none
    default: nil
    }
  }
  var printed: String {
    "run of \(model.definition.name): best epoch \(bestEpoch) of \(log.rows.count)\n\(log.text(limit: 50))"
  }
}

extension Catalog {
  static var training: [Builtin] {
    [
      Builtin(
        "adamw", "AdamW (Loshchilov and Hutter 2019); `lr` is a number or a record of paths with `rest`.",
        BuiltinParameter<Value>("lr", default: .float(1e-3), shown: "1e-3"),
        BuiltinParameter<Double>("decay", default: 0.01, shown: "0.01"),
        examples: "pmm> adamw(lr = 2e-3)\nadamw(lr = 0.002, decay = 0.01)"
      ) { call, rate, decay in
        guard decay >= 0, decay.isFinite else {
          throw call.fail(.outOfRange, "a decay is 0 or more, not \(Value.text(decay))", argument: 1)
        }
        return OptimiserObject(rates: try rates(rate, call), decay: decay)
      },
      Builtin(
        "train",
        "Trains a model towards a goal, keeps the epoch that validates best: a run with model, last, log, best_epoch.",
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<Value>("data"), BuiltinParameter<Goal>("goal"),
        BuiltinParameter<Value>("valid", default: .none, shown: "the data's own"),
        BuiltinParameter<MetricObject>("monitor", default: MetricObject(RankingMetric(.ndcg, 10)), shown: "ndcg(10)"),
        BuiltinParameter<Int?>("stop_after", default: .none, shown: "none"),
        BuiltinParameter<Int?>("length", default: .none, shown: "the model's"),
        BuiltinParameter<Int>("epochs", default: 10, shown: "10"),
        BuiltinParameter<Int>("batch", default: 32, shown: "32"),
        BuiltinParameter<OptimiserObject>(
          "optim", default: OptimiserObject(rates: [(nil, 1e-3)], decay: 0.01), shown: "adamw()"),
        BuiltinParameter<Double?>("clip", default: .some(5), shown: "5.0"),
        BuiltinParameter<String>("windows", default: "last", shown: "\"last\""),
        BuiltinParameter<Int?>("seed", default: .none, shown: "the script's"),
        examples: "pmm> try { train(1, 2, 3) } catch e { e.code }\nwrong-type"
      ) {
        call, model, data, goal, valid, monitor, stopAfter, length, epochs, batch, optim, clip, windows, seed -> Value
        in
        let settings = try TrainingRun.Settings(
          monitor: monitor.metric, stopAfter: stopAfter, length: length, epochs: epochs, batch: batch, optimiser: optim,
          clip: clip, windows: windows, seed: seed.map { UInt64(bitPattern: Int64($0)) } ?? call.machine.seed, call)
        let corpus = try Corpus.from(data, call, argument: 1)
        let parts = try validation(valid, corpus, call)
        return .object(try TrainingRun(model, corpus, goal, parts, settings, call).run())
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

  private static func validation(_ value: Value, _ corpus: Corpus, _ call: Invocation) throws -> [DataPart] {
    switch value {
    case .none: return corpus.platforms.map { DataPart(.valid, $0, call.machine) }
    case .object(let object as DataPart) where object.kind != .train: return [object]
    case .list(let values): return try values.flatMap { try validation($0, corpus, call) }
    default:
      throw call.fail(
        .wrongType, "`valid` takes a validation part or a list of them, not \(value.described)", argument: 3,
        tries: ["data.valid"])
    }
  }
}
