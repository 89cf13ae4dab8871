import CKernels
package import TensorCore

extension Variable {
  /// log of the sum over `among` of exp(a b' + shift) where the mask holds, float32 only. a: [rows, width], b: [among,
  /// width]; mask (bool) and shift are views of [rows..., among] whose dimensions fold to the rows; y: [rows], minus
  /// infinity where nothing is allowed. The logits are made in tiles, and made again in backward.
  package static func dotLogSumExp(_ a: Variable, _ b: Variable, mask: Tensor?, shift: Variable?) throws -> Variable {
    guard a.shape.count == 2, b.shape.count == 2, a.shape[1] == b.shape[1], a.dtype == .float32, b.dtype == .float32,
      shift.map({ $0.dtype == .float32 && $0.shape.last == b.shape[0] }) ?? true,
      mask.map({ $0.dtype == .bool && $0.shape.last == b.shape[0] }) ?? true
    else { throw TensorError.mismatch("dot_logsumexp of \(a.shape) and \(b.shape)") }
    let (x, z) = (try a.tensor.withDenseRows(), try b.tensor.withDenseRows())
    let y = try Tensor(uninitialized: [x.shape[0]], .float32)
    let tiles = TiledLogits(
      a: x, b: z, mask: mask, shift: shift?.tensor, maskRows: mask.map(rowOffsets) ?? [],
      shiftRows: shift.map { rowOffsets($0.tensor) } ?? [], sums: y)
    guard mask == nil || tiles.maskRows.count == y.count, shift == nil || tiles.shiftRows.count == y.count else {
      throw TensorError.mismatch("dot_logsumexp of \(a.shape) with a mask or shift of other rows")
    }
    tiles.run { job in Kernels.table.dot_lse(&job) }
    let (wantA, wantB, wantShift) = (a.isTracked, b.isTracked, shift?.isTracked ?? false)
    return try .recorded(y, [a, b] + (shift.map { [$0] } ?? [])) { g in
      let g = try g.contiguous()
      let ga = wantA ? try Tensor(uninitialized: x.shape, .float32) : nil
      let gb = wantB ? try Tensor(uninitialized: z.shape, .float32) : nil
      let shape = wantShift ? tiles.shift?.shape ?? [] : []
      let logits = wantShift ? try Tensor(uninitialized: shape, .float32) : nil
      withExtendedLifetime((g, ga, gb, logits)) {
        tiles.run { job in
          job.grad = UnsafePointer(g.pointer(Float.self))
          job.da = ga?.pointer()
          job.db = gb?.pointer()
          job.logits = logits?.pointer()
          Kernels.table.dot_lse_grad(&job)
        }
      }
      return [ga, gb, logits]
    }
  }

  /// Where each row of a view [rows..., among] starts, in elements from its first.
  private static func rowOffsets(_ view: Tensor) -> [Int64] {
    var offsets: [Int64] = [0]
    for d in 0..<max(view.rank - 1, 0) {
      offsets = offsets.flatMap { start in (0..<view.shape[d]).map { start + Int64($0 * view.strides[d]) } }
    }
    return offsets
  }
}

/// What both passes of `dotLogSumExp` need.
private struct TiledLogits: Sendable {
  let a: Tensor
  let b: Tensor
  let mask: Tensor?
  let shift: Tensor?
  let maskRows: [Int64]
  let shiftRows: [Int64]
  let sums: Tensor

  func run(_ body: (inout ck_dot_lse) -> Void) {
    maskRows.withUnsafeBufferPointer { maskRows in
      shiftRows.withUnsafeBufferPointer { shiftRows in
        withExtendedLifetime(self) {
          var job = ck_dot_lse()
          (job.rows, job.width, job.among) = (a.shape[0], a.shape[1], b.shape[0])
          (job.a, job.ar) = (UnsafePointer(a.pointer(Float.self)), a.strides[0])
          (job.b, job.br) = (UnsafePointer(b.pointer(Float.self)), b.strides[0])
          if let mask {
            job.mask = UnsafePointer(mask.pointer(UInt8.self))
            job.mask_row = maskRows.baseAddress
            job.mask_step = mask.strides.last ?? 0
          }
          if let shift {
            job.shift = UnsafePointer(shift.pointer(Float.self))
            job.shift_row = shiftRows.baseAddress
            job.shift_step = shift.strides.last ?? 0
          }
          job.lse = sums.pointer()
          body(&job)
        }
      }
    }
  }
}
