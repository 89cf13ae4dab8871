extension Reference {
  static func sigmoid<T: Real>(_ x: T) -> T {
    if x >= 0 { return 1 / (1 + T.exp(-x)) }
    let e = T.exp(x)
    return e / (1 + e)
  }

  /// Value of a unary op.
  static func value<T: Real>(_ op: UnaryOp, _ x: T) -> T {
    switch op {
    case .neg: -x
    case .abs: x.magnitude
    case .sqrt: x.squareRoot()
    case .exp: T.exp(x)
    case .log: T.log(x)
    case .relu: x > 0 ? x : (x.isNaN ? x : 0)
    case .gelu: x * (0.5 + 0.5 * T.erf(x * T(0.5).squareRoot()))
    case .quickGelu: x * sigmoid(T(1.702) * x)
    case .geluTanh: x * (0.5 + 0.5 * T.tanh(tanhArgument(x)))
    case .silu: x * sigmoid(x)
    case .leakyRelu: x > 0 ? x : x * T(0.01)
    case .tanh: T.tanh(x)
    case .sigmoid: sigmoid(x)
    case .softplus: max(x, 0) + T.log1p(T.exp(-x.magnitude))
    }
  }

  /// Derivative of a unary op at x, where its value is y.
  static func derivative<T: Real>(_ op: UnaryOp, _ x: T, _ y: T) -> T {
    switch op {
    case .neg: return -1
    case .abs: return x > 0 ? 1 : (x < 0 ? -1 : 0)
    case .sqrt: return T(0.5) / y
    case .exp: return y
    case .log: return 1 / x
    case .relu: return x > 0 ? 1 : 0
    case .gelu:
      let density = T.exp(T(-0.5) * x * x) * T(0.3989422804014326779)
      return T(0.5) + T(0.5) * T.erf(x * T(0.5).squareRoot()) + x * density
    case .quickGelu:
      let s = sigmoid(T(1.702) * x)
      return s + T(1.702) * x * s * (1 - s)
    case .geluTanh:
      let t = T.tanh(tanhArgument(x))
      let slope = T(0.79788456080286535588) * (1 + T(0.134145) * x * x)
      return T(0.5) * (1 + t) + T(0.5) * x * (1 - t * t) * slope
    case .silu:
      let s = sigmoid(x)
      return s + x * s * (1 - s)
    case .leakyRelu: return x > 0 ? 1 : T(0.01)
    case .tanh: return 1 - y * y
    case .sigmoid: return y * (1 - y)
    case .softplus: return sigmoid(x)
    }
  }

  private static func tanhArgument<T: Real>(_ x: T) -> T {
    T(0.79788456080286535588) * (x + T(0.044715) * x * x * x)
  }

  /// Value of a binary op on floats.
  static func value<T: Real>(_ op: ArithmeticOp, _ a: T, _ b: T) -> T {
    switch op {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .floorDivide: (a / b).rounded(.down)
    case .remainder: remainder(a, b)
    case .power: T.pow(a, b)
    case .logaddexp: logaddexp(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    case .maximum: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    }
  }

  /// Has the sign of b, as Python's.
  private static func remainder<T: Real>(_ a: T, _ b: T) -> T {
    guard b != 0, a.isFinite else { return .nan }
    let r = a.truncatingRemainder(dividingBy: b)
    return r != 0 && (r < 0) != (b < 0) ? r + b : r
  }

  /// log(exp(a) + exp(b)), clean where one of them, or both, is minus infinity.
  static func logaddexp<T: Real>(_ a: T, _ b: T) -> T {
    let high = Swift.max(a, b)
    if high == -.infinity || high == .infinity { return a.isNaN || b.isNaN ? .nan : high }
    return high + T.log1p(T.exp(-(a - b).magnitude))
  }
}
