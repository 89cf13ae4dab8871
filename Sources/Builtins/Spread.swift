import Interpreter

/// Mean and spread of a number over several rows: printed as one cell, saved as two columns.
final class Spread: LanguageObject {
  let mean: Double
  /// Sample standard deviation; nan for one value.
  let deviation: Double
  let count: Int

  init(mean: Double, deviation: Double, count: Int) {
    self.mean = mean
    self.deviation = deviation
    self.count = count
  }

  init(_ values: [Double]) {
    count = values.count
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    self.mean = mean
    deviation =
      values.count < 2
      ? .nan : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  var typeName: String { "mean" }
  var isNumeric: Bool { true }
  var brief: String { printed }
  var fieldNames: [String] { ["mean", "deviation", "count"] }
  func field(_ name: String) -> Value? {
    switch name {
    case "mean": .float(mean)
    case "deviation": .float(deviation)
    case "count": .int(count)
    default: nil
    }
  }
  var printed: String {
    count < 2 ? Value.fixed(mean, 4) : "\(Value.fixed(mean, 4)) ± \(Value.fixed(deviation, 4)) (\(count))"
  }
  var label: UInt64 { Label64("mean").mixed(mean.bitPattern).mixed(deviation.bitPattern).mixed(count).value }
}

extension Value {
  /// What a cell of a table counts as when it is compared: a number, or the mean of several.
  var comparable: Double? {
    if case .object(let object) = self, let spread = object as? Spread { return spread.mean }
    return Double.from(self)
  }
}
