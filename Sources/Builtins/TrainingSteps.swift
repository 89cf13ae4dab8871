import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import Semantics
import TensorCore
import Training

/// The steps of a training: which rows each of them takes, and what it does to the parameters. `train` and `profile` share
/// them.
final class TrainingSteps {
  struct Settings {
    let length: Int?
    let batch: Int
    let optimiser: OptimiserObject
    let clip: Double?
    let windows: Windows
    let seed: UInt64

    /// - Parameter seed: nil for the script's.
    init(
      length: Int?, batch: Int, optimiser: OptimiserObject, clip: Double?, windows: String, seed: Int?,
      _ call: Invocation
    ) throws {
      guard batch >= 1 else { throw call.fail(.outOfRange, "`batch` is 1 or more, not \(batch)") }
      if let clip, !(clip > 0) {
        throw call.fail(.outOfRange, "`clip` is above 0, not \(Value.text(clip))", tries: ["clip = none"])
      }
      guard let windows = Windows(rawValue: windows) else {
        throw call.fail(.outOfRange, "`windows` is \"last\" or \"all\", not \"\(windows)\"")
      }
      self.length = length
      self.batch = batch
      self.optimiser = optimiser
      self.clip = clip
      self.windows = windows
      self.seed = seed.map { UInt64(bitPattern: Int64($0)) } ?? call.machine.seed
    }
  }

  private(set) var model: ModuleInstance
  let corpus: Corpus
  let goal: Goal
  private let settings: Settings
  private let call: Invocation

  /// Slots of a row.
  let length: Int
  private let rows: [HistoryRow]
  /// Rows of a step: what was asked for, but no more than there are.
  private let batchRows: Int
  private let popularity: [Float]
  private(set) var trainable: [(path: [String], parameter: ParameterValue)]
  let set: ParameterSet
  let optimiser: AdamW

  /// Runs the model and the goal on shapes first, so that what does not fit is said before any number is computed.
  init(_ model: ModuleInstance, _ corpus: Corpus, _ goal: Goal, _ settings: Settings, _ call: Invocation) throws {
    func fail(_ code: DiagnosticCode, _ message: String, _ argument: String, tries: [String] = []) -> Failure {
      call.fail(code, message, argument: call.builtin.signature.place(of: argument), tries: tries)
    }
    guard !goal.terms.isEmpty else { throw fail(.wrongArguments, "the goal has no term", "goal") }
    for pair in zip(goal.terms, goal.terms.dropFirst()) where pair.0.name == pair.1.name {
      throw fail(
        .boundTwice, "two terms of the goal are called `\(pair.0.name)`", "goal",
        tries: ["\(pair.0.name)(name = \"second\")"])
    }
    self.corpus = corpus
    self.goal = goal
    self.settings = settings
    self.call = call
    try Catalog.matched(model, settings.optimiser.paths, call, argument: call.builtin.signature.place(of: "optim"))
    let needs = try corpus.check(model, goal, call)
    length = try TrainingLength.chosen(asked: settings.length, own: nil, longest: needs.longest, call)
    rows = trainingRows(sequences: corpus.trainingSequences(), length: length, windows: settings.windows)
    guard !rows.isEmpty else { throw fail(.data, "no user has the two training events that a row needs", "data") }
    batchRows = min(settings.batch, rows.count)
    popularity = logPopularity(rows: rows.map(\.items), itemCount: corpus.itemCount)
    // Recipes become numbers once, so that frozen ones stay what they were.
    let settled = try model.mappingParameters { path, parameter in
      let settled = parameter.with(numbers: try RunContext.numbers(of: parameter, path: path, seed: settings.seed))
      guard parameter.space == nil, let space = needs.tables[ObjectIdentifier(parameter)] else { return settled }
      return settled.with(space: space)
    }
    self.model = settled
    trainable = try settled.placement().parameters.filter { !$0.parameter.isFrozen }
    guard !trainable.isEmpty else { throw fail(.wrongType, "every parameter of the model is frozen", "model") }
    let entries = trainable.map { path, parameter in
      ParameterEntry(
        path: path.joined(separator: "."), shape: parameter.dimensions.map { $0.size.value ?? 1 },
        group: settings.optimiser.group(of: path))
    }
    set = try ParameterSet(entries, initial: trainable.compactMap { try $0.parameter.numbers() })
    optimiser = try AdamW(set, groups: settings.optimiser.groups(step: 0, of: 1))
  }

