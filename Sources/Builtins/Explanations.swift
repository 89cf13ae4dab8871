import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore

/// The gradient of each term of a goal at each part of a model.
private struct GradientShares {
  /// A term at a part: how long the gradient is, or why there is none.
  enum Reach {
    case norm(Double)
    /// The term reads the part, and no gradient comes back.
    case detached
    case unread
  }

  let parts: [String]
  /// [term][part]
  let reach: [[Reach]]
  let values: [Double]

  init(_ model: ModuleInstance, _ corpus: Corpus, _ goal: Goal, rows: Int, seed: UInt64, _ call: Invocation) throws {
    let longest = try corpus.check(model, goal, call).longest
    let steps = try TrainingLength.chosen(
      asked: nil, own: model.facts["length"].flatMap { Int.from($0) }, longest: longest, call)
    let all = trainingRows(sequences: corpus.trainingSequences(), length: steps, windows: .last)
    guard !all.isEmpty else {
      throw call.fail(.data, "no user has the two training events that a row needs", argument: 2)
    }
    // The batch that the first step of a training takes.
    let order = shuffledOrder(count: all.count, key: Label64("order").mixed(seed).mixed(1).value)
    let batch = RowBatch.training(
      rows: order.prefix(rows).map { all[$0] }, length: steps,
      logPopularity: logPopularity(rows: all.map(\.items), itemCount: corpus.itemCount))
    parts = try PartReport(model).rows.filter { $0.sizes != nil && $0.sizes?.parameters != 0 }.map(\.part)
    var reach: [[Reach]] = []
    var values: [Double] = []
    for term in goal.terms {
      let tape = Tape()
      let leaves = GradientLeaves(nil) { tape.leaf($0) }
      let context = try RunContext(root: model, mode: .training, seed: seed, leaves: leaves)
      let record = try corpus.record(batch, label: Label64("batch").mixed(0).value)
      let value = try call.machine.within(context) { try corpus.value(of: term, model, record, call) }
      values.append(value.item ?? .nan)
      let gradients = try value.variable.flatMap { $0.isTracked ? try tape.backward(from: $0) : nil }
      var squares: [String: Double] = [:]
      for leaf in leaves.all {
        guard let variable = leaf.tensor.variable, let part = leaf.path.first else { continue }
        let own = gradients?[variable].map { $0.doubles().reduce(0) { $0 + $1 * $1 } } ?? 0
        squares[part, default: 0] += own
      }
      reach.append(
        parts.map { part in squares[part].map { $0 > 0 ? .norm($0.squareRoot()) : .detached } ?? .unread })
    }
    self.reach = reach
    self.values = values
  }

  /// The share of a term in the lengths of all terms' gradients at a part.
  func share(_ term: Int, _ part: Int) -> Value {
    guard case .norm(let own) = reach[term][part] else {
      if case .detached = reach[term][part] { return .string("detached") }
      return .none
    }
    let all = reach.reduce(0.0) { sum, term in
      if case .norm(let norm) = term[part] { sum + norm } else { sum }
    }
    return .float(own / all)
  }
}

extension Catalog {
  static var explanations: [Builtin] {
    [
      Builtin(
        "explain",
        """
        What a loss, a goal or a score is made of. `explain(goal)` lists terms, weights and settings; with a model and data it \
        runs the first batch of a training and shows, for each term, its value and its share of the gradient at each part \
        (lengths of gradients, over the terms; "detached" where a part is read and no gradient comes back). \
        `explain(score)` says what was measured and how.
        """,
        BuiltinParameter<Value>("value"), BuiltinParameter<ModuleInstance?>("model", default: .none, shown: "none"),
        BuiltinParameter<Value>("data", default: .none, shown: "none"),
        BuiltinParameter<Int>("batch", default: 32, shown: "32"),
        BuiltinParameter<Int?>("seed", default: .none, shown: "the script's"),
        examples: """
          pmm> from losses import dap, nicl
          pmm> explain(dap + 0.5 * nicl(temp = 0.2))
          2 terms, added up
          term  weight  settings
          dap   1.0000  debias = true
          nicl  0.5000  bounded = true, temp = 0.2
            dap: Next-item loss against the batch (eq. 5).
            nicl: The same, and the next item is a positive too (eq. 8). The paper's form is temp = 1, bounded = false.
          """
      ) { call, value, model, data, batch, seed -> Value in
        if case .object(let object) = value, let score = object as? Score { return .object(explained(score)) }
        guard let goal = Goal.from(value) else {
          throw call.fail(
            .wrongType, "a loss, a sum of losses or a score is explained, not \(value.described)", argument: 0,
            tries: ["diagram(m) for a model", "why(x) for where a value comes from"])
        }
        guard let model else { return .object(try explained(goal, call)) }
        guard !data.isNone else {
          throw call.fail(
            .wrongArguments, "values and gradients need data as well", tries: ["explain(goal, model, data)"])
        }
        guard (1...4096).contains(batch) else {
          throw call.fail(.outOfRange, "`batch` runs from 1 to 4096, not \(batch)", argument: 3)
        }
        let own = seed.map { UInt64(bitPattern: Int64($0)) } ?? call.machine.seed
        return .object(try explained(goal, model, data, rows: batch, seed: own, call))
      }
    ]
  }

