import CKernels
package import TensorCore

extension Variable {
  /// Cross entropy of softmax(a b' + shift) against one column a row, float32 only. a: [rows, width]; b: [among, width];
  /// truth: int32 [rows]; mask (bool) and shift are views of [rows..., among] whose dimensions fold to the rows;
  /// rows: bool [rows], false where the result is 0 and nothing is computed. y: [rows].
  ///
  /// The logits are never held. Losses are mostly means, whose gradient is one number for all rows; so the gradient for 1
  /// is made along with the result, while the logits are at hand, and scaled in backward. Where the rows' gradients do
  /// differ, the logits are made again.
  package static func dotCrossEntropy(
    _ a: Variable, _ b: Variable, truth: Tensor, mask: Tensor?, shift: Tensor?, rows: Tensor?
  ) throws -> Variable {
    guard a.shape.count == 2, b.shape.count == 2, a.shape[1] == b.shape[1], a.dtype == .float32, b.dtype == .float32,
      truth.dtype == .int32, truth.shape == [a.shape[0]],
      shift.map({ $0.dtype == .float32 && $0.shape.last == b.shape[0] }) ?? true,
      mask.map({ $0.dtype == .bool && $0.shape.last == b.shape[0] }) ?? true,
      rows.map({ $0.dtype == .bool && $0.shape == [a.shape[0]] }) ?? true
    else { throw TensorError.mismatch("dot_cross_entropy of \(a.shape) and \(b.shape)") }
    let count = a.shape[0]
    let chosen = rows.map { $0.bools().enumerated().filter(\.element).map { Int32($0.offset) } }
    let columns = try Self.checked(truth.ints(), chosen, among: b.shape[0])
    var x = try a.tensor.withDenseRows()
    if let chosen { x = try x.gathered(chosen) }
    let tiles = try TiledLogits(x, b.tensor.withDenseRows(), mask: mask, shift: shift, chosen: chosen)
    let losses = try Tensor(uninitialized: [x.shape[0]], .float32)
    let slopeA = a.isTracked ? try Tensor(uninitialized: x.shape, .float32) : nil
    let slopeB = b.isTracked ? try Tensor(uninitialized: b.shape, .float32) : nil
    columns.withUnsafeBufferPointer { columns in
      withExtendedLifetime((losses, slopeA, slopeB)) {
        guard let columns = columns.baseAddress else { return }
        tiles.run { job in
          (job.da, job.db) = (slopeA?.pointer(), slopeB?.pointer())
          Kernels.table.dot_nll(&job, columns, losses.pointer())
        }
      }
    }
    let y = try chosen.map { try losses.reshaped([x.shape[0], 1]).scattered($0, count).reshaped([count]) } ?? losses
    return try .recorded(y, [a, b]) { g in
      var g = try g.contiguous()
      if let chosen { g = try g.reshaped([count, 1]).gathered(chosen) }
      if x.shape[0] == 0 { return [nil, nil] }
      let ga = try slopeA.map { _ in try Tensor(uninitialized: x.shape, .float32) }
      let gb = try slopeB.map { _ in try Tensor(uninitialized: b.shape, .float32) }
      withExtendedLifetime((g, slopeA, slopeB, ga, gb)) {
        if let factor = g.commonFloat {
          for (slope, to) in [(slopeA, ga), (slopeB, gb)] {
            if let slope, let to { Kernels.table.scale(to.count, factor, slope.pointer(), to.pointer()) }
          }
        } else {
          columns.withUnsafeBufferPointer { columns in
            guard let columns = columns.baseAddress else { return }
            tiles.run { job in
              job.grad = UnsafePointer(g.pointer(Float.self))
              (job.da, job.db) = (ga?.pointer(), gb?.pointer())
              Kernels.table.dot_nll_grad(&job, columns)
            }
          }
        }
      }
      return [try chosen.map { chosen in try ga?.scattered(chosen, count) } ?? ga, gb]
    }
  }

  /// The columns of the rows chosen, each within 0..<among.
  private static func checked(_ truth: [Int32], _ chosen: [Int32]?, among: Int) throws -> [Int32] {
    let columns = chosen.map { rows in rows.map { truth[Int($0)] } } ?? truth
    for column in columns where column < 0 || Int(column) >= among {
      throw TensorError.outOfRange("index \(column) is outside 0..<\(among)")
    }
    return columns
  }
}

extension Tensor {
  /// Rows of a float32 [rows, width] by indices that are within bounds.
  fileprivate func gathered(_ index: [Int32]) throws -> Tensor {
    let (dense, width) = (try contiguous(), shape[1])
    let result = try Tensor(uninitialized: [index.count, width], .float32)
    index.withUnsafeBufferPointer { index in
      withExtendedLifetime((dense, result)) {
        guard let index = index.baseAddress else { return }
        Kernels.table.gather(result.shape[0], width, index, dense.pointer(), result.pointer())
      }
    }
    return result
  }

  /// A float32 [count, width] that holds these rows at the indices, and 0 elsewhere.
  fileprivate func scattered(_ index: [Int32], _ count: Int) throws -> Tensor {
    let result = try Tensor(full: 0, shape: [count, shape[1]], .float32)
    let width = shape[1]
    withExtendedLifetime((self, result)) {
      let (from, to) = (pointer(Float.self), result.pointer(Float.self))
      for (row, place) in index.enumerated() {
        (to + Int(place) * width).update(from: from + row * width, count: width)
      }
    }
    return result
  }

  /// The one number that all elements of a float32 tensor without gaps are.
  fileprivate var commonFloat: Float? {
    withExtendedLifetime(self) {
      let values = pointer(Float.self)
      guard count > 0 else { return nil }
      for i in 1..<max(count, 1) where values[i] != values[0] { return nil }
      return values[0].isNaN ? nil : values[0]
    }
  }
}
