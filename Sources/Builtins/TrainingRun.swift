import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import Semantics
import TensorCore
import TensorFiles
import Training

/// One training: epochs of steps, validation after each, the best epoch kept.
final class TrainingRun {
  struct Settings {
    let steps: TrainingSteps.Settings
    let monitor: RankingMetric
    let stopAfter: Int?
    let epochs: Int
    let saving: TrainingSaver.Plan?

    /// Times the steps of an epoch it is still a whole number.
    private static let mostEpochs = 1_000_000

    init(
      _ steps: TrainingSteps.Settings, monitor: RankingMetric, stopAfter: Int?, epochs: Int,
      saving: TrainingSaver.Plan?, _ call: Invocation
    ) throws {
      for (name, value) in [("epochs", epochs), ("stop_after", stopAfter ?? 1)] where value < 1 {
        throw call.fail(.outOfRange, "`\(name)` is 1 or more, not \(value)")
      }
      guard epochs <= Self.mostEpochs else {
        throw call.fail(.outOfRange, "`epochs` is at most \(Self.mostEpochs), not \(epochs)")
      }
      self.steps = steps
      self.monitor = monitor
      self.stopAfter = stopAfter
      self.epochs = epochs
      self.saving = saving
    }
  }

  private let steps: TrainingSteps
  private let parts: [DataPart]
  private let settings: Settings
  private let call: Invocation
  private var machine: Machine { call.machine }
  private var corpus: Corpus { steps.corpus }
  private var goal: Goal { steps.goal }

  private var log: [Table.Row] = []
  private var best: TrainingState.Best?
  private var position: TrainingState.Position
  private let clock = ContinuousClock()
  private let saver: TrainingSaver?
  /// What must be the same for the training to go on.
  private var terms: [(name: String, text: String)] = []

  init(
    _ model: ModuleInstance, _ corpus: Corpus, _ goal: Goal, _ parts: [DataPart], _ settings: Settings,
    _ call: Invocation
  ) throws {
    self.parts = parts
    self.settings = settings
    self.call = call
    steps = try TrainingSteps(model, corpus, goal, settings.steps, call)
    position = TrainingState.Position(sums: [Double](repeating: 0, count: goal.terms.count))
    saver = settings.saving.map { TrainingSaver($0, call) }
  }

  /// Steps of the whole training, which a schedule of the learning rate is spread over.
  private var stepsInAll: Int { steps.perEpoch * settings.epochs }

  func run() throws -> Run {
    let outer = machine.seed
    machine.seed = settings.steps.seed
    defer { machine.seed = outer }
    if let saver {
      terms = try settledTerms(steps.model)
      try saver.prepare { try state.file(corpus.platforms, call) }
      try resume(saver)
    }
    while position.epoch <= settings.epochs, !isOutOfPatience {
      let epoch = position.epoch
      do { try self.epoch(epoch) } catch {
        guard Self.isInterrupt(error) || Interrupts.isPending else { throw try withLastGoodModel(error) }
        return try interrupted(during: epoch)
      }
    }
    try saver?.finish(position.step) { try state.file(corpus.platforms, call) }
    return try finished()
  }

  private var isOutOfPatience: Bool {
    guard let patience = settings.stopAfter, let best else { return false }
    return position.epoch - 1 - best.epoch >= patience
  }

  // MARK: Going on

