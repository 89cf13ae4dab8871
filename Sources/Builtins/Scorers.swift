import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore

/// Anything that scores every item of a platform for a block of users.
protocol Scorer {
  /// How the cases score all items.
  func scores(_ cases: [DataPart.Case]) throws -> CandidateScores
  /// How many cases should be asked for at once.
  var casesAtOnce: Int { get }
  /// What the protocol line must add for these cases; empty where that is nothing.
  func remark(_ part: DataPart, _ cases: [DataPart.Case]) throws -> String
  /// What the protocol line says of it.
  var name: String { get }
  /// Slots that are read of a history; nil for all.
  var length: Int? { get }
}

/// A model of the language: its `score`, or else the last state of `users` with every item's vector. Items are encoded
/// once.
final class ModelScorer: Scorer {
  let model: ModuleInstance
  let corpus: Corpus
  let steps: Int
  private let call: Invocation
  /// Vectors of all items; none where the model scores by itself.
  private let items: NamedTensor?
  /// The same as a matrix, [item, d], where scores are products in single precision.
  private let matrix: Tensor?
  private let seed: UInt64

  /// Cases that a model runs on at once.
  private static let block = 128
  /// Where scores are products, items are read less often for more cases, of which only vectors are held.
  var casesAtOnce: Int { matrix == nil ? Self.block : 32 * Self.block }

  /// Whether it looks at what users met at all.
  private let readsHistory: Bool

  init(
    _ model: ModuleInstance, _ platform: Platform, steps: Int, readsHistory: Bool = true, _ call: Invocation
  ) throws {
    self.readsHistory = readsHistory
    self.model = model
    self.steps = steps
    self.call = call
    corpus = Corpus([platform], call.machine)
    seed = call.machine.seed
    try Self.checkCounts(of: model, platform, call)
    if model.definition.methods["score"] != nil {
      (items, matrix) = (nil, nil)
      return
    }
    guard model.definition.methods["items"] != nil, model.definition.methods["users"] != nil else {
      throw call.fail(
        .wrongType,
        "\(model.definition.name) cannot be evaluated: it needs the methods `items` and `users`, or `score`",
        argument: 0)
    }
    let vectors = try Self.vectors(of: model, corpus, call)
    items = vectors
    let axes = [try corpus.axis("item"), try corpus.axis("d")]
    let fits = vectors.dimensions.count == 2 && axes.allSatisfy { vectors.carries($0) }
    let tensor = fits ? try vectors.ordered(axes).variable?.tensor : nil
    matrix = try tensor.flatMap { $0.dtype == .float32 ? try $0.contiguous() : nil }
  }

  /// The vector of every item, as `items` of the model gives it.
  static func vectors(of model: ModuleInstance, _ corpus: Corpus, _ call: Invocation) throws -> NamedTensor {
    guard model.definition.methods["items"] != nil else {
      throw call.fail(
        .wrongType, "\(model.definition.name) gives items no vectors: it has no method `items`", argument: 0)
    }
    let value = try call.machine.callMethod("items", of: model, [.record(corpus.catalogueRecord())], at: call.span)
    guard case .tensor(let tensor) = value else {
      throw call.fail(
        .wrongType, "`items` of \(model.definition.name) must give a tensor, not \(value.described)", argument: 0)
    }
    return tensor.tensor
  }

  var name: String { model.definition.name }
  var length: Int? { readsHistory ? steps : nil }

  func remark(_ part: DataPart, _ cases: [DataPart.Case]) throws -> String {
    try TrainedOn.phrase(model, part, cases, call.machine)
  }

  /// The row of a case's user, if it can be told from users who are only tested on.
  private func owner(_ one: DataPart.Case) -> Int32 {
    corpus.platforms[0].hasTestUsers ? -1 : Int32(clamping: one.user)
  }

  func scores(_ cases: [DataPart.Case]) throws -> CandidateScores {
    guard let items else {
      let own = try ownScores(cases)
      return try CandidateScores(own, rows: cases.count, candidates: corpus.itemCount)
    }
    let (item, d) = (try corpus.axis("item"), try corpus.axis("d"))
    let batch = try corpus.axis("batch")
    guard let matrix else {
      let all = try NamedTensor.dot(newest(cases, items), items, over: [d]).ordered([batch, item])
      return try CandidateScores(all.floatValues(), rows: cases.count, candidates: all.size(of: item)?.value ?? 0)
    }
    let width = matrix.shape[1]
    let states = try Tensor(uninitialized: [cases.count, width], .float32)
    for start in stride(from: 0, to: cases.count, by: Self.block) {
      let newest = try newest(Array(cases[start..<min(start + Self.block, cases.count)]), items)
      // What does not fit together is refused as a product is.
      _ = try NamedTensor.dot(.shape(newest.dimensions, .float), .shape(items.dimensions, .float), over: [d])
      let values = try newest.ordered([batch, d]).floatValues()
      guard values.count <= states.count - start * width else {
        throw call.fail(.inside, "\(name) gave \(values.count) numbers for \(cases.count - start) cases", argument: 0)
      }
      (states.pointer(Float.self) + start * width).update(from: values, count: values.count)
    }
    return try CandidateScores(states, dot: matrix)
  }

