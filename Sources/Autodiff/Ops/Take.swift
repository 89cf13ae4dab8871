import CKernels
package import TensorCore

extension Variable {
  /// Rows by index. x: [batch, rows, width], index: int32 [batch, count] in 0..<rows; y: [batch, count, width].
  /// dx: the gradients of each row's uses, added in order.
  package func take(_ index: Tensor) throws -> Variable {
    guard shape.count == 3, index.shape.count == 2, index.dtype == .int32, index.shape[0] == shape[0] else {
      throw TensorError.mismatch("take \(index.shape) of \(shape)")
    }
    let (batch, rows, width, count) = (shape[0], shape[1], shape[2], index.shape[1])
    let chosen = try index.contiguous()
    let places = batch == 1 ? chosen : try Tensor(uninitialized: chosen.shape, .int32)
    try withExtendedLifetime((chosen, places)) {
      let (from, to) = (chosen.pointer(Int32.self), places.pointer(Int32.self))
      guard batch * rows <= Int(Int32.max) else { throw TensorError.mismatch("take from more than 2^31 rows") }
      for b in 0..<batch {
        let base = Int32(truncatingIfNeeded: b * rows)
        for i in b * count..<(b + 1) * count {
          guard from[i] >= 0, Int(from[i]) < rows else {
            throw TensorError.outOfRange("index \(from[i]) is outside 0..<\(rows)")
          }
          if batch > 1 { to[i] = from[i] + base }
        }
      }
    }
    let x = try tensor.contiguous()
    let y = try Tensor(uninitialized: [batch, count, width], dtype)
    let total = batch * count
    withExtendedLifetime((x, places, y)) {
      let at = places.pointer(Int32.self)
      switch dtype {
      case .float32: Kernels.table.gather(total, width, at, x.pointer(), y.pointer())
      case .float64: Reference.gather(total, width, at, x.pointer(Double.self), y.pointer(Double.self))
      case .int32: Reference.gather(total, width, at, x.pointer(Int32.self), y.pointer(Int32.self))
      case .bool: Reference.gather(total, width, at, x.pointer(UInt8.self), y.pointer(UInt8.self))
      }
    }
    return try .recorded(y, [self]) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: [batch, rows, width], g.dtype)
      withExtendedLifetime((g, places, gx)) {
        let at = places.pointer(Int32.self)
        if g.dtype == .float32 {
          Kernels.table.scatter_add(total, batch * rows, width, at, g.pointer(), gx.pointer())
        } else {
          Reference.scatterAdd(total, batch * rows, width, at, g.pointer(Double.self), gx.pointer(Double.self))
        }
      }
      return [gx]
    }
  }
}

extension Reference {
  static func gather<T>(
    _ count: Int, _ width: Int, _ index: UnsafeMutablePointer<Int32>, _ x: UnsafeMutablePointer<T>,
    _ out: UnsafeMutablePointer<T>
  ) {
    for i in 0..<count {
      let row = x + Int(index[i]) * width
      for j in 0..<width { out[i * width + j] = row[j] }
    }
  }

  static func scatterAdd<T: Real>(
    _ count: Int, _ rows: Int, _ width: Int, _ index: UnsafeMutablePointer<Int32>, _ g: UnsafeMutablePointer<T>,
    _ out: UnsafeMutablePointer<T>
  ) {
    for i in 0..<rows * width { out[i] = 0 }
    for i in 0..<count {
      let row = out + Int(index[i]) * width
      for j in 0..<width { row[j] += g[i * width + j] }
    }
  }
}