  /// What must be the same for the training to go on, to the last bit: in words where it can be said so, else by a digest.
  private func settledTerms(_ start: ModuleInstance) throws -> [(name: String, text: String)] {
    let fingerprint = Fingerprint(machine) { SHA256.hex($0) }
    var recipe = ModelRecipe(call)
    let description = try recipe.json(start).text()
    func code(_ digest: () throws -> String) throws -> String {
      do { return String(try digest().prefix(12)) } catch let unknown as Fingerprint.Unknown { return unknown.what }
    }
    var sum: UInt32 = 0
    for (_, parameter) in try start.placement().parameters {
      guard let numbers = try parameter.numbers() else { continue }
      sum = try TensorBytes(numbers).withBytes { CRC32C.joined(sum, CRC32C.of($0), secondCount: $0.count) }
    }
    let arguments = start.arguments.map { "\($0.name) = \($0.value.printed)" }.joined(separator: ", ")
    let rates = settings.steps.optimiser.rates.map { "\($0.rate)" } + ["\(settings.steps.optimiser.decay)"]
    var terms: [(name: String, text: String)] = [
      ("seed", "\(settings.steps.seed)"), ("batch", "\(settings.steps.batch)"), ("length", "\(steps.length)"),
      ("windows", settings.steps.windows.rawValue), ("optim", settings.steps.optimiser.printed),
      ("rates", rates.joined(separator: ", ")), ("clip", settings.steps.clip.map { "\($0)" } ?? "none"),
      ("monitor", settings.monitor.label), ("goal", goal.printed),
      ("code of the goal", try code { try fingerprint.digest(.goal(goal)) }),
      ("data", corpus.platforms.map { "\($0.name) \($0.fingerprint)" }.joined(separator: "; ")),
      (
        "valid",
        parts.map { "\($0.printed), \($0.cases.count) cases, \($0.platform.fingerprint)" }.joined(separator: "; ")
      ),
      ("model", "\(start.definition.name)(\(arguments))"),
      ("recipe", String(SHA256.hex(Array(description.utf8)).prefix(12))),
      ("code of the model", try code { try fingerprint.program(of: start) }),
      (
        "parameters",
        steps.trainable.map { "\($0.path.joined(separator: ".")) \(NamedTensor.axesText($0.parameter.dimensions))" }
          .joined(separator: "; ")
      ),
      ("starting numbers", "\(sum)"),
    ]
    // Where the rate depends on how far the training is, its length is a setting of each step.
    if settings.steps.optimiser.schedule.shape != .constant {
      terms.append(("steps of the schedule", "\(stepsInAll)"))
    }
    return terms
  }

  /// All that the next step depends on, as views of what is in use.
  private var state: TrainingState {
    get throws {
      let moments = steps.optimiser.moments
      return TrainingState(
        model: model(with: steps.set.currentValues), trained: steps.trainable.map(\.path),
        moments: zip(TrainingState.momentNames, [moments.first, moments.second]).map { (name: $0, tensors: $1) },
        position: position, best: best, log: log, seed: settings.steps.seed, terms: terms,
        sources: corpus.platforms.map(\.source))
    }
  }

  /// Takes up the training that the saver's file holds, where there is one to take up.
  private func resume(_ saver: TrainingSaver) throws {
    guard let found = try saver.found(terms: terms) else { return }
    guard found.position.sums.count == goal.terms.count, found.trained == steps.trainable.map(\.path),
      found.position.batch <= steps.perEpoch
    else { throw call.fail(.file, "\(saver.plan.path) is damaged: it does not fit its own settings") }
    let now = Dictionary(try found.model.placement().parameters.map { ($0.path, $0.parameter) }) { first, _ in first }
    try steps.restore(first: found.moments[0].tensors, second: found.moments[1].tensors, after: found.position.step) {
      path, parameter in
      let shape = parameter.dimensions.map { $0.size.value ?? 0 }
      guard let numbers = try now[path]?.numbers(), numbers.shape == shape else {
        throw call.fail(.file, "\(saver.plan.path) lacks the parameter `\(path.joined(separator: "."))`")
      }
      return numbers
    }
    (position, best, log) = (found.position, found.best, found.log)
    saver.resumed(after: position.step)
    if position.epoch - 1 > settings.epochs {
      machine.say(
        "note: \(saver.plan.path) has \(position.epoch - 1) epochs, more than the \(settings.epochs) asked for")
    }
    let place =
      position.epoch > settings.epochs || isOutOfPatience
      ? "is finished" : "goes on in epoch \(position.epoch), after \(position.step) steps"
    machine.say("note: the training in \(saver.plan.path) \(place)")
  }

