import Glibc

/// Probabilities of the distributions that tests need.
enum Distributions {
  /// The probability that a normal number is at least `z` from 0.
  static func normalTails(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

  /// The probability that a number from Student's distribution is at least `t` from 0: the incomplete beta function
  /// I_x(freedom/2, 1/2) at x = freedom/(freedom + t²).
  static func studentTails(_ t: Double, freedom: Double) -> Double {
    guard freedom > 0, !t.isNaN else { return .nan }
    guard t.isFinite else { return 0 }
    let (a, b) = (freedom / 2, 0.5)
    let ratio = t * t / freedom
    // x = 1/(1 + ratio), 1 - x = ratio/(1 + ratio), each without a difference of near numbers.
    let (x, y) = (1 / (1 + ratio), ratio / (1 + ratio))
    if y == 0 { return 1 }
    // x^a (1 - x)^b / B(a, b), by logarithms.
    let front = exp(-a * log1p(ratio) + b * log(y) - logBetaHalf(a))
    if x < (a + 1) / (a + b + 2) { return min(1, front * fraction(a, b, x) / a) }
    return max(0, 1 - front * fraction(b, a, y) / b)
  }

  /// log B(a, 1/2) = log Γ(a) + log Γ(1/2) - log Γ(a + 1/2).
  private static func logBetaHalf(_ a: Double) -> Double {
    let logRootPi = 0.5 * log(Double.pi)
    guard a > 20 else { return logGamma(a) + logRootPi - logGamma(a + 0.5) }
    // Large logarithms would cancel, so their difference is taken in Stirling's formula:
    // log Γ(a) - log Γ(a + 1/2) = 1/2 - log(a)/2 - a log(1 + 1/(2a)) + s(a) - s(a + 1/2).
    return logRootPi + 0.5 - 0.5 * log(a) - a * log1p(0.5 / a) + series(a) - series(a + 0.5)
  }

  /// What Stirling's formula lacks of log Γ(x): 1/(12x) - 1/(360x³) + ...; for x above 20 to the last bit.
  private static func series(_ x: Double) -> Double {
    let square = 1 / (x * x)
    return (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))) / x
  }

  private static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }

  /// The continued fraction of the incomplete beta function, by Lentz's method.
  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var value = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      value *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      value *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return value
  }

  /// The probability of at most `successes` heads of `count` fair coins.
  static func fairCoins(atMost successes: Int, of count: Int) -> Double {
    guard count > 0, successes >= 0 else { return successes >= 0 ? 1 : 0 }
    guard successes < count else { return 1 }
    if successes > (count - 1) / 2 { return 1 - fairCoins(atMost: count - successes - 1, of: count) }
    // From the largest term down, each a fraction of the one before.
    var term = exp(logFair(successes, of: count))
    var sum = 0.0
    for k in stride(from: successes, through: 0, by: -1) {
      sum += term
      if term < sum * 1e-18 { break }
      term *= Double(k) / Double(count - k + 1)
    }
    return sum
  }

  /// log C(n, k) - n log 2, without a difference of large logarithms (Loader 2000).
  private static func logFair(_ k: Int, of n: Int) -> Double {
    let (x, count) = (Double(k), Double(n))
    if k == 0 { return -count * log(2.0) }
    let rest = count - x
    func error(_ m: Double) -> Double {
      m > 20 ? series(m) : logGamma(m + 1) - (m + 0.5) * log(m) + m - 0.5 * log(2 * Double.pi)
    }
    func deviance(_ m: Double) -> Double { m * log(m / (count / 2)) }
    return error(count) - error(x) - error(rest) - deviance(x) - deviance(rest)
      + 0.5 * log(count / (2 * Double.pi * x * rest))
  }
}
