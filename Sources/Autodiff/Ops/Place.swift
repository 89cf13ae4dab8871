import CKernels
package import TensorCore

extension Variable {
  /// Rows to their places among rows of 0. x: float [count, width]; index: int32 [count], no number twice, in 0..<rows;
  /// y: [rows, width]. dx: the rows at the places.
  package func placed(_ index: Tensor, rows: Int) throws -> Variable {
    guard shape.count == 2, index.shape == [shape[0]], index.dtype == .int32, dtype.isFloat,
      rows >= 0, rows <= Int(Int32.max)
    else { throw TensorError.mismatch("place \(shape) at \(index.shape) of \(rows) rows") }
    let (count, width) = (shape[0], shape[1])
    let (x, places) = (try tensor.contiguous(), try index.contiguous())
    for place in places.ints() where place < 0 || Int(place) >= rows {
      throw TensorError.outOfRange("index \(place) is outside 0..<\(rows)")
    }
    let y = try Tensor(uninitialized: [rows, width], dtype)
    withExtendedLifetime((x, places, y)) {
      let at = places.pointer(Int32.self)
      if x.dtype == .float32 {
        Kernels.table.scatter_add(count, rows, width, at, x.pointer(), y.pointer())
      } else {
        Reference.scatterAdd(count, rows, width, at, x.pointer(Double.self), y.pointer(Double.self))
      }
    }
    return try .recorded(y, [self]) { g in
      let g = try g.contiguous()
      let gx = try Tensor(uninitialized: [count, width], g.dtype)
      withExtendedLifetime((g, places, gx)) {
        let at = places.pointer(Int32.self)
        if g.dtype == .float32 {
          Kernels.table.gather(count, width, at, g.pointer(), gx.pointer())
        } else {
          Reference.gather(count, width, at, g.pointer(Double.self), gx.pointer(Double.self))
        }
      }
      return [gx]
    }
  }
}
