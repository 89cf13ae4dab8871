import Autodiff
import Diagnostics
import Interpreter
import NamedTensors
import TensorCore

/// Numbers of the language as drawings take them.
extension Catalog {
  /// The most numbers that are drawn point by point.
  private static let most = 1_000_000

  /// A list of numbers, or a tensor; nil for other values.
  static func numbers(_ value: Value) -> (values: [Double], shape: [Int], axes: [String])? {
    switch value {
    case .tensor(let tensor):
      guard let shape = tensor.tensor.variable?.tensor.shape else { return nil }
      return (tensor.tensor.doubleValues(), Array(shape), tensor.tensor.axes.map(\.name))
    case .list(let items):
      var values: [Double] = []
      values.reserveCapacity(items.count)
      for item in items {
        switch item {
        case .int(let whole): values.append(Double(whole))
        case .float(let number): values.append(number)
        default: return nil
        }
      }
      return values.isEmpty ? nil : (values, [values.count], ["position"])
    default: return nil
    }
  }

  /// The numbers, or why there are none to draw.
  /// - Throws: `Failure` where a value holds no numbers, too few axes, too many, or more numbers than can be drawn.
  static func numbers(
    _ value: Value, axes: ClosedRange<Int>, of name: String, _ call: Invocation, argument: Int, tries: [String]
  ) throws -> (values: [Double], shape: [Int], axes: [String]) {
    guard let found = numbers(value) else {
      throw call.fail(
        .wrongType, "`\(name)` draws tensors and lists of numbers, not \(value.described)", argument: argument,
        tries: tries)
    }
    guard axes.contains(found.shape.count) else {
      let wanted =
        axes.lowerBound == axes.upperBound ? "\(axes.lowerBound)" : "\(axes.lowerBound) to \(axes.upperBound)"
      throw call.fail(
        .wrongType, "`\(name)` draws \(wanted) axes, and this has \(found.shape.count): \(value.described)",
        argument: argument, tries: tries)
    }
    guard found.values.count <= most else {
      throw call.fail(
        .outOfRange, "`\(name)` draws at most \(most) numbers, and here are \(found.values.count)", argument: argument,
        tries: tries)
    }
    return found
  }

  /// What is no number is told before anything else.
  static func remarks(on values: [Double]) -> [String] {
    let nan = values.count { $0.isNaN }, infinite = values.count { $0.isInfinite }
    var out: [String] = []
    if nan > 0 { out.append("\(nan) of \(values.count) are nan") }
    if infinite > 0 { out.append("\(infinite) of \(values.count) are infinite") }
    return out
  }

  /// One line of a tensor of one axis or of a list; of two axes a line for each entry of the first.
  static func numberLines(_ value: Value, _ call: Invocation) throws -> [Figure.Line]? {
    guard numbers(value) != nil else { return nil }
    let found = try numbers(
      value, axes: 1...2, of: "curve", call, argument: 0, tries: ["take(x, 0, over = axis)", "mean(x, over = axis)"])
    let length = found.shape[found.shape.count - 1]
    guard length > 0 else { throw call.fail(.data, "there is nothing to draw", argument: 0) }
    return (0..<found.values.count / length).map { row in
      Figure.Line(
        name: found.shape.count == 1 ? "\(length) numbers" : "\(found.axes[0]) \(row)",
        points: (0..<length).map { place in
          let y = found.values[row * length + place]
          return (Double(place), y.isFinite ? y : nil)
        })
    }
  }

  /// What the places of such lines are called.
  static func numberAxis(_ value: Value) -> String { numbers(value)?.axes.last ?? "" }
}
