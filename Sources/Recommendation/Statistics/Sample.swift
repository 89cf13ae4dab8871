/// Mean and spread of some numbers.
package struct Sample: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// Sample standard deviation, over n - 1; nan for fewer than two numbers.
  package let deviation: Double

  package init(_ values: [Double]) {
    count = values.count
    let mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation =
      values.count < 2
      ? .nan : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// Of the mean: deviation over the square root of n.
  package var standardError: Double { deviation / Double(max(1, count)).squareRoot() }
}
