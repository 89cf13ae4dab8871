import CKernels
import TensorCore

/// Elementwise work on strided tensors of one shape; repeated operands have strides of 0.
enum Elementwise {
  /// Visits the rows of the innermost dimension: offset of each operand, length, strides.
  static func rows(
    _ shape: [Int], _ strides: [[Int]], _ body: (_ row: Int, _ offsets: [Int], _ n: Int, _ steps: [Int]) -> Void
  ) {
    if shape.contains(0) { return }
    let (dims, steps) = Tensor.collapse(shape, strides)
    let n = dims.last ?? 1
    let inner = steps.map { $0.last ?? 0 }
    var offsets = [Int](repeating: 0, count: strides.count)
    let outer = dims.dropLast()
    var position = [Int](repeating: 0, count: outer.count)
    for row in 0..<outer.reduce(1, *) {
      body(row, offsets, n, inner)
      var d = outer.count - 1
      while d >= 0 {
        position[d] += 1
        for i in steps.indices { offsets[i] += steps[i][d] }
        if position[d] < dims[d] { break }
        for i in steps.indices { offsets[i] -= steps[i][d] * dims[d] }
        position[d] = 0
        d -= 1
      }
    }
  }

  /// out = f(a, b), elementwise; a and b have one shape.
  static func zip<A, B, R>(
    _ a: Tensor, _ b: Tensor, _ dtype: DType, _: A.Type, _: B.Type, _: R.Type, _ f: (A, B) -> R
  ) throws -> Tensor {
    let result = try Tensor(uninitialized: a.shape, dtype)
    withExtendedLifetime((a, b, result)) {
      let (pa, pb, out) = (a.pointer(A.self), b.pointer(B.self), result.pointer(R.self))
      rows(a.shape, [a.strides, b.strides]) { row, offsets, n, steps in
        let (x, y, z) = (pa + offsets[0], pb + offsets[1], out + row * n)
        for i in 0..<n { z[i] = f(x[i * steps[0]], y[i * steps[1]]) }
      }
    }
    return result
  }

  /// Arithmetic on two tensors of one shape and one dtype, float32, float64 or int32.
  static func arithmetic(_ op: ArithmeticOp, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch a.dtype {
    case .float32:
      if let code = code(op) { return try fast(code, a, b) }
      return try zip(a, b, .float32, Float.self, Float.self, Float.self) { Reference.value(op, $0, $1) }
    case .float64:
      return try zip(a, b, .float64, Double.self, Double.self, Double.self) { Reference.value(op, $0, $1) }
    case .int32: return try integers(op, a, b)
    case .bool: throw TensorError.mismatch("arithmetic on bool")
    }
  }

  private static func code(_ op: ArithmeticOp) -> Int32? {
    switch op {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    case .divide: 3
    case .floorDivide, .remainder, .power, .logaddexp, .minimum, .maximum: nil
    }
  }

  private static func fast(_ code: Int32, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let result = try Tensor(uninitialized: a.shape, .float32)
    if result.count == 0 { return result }
    let (dims, steps) = Tensor.collapse(a.shape, [a.strides, b.strides])
    // The kernel walks at most 16 dimensions; dense operands fold to one.
    if dims.count > 16 { return try fast(code, a.contiguous(), b.contiguous()) }
    withExtendedLifetime((a, b, result)) {
      Kernels.table.binary(
        code, Int32(dims.count), dims, a.pointer(), steps[0], b.pointer(), steps[1], result.pointer())
    }
    return result
  }

  /// Wrapping int32 arithmetic; division by zero is an error, since it has no value to give.
  private static func integers(_ op: ArithmeticOp, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch op {
    case .floorDivide, .remainder:
      if b.ints().contains(0) { throw TensorError.outOfRange("division of integers by zero") }
    case .add, .subtract, .multiply, .minimum, .maximum: break
    case .divide, .power, .logaddexp: throw TensorError.mismatch("\(op.rawValue) on integers")
    }
    return try zip(a, b, .int32, Int32.self, Int32.self, Int32.self) { x, y in
      switch op {
      case .add: x &+ y
      case .subtract: x &- y
      case .multiply: x &* y
      case .minimum: min(x, y)
      case .maximum: max(x, y)
      case .floorDivide: floorDivide(x, y)
      case .remainder: x &- floorDivide(x, y) &* y
      case .divide, .power, .logaddexp: 0
      }
    }
  }

  private static func floorDivide(_ x: Int32, _ y: Int32) -> Int32 {
    if y == -1 { return 0 &- x }
    let q = x / y
    return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q
  }
}
