import Interpreter

/// Numbers along an axis: ticks at 1, 2 or 5 times a power of ten.
struct Scale {
  let (low, high, from, to): (Double, Double, Double, Double)
  let ticks: [Double]
  private let decimals: Int

  /// - Parameter whole: numbers of epochs, whose ticks are whole and whose ends are the data's own.
  init(_ values: [Double], whole: Bool, from: Double, to: Double) {
    var (low, high) = (values.min() ?? 0, values.max() ?? 1)
    // One value, or values that only rounding tells apart, get room of their own.
    let largest = max(abs(low), abs(high))
    if high / 2 - low / 2 <= max(whole ? 0.25 : 0, largest * 1e-6) {
      let room = whole ? max(0.5, largest * 0.1) : (largest == 0 ? 1 : largest * 0.1)
      (low, high) = (max(low - room, -.greatestFiniteMagnitude), min(high + room, .greatestFiniteMagnitude))
    }
    let most = whole ? 8.0 : 6
    let rough = high / most - low / most
    var (power, decimals) = (1.0, 0)
    while power > rough, decimals < 300 { (power, decimals) = (power / 10, decimals + 1) }
    while power * 10 <= rough, decimals > -300 { (power, decimals) = (power * 10, decimals - 1) }
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough } ?? 10
    if factor == 10 { decimals -= 1 }
    let step = whole ? max(1, factor * power) : factor * power
    // Of the ends, none is further from 0 than 10 million steps.
    let first = (low / step).rounded(.up)
    ticks = (0..<12).map { (first + Double($0)) * step }.filter { $0 <= high }
    self.decimals = whole ? 0 : min(max(decimals, 0), 12)
    (self.low, self.high, self.from, self.to) = (low, high, from, to)
  }

  /// Halves, because the distance between two numbers may be too large for one.
  func place(_ value: Double) -> Double { from + (value / 2 - low / 2) / (high / 2 - low / 2) * (to - from) }

  func text(_ tick: Double) -> String {
    abs(tick) >= 1e6 || tick != 0 && abs(tick) < 1e-4 ? Value.text(tick) : Value.fixed(tick, decimals)
  }
}
