import Autodiff
import Builtins
import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import Semantics
import Shell
import TensorCore

/// The losses of the library over a stub model that returns the file's vectors.
struct GoldenLosses {
  let machine: Machine

  /// The call in the language that a group's name and attributes stand for; nil for a loss that the library lacks.
  static func call(_ name: String, _ group: HDF5Group) -> (loss: String, settings: String)? {
    let temperature = "temp = \(group.number("tau") ?? 1)"
    switch name.split(separator: "_").first {
    case "dap": return ("dap", "debias = \(group.flag("log_popularity"))")
    case "vcl": return ("vcl", temperature)
    case "icl": return ("icl", temperature)
    case "nicl": return ("nicl", "\(temperature), bounded = \(group.flag("next_in_denominator"))")
    case "nid": return ("nid", "relu_first = \(group.flag("relu"))")
    case "rcl":
      let pool = group.text("pool") ?? "mean"
      return ("rcl", "\(temperature), normalise = \(group.flag("normalise")), at = \"\(pool)\"")
    default: return nil
    }
  }

  private static let stub = """
    model Stub(e, t, v, h, hc, logits, ids) {
      def items(x: Batch) = take(e, ids, over = entry)
      def users(x: Batch, slots = none) = if slots == none { h } else { hc }
      def denoise(x: Batch, slots = none) = logits
      def text(x: Batch) = {pooled: take(t, ids, over = entry)}
      def vision(x: Batch) = {pooled: take(v, ids, over = entry)}
      def forward(x: Batch) = h
    }

    """

  func compare(_ batch: String, _ group: HDF5Group) -> [GoldenFinding] {
    (group.groups["losses"]?.groups ?? [:]).sorted { $0.key < $1.key }.map { name, reference in
      var finding = GoldenFinding(group: "\(batch)/\(name)")
      guard let call = Self.call(name, reference) else {
        finding.isMissing = true
        return finding
      }
      do { finding.errors = try errors(call, group, reference) } catch {
        finding.problem = Session.diagnostics(of: error).map(\.message).joined(separator: "; ")
      }
      return finding
    }
  }

  private func errors(
    _ call: (loss: String, settings: String), _ group: HDF5Group, _ reference: HDF5Group
  ) throws -> [(name: String, error: Double)] {
    guard let ids = group.datasets["ids"], ids.shape.count == 2, let popularity = group.datasets["log_popularity"],
      let value = reference.datasets["value"]?.doubles.first
    else { throw Failure(.file, "the batch lacks ids, log_popularity or the value") }
    let slots = ids.shape[1]
    let rows: [[Int32]] = (0..<ids.shape[0]).map { row in
      ids.doubles[row * slots..<(row + 1) * slots].compactMap { $0 > 0 ? Int32(exactly: $0) : nil }
    }
    let batch = RowBatch.training(
      rows: rows.map { HistoryRow(owner: -1, start: 0, items: $0) }, length: slots - 1,
      logPopularity: popularity.doubles.map { Float($0) })
    let exact = batch.items.map { popularity.doubles[Int($0)] }
    let record = try Corpus([], machine).record(batch, label: Label64("golden").value)
    let item = try prelude("item")
    let logPopularity = try NamedTensor.doubles(exact, [Dimension(item, exact.count)])
    let x = record.with([("log_popularity", .tensor(TensorValue(logPopularity, label: Label64("popularity").value)))])

    let tape = Tape()
    var leaves: [String: Variable] = [:]
    func leaf(_ name: String, _ axes: [String]) throws -> Value {
      guard let data = group.datasets[name], data.shape.count == axes.count else {
        throw Failure(.file, "the batch lacks \(name)")
      }
      let dimensions = try zip(axes, data.shape).map { Dimension(try prelude($0), $1) }
      let variable = tape.leaf(try NamedTensor.doubles(data.doubles, dimensions).tensorOrFail())
      leaves[name] = variable
      return .tensor(TensorValue(NamedTensor(variable: variable, dimensions: dimensions), label: Label64(name).value))
    }
    let globals = Globals(moduleName: "", isUser: true)
    for name in ["e", "t", "v"] { globals.bind("given_\(name)", try leaf(name, ["entry", "d"])) }
    for name in ["h", "hc"] { globals.bind("given_\(name)", try leaf(name, ["batch", "step", "d"])) }
    globals.bind("given_nid_logits", try leaf("nid_logits", ["batch", "step", "label"]))
    try giveNoise(x, group, machine)
    let places = try NamedTensor.ints(batch.items, [Dimension(item, batch.items.count)])
    globals.bind("given_ids", .tensor(TensorValue(places, label: Label64("ids").value)))
    globals.bind("given_x", .record(x))
    let text =
      "from losses import \(call.loss)\n" + Self.stub
      + "golden_value = \(call.loss)(Stub(given_e, given_t, given_v, given_h, given_hc, given_nid_logits, given_ids), given_x, \(call.settings))\n"
    try machine.run(SourceText(name: "golden \(call.loss)", text: text), in: globals)
    guard case .tensor(let loss)? = globals.value(named: "golden_value"), let total = loss.tensor.variable,
      let number = loss.tensor.item
    else { throw Failure(.wrongType, "the loss gives no number") }
    let gradients = try tape.backward(from: total)
    var errors = [(name: "value", error: GoldenComparison.error([number], [value]))]
    for (name, wanted) in reference.datasets.sorted(by: { $0.key < $1.key }) where name.hasPrefix("grad_") {
      guard let variable = leaves[String(name.dropFirst(5))] else { throw Failure(.file, "nothing stands for \(name)") }
      let found = gradients[variable]?.doubles() ?? [Double](repeating: 0, count: wanted.doubles.count)
      errors.append((name, GoldenComparison.error(found, wanted.doubles)))
    }
    return errors
  }

  /// The file's labels stand in for `corrupt`: -1 is a pad, which the mask keeps out.
  private func giveNoise(_ x: Record, _ group: HDF5Group, _ machine: Machine) throws {
    guard let labels = group.datasets["nid_labels"], labels.shape.count == 2, let slots = try x.field("slots") else {
      throw Failure(.file, "the batch lacks nid_labels")
    }
    let dimensions = [
      Dimension(try prelude("batch"), labels.shape[0]), Dimension(try prelude("step"), labels.shape[1]),
    ]
    let tensor = try NamedTensor.ints(labels.doubles.map { Int32(max($0, 0)) }, dimensions)
    let label = Value.tensor(TensorValue(tensor, label: Label64("labels").value))
    machine.replace(
      Builtin(
        "corrupt", "Given labels.",
        signature: Signature("corrupt", ["x", "shuffle", "replace"].map { .init($0, isRequired: true) })
      ) { _ in .record(Record([("slots", slots), ("label", label)])) })
  }

  private func prelude(_ name: String) throws -> Axis {
    guard case .axis(let axis)? = machine.preludeValue(name) else { throw Failure(.inside, "there is no axis \(name)") }
    return axis.axis
  }
}