  /// Steps that read every row once.
  var perEpoch: Int { (rows.count + batchRows - 1) / batchRows }

  /// The order of the rows in an epoch, the first of which is 1.
  func order(epoch: Int) -> [Int] {
    shuffledOrder(count: rows.count, key: Label64("order").mixed(settings.seed).mixed(epoch).value)
  }

  /// The batch at `index` of an epoch, `index` below `perEpoch`.
  func batch(_ index: Int, of order: [Int]) -> RowBatch {
    let range = index * batchRows..<min((index + 1) * batchRows, order.count)
    return call.machine.phase(.batch) {
      RowBatch.training(rows: order[range].map { rows[$0] }, length: length, logPopularity: popularity)
    }
  }

  /// Computes the goal on a batch and moves the parameters down its gradient; gives the weighted value of each term.
  /// - Parameters:
  ///   - step: how many steps were before it; a key of its randomness.
  ///   - total: the steps that a schedule of the learning rate is spread over.
  ///   - epoch: for messages.
  func run(_ batch: RowBatch, step: Int, of total: Int, epoch: Int) throws -> [Double] {
    let machine = call.machine
    let tape = Tape(observer: machine.profiler?.tapeObserver)
    let context = try RunContext(root: model, mode: .training, seed: settings.seed, step: step)
    for (index, leaf) in set.leaves(on: tape).enumerated() {
      let (path, parameter) = trainable[index]
      context.bind(parameter, to: NamedTensor(variable: leaf, dimensions: parameter.dimensions), path: path)
    }
    let record = try corpus.record(batch, label: Label64("batch").mixed(step).value)
    var values: [Double] = []
    var sum: NamedTensor?
    try machine.within(context) {
      for term in goal.terms {
        let value = try corpus.value(of: term, model, record, call)
        let number = value.item ?? .nan
        guard number.isFinite else {
          throw Failure(
            .notFinite,
            "the loss `\(term.name)` became \(Value.text(number)) in epoch \(epoch), step \(step + 1)",
            at: call.span, tries: ["a smaller learning rate", "clip = 1.0"])
        }
        values.append(number)
        sum = try sum.map { try NamedTensor.binary(.add, $0, value) } ?? value
      }
    }
    guard let variable = sum?.variable, variable.isTracked else {
      throw call.fail(
        .wrongType, "the goal does not depend on any parameter that is trained",
        argument: call.builtin.signature.place(of: "goal"))
    }
    let gradients = try machine.phase(.backward) { try tape.backward(from: variable) }
    try machine.phase(.optimiser) {
      // A step that is begun is finished: half of one would be no state to go on from.
      try Interrupts.holding {
        try set.gather(gradients)
        if let clip = settings.clip { set.clip(clip) }
        optimiser.groups = settings.optimiser.groups(step: step, of: total)
        optimiser.step()
      }
    }
    return values
  }

  /// Takes up a training after `steps` steps: its parameters' numbers, by path, and the moments of its optimiser.
  func restore(
    first: [Tensor], second: [Tensor], after steps: Int, numbers: ([String], ParameterValue) throws -> Tensor
  ) throws {
    model = try model.mappingParameters { path, parameter in
      parameter.with(numbers: try numbers(path, parameter))
    }
    trainable = try model.placement().parameters.filter { !$0.parameter.isFrozen }
    try set.restore(try trainable.compactMap { try $0.parameter.numbers() })
    try optimiser.restore(first: first, second: second, steps: steps)
  }
}
