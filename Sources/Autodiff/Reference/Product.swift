import TensorCore

extension Reference {
  /// out (contiguous) = a b for each matrix of the batch.
  static func product(
    _ a: Matrices, _ b: Matrices, plus bias: UnsafeMutablePointer<Double>? = nil, _ out: UnsafeMutablePointer<Double>
  ) {
    let (pa, pb) = (a.tensor.pointer(Double.self), b.tensor.pointer(Double.self))
    for batch in 0..<a.batch {
      for i in 0..<a.rows {
        if Interrupts.isPending { return }
        let row = pa + batch * a.batchStride + i * a.rowStride
        let to = out + (batch * a.rows + i) * b.columns
        for j in 0..<b.columns { to[j] = bias?[j] ?? 0 }
        for k in 0..<a.columns {
          let x = row[k * a.columnStride]
          let column = pb + batch * b.batchStride + k * b.rowStride
          for j in 0..<b.columns { to[j] += x * column[j * b.columnStride] }
        }
      }
    }
  }
}
