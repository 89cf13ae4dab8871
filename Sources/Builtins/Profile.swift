import Interpreter

/// What `profile` gives: how long each step took, and where the time and the memory went.
final class Profile: LanguageObject {
  /// Times of the phases of one step, in milliseconds.
  struct Phases {
    var batch = 0.0
    var forward = 0.0
    var backward = 0.0
    var optimiser = 0.0

    static let names = ["batch", "forward", "backward", "optimiser"]
    var values: [Double] { [batch, forward, backward, optimiser] }
    var sum: Double { batch + forward + backward + optimiser }
  }

  /// The steps that were timed, in order.
  let steps: [Phases]
  /// The goal in each timed step.
  let losses: [Double]
  /// The most bytes that tensors took at once.
  let peak: Int

  init(steps: [Phases], losses: [Double], peak: Int) {
    self.steps = steps
    self.losses = losses
    self.peak = peak
  }

  var milliseconds: [Double] { steps.map(\.sum) }

  /// The middle of some numbers, the mean of two where there are two.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  var typeName: String { "profile" }
  var fieldNames: [String] { ["milliseconds", "median", "losses", "phases", "peak"] }
  func field(_ name: String) -> Value? {
    switch name {
    case "milliseconds": .list(milliseconds.map { .float($0) })
    case "median": .float(Self.median(milliseconds))
    case "losses": .list(losses.map { .float($0) })
    case "phases":
      .record(
        Record(
          Phases.names.indices.map { index in
            (Phases.names[index], .float(Self.median(steps.map { $0.values[index] })))
          }))
    case "peak": .int(peak)
    default: nil
    }
  }
  var printed: String {
    "profile of \(steps.count) steps: median \(Value.fixed(Self.median(milliseconds), 3)) ms"
  }
}
