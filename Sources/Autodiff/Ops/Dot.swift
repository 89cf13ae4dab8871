import CKernels
import TensorCore

extension Variable {
  /// Products contracted over trailing dimensions.
  /// a: [batch..., rows..., contracted...], b: [batch..., columns..., contracted...]; y: [batch..., rows...,
  /// columns...].
  /// da = dy b, db = dy' a.
  /// - Parameters:
  ///   - bias: is added to every row, its gradient the sum over rows; only without batch. [columns...]
  ///   - act: what is applied to the sums while they are near.
  package static func dot(
    _ a: Variable, _ b: Variable, batch: Int, contracted: Int, bias: Variable? = nil, act: UnaryOp? = nil
  ) throws -> Variable {
    guard a.dtype == b.dtype, a.dtype.isFloat, a.shape.count >= batch + contracted,
      b.shape.count >= batch + contracted, a.shape.prefix(batch) == b.shape.prefix(batch),
      a.shape.suffix(contracted) == b.shape.suffix(contracted)
    else { throw TensorError.mismatch("dot of \(a.shape) and \(b.shape)") }
    if let bias {
      guard batch == 0, bias.dtype == a.dtype, bias.shape[...] == b.shape.dropLast(contracted) else {
        throw TensorError.mismatch("dot of \(a.shape) and \(b.shape), plus \(bias.shape)")
      }
    }
    let x = try Matrices(a.tensor, batch, contracted)
    let z = try Matrices(b.tensor, batch, contracted)
    let shape = a.shape.dropLast(contracted) + b.shape.dropFirst(batch).dropLast(contracted)
    let y = try Tensor(uninitialized: Array(shape), a.dtype)
    let (wantA, wantB) = (a.isTracked, b.isTracked)
    let (shapeA, shapeB) = (a.shape, b.shape)
    let wantBias = bias?.isTracked ?? false
    // The way back needs both.
    let acted = try act.map { ($0, wantA || wantB || wantBias ? try Tensor(uninitialized: y.shape, y.dtype) : y) }
    Product.run(x, z.transposed, plus: try bias?.tensor.contiguous(), into: y, act: acted)
    let product = try Variable.recorded(y, [a, b] + (bias.map { [$0] } ?? [])) { g in
      let dense = try g.contiguous()
      let m = Matrices(dense, batch: x.batch, rows: x.rows, columns: z.rows)
      var (ga, gb): (Tensor?, Tensor?) = (nil, nil)
      if wantA {
        let out = try Tensor(uninitialized: shapeA, dense.dtype)
        Product.run(m, z, into: out)
        ga = out
      }
      if wantB {
        let out = try Tensor(uninitialized: shapeB, dense.dtype)
        Product.run(m.transposed, x, into: out)
        gb = out
      }
      guard let bias else { return [ga, gb] }
      return [ga, gb, wantBias ? try Reduce.sum(dense, Array(0..<dense.rank - bias.shape.count)) : nil]
    }
    guard let (act, values) = acted else { return product }
    return try product.acted(act, y, values)
  }
}

/// A batch of matrices in strided storage.
struct Matrices {
  let tensor: Tensor
  let batch: Int
  let rows: Int
  let columns: Int
  let batchStride: Int
  let rowStride: Int
  let columnStride: Int

  /// Folds [batch..., rows..., columns...]; copies only where a group has no single stride.
  init(_ source: Tensor, _ batch: Int, _ contracted: Int) throws {
    let cuts = [0, batch, source.rank - contracted, source.rank]
    var steps: [Int] = []
    var sizes: [Int] = []
    var tensor = source
    for attempt in 0..<2 {
      steps = []
      sizes = []
      for (low, high) in zip(cuts, cuts.dropFirst()) {
        let (dims, strides) = Tensor.collapse(Array(tensor.shape[low..<high]), [Array(tensor.strides[low..<high])])
        if dims.count > 1 { break }
        sizes.append(dims.first ?? 1)
        steps.append(strides[0].first ?? 0)
      }
      if steps.count == 3 { break }
      if attempt == 0 { tensor = try source.contiguous() }
    }
    guard steps.count == 3 else { throw TensorError.mismatch("no matrix view of \(source.shape)") }
    self.tensor = tensor
    (self.batch, rows, columns) = (sizes[0], sizes[1], sizes[2])
    (batchStride, rowStride, columnStride) = (steps[0], steps[1], steps[2])
  }

  init(_ dense: Tensor, batch: Int, rows: Int, columns: Int) {
    self.init(dense, batch, rows, columns, rows * columns, columns, 1)
  }

  private init(_ tensor: Tensor, _ batch: Int, _ rows: Int, _ columns: Int, _ sb: Int, _ sr: Int, _ sc: Int) {
    self.tensor = tensor
    (self.batch, self.rows, self.columns) = (batch, rows, columns)
    (batchStride, rowStride, columnStride) = (sb, sr, sc)
  }

  var transposed: Matrices { Matrices(tensor, batch, columns, rows, batchStride, columnStride, rowStride) }
}

extension Matrices {
  fileprivate var operand: MatrixProduct.Operand {
    MatrixProduct.Operand(
      UnsafePointer(tensor.pointer(Float.self)), batchStride: batchStride, rowStride: rowStride,
      columnStride: columnStride)
  }
}

enum Product {
  /// out (contiguous) = a b for each matrix of the batch, `bias` (contiguous) added to every row.
  /// - Parameter act: what is applied to that, and where its values go: as large as `out`, or it.
  static func run(
    _ a: Matrices, _ b: Matrices, plus bias: Tensor? = nil, into out: Tensor, act: (op: UnaryOp, into: Tensor)? = nil
  ) {
    if out.count == 0 { return }
    withExtendedLifetime((a.tensor, b.tensor, bias, out, act?.into)) {
      if out.dtype == .float32 {
        MatrixProduct(
          batch: a.batch, rows: a.rows, columns: b.columns, inner: a.columns, a.operand, b.operand,
          bias: bias.map { UnsafePointer($0.pointer(Float.self)) }, into: out.pointer(),
          act: act.map { .init($0.op.code, into: $0.into.pointer()) }
        ).run()
      } else {
        Reference.product(a, b, plus: bias?.pointer(Double.self), out.pointer(Double.self))
        guard let act else { return }
        let (from, to) = (out.pointer(Double.self), act.into.pointer(Double.self))
        for i in 0..<out.count { to[i] = Reference.value(act.op, from[i]) }
      }
    }
  }
}
