import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import TensorCore

/// What numbers hold, in a few words; what is no number comes first.
final class Summary: LanguageObject {
  private static let bins = 32
  private static let steps: [Character] = Array(" ▁▂▃▄▅▆▇█")

  private let head: String
  private let nan: Int
  private let infinite: Int
  /// Where the first of them stands.
  private let firstNaN: String
  private let firstInfinite: String
  private let count: Int
  private let mean: Double
  /// Sample standard deviation; nan for fewer than two numbers.
  private let sd: Double
  private let range: (low: Double, high: Double)?
  /// How many finite numbers fall between equal steps from the least to the greatest.
  private let counts: [Int]

  /// - Parameters:
  ///   - values: in row major order.
  ///   - axes: their names and sizes.
  init(_ values: [Double], axes: [(name: String, size: Int)], head: String) {
    func place(_ index: Int?) -> String {
      guard var rest = index, !axes.isEmpty else { return "" }
      var words: [String] = []
      for axis in axes.reversed() {
        words.append("\(axis.name) \(rest % max(1, axis.size))")
        rest /= max(1, axis.size)
      }
      return words.reversed().joined(separator: ", ")
    }
    self.head = head
    count = values.count
    nan = values.count { $0.isNaN }
    infinite = values.count { $0.isInfinite }
    firstNaN = place(values.firstIndex { $0.isNaN })
    firstInfinite = place(values.firstIndex { $0.isInfinite })
    var (low, high, finite) = (Double.infinity, -Double.infinity, 0)
    for value in values where value.isFinite { (low, high, finite) = (min(low, value), max(high, value), finite + 1) }
    guard finite > 0 else {
      (mean, sd, range, counts) = (.nan, .nan, nil, [])
      return
    }
    range = (low, high)
    // Where squares would leave the range of numbers, all is counted in parts of the largest.
    let largest = max(abs(low), abs(high))
    let unit = (1e-140...1e140).contains(largest) || largest == 0 ? 1 : largest
    var sum = 0.0
    for value in values where value.isFinite { sum += value / unit }
    let middle = sum / Double(finite)
    let span = high / unit - low / unit
    var (squares, counts) = (0.0, Array(repeating: 0, count: span > 0 ? Self.bins : 1))
    for value in values where value.isFinite {
      let part = value / unit
      squares += (part - middle) * (part - middle)
      let share = span > 0 ? (part - low / unit) / span : 0
      counts[min(max(Int(share * Double(counts.count)), 0), counts.count - 1)] += 1
    }
    mean = middle * unit
    sd = finite < 2 ? .nan : (squares / Double(finite - 1)).squareRoot() * unit
    self.counts = counts
  }

  private var finite: Int { count - nan - infinite }

  var typeName: String { "summary" }
  var fieldNames: [String] { ["count", "mean", "sd", "standard_error", "least", "greatest", "nan", "infinite"] }

  func field(_ name: String) -> Value? {
    switch name {
    case "count": .int(count)
    case "nan": .int(nan)
    case "infinite": .int(infinite)
    case "mean": .float(mean)
    case "sd": sd.isNaN ? Value.none : .float(sd)
    case "standard_error": sd.isNaN ? Value.none : .float(sd / Double(max(1, finite)).squareRoot())
    case "least": .float(range?.low ?? .nan)
    case "greatest": .float(range?.high ?? .nan)
    default: nil
    }
  }

  var brief: String { range == nil ? "no numbers" : "mean \(Value.text(mean)), sd \(Value.text(sd))" }

  var printed: String {
    var lines = [head]
    func missing(_ number: Int, _ name: String, _ first: String) {
      guard number > 0 else { return }
      let verb = number == 1 ? "is" : "are"
      lines.append("\(number) of \(count) \(verb) \(name)\(first.isEmpty ? "" : ", first at \(first)")")
    }
    missing(nan, "nan", firstNaN)
    missing(infinite, "infinite", firstInfinite)
    guard let range else { return (lines + [count == 0 ? "no numbers" : "no finite number"]).joined(separator: "\n") }
    let spread =
      sd.isNaN ? "" : ", sd \(Value.text(sd)), standard error \(Value.text(sd / Double(finite).squareRoot()))"
    lines.append("mean \(Value.text(mean))\(spread)")
    if counts.count > 1 {
      let most = Double(counts.max() ?? 1)
      // Whatever is there can be seen.
      let bars = counts.map { Self.steps[$0 == 0 ? 0 : max(1, Int((Double($0) / most * 8).rounded()))] }
      lines.append("\(Value.text(range.low)) │\(String(bars))│ \(Value.text(range.high))")
    } else if finite > 1 {
      lines.append("all are \(Value.text(range.low))")
    }
    return lines.joined(separator: "\n")
  }
}

extension Catalog {
  /// The most numbers that are looked through at once; each takes eight bytes meanwhile.
  private static let mostSummarised = 1 << 27

  static var summaries: [Builtin] {
    [
      Builtin(
        "summary",
        """
        What a tensor, a parameter or a list of numbers holds: how many numbers, mean, sample standard deviation and standard error of the mean, the least and the \
        greatest, and how they are spread from the one to the other. What is nan or infinite is counted first, with the \
        first place where it stands, and counts in nothing else.
        """,
        BuiltinParameter<Value>("x"),
        examples: """
          pmm> summary([1.0, 2.0, 3.0, 4.0]).sd
          1.29099
          pmm> summary([1, 2, 2, 3, 3, 3, 10])
          7 numbers
          mean 3.42857, sd 2.99205, standard error 1.13089
          1.0 │▃  ▅   █                       ▃│ 10.0
          pmm> axis row
          pmm> summary(tensor([0.5, 0.0 / 0.0, 1.5], [row]))
          [row=3], 3 numbers
          1 of 3 is nan, first at row 1
          mean 1.0, sd 0.707107, standard error 0.5
          0.5 │█                              █│ 1.5
          """
      ) { call, x -> Value in
        var head = ""
        if case .parameter(let parameter) = x {
          guard let numbers = try parameter.numbers() else {
            throw call.fail(
              .data, "the parameter has no numbers yet: it is drawn when its model is trained", argument: 0)
          }
          let axes = parameter.dimensions.map { $0.axis.name }
          guard numbers.count <= mostSummarised else { throw tooLarge(numbers.count, call) }
          return .object(
            Summary(
              numbers.doubles(), axes: Array(zip(axes, numbers.shape)),
              head: "parameter \(NamedTensor.axesText(parameter.dimensions)), \(counted(numbers.count))"))
        }
        if case .tensor(let tensor) = x {
          let count = tensor.tensor.variable?.tensor.count ?? 0
          guard count <= mostSummarised else { throw tooLarge(count, call) }
          head = "\(tensor.tensor.axesText), "
        }
        guard let found = numbers(x) else {
          throw call.fail(
            .wrongType, "`summary` takes tensors, parameters and lists of numbers, not \(x.described)", argument: 0,
            tries: ["summary(x)"])
        }
        return .object(
          Summary(
            found.values, axes: Array(zip(found.axes, found.shape)), head: head + counted(found.values.count)))
      }
    ]
  }

  private static func counted(_ count: Int) -> String {
    "\(ModuleInstance.grouped(count)) number\(count == 1 ? "" : "s")"
  }

  private static func tooLarge(_ count: Int, _ call: Invocation) -> Failure {
    call.fail(
      .outOfRange,
      "`summary` looks through at most \(ModuleInstance.grouped(mostSummarised)) numbers, and here are \(ModuleInstance.grouped(count))",
      argument: 0, tries: ["summary(take(x, 0, over = axis))"])
  }
}
