import CKernels
package import TensorCore

extension Variable {
  /// One GRU layer. driven: [rows, steps, 3 width], the input's part of the gates (reset, update, new) with its bias;
  /// wh: [3 width, width]; bh: [3 width]; mask: bool [rows, steps]. y: [rows, steps, width], 0 where the mask is false.
  /// n = tanh(driven + r (wh h + bh)), h = (1 - z) n + z h. Gates are kept for backward.
  package static func gru(_ driven: Variable, _ wh: Variable, _ bh: Variable, mask: Tensor?) throws -> Variable {
    guard driven.shape.count == 3, wh.shape.count == 2, wh.shape[0] == 3 * wh.shape[1],
      driven.shape[2] == wh.shape[0], bh.shape == [wh.shape[0]], driven.dtype.isFloat, wh.dtype == driven.dtype,
      bh.dtype == driven.dtype, mask.map({ $0.shape == Array(driven.shape.prefix(2)) }) ?? true
    else { throw TensorError.mismatch("gru of \(driven.shape), \(wh.shape), \(bh.shape)") }
    let layer = try GruLayer(driven.tensor.contiguous(), wh.tensor.contiguous(), bh.tensor, mask)
    try layer.forward()
    return try .recorded(layer.states, [driven, wh, bh]) { g in try layer.backward(g.contiguous()) }
  }
}

/// Tensors of one run of a GRU layer.
private struct GruLayer: Sendable {
  let (rows, steps, width): (Int, Int, Int)
  let (driven, weight, bias): (Tensor, Tensor, Tensor)
  let mask: Tensor?
  /// [rows, steps, width]: the state before and after each step.
  let (before, states): (Tensor, Tensor)
  /// [rows, steps, 4 width].
  let gates: Tensor

  init(_ driven: Tensor, _ weight: Tensor, _ bias: Tensor, _ mask: Tensor?) throws {
    (rows, steps, width) = (driven.shape[0], driven.shape[1], weight.shape[1])
    (self.driven, self.weight, self.bias, self.mask) = (driven, weight, bias, mask)
    before = try Tensor(full: 0, shape: [rows, steps, width], driven.dtype)
    states = try Tensor(uninitialized: [rows, steps, width], driven.dtype)
    gates = try Tensor(uninitialized: [rows, steps, 4 * width], driven.dtype)
  }

  /// One step of a [rows, steps, n] tensor as matrices.
  private func at(_ x: Tensor, _ step: Int) throws -> Matrices { try Matrices(x.selected(1, step), 0, 1) }

  func forward() throws {
    let spread = bias.expanded([rows, 3 * width], sources: [nil, 0])
    let transposed = try Matrices(weight, 0, 1).transposed
    for step in 0..<steps {
      try Interrupts.check()
      let product = try Tensor(uninitialized: [rows, 3 * width], driven.dtype)
      Product.run(try at(before, step), transposed, into: product)
      let held = try Elementwise.arithmetic(.add, product, spread)
      withExtendedLifetime((self, held)) {
        switch driven.dtype {
        case .float32:
          var job = job(step)
          job.held = UnsafePointer(held.pointer(Float.self))
          Kernels.table.gru_step(&job)
        case .float64: Reference.gruStep(view(step), held.pointer(Double.self))
        case .int32, .bool: break
        }
      }
    }
  }

  func backward(_ g: Tensor) throws -> [Tensor?] {
    let slopes = try Tensor(uninitialized: driven.shape, driven.dtype)
    let held = try Tensor(uninitialized: driven.shape, driven.dtype)
    let straight = try Tensor(full: 0, shape: [rows, width], driven.dtype)
    var carried = try Tensor(full: 0, shape: [rows, width], driven.dtype)
    let matrix = try Matrices(weight, 0, 1)
    for step in (0..<steps).reversed() {
      try Interrupts.check()
      withExtendedLifetime((self, g, slopes, held, straight, carried)) {
        let (states, gates) = (step * width, step * 3 * width)
        switch driven.dtype {
        case .float32:
          var job = job(step)
          job.grad = UnsafePointer(g.pointer(Float.self) + states)
          job.carried = UnsafePointer(carried.pointer(Float.self))
          job.ddriven = slopes.pointer(Float.self) + gates
          job.dheld = held.pointer(Float.self) + gates
          job.straight = straight.pointer()
          Kernels.table.gru_step_grad(&job)
        case .float64:
          Reference.gruStepGradient(
            view(step), g.pointer(Double.self) + states, carried.pointer(Double.self),
            slopes.pointer(Double.self) + gates, held.pointer(Double.self) + gates, straight.pointer(Double.self))
        case .int32, .bool: break
        }
      }
      let next = try Tensor(uninitialized: [rows, width], driven.dtype)
      Product.run(try at(held, step), matrix, into: next)
      carried = next
    }
    let flat = try Matrices(held.reshaped([rows * steps, 3 * width]), 0, 1)
    let weightSlope = try Tensor(uninitialized: weight.shape, driven.dtype)
    Product.run(flat.transposed, try Matrices(before.reshaped([rows * steps, width]), 0, 1), into: weightSlope)
    return [slopes, weightSlope, try Reduce.sum(held, [0, 1])]
  }

  private func job(_ step: Int) -> ck_gru_step {
    var job = ck_gru_step()
    (job.rows, job.width) = (rows, width)
    job.driven = UnsafePointer(driven.pointer(Float.self) + step * 3 * width)
    job.before = before.pointer(Float.self) + step * width
    job.state = states.pointer(Float.self) + step * width
    job.after = step + 1 < steps ? before.pointer(Float.self) + (step + 1) * width : nil
    job.gates = gates.pointer(Float.self) + step * 4 * width
    (job.driven_step, job.state_step, job.gate_step) = (steps * 3 * width, steps * width, steps * 4 * width)
    if let mask {
      job.mask = UnsafePointer(mask.pointer(UInt8.self) + step * mask.strides[1])
      job.mask_step = mask.strides[0]
    }
    return job
  }

  private func view(_ step: Int) -> Reference.GruStep {
    Reference.GruStep(
      rows: rows, steps: steps, width: width, isLast: step + 1 == steps,
      driven: driven.pointer(Double.self) + step * 3 * width, before: before.pointer(Double.self) + step * width,
      state: states.pointer(Double.self) + step * width, gates: gates.pointer(Double.self) + step * 4 * width,
      mask: mask.map { $0.pointer(UInt8.self) + step * $0.strides[1] }, maskStep: mask?.strides[0] ?? 0)
  }
}