  private static func isInterrupt(_ error: any Error) -> Bool {
    if let failure = error as? Failure { return failure.diagnostic.code == .interrupted }
    if let error = error as? AxisError { return error.kind == .interrupted }
    if let error = error as? TensorError, case .interrupted = error { return true }
    return false
  }

  // MARK: Epochs

  private func epoch(_ epoch: Int) throws {
    var start = clock.now - .seconds(position.seconds)
    Memory.resetPeak()
    let order = steps.order(epoch: epoch)
    while position.batch < steps.perEpoch {
      let batch = steps.batch(position.batch, of: order)
      let values = try steps.run(batch, step: position.step, of: stepsInAll, epoch: epoch)
      for term in values.indices { position.sums[term] += values[term] * Double(batch.rows) }
      position.seen += batch.rows
      position.batch += 1
      position.step += 1
      position.seconds = Self.seconds(clock.now - start)
      showProgress(epoch, position.batch, since: start)
      if Interrupts.isPending { throw Failure(.interrupted, "interrupted", at: call.span) }
      if let saver, position.batch < steps.perEpoch {
        let before = clock.now
        try saver.step(position.step) { try state.file(corpus.platforms, call) }
        // Time at the disk is none of the training's.
        start += clock.now - before
      }
    }
    let (sums, seen) = (position.sums, position.seen)
    var cells: [(name: String, value: Value)] = [("loss", .float(sums.reduce(0, +) / Double(seen)))]
    for (term, sum) in zip(goal.terms, sums) where goal.terms.count > 1 {
      cells.append((term.name, .float(sum / Double(seen))))
    }
    let value = try validate()
    if let value { cells.append(("valid \(settings.monitor.label)", .float(value))) }
    let isBest = value == nil || value ?? 0 > best?.value ?? -1 || best == nil
    if isBest { best = TrainingState.Best(epoch: epoch, value: value ?? 0, numbers: try steps.set.snapshot()) }
    let seconds = Self.seconds(clock.now - start)
    cells.append(("seconds", .float(seconds)))
    cells.append(("memory_mb", .int(Memory.now.peak / 1_048_576)))
    log.append(Table.Row(keys: [.int(epoch)], cells: cells))
    report(epoch, cells)
    position = TrainingState.Position(
      epoch: epoch + 1, sums: [Double](repeating: 0, count: goal.terms.count), step: position.step)
    if isBest, value != nil, let saver, let best { try saver.keep(best: model(with: best.numbers)) }
    try saver?.save(position.step) { try state.file(corpus.platforms, call) }
  }

  /// The monitored metric, averaged over the platforms; nil where nobody can be validated.
  private func validate() throws -> Double? {
    let usable = parts.filter { !$0.cases.isEmpty }
    guard !usable.isEmpty else { return nil }
    let current = try model(with: steps.set.snapshot())
    let values = try usable.map { part in
      let scorer = try ModelScorer(current, part.platform, steps: steps.length, call)
      return try Evaluator.evaluate(scorer, part, [settings.monitor], call).values[0]
    }
    return values.reduce(0, +) / Double(values.count)
  }

  // MARK: Results

  private func model(with numbers: [Tensor]) -> ModuleInstance {
    var byPath: [[String]: Tensor] = [:]
    for (entry, tensor) in zip(steps.trainable, numbers) { byPath[entry.path] = tensor }
    TrainedOn.keep(corpus.platforms, machine)
    let origin = Origin(Origin.ofTraining + call.span.place, span: call.span)
    return steps.model.mappingParameters(origin: origin) { path, parameter in
      byPath[path].map { parameter.with(numbers: $0) } ?? parameter
    }.with(facts: ["length": .int(steps.length), "trained_on": TrainedOn.value(corpus.platforms)])
  }

