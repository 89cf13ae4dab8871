import CKernels
package import TensorCore

/// Settings of one attention.
package struct AttentionSettings: Sendable {
  package var causal: Bool
  package var rate: Double
  package var key: UInt64

  package init(causal: Bool, rate: Double, key: UInt64) {
    self.causal = causal
    self.rate = rate
    self.key = key
  }
}

extension Variable {
  /// softmax(q k' / sqrt(width)) v per (batch, head), float32 only. q: [batch, queries, heads, width]; k, v: [batch,
  /// keys, heads, width]; mask: bool [batch, keys], true where a key may be seen. y: [batch, queries, heads, width], 0
  /// for a query with nothing to look at. Scores are never kept: backward makes them again from the log-sums.
  ///
  /// With `starts`, batch is 1 and sequences lie one behind the other: slots starts[i]..<starts[i + 1] see each other, and
  /// the last start is the number of slots. There is no mask then.
  package static func attention(
    _ q: Variable, _ k: Variable, _ v: Variable, mask: Tensor?, starts: [Int]? = nil, _ settings: AttentionSettings
  ) throws -> Variable {
    guard q.shape.count == 4, k.shape.count == 4, v.shape == k.shape, q.shape[0] == k.shape[0],
      q.shape[2] == k.shape[2], q.shape[3] == k.shape[3], [q, k, v].allSatisfy({ $0.dtype == .float32 }),
      mask.map({ $0.shape == [k.shape[0], k.shape[1]] }) ?? true
    else { throw TensorError.mismatch("attention of \(q.shape), \(k.shape), \(v.shape)") }
    if let starts {
      guard mask == nil, q.shape == k.shape, q.shape[0] == 1, starts.first == 0, starts.last == q.shape[1],
        zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
      else { throw TensorError.mismatch("attention of \(q.shape) within sequences that start at \(starts.prefix(9))") }
    }
    let (x, y, z) = (try q.tensor.withDenseRows(), try k.tensor.withDenseRows(), try v.tensor.withDenseRows())
    let result = try Tensor(uninitialized: q.shape, .float32)
    let sums = try Tensor(uninitialized: [q.shape[0], q.shape[2], q.shape[1]], .float32)
    @Sendable func run(_ body: (inout ck_attention) -> Void) {
      var job = ck_attention(x, y, z, mask, settings, result, sums)
      withExtendedLifetime((x, y, z, mask, result, sums)) {
        guard let starts else { return body(&job) }
        job.batch = starts.count - 1
        job.queries = zip(starts, starts.dropFirst()).map { $1 - $0 }.max() ?? 0
        job.keys = job.queries
        (job.qb, job.kb, job.vb) = (0, 0, 0)
        starts.withUnsafeBufferPointer { starts in
          job.starts = starts.baseAddress
          body(&job)
        }
      }
    }
    run { Kernels.table.attention(&$0) }
    let wanted = [q.isTracked, k.isTracked, v.isTracked]
    return try .recorded(result, [q, k, v]) { g in
      let g = try g.contiguous()
      let parts = try zip([x, y, z], wanted).map { tensor, isWanted in
        isWanted ? try Tensor(uninitialized: tensor.shape, .float32) : nil
      }
      withExtendedLifetime((g, parts)) {
        run { job in
          job.grad = UnsafePointer(g.pointer(Float.self))
          job.dq = parts[0]?.pointer()
          job.dk = parts[1]?.pointer()
          job.dv = parts[2]?.pointer()
          Kernels.table.attention_grad(&job)
        }
      }
      return parts
    }
  }
}

extension Tensor {
  /// The same numbers with the last dimension without gaps.
  func withDenseRows() throws -> Tensor {
    if strides.last == 1 || shape.last == 1 { return self }
    return try contiguous()
  }
}

extension ck_attention {
  fileprivate init(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?, _ settings: AttentionSettings, _ out: Tensor,
    _ sums: Tensor
  ) {
    self.init()
    (batch, queries, heads, width) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3])
    keys = k.shape[1]
    self.q = UnsafePointer(q.pointer(Float.self))
    self.k = UnsafePointer(k.pointer(Float.self))
    self.v = UnsafePointer(v.pointer(Float.self))
    (qb, qt, qh) = (q.strides[0], q.strides[1], q.strides[2])
    (kb, kt, kh) = (k.strides[0], k.strides[1], k.strides[2])
    (vb, vt, vh) = (v.strides[0], v.strides[1], v.strides[2])
    if let mask {
      self.mask = UnsafePointer(mask.pointer(UInt8.self))
      (maskb, maskt) = (mask.strides[0], mask.strides[1])
    }
    causal = settings.causal
    scale = Float(1 / Double(max(width, 1)).squareRoot())
    rate = settings.rate
    key = settings.key
    self.out = out.pointer()
    lse = sums.pointer()
  }
}