  private func batch(_ cases: [DataPart.Case]) throws -> (rows: RowBatch, record: Record) {
    let batch = RowBatch.ranking(
      histories: cases.map { HistoryRow(owner: owner($0), start: 0, items: $0.history) }, length: steps)
    let record = try corpus.record(
      batch,
      label: cases.reduce(Label64("ranking")) { $0.mixed($1.user).mixed($1.history.count) }.value)
    return (batch, record)
  }

  /// What each user wants next: the last state of `users`, over batch and d.
  private func newest(_ cases: [DataPart.Case], _ items: NamedTensor) throws -> NamedTensor {
    let machine = call.machine
    let (batch, record) = try batch(cases)
    let context = try RunContext(root: model, mode: .evaluation, seed: seed)
    let (item, step) = (try corpus.axis("item"), try corpus.axis("step"))
    // The vectors of the batch's items are among those of the catalogue, so nothing is encoded twice.
    let index = try NamedTensor.ints(batch.items, [Dimension(item, batch.items.count)])
    let own = try NamedTensor.take(items, index, over: item)
    machine.keep(
      .tensor(TensorValue(own, label: Label64("own items").value)), for: "items", of: model, .record(record),
      in: context)
    let states = try machine.within(context) {
      try machine.callMethod("users", of: model, [.record(record)], at: call.span)
    }
    guard case .tensor(let tensor) = states, tensor.tensor.carries(step) else {
      throw call.fail(
        .wrongType, "`users` of \(model.definition.name) must give a tensor over step, not \(states.described)",
        argument: 0)
    }
    return try NamedTensor.select(tensor.tensor, step, index: -1)
  }

  /// What `score` of the model gives: [batch, entry], or [entry] where all users get the same. A model without parameters
  /// counts, so it computes in double precision, which keeps apart what differs in the last digits.
  private func ownScores(_ cases: [DataPart.Case]) throws -> [Float] {
    let record = try batch(cases).record
    let context = try RunContext(root: model, mode: .evaluation, seed: seed)
    let counts = context.placement.parameters.isEmpty
    let result = try Precision.$scoped.withValue(counts ? .double : nil) {
      try call.machine.within(context) {
        try call.machine.callMethod("score", of: model, [.record(record)], at: call.span)
      }
    }
    let (batch, entry) = (try corpus.axis("batch"), try corpus.axis("entry"))
    guard case .tensor(let value) = result, value.tensor.kind == .float, value.tensor.carries(entry),
      value.tensor.dimensions.allSatisfy({ $0.axis === batch || $0.axis === entry })
    else {
      throw call.fail(
        .wrongType,
        "`score` of \(model.definition.name) must give numbers over [batch, entry], not \(result.described)",
        argument: 0)
    }
    let tensor = value.tensor
    guard tensor.dimensions.first(where: { $0.axis === entry })?.size.value == corpus.itemCount else {
      throw call.fail(
        .dataMismatch,
        "`score` of \(model.definition.name) gives \(tensor.axesText), and \(corpus.space.names) has "
          + "\(ModuleInstance.grouped(corpus.itemCount)) items", argument: 0)
    }
    guard tensor.carries(batch) else {
      let same = singlePrecisionKeepingOrder(tensor.doubleValues())
      return cases.flatMap { _ in same }
    }
    let ordered = try tensor.ordered([batch, entry])
    guard counts else { return ordered.floatValues() }
    let (values, width) = (ordered.doubleValues(), corpus.itemCount)
    return (0..<values.count / max(1, width)).flatMap {
      singlePrecisionKeepingOrder(Array(values[$0 * width..<($0 + 1) * width]))
    }
  }

  /// Refuses a model that holds counts of other data, however deep: its rows would be those of other items or splits.
  private static func checkCounts(of model: ModuleInstance, _ platform: Platform, _ call: Invocation) throws {
    for counted in try model.members.flatMap({ try counts(in: $0) }) where counted.fingerprint != platform.fingerprint {
      let name = model.definition.name
      throw call.fail(
        .dataMismatch,
        "this \(name) was counted on \(counted.name), and \(platform.name) "
          + (counted.name == platform.name ? "was prepared or split otherwise" : "is other data"),
        argument: 0, tries: ["\(name) of the data set that is evaluated"])
    }
  }

  /// The platforms whose counts a value holds.
  private static func counts(in value: Value) throws -> [Platform] {
    switch value {
    case .object(let object as Counted): [object.platform]
    case .object(let object as PairCounts): [object.owner.platform]
    case .module(let module, _): try module.members.flatMap { try counts(in: $0) }
    case .list(let values): try values.flatMap { try counts(in: $0) }
    case .record(let record) where record.kind == "record": try record.fields().flatMap { try counts(in: $0.1) }
    default: []
    }
  }
}

enum Scorers {
  /// What ranks the items of a platform for a model of the language.
  static func scorer(
    of model: Value, _ platform: Platform, _ length: Int?, _ call: Invocation
  ) throws -> any Scorer {
    guard case .module(let module, _) = model else {
      throw call.fail(
        .wrongType, "a model ranks items, not \(model.described)", argument: 0,
        tries: ["PMMRec(), SASRec(800), Pop(data)"])
    }
    let needs = try Corpus([platform], call.machine).check(module, Goal([]), call)
    let own = module.facts["length"].flatMap { Int.from($0) }
    let steps = try TrainingLength.chosen(asked: length, own: own, longest: needs.longest, call)
    return try ModelScorer(module, platform, steps: steps, readsHistory: needs.readsHistory, call)
  }
}
