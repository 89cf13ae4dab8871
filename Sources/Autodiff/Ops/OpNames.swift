/// Elementwise functions of one argument; the raw value is the name in the language.
package enum UnaryOp: String, Sendable, CaseIterable {
  case neg, abs, sqrt, exp, log, relu, gelu
  case quickGelu = "quick_gelu"
  case geluTanh = "gelu_tanh"
  case silu
  case leakyRelu = "leaky_relu"
  case tanh, sigmoid, softplus

  /// Whether the slope needs x; else y, which has the sign of x where that matters, is enough.
  var needsArgument: Bool {
    switch self {
    case .neg, .sqrt, .exp, .relu, .leakyRelu, .tanh, .sigmoid: false
    case .abs, .log, .gelu, .quickGelu, .geluTanh, .silu, .softplus: true
    }
  }

  /// The number of the op in the C kernels.
  var code: Int32 {
    switch self {
    case .neg: 0
    case .abs: 1
    case .sqrt: 2
    case .exp: 3
    case .log: 4
    case .relu: 5
    case .gelu: 6
    case .quickGelu: 7
    case .geluTanh: 8
    case .silu: 9
    case .leakyRelu: 10
    case .tanh: 11
    case .sigmoid: 12
    case .softplus: 13
    }
  }
}

/// Arithmetic on two tensors.
package enum ArithmeticOp: String, Sendable, CaseIterable {
  case add, subtract, multiply, divide, floorDivide, remainder, power, logaddexp, minimum, maximum
}

/// Comparisons; the result is bool and has no gradient.
package enum ComparisonOp: String, Sendable, CaseIterable {
  case equal, notEqual, less, lessEqual, greater, greaterEqual
}

/// Bool with bool.
package enum LogicalOp: String, Sendable, CaseIterable {
  case and, or
}
