import CKernels
import TensorCore

extension Variable {
  /// y = op(x), elementwise. dx = dy op'(x). Integers become floats except under neg, abs and relu.
  package func unary(_ op: UnaryOp) throws -> Variable {
    switch dtype {
    case .float32, .float64: break
    case .int32:
      switch op {
      case .neg, .abs, .relu: return try integer(op)
      case .sqrt, .exp, .log, .gelu, .quickGelu, .geluTanh, .silu, .leakyRelu, .tanh, .sigmoid, .softplus:
        return try Variable(tensor.converted(to: Precision.active.dtype)).unary(op)
      }
    case .bool: throw TensorError.mismatch("\(op.rawValue) of bool")
    }
    let x = try tensor.contiguous()
    let y = try Tensor(uninitialized: x.shape, dtype)
    withExtendedLifetime((x, y)) {
      if dtype == .float32 {
        Kernels.table.unary(op.code, x.count, x.pointer(), y.pointer())
      } else {
        let (from, to) = (x.pointer(Double.self), y.pointer(Double.self))
        for i in 0..<x.count { to[i] = Reference.value(op, from[i]) }
      }
    }
    return try acted(op, x, y)
  }

  /// y = op(x), computed already, as a step after this, which holds x; both contiguous.
  func acted(_ op: UnaryOp, _ x: Tensor, _ y: Tensor) throws -> Variable {
    // Where the slope follows from y alone, x is not kept.
    let kept = op.needsArgument ? x : y
    return try .recorded(y, [self], op: op.rawValue) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: kept.shape, kept.dtype)
      withExtendedLifetime((kept, y, g, gx)) {
        if kept.dtype == .float32 {
          Kernels.table.unary_grad(op.code, kept.count, kept.pointer(), y.pointer(), g.pointer(), gx.pointer())
        } else {
          let (px, py) = (kept.pointer(Double.self), y.pointer(Double.self))
          let (pg, out) = (g.pointer(Double.self), gx.pointer(Double.self))
          for i in 0..<kept.count { out[i] = pg[i] * Reference.derivative(op, px[i], py[i]) }
        }
      }
      return [gx]
    }
  }

  private func integer(_ op: UnaryOp) throws -> Variable {
    let zero = try Tensor(full: 0, shape: shape, .int32)
    return Variable(
      try Elementwise.zip(tensor, zero, .int32, Int32.self, Int32.self, Int32.self) { x, _ in
        op == .relu ? max(x, 0) : (op == .abs && x >= 0 ? x : 0 &- x)
      })
  }
}
