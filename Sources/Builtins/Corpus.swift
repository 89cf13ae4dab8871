import Content
import Diagnostics
package import Interpreter
import NamedTensors
package import Recommendation
import Semantics
import TensorCore

/// The platforms of one training or evaluation; their items stand one after the other, so that they never mix.
package final class Corpus {
  let platforms: [Platform]
  private let offsets: [Int]
  let machine: Machine

  package init(_ platforms: [Platform], _ machine: Machine) {
    self.platforms = platforms
    self.machine = machine
    var offsets: [Int] = []
    var sum = 0
    for platform in platforms {
      offsets.append(sum)
      sum += platform.itemCount
    }
    self.offsets = offsets
    itemCount = sum
    space = ItemSpace(platforms.map(\.catalogue))
  }

  let itemCount: Int
  /// Whose items ids are of.
  let space: ItemSpace
  /// Whose users those of a batch are.
  private(set) lazy var userSpace = ItemSpace(platforms.map(\.userCatalogue), unit: "user")
  private var spaces: [String: ItemSpace] { ["ids": space, "user": userSpace] }

  static func from(_ value: Value, _ call: Invocation, argument: Int) throws -> Corpus {
    Corpus(try platforms(value, call, argument), call.machine)
  }

  private static func platforms(_ value: Value, _ call: Invocation, _ argument: Int) throws -> [Platform] {
    switch value {
    case .object(let data as DataSet): return [data.platform]
    case .object(let part as DataPart):
      guard part.kind == .train else {
        throw call.fail(
          .wrongType, "a model is not trained on the \(part.kind.rawValue) part", argument: argument,
          tries: ["data.train"])
      }
      return [part.platform]
    case .list(let values) where !values.isEmpty:
      let all = try values.flatMap { try platforms($0, call, argument) }
      for other in all.dropFirst() where other.sizes != all[0].sizes || other.vocabulary != all[0].vocabulary {
        throw call.fail(
          .dataMismatch, "`\(all[0].name)` and `\(other.name)` were loaded with different sizes of words or images",
          argument: argument)
      }
      return all
    default:
      throw call.fail(
        .wrongType, "the data must be a data set, a training part or a list of them, not \(value.described)",
        argument: argument,
        tries: ["dataset(\"DIR\")"])
    }
  }

  /// Histories to train on, with the items of all platforms numbered one after the other.
  func trainingSequences() -> [[Int32]] {
    zip(platforms, offsets).flatMap { platform, offset in
      platform.split.train.map { $0.map { $0 + Int32(offset) } }
    }
  }

  /// Says once what could not be read of the items so far.
  func warnOfItems() {
    for platform in platforms {
      for warning in platform.items.warnings where platform.reported.kinds.insert(warning.kind).inserted {
        machine.warn(.data, Catalog.text(warning.message, warning.count, warning.examples))
      }
    }
  }

  private func place(_ item: Int32) -> (platform: Platform, item: Int32) {
    var index = offsets.count - 1
    while index > 0, offsets[index] > Int(item) { index -= 1 }
    return (platforms[index], item - Int32(offsets[index]))
  }

  func axis(_ name: String) throws -> Axis {
    guard case .axis(let axis)? = machine.preludeValue(name) else {
      throw Failure(.inside, "the prelude declares no axis `\(name)`")
    }
    return axis.axis
  }

  // MARK: Fields

  /// The fields of some items, numbered over the corpus.
  func itemField(_ name: String, _ items: [Int32]) throws -> NamedTensor? {
    guard !platforms.isEmpty else { return nil }
    let item = Dimension(try axis("item"), items.count)
    switch name {
    case "words":
      let word = Dimension(try axis("word"), platforms[0].sizes["word"] ?? 0)
      return try NamedTensor.ints(items.flatMap { text(of: $0).ids }, [item, word])
    case "word_mask":
      let word = Dimension(try axis("word"), platforms[0].sizes["word"] ?? 0)
      return try NamedTensor.bools(items.flatMap { text(of: $0).mask }, [item, word])
    case "image":
      guard platforms.allSatisfy(\.items.hasImages) else { return nil }
      let (size, patch) = platforms[0].items.squares
      return try NamedTensor.patches(
        pixels(items), size: size, patch: patch, (item.axis, try axis("patch"), try axis("px")))
    case "features":
      guard platforms.allSatisfy(\.items.hasFeatures), let width = platforms[0].sizes["feature"] else { return nil }
      let values = items.flatMap { item in
        let (platform, local) = place(item)
        return platform.items.features(of: [local]) ?? []
      }
      return try NamedTensor.floats(values, [item, Dimension(try axis("feature"), width)])
    case "ids": return try NamedTensor.ints(items, [item])
    default: return nil
    }
  }

  private func text(of item: Int32) -> (ids: [Int32], mask: [Bool]) {
    let (platform, local) = place(item)
    return platform.items.text(of: local)
  }

  private func pixels(_ items: [Int32]) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    // Items of one platform stand together, since batches list items in ascending order.
    while start < items.count {
      let platform = place(items[start]).platform
      var end = start
      var locals: [Int32] = []
      while end < items.count, case let (owner, local) = place(items[end]), owner === platform {
        locals.append(local)
        end += 1
      }
      result += platform.items.pixels(of: locals)
      start = end
    }
    return result
  }

  /// A batch as a record whose fields are made when a model reads them.
  package func record(_ batch: RowBatch, label: UInt64) throws -> Record {
    let (rows, steps) = (Dimension(try axis("batch"), batch.rows), Dimension(try axis("step"), batch.steps))
    let items = Dimension(try axis("item"), batch.items.count)
    let base = Label64(raw: label)
    return Record(names: Platform.fields.sorted(), kind: "batch", label: label) { [self] name in
      if name == "catalogue" { return .record(catalogueRecord()) }
      return try machine.phase(.batch) { try field(name, batch, rows, steps, items) }.map {
        .tensor(value($0, name, base))
      }
    }
  }

  private func field(
    _ name: String, _ batch: RowBatch, _ rows: Dimension, _ steps: Dimension, _ items: Dimension
  ) throws -> NamedTensor? {
    switch name {
    case "user": return try users(batch, rows)
    case "context", "next_context":
      let width = Dimension(try axis("context"), platforms.first?.contexts?.width ?? 0)
      return try platforms.first?.contexts.map { first in
        let values = try first.field(batch, next: name == "next_context", owner: owner)
        return try NamedTensor.floats(values, [rows, steps, width])
      }
    case "slots": return try NamedTensor.ints(batch.slots, [rows, steps])
    case "next": return try NamedTensor.ints(batch.next, [rows, steps])
    case "mask": return try NamedTensor.bools(batch.mask, [rows, steps])
    case "anchor": return try NamedTensor.bools(batch.anchor, [rows, steps])
    case "own": return try NamedTensor.bools(batch.own, [rows, items])
    case "count": return try NamedTensor.floats(batch.count, [items])
    case "log_popularity": return try NamedTensor.floats(batch.logPopularity, [items])
    case "offered":
      return try NamedTensor.bools(offered(batch), [rows, Dimension(try axis("entry"), itemCount)])
    default: return try itemField(name, batch.items)
    }
  }

  /// Whose contexts the events of a user are, numbered over the corpus.
  private func owner(_ number: Int32) -> (contexts: EventContexts, user: Int)? {
    var user = Int(number)
    for platform in platforms where user >= 0 {
      if user < platform.users { return platform.contexts.map { ($0, user) } }
      user -= platform.users
    }
    return nil
  }

  /// Rows of users, numbered over the corpus. [batch]
  private func users(_ batch: RowBatch, _ rows: Dimension) throws -> NamedTensor {
    guard batch.owners.allSatisfy({ $0 >= 0 }) else {
      throw Failure(
        .data, "the model reads `user`, and a history that is nobody's has no row in a table of users",
        tries: ["a model that knows users by their histories"])
    }
    return try NamedTensor.ints(batch.owners, [rows])
  }

  private func value(_ tensor: NamedTensor, _ name: String, _ label: Label64) -> TensorValue {
    TensorValue(tensor, label: label.mixed(name).value, space: spaces[name])
  }

  /// Whether an item of the catalogues belongs to the platform of a row; a row without events could be anyone's.
  private func offered(_ batch: RowBatch) -> [Bool] {
    var result = [Bool](repeating: platforms.count == 1, count: batch.rows * itemCount)
    guard platforms.count > 1 else { return result }
    for row in 0..<batch.rows {
      let own = batch.items.indices.first { batch.own[row * batch.items.count + $0] }
      let index = own.flatMap { place in offsets.lastIndex { $0 <= Int(batch.items[place]) } }
      let range = index.map { offsets[$0]..<offsets[$0] + platforms[$0].itemCount } ?? 0..<itemCount
      for item in range { result[row * itemCount + item] = true }
    }
    return result
  }

  static let chunk = 256

  /// The whole catalogue as a record of item fields, which is worked on in chunks.
  func catalogueRecord() -> Record {
    let label = platforms.reduce(Label64("catalogue")) { $0.mixed($1.fingerprint) }
    func slice(_ range: Range<Int>, _ label: Label64, chunks: (() -> [Record])?) -> Record {
      Record(
        names: ["words", "word_mask", "image", "features", "ids", "raw_ids"], kind: "catalogue", label: label.value,
        chunks: chunks,
        rows: { [self] items in self.items(items, label) }
      ) { [self] name in
        if name == "raw_ids" { return .list(platforms.flatMap(\.rawIDs)[range].map { .string($0) }) }
        let items = range.map { Int32($0) }
        // Chunks are read in order, so with the last one every item was tried.
        defer { if range.upperBound == itemCount { warnOfItems() } }
        return try machine.phase(.batch) { try itemField(name, items) }.map { .tensor(value($0, name, label)) }
      }
    }
    let count = itemCount
    return slice(0..<count, label) {
      stride(from: 0, to: count, by: Self.chunk).map { start in
        slice(start..<min(start + Self.chunk, count), label.mixed(start), chunks: nil)
      }
    }
  }

  /// The fields of some items, in the order given.
  private func items(_ items: [Int32], _ base: Label64) -> Record {
    let label = items.reduce(base.mixed("rows")) { $0.mixed(Int($1)) }
    return Record(names: ["words", "word_mask", "image", "features", "ids"], kind: "items", label: label.value) {
      [self] name in
      try machine.phase(.batch) { try itemField(name, items) }.map { .tensor(value($0, name, label)) }
    }
  }

  // MARK: Shapes

  struct Requirements {
    /// Slots that the smallest learned position table over `step` has, if there is one.
    let longest: Int?
    /// Parameters with a row for each item or user, and whose these are.
    let tables: [ObjectIdentifier: ItemSpace]
    /// Fields of the batch that the model and the goal read.
    let reads: [String]
    /// Whether these say anything of what the users of the batch met.
    var readsHistory: Bool { reads.contains { ["slots", "mask", "own", "context"].contains($0) } }
  }

  /// Runs a model and every term of a goal on the shapes of the data.
  func check(_ model: ModuleInstance, _ goal: Goal, _ call: Invocation) throws -> Requirements {
    let context = try RunContext(root: model, mode: .shapes, seed: 0)
    let batch = try shapes()
    do {
      try machine.within(context) {
        for term in goal.terms { _ = try value(of: term, model, batch, call) }
        // Without a loss that does so, the states of the users are what an evaluation reads.
        let scoring = ["score", "users"].first { model.definition.methods[$0] != nil }
        if goal.terms.isEmpty, let scoring {
          _ = try machine.callMethod(scoring, of: model, [.record(batch)], at: call.span)
        }
      }
    } catch let failure as Failure where failure.diagnostic.code == .unknownField {
      guard let field = failure.subject, !batch.names.contains(field) else { throw failure }
      var copy = failure
      copy.diagnostic.code = .dataMismatch
      copy.diagnostic.message = "the model reads `\(field)`, which the data do not have"
      copy.diagnostic.tries =
        field == "features"
        ? ["dataset(\"DIR\", features = \"text_feat.npy\", index = \"i_id_mapping.csv\")"]
        : field == "image" ? ["items.csv with a column of images", "the model without its image encoder"] : []
      copy.diagnostic.notes.append("the data have \(batch.names.joined(separator: ", "))")
      throw copy
    }
    return Requirements(longest: context.limits[try axis("step")], tables: context.tables, reads: batch.madeNames)
  }

  private func shapes() throws -> Record {
    guard let type = machine.batchType else { throw Failure(.inside, "the prelude declares no type Batch") }
    var known: [Axis: Int] = [:]
    for (name, size) in platforms[0].sizes where size > 0 { known[try axis(name)] = size }
    known[try axis("entry")] = itemCount
    var fields = Platform.fields
    if !platforms.allSatisfy(\.items.hasImages) { fields.remove("image") }
    if !platforms.allSatisfy(\.items.hasFeatures) { fields.remove("features") }
    if platforms.contains(where: { $0.contexts == nil }) { fields.subtract(["context", "next_context"]) }
    return machine.shapes(
      of: type, known: known, only: fields,
      bounds: ["words": platforms[0].vocabulary, "ids": itemCount, "user": userSpace.count],
      inside: [try axis("item"): itemCount], spaces: spaces)
  }

  /// Where a call was given its goal.
  private static func goalSpan(_ call: Invocation) -> Span? {
    guard let index = call.builtin.signature.parameters.firstIndex(where: { ["goal", "value"].contains($0.name) })
    else { return nil }
    return call.spans[index]
  }

  /// The call with a term taken out of its goal; of a goal that is nothing else, the model with its part.
  private static func mends(_ term: String, of failure: Failure, _ call: Invocation) -> [String] {
    guard let span = goalSpan(call) else { return ["goal without \(term)"] }
    if span.text == term || span.text.hasPrefix("\(term)(") && !span.text.contains(" + ") {
      let part = failure.subject ?? ""
      guard let drop = failure.diagnostic.labels.last?.span, drop.text == part,
        let place = Span(drop.source, drop.start - "without ".utf8.count, drop.end).only("without \(part)")
      else { return ["a model with its \(part)"] }
      return [place.edited(to: "")]
    }
    let isName = span.text.utf8.allSatisfy { $0 == 95 || $0 >= 97 && $0 <= 122 || $0 >= 48 && $0 <= 57 }
    return [span.edited(to: "\(isName ? span.text : "(\(span.text))") without \(term)")]
  }

  /// The value of one term for a batch, times its weight.
  func value(of term: Goal.Term, _ model: ModuleInstance, _ batch: Record, _ call: Invocation) throws -> NamedTensor {
    let names: [String?] = [nil, nil] + term.settings.map { $0.name }
    let values: [Value] = [.module(model, within: nil), .record(batch)] + term.settings.map(\.value)
    do {
      let place = Label64("term").mixed(term.name)
      let result = try machine.part(named: "loss \(term.name)") {
        try machine.call(.function(term.loss), values, names: names, at: call.span, place: place)
      }
      guard case .tensor(let loss) = result, loss.tensor.dimensions.isEmpty, loss.tensor.kind == .float else {
        throw Failure(
          .wrongType, "the loss `\(term.name)` must give one number, not \(result.described)", at: call.span)
      }
      if term.weight == 1 { return loss.tensor }
      return try NamedTensor.binary(.multiply, loss.tensor, .scalar(term.weight))
    } catch let failure as Failure where failure.diagnostic.code == .absentBranch {
      var copy = failure
      copy.diagnostic.message = "the loss `\(term.name)` reads the part `\(failure.subject ?? "")`, which was dropped"
      copy.diagnostic.tries = Self.mends(term.name, of: failure, call)
      if let goal = Self.goalSpan(call) {
        copy.diagnostic.labels.insert(Label(goal, "`\(term.name)` reads `\(failure.subject ?? "")`"), at: 0)
      }
      throw copy
    }
  }
}