  private func finished() throws -> Run {
    let last = try steps.set.snapshot()
    corpus.warnOfItems()
    return Run(
      model: model(with: best?.numbers ?? last), last: model(with: last), log: Table(keyNames: ["epoch"], rows: log),
      bestEpoch: best?.epoch ?? log.count, seed: settings.steps.seed, sources: corpus.platforms.map(\.source))
  }

  /// Keeps what there is; a script then stops, at the prompt the run is returned.
  private func interrupted(during epoch: Int) throws -> Run {
    // The second interrupt of one entry ends the entry.
    if machine.isInteractive, machine.interruptedRun {
      throw Failure(.interrupted, "interrupted in epoch \(epoch)", at: call.span)
    }
    Interrupts.clear()
    machine.progress?("")
    let run = try finished()
    machine.interruptedRun = true
    try saver?.finish(position.step) { try state.file(corpus.platforms, call) }
    let kept =
      best.map { "the best model so far, of epoch \($0.epoch)" } ?? "the model as it was after \(position.step) steps"
    if machine.isInteractive {
      machine.note("training interrupted in epoch \(epoch); this run holds \(kept)")
      return run
    }
    if let saver {
      machine.note("training interrupted in epoch \(epoch); \(saver.plan.path) holds where it stands and \(kept)")
      throw Failure(
        .interrupted, "interrupted in epoch \(epoch)", at: call.span, tries: ["resume = \"\(saver.plan.path)\""])
    }
    let folder = machine.outputFolder
    let path = folder.isEmpty ? "interrupted.h5" : "\(folder)/interrupted.h5"
    try ModelFile.save(run.model, to: path, call)
    machine.note("training interrupted in epoch \(epoch); \(path) holds \(kept)")
    throw Failure(.interrupted, "interrupted in epoch \(epoch)", at: call.span)
  }

  /// A loss that is no longer a number ends the training; what was learned before it is kept.
  private func withLastGoodModel(_ error: any Error) throws -> any Error {
    guard var failure = error as? Failure, failure.diagnostic.code == .notFinite, let best else { return error }
    let path = machine.outputFolder.isEmpty ? "last-good.h5" : "\(machine.outputFolder)/last-good.h5"
    do {
      try ModelFile.save(model(with: best.numbers), to: path, call)
      failure.diagnostic.notes.append("\(path) holds the best model before it, of epoch \(best.epoch)")
    } catch let second as Failure {
      failure.diagnostic.notes.append("the best model before it could not be saved: \(second.diagnostic.message)")
    }
    return failure
  }

  // MARK: Words

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  private func showProgress(_ epoch: Int, _ done: Int, since start: ContinuousClock.Instant) {
    guard let progress = machine.progress else { return }
    let (all, sums, seen) = (steps.perEpoch, position.sums, position.seen)
    let elapsed = Self.seconds(clock.now - start)
    let speed = Double(done) / max(elapsed, 1e-9)
    let left = (Double(all - done) + Double(all * (settings.epochs - epoch))) / max(speed, 1e-9)
    let terms = zip(goal.terms, sums).map { "\($0.name) \(Value.fixed($1 / Double(max(seen, 1)), 4))" }
    progress(
      "epoch \(epoch)/\(settings.epochs)  step \(done)/\(all)  \(terms.joined(separator: "  "))  "
        + "\(Value.fixed(speed, 1)) steps/s  \(Self.clockText(left)) left")
  }

  private static func clockText(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e7))
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }

  private func report(_ epoch: Int, _ cells: [(name: String, value: Value)]) {
    let words = cells.map { cell in
      switch cell.value {
      case .float(let value): "\(cell.name) \(Value.fixed(value, cell.name == "seconds" ? 1 : 4))"
      default: "\(cell.name) \(cell.value.printed)"
      }
    }
    let mark = best?.epoch == epoch ? "  best" : ""
    machine.say("epoch \(epoch)/\(settings.epochs)  \(words.joined(separator: "  "))\(mark)")
  }
}