  private static func explained(_ goal: Goal, _ call: Invocation) throws -> TableReport {
    let rows = try goal.terms.map { term in
      let cells: [(name: String, value: Value)] = [
        ("weight", .float(term.weight)), ("settings", .string(try settings(of: term, call))),
      ]
      return Table.Row(keys: [.string(term.name)], cells: cells)
    }
    let count = goal.terms.count
    return TableReport(
      "explanation", "terms",
      head: count == 1 ? "1 term" : "\(count) terms, added up", table: Table(keyNames: ["term"], rows: rows),
      notes: documentation(of: goal))
  }

  private static func documentation(of goal: Goal) -> [String] {
    goal.terms.compactMap { term in
      term.loss.documentation.map { "\(term.name): \($0.split(separator: "\n").joined(separator: " "))" }
    }
  }

  /// Every keyword of a term, as given or as the loss has it by default.
  private static func settings(of term: Goal.Term, _ call: Invocation) throws -> String {
    let defaults = try call.machine.defaults(of: term.loss)
    let all = Dictionary(term.settings.map { ($0.name, $0.value) }) { _, last in last }
      .merging(defaults) { given, _ in given }
    return all.sorted { $0.key < $1.key }.map { name, value in
      if case .string(let text) = value { return "\(name) = \"\(text)\"" }
      return "\(name) = \(value.printed)"
    }.joined(separator: ", ")
  }

  private static func explained(
    _ goal: Goal, _ model: ModuleInstance, _ data: Value, rows: Int, seed: UInt64, _ call: Invocation
  ) throws -> TableReport {
    let corpus = try Corpus.from(data, call, argument: 2)
    let shares = try GradientShares(model, corpus, goal, rows: rows, seed: seed, call)
    let lines = goal.terms.indices.map { index in
      let term = goal.terms[index]
      var cells: [(name: String, value: Value)] = [
        ("weight", .float(term.weight)), ("value", .float(shares.values[index])),
      ]
      for (column, part) in shares.parts.enumerated() { cells.append((part, shares.share(index, column))) }
      return Table.Row(keys: [.string(term.name)], cells: cells)
    }
    let names = corpus.platforms.map(\.name).joined(separator: ", ")
    let frozen = try PartReport(model).rows.filter { ($0.sizes?.frozen ?? 0) > 0 }.map(\.part)
    return TableReport(
      "explanation", "terms",
      head: "\(model.definition.name) on \(names), first batch of \(rows) rows, seed \(seed); values are weighted, "
        + "under each part stands the share of its gradient",
      table: Table(keyNames: ["term"], rows: lines),
      notes: documentation(of: goal)
        + (frozen.isEmpty ? [] : ["frozen, so nothing of this moves them: \(frozen.joined(separator: ", "))"]))
  }

  // MARK: Scores

  private static func explained(_ score: Score) -> TableReport {
    let rows = score.metrics.indices.map { m in
      let values = score.perCase.map { $0[m] }
      let mean = score.values[m]
      let isOfCases = score.metrics[m].kind.isPerCase && values.count > 1
      var cells: [(name: String, value: Value)] = [
        ("value", .float(mean)), ("standard error", isOfCases ? .float(Sample(values).standardError) : .none),
        ("chance", .float(score.chances[m])),
        ("times chance", score.chances[m] > 0 ? .float(mean / score.chances[m]) : .none),
      ]
      if let ceiling = score.ceiling(m) {
        cells += [("ceiling", .float(ceiling)), ("of ceiling", .float(mean / ceiling))]
      }
      return Table.Row(
        keys: [.string(score.metrics[m].label)], value: .record(Record(cells.map { ($0.name, $0.value) })), cells: cells
      )
    }
    let phrases = score.protocolText.split(separator: ", ").map(String.init)
    return TableReport(
      "explanation", "terms",
      head: score.protocolText, table: Table(keyNames: ["metric"], rows: rows),
      notes: phrases.compactMap { phrase in meaning(of: phrase).map { "\(phrase): \($0)" } }
        + [
          "standard error: over the \(ModuleInstance.grouped(score.perCase.count)) cases of one model, so it does not hold "
            + "the spread over seeds"
        ])
  }

  /// What a phrase of a protocol line means.
  private static func meaning(of phrase: String) -> String? {
    let known: [(String, String)] = [
      ("leave-one-out test", "the target is a user's last event, and all events before it are the history"),
      ("leave-one-out valid", "the target is the last event but one, and all events before it are the history"),
      ("cold start", "targets are items that training hardly met"),
      ("all ", "no candidates are sampled: each item of the platform has a place in the ranking"),
      (
        "targets ranked among ",
        "only drawn items are rivals, so that the values are no estimate of those over all items"
      ),
      ("no negative from the history", "what the user is known to have met is not drawn"),
      ("no negative from the user's", "what the user met in training is not drawn; the validation item may be"),
      ("history masked", "items of the history are not recommended again, the target excepted"),
      ("targets in the history are misses", "a target that the user had met before is no candidate"),
      ("history not masked", "items of the history may be recommended again"),
      ("ties by expectation", "equal scores share their places, so that a constant scorer measures as chance"),
      ("ties optimistic", "a target stands before all items of its score, so that a constant scorer hits always"),
      ("ties pessimistic", "a target stands behind all items of its score"),
      ("length ", "so many of the newest events of a history are read"),
    ]
    return known.first { phrase.hasPrefix($0.0) }?.1
  }
}
