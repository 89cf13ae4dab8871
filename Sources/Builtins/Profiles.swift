import Diagnostics
import Interpreter
import Semantics
import TensorCore

extension Catalog {
  static var profiles: [Builtin] {
    [
      Builtin(
        "profile",
        """
        How long the steps of a training take. Runs `warm` steps and then `steps` more, which are timed, as `train` would \
        with the same settings, and keeps nothing of the model.
        """,
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<Value>("data"), BuiltinParameter<Value>("goal"),
        BuiltinParameter<Int>("steps", default: 10, shown: "10"),
        BuiltinParameter<Int>("warm", default: 3, shown: "3"),
        BuiltinParameter<Int?>("length", default: .none, shown: "the model's"),
        BuiltinParameter<Int>("batch", default: 32, shown: "32"),
        BuiltinParameter<OptimiserObject>(
          "optim", default: OptimiserObject(rates: [(nil, 1e-3)], decay: 0.01), shown: "adamw()"),
        BuiltinParameter<Double?>("clip", default: .some(5), shown: "5.0"),
        BuiltinParameter<String>("windows", default: "last", shown: "\"last\""),
        BuiltinParameter<Int?>("seed", default: .none, shown: "the script's"),
        BuiltinParameter<Bool>("detail", default: true, shown: "true"),
        examples: """
          pmm> from recommenders import SASRec
          pmm> from losses import dap
          pmm> p = profile(SASRec(400), world("tgtS", seed = 1), dap, steps = 2)
          pmm> length(p.milliseconds)
          2
          """
      ) { call, model, data, goal, steps, warm, length, batch, optim, clip, windows, seed, detail -> Value in
        for (name, value, least) in [("steps", steps, 1), ("warm", warm, 0)] where !(least...100_000).contains(value) {
          throw call.fail(
            .outOfRange, "`\(name)` is \(least) to 100000, not \(value)",
            argument: call.builtin.signature.place(of: name))
        }
        let settings = try TrainingSteps.Settings(
          length: length, batch: batch, optimiser: optim, clip: clip, windows: windows, seed: seed, call)
        // A goal and data cannot be taken for each other, so either may come first.
        let isSwapped = Goal.from(data) != nil
        let corpus = try Corpus.from(isSwapped ? goal : data, call, argument: isSwapped ? 2 : 1)
        let wanted = try call.converted(isSwapped ? data : goal, to: Goal.self, name: "goal", at: call.spans[2])
        let training = try TrainingSteps(model, corpus, wanted, settings, call)
        return .object(try ProfileRun(training, call).run(warm: warm, steps: steps))
      }
    ]
  }
}

/// Runs steps of a training and times them.
struct ProfileRun {
  private let training: TrainingSteps
  private let call: Invocation
  private let clock = ContinuousClock()

  init(_ training: TrainingSteps, _ call: Invocation) {
    self.training = training
    self.call = call
  }

  func run(warm: Int, steps: Int) throws -> Profile {
    var times: [Profile.Phases] = []
    var losses: [Double] = []
    var order: [Int] = []
    Memory.resetPeak()
    for step in 0..<warm + steps {
      let (epoch, index) = (step / training.perEpoch + 1, step % training.perEpoch)
      if index == 0 { order = training.order(epoch: epoch) }
      let start = clock.now
      let batch = training.batch(index, of: order)
      let made = clock.now
      let outcome = try training.run(batch, step: step, of: warm + steps, epoch: epoch)
      if Interrupts.isPending { throw Failure(.interrupted, "interrupted", at: call.span) }
      if step < warm { continue }
      losses.append(outcome.values.reduce(0, +))
      times.append(
        Profile.Phases(
          batch: Self.milliseconds(made - start), forward: Self.milliseconds(outcome.forward - made),
          backward: Self.milliseconds(outcome.backward - outcome.forward),
          optimiser: Self.milliseconds(outcome.optimiser - outcome.backward)))
    }
    return Profile(steps: times, losses: losses, peak: Memory.now.peak)
  }

  static func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
  }
}
