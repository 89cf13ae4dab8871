import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore

/// Facts about each event of a platform, such as when it was.
struct EventContexts {
  /// Numbers that each event has.
  let width: Int
  /// [user][event * width]
  let values: [[Float]]

  /// The numbers of the events in the steps of a batch, or of those that come next; zeros at pads. [batch, step, context]
  /// - Parameter owner: the user of this platform that a row of the batch is of; nil for nobody.
  func field(_ batch: RowBatch, next: Bool, owner: (Int32) -> (contexts: EventContexts, user: Int)?) throws -> [Float] {
    var result = [Float](repeating: 0, count: batch.rows * batch.steps * width)
    for row in 0..<batch.rows {
      guard let (contexts, user) = owner(batch.owners[row]), contexts.values.indices.contains(user) else {
        throw Failure(
          .data, "the model reads the context of events, and a history that is nobody's has none",
          tries: ["user = a user of the data"])
      }
      let own = contexts.values[user]
      for event in 0..<batch.inputs[row] {
        let from = (batch.starts[row] + event + (next ? 1 : 0)) * width
        // After the newest event of all there is nothing known of the next one.
        guard from + width <= own.count else { continue }
        let to = (row * batch.steps + batch.steps - batch.inputs[row] + event) * width
        for index in 0..<width { result[to + index] = own[from + index] }
      }
    }
    return result
  }
}

extension Catalog {
  static var contexts: [Builtin] {
    [
      Builtin(
        "with_context",
        """
        The data with facts about each event: a function of its timestamp gives a list of numbers, the same count for \
        all. Models then read `x.context` [batch, step, context], and of the event after each slot `x.next_context`, as \
        CARCA does. Prepare the data first: no step may follow but a split.
        """,
        BuiltinParameter<DataSetArgument>("data"), BuiltinParameter<Value>("of"),
        examples: """
          pmm> try { with_context(world("tgtS"), t => [t / 86400]) } catch e { e.message }
          the data have no timestamps, so nothing is known of their events
          """
      ) { call, data, function in
        let log = data.data.platform.log
        guard log.hasTimes else {
          throw call.fail(.data, "the data have no timestamps, so nothing is known of their events", argument: 0)
        }
        var width: Int?
        var known: [Double: [Float]] = [:]
        var done = 0
        let values = try log.times.map { times -> [Float] in
          var own: [Float] = []
          for time in times {
            done += 1
            if done % 4096 == 0, Interrupts.isPending { throw Failure(.interrupted, "interrupted", at: call.span) }
            let numbers = try known[time] ?? contextNumbers(function, time, call)
            known[time] = numbers
            guard !numbers.isEmpty, numbers.count == width ?? numbers.count else {
              throw call.fail(
                .wrongType,
                "the context of time \(Value.text(time)) has \(numbers.count) numbers, "
                  + (width.map { "that of others \($0)" } ?? "and one is the least"), argument: 1)
            }
            width = numbers.count
            own += numbers
          }
          return own
        }
        let contexts = EventContexts(width: width ?? 1, values: values)
        return try data.changed(call) { $0.with(contexts) }
      }
    ]
  }

  private static func contextNumbers(_ function: Value, _ time: Double, _ call: Invocation) throws -> [Float] {
    let given: Value = Int(exactly: time).map { .int($0) } ?? .float(time)
    let result = try call.machine.call(function, [given], at: call.span, place: call.place)
    let numbers = [Double].from(result)
    if let numbers, let bad = numbers.first(where: { !$0.isFinite }) {
      throw call.fail(.notFinite, "the context of time \(Value.text(time)) holds \(Value.text(bad))", argument: 1)
    }
    guard let numbers else {
      throw call.fail(
        .wrongType, "the context of an event is a list of numbers, not \(result.described)", argument: 1,
        tries: ["t => [t / 86400 % 7]"])
    }
    return numbers.map(Float.init)
  }
}
