import TensorCore

extension Variable {
  /// y = a op b, elementwise; one shape and one dtype. Repeats are views made before.
  package static func arithmetic(_ op: ArithmeticOp, _ a: Variable, _ b: Variable) throws -> Variable {
    guard a.shape == b.shape, a.dtype == b.dtype else {
      throw TensorError.mismatch("\(op.rawValue) of \(a.shape) and \(b.shape)")
    }
    let (x, z) = (a.tensor, b.tensor)
    let y = try Elementwise.arithmetic(op, x, z)
    let (wantA, wantB) = (a.isTracked, b.isTracked)
    // A sum keeps none of its operands: they are often whole layers that nothing else holds.
    switch op {
    case .add: return try .recorded(y, [a, b], op: op.rawValue) { g in [wantA ? g : nil, wantB ? g : nil] }
    case .subtract:
      return try .recorded(y, [a, b], op: op.rawValue) { g in
        [wantA ? g : nil, wantB ? try Variable(g).unary(.neg).tensor : nil]
      }
    case .multiply:
      let (keptX, keptZ) = (wantB ? x : nil, wantA ? z : nil)
      return try .recorded(y, [a, b], op: op.rawValue) { g in
        [
          try keptZ.map { try Elementwise.arithmetic(.multiply, g, $0) },
          try keptX.map { try Elementwise.arithmetic(.multiply, g, $0) },
        ]
      }
    case .divide where !wantB:
      return try .recorded(y, [a, b], op: op.rawValue) { g in [try Elementwise.arithmetic(.divide, g, z), nil] }
    case .divide, .floorDivide, .remainder, .power, .logaddexp, .minimum, .maximum: break
    }
    return try .recorded(y, [a, b], op: op.rawValue) { g in
      [
        wantA ? try partialLeft(op, g, x, z, y) : nil,
        wantB ? try partialRight(op, g, x, z, y) : nil,
      ]
    }
  }

  private static func partialLeft(_ op: ArithmeticOp, _ g: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) throws
    -> Tensor?
  {
    switch op {
    case .add, .subtract, .remainder: g
    case .multiply: try Elementwise.arithmetic(.multiply, g, b)
    case .divide: try Elementwise.arithmetic(.divide, g, b)
    case .floorDivide: nil
    case .power: try Elementwise.with(g, a, b) { g, a, b in b == 0 ? 0 : g * b * Elementwise.power(a, b - 1) }
    case .logaddexp:
      try Elementwise.with(g, a, y) { g, a, y in y == -.infinity ? 0 : g * Elementwise.exponential(a - y) }
    case .minimum: try Elementwise.with(g, a, b) { g, a, b in a < b ? g : (a == b ? g / 2 : 0) }
    case .maximum: try Elementwise.with(g, a, b) { g, a, b in a > b ? g : (a == b ? g / 2 : 0) }
    }
  }

  private static func partialRight(_ op: ArithmeticOp, _ g: Tensor, _ a: Tensor, _ b: Tensor, _ y: Tensor) throws
    -> Tensor?
  {
    switch op {
    case .add: g
    case .subtract: try Variable(g).unary(.neg).tensor
    case .multiply: try Elementwise.arithmetic(.multiply, g, a)
    case .divide:
      try Variable(Elementwise.arithmetic(.divide, Elementwise.arithmetic(.multiply, g, y), b)).unary(.neg).tensor
    case .floorDivide: nil
    case .remainder: try Elementwise.with(g, a, b) { g, a, b in -g * (a / b).rounded(.down) }
    case .power: try Elementwise.with(g, a, y) { g, a, y in y == 0 ? 0 : g * y * Elementwise.logarithm(a) }
    case .logaddexp: try partialLeft(.logaddexp, g, b, a, y)
    case .minimum, .maximum: try partialLeft(op, g, b, a, y)
    }
  }
}

extension Elementwise {
  static func exponential(_ x: Double) -> Double { Double.exp(x) }
  static func logarithm(_ x: Double) -> Double { Double.log(x) }
  static func power(_ x: Double, _ y: Double) -> Double { Double.pow(x, y) }

  /// f(a, b, c) worked out in double, in the dtype of a. For gradients off the beaten track.
  static func with(_ a: Tensor, _ b: Tensor, _ c: Tensor, _ f: (Double, Double, Double) -> Double) throws -> Tensor {
    switch a.dtype {
    case .float32: try triple(a, b, c, Float.self) { Float(f(Double($0), Double($1), Double($2))) }
    case .float64: try triple(a, b, c, Double.self, f)
    case .int32, .bool: throw TensorError.mismatch("a gradient of integers")
    }
  }

  private static func triple<T>(_ a: Tensor, _ b: Tensor, _ c: Tensor, _: T.Type, _ f: (T, T, T) -> T) throws -> Tensor
  {
    let result = try Tensor(uninitialized: a.shape, a.dtype)
    withExtendedLifetime((a, b, c, result)) {
      let (pa, pb, pc, out) = (a.pointer(T.self), b.pointer(T.self), c.pointer(T.self), result.pointer(T.self))
      rows(a.shape, [a.strides, b.strides, c.strides]) { row, offsets, n, steps in
        let (x, y, z, to) = (pa + offsets[0], pb + offsets[1], pc + offsets[2], out + row * n)
        for i in 0..<n { to[i] = f(x[i * steps[0]], y[i * steps[1]], z[i * steps[2]]) }
      }
    }
    return result
  }
}
