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
    let tiles = try TiledLogits(x, z, mask: mask, shift: shift?.tensor)
    let y = tiles.sums
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
}

/// Logits a b' + shift where the mask holds, which kernels make in tiles.
struct TiledLogits: Sendable {
  let a: Tensor
  let b: Tensor
  let mask: Tensor?
  let shift: Tensor?
  let maskRows: [Int64]
  let shiftRows: [Int64]
  /// log-sum-exp of each row, once a kernel has filled it.
  let sums: Tensor

  /// a: [rows, width] and b: [among, width] with dense rows; mask and shift: views [rows..., among]. `chosen` names the
  /// rows of the views that belong to those of a; nil: all, in order.
  init(_ a: Tensor, _ b: Tensor, mask: Tensor?, shift: Tensor?, chosen: [Int32]? = nil) throws {
    (self.a, self.b, self.mask, self.shift) = (a, b, mask, shift)
    func rows(_ view: Tensor?) throws -> [Int64] {
      guard let view else { return [] }
      let all = Self.rowOffsets(view)
      guard let chosen else {
        guard all.count == a.shape[0] else {
          throw TensorError.mismatch("dot of \(a.shape) with a mask or shift of \(all.count) rows")
        }
        return all
      }
      return try chosen.map { row in
        guard all.indices.contains(Int(row)) else {
          throw TensorError.mismatch("row \(row) of a mask or shift of \(all.count) rows")
        }
        return all[Int(row)]
      }
    }
    (maskRows, shiftRows) = (try rows(mask), try rows(shift))
    sums = try Tensor(uninitialized: [a.shape[0]], .float32)
  }

  /// Where each row of a view [rows..., among] starts, in elements from its first.
  private static func rowOffsets(_ view: Tensor) -> [Int64] {
    var offsets: [Int64] = [0]
    for d in 0..<max(view.rank - 1, 0) {
      offsets = offsets.flatMap { start in (0..<view.shape[d]).map { start + Int64($0 * view.strides[d]) } }
    }
    return offsets
  }

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
