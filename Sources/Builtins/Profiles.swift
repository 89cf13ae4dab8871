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
        Where the time and the memory of a training step go, or those of any computation. Of a model, with the data and the \
        goal as `train` takes them, it runs `warm` steps and then `steps` more, which are followed, and keeps nothing of the \
        model. Of a function without arguments it runs the calls of it: `profile(() => evaluate(m, data.test))`. Fields: \
        milliseconds of each step, their median, losses, phases, peak bytes of tensors; and the tables ops, parts and lines, \
        the share of the language itself, and the bytes that a step takes. Time passed backwards belongs to what recorded \
        it. With `detail = false` whole steps are timed alone.
        """,
        BuiltinParameter<Value>("model"), BuiltinParameter<Value>("data", default: .none, shown: "none"),
        BuiltinParameter<Value>("goal", default: .none, shown: "none"),
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
          pmm> keys(p.phases)
          ["batch", "forward", "backward", "optimiser"]
          pmm> "attention" in p.ops.op
          true
          pmm> "user.blocks.0.attention" in p.parts.part
          true
          pmm> x = full(1.0, [item(9), d(4)])
          pmm> profile(() => sum(x, over = d), steps = 5).ops["sum"].calls
          1
          """
      ) { call, model, data, goal, steps, warm, length, batch, optim, clip, windows, seed, detail -> Value in
        for (name, value, least) in [("steps", steps, 1), ("warm", warm, 0)] where !(least...100_000).contains(value) {
          throw call.fail(
            .outOfRange, "`\(name)` is \(least) to 100000, not \(value)",
            argument: call.builtin.signature.place(of: name))
        }
        let run = ProfileRun(warm: warm, steps: steps, isDetailed: detail, call)
        switch model {
        case .function(let function): return .object(try run.profile(function))
        case .module(let module, _):
          let settings = try TrainingSteps.Settings(
            length: length, batch: batch, optimiser: optim, clip: clip, windows: windows, seed: seed, call)
          return .object(try run.profile(module, data, goal, settings))
        default:
          throw call.fail(
            .wrongType, "a model or a function without arguments is profiled, not \(model.described)", argument: 0,
            tries: ["profile(model, data, goal)", "profile(() => ...)"])
        }
      }
    ]
  }
}

/// One profile: steps that warm caches up, and steps that are followed.
struct ProfileRun {
  private let warm: Int
  private let steps: Int
  private let isDetailed: Bool
  private let call: Invocation

  init(warm: Int, steps: Int, isDetailed: Bool, _ call: Invocation) {
    self.warm = warm
    self.steps = steps
    self.isDetailed = isDetailed
    self.call = call
  }

  /// Steps of a training.
  func profile(
    _ model: ModuleInstance, _ data: Value, _ goal: Value, _ settings: TrainingSteps.Settings
  ) throws -> Profile {
    // Data and a goal cannot be taken for each other, so either may come first.
    let isSwapped = Goal.from(data) != nil && Goal.from(goal) == nil
    let (data, goal) = isSwapped ? (goal, data) : (data, goal)
    for (name, value) in [("data", data), ("goal", goal)] where value.isNone {
      throw call.fail(
        .wrongArguments, "the training of a model is profiled with data and a goal, and `\(name)` is missing",
        tries: ["profile(model, data, goal)", "profile(() => ...) for another computation with the model"])
    }
    let corpus = try Corpus.from(data, call, argument: isSwapped ? 2 : 1)
    let wanted = try call.converted(goal, to: Goal.self, name: "goal", at: call.spans[isSwapped ? 1 : 2])
    let training = try TrainingSteps(model, corpus, wanted, settings, call)
    let outer = call.machine.seed
    call.machine.seed = settings.seed
    defer { call.machine.seed = outer }
    var order: [Int] = []
    var losses: [Double] = []
    let profiler = try turns { step in
      let (epoch, index) = (step / training.perEpoch + 1, step % training.perEpoch)
      if index == 0 { order = training.order(epoch: epoch) }
      let values = try training.run(
        training.batch(index, of: order), step: step, of: warm + steps, epoch: epoch)
      if step >= warm { losses.append(values.reduce(0, +)) }
    }
    return Profile(profiler, of: "a training step of \(model.definition.name)", losses: losses)
  }

  /// Calls of a function.
  func profile(_ function: Function) throws -> Profile {
    let given = ["data", "goal", "length", "batch", "optim", "clip", "windows", "seed"]
    for name in given {
      guard let place = call.builtin.signature.place(of: name), call.arguments[place] != nil else { continue }
      throw call.fail(
        .wrongArguments, "`\(name)` is of the training of a model, and a function is profiled here", argument: place,
        tries: ["profile(() => ..., steps = \(steps))"])
    }
    guard function.parameterNames.isEmpty else {
      throw call.fail(
        .wrongType,
        "a function without arguments is profiled, and this one takes "
          + function.parameterNames.map { "`\($0)`" }.joined(separator: ", "), argument: 0,
        tries: ["profile(() => f(...))"])
    }
    let profiler = try turns { _ in
      _ = try call.machine.call(.function(function), [], at: call.span, place: call.place)
    }
    return Profile(profiler, of: call.spans[0].map(\.text) ?? function.name, losses: [])
  }

  /// Runs all turns, and gives what followed those after the warm ones.
  private func turns(_ body: (Int) throws -> Void) throws -> Profiler {
    func part(_ range: Range<Int>) throws -> Profiler {
      let profiler = Profiler(isDetailed: isDetailed)
      try call.machine.profiled(by: profiler) {
        for step in range {
          try profiler.turn { try body(step) }
          if Interrupts.isPending { throw Failure(.interrupted, "interrupted", at: call.span) }
        }
      }
      return profiler
    }
    _ = try part(0..<warm)
    return try part(warm..<warm + steps)
  }
}
