import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import Training

/// What `train` gives: the best model, the last one, and the log.
final class Run: RowConvertible, EvidenceStated {
  let model: ModuleInstance
  let last: ModuleInstance
  let log: Table
  let bestEpoch: Int
  let seed: UInt64
  /// What was trained on.
  let sources: [Evidence.Source]

  init(
    model: ModuleInstance, last: ModuleInstance, log: Table, bestEpoch: Int, seed: UInt64,
    sources: [Evidence.Source]
  ) {
    self.model = model
    self.last = last
    self.log = log
    self.bestEpoch = bestEpoch
    self.seed = seed
    self.sources = sources
  }

  /// Validation in the best epoch, and which epoch that is; no seconds, which would differ from run to run.
  var columns: [Table.Column] {
    let row = log.rows.first { $0.keys.first.flatMap { Int.from($0) } == bestEpoch }
    let validation = (row?.cells ?? []).filter { $0.name.hasPrefix(Table.validation) }
    return validation.map { Table.Column($0.name, $0.value) } + [Table.Column("best epoch", .int(bestEpoch))]
  }
  var evidence: Evidence { Evidence(seeds: Int(exactly: seed).map { [$0] } ?? [], sources: sources) }

  var held: [Value] { [.module(model, within: nil), .module(last, within: nil)] }
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
        "train",
        """
        Trains a model towards a goal, keeps the epoch that validates best: a run with model, last, log, best_epoch. \
        `checkpoint` names a file that holds the newest state after each epoch, and besides every `save_steps` steps or \
        `save_minutes` minutes; `keep` says how many of the last states stay, as `run.step-120.h5`; the best model so far \
        stands in `run.best.h5`. `resume` names such a file to go on from, to the same numbers as if nothing had stopped \
        it; where it is not there yet, the training begins, and is saved there.
        """,
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
        BuiltinParameter<String?>("checkpoint", default: .none, shown: "none"),
        BuiltinParameter<String?>("resume", default: .none, shown: "none"),
        BuiltinParameter<Int?>("save_steps", default: .none, shown: "none"),
        BuiltinParameter<Double?>("save_minutes", default: .none, shown: "none"),
        BuiltinParameter<Int>("keep", default: 1, shown: "1"),
        examples: "pmm> try { train(1, 2, 3) } catch e { e.code }\nwrong-type"
      ) {
        call, model, data, goal, valid, monitor, stopAfter, length, epochs, batch, optim, clip, windows, seed,
        checkpoint, resume, saveSteps, saveMinutes, keep -> Value in
        guard monitor.metric.growsWithQuality else {
          throw call.fail(
            .outOfRange,
            "the best epoch has the largest value of its metric, and \(monitor.metric.label) is not one of "
              + "which more is better", argument: 4, tries: ["monitor = ndcg(10)", "monitor = mrr()"])
        }
        let settings = try TrainingRun.Settings(
          TrainingSteps.Settings(
            length: length, batch: batch, optimiser: optim, clip: clip, windows: windows, seed: seed, call),
          monitor: monitor.metric, stopAfter: stopAfter, epochs: epochs,
          saving: try TrainingSaver.Plan(
            checkpoint: checkpoint, resume: resume, everySteps: saveSteps, everyMinutes: saveMinutes, keep: keep, call),
          call)
        let corpus = try Corpus.from(data, call, argument: 1)
        let parts = try validation(valid, corpus, call)
        let run = { Value.object(try TrainingRun(model, corpus, goal, parts, settings, call).run()) }
        // A training that writes its state, or goes on from one, does more than to give a run.
        guard let store = call.machine.trainingStore, settings.saving == nil else { return try run() }
        return try store.value(of: call, run)
      }
    ]
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
