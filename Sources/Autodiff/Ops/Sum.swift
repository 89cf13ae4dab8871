import CKernels
import TensorCore

extension Variable {
  /// Sum over the dimensions given, which go. dx = dy, repeated (a view).
  package func sum(_ dims: [Int]) throws -> Variable {
    if dims.isEmpty { return self }
    let old = shape
    let y: Tensor
    switch dtype {
    case .float32, .float64: y = try Reduce.sum(tensor, dims)
    case .int32, .bool:
      let whole = try Reduce.sum(tensor.converted(to: .float64), dims)
      return Variable(try whole.converted(to: .int32))
    }
    var kept = -1
    let sources: [Int?] = old.indices.map { d in
      if dims.contains(d) { return nil }
      kept += 1
      return kept
    }
    return try .recorded(y, [self]) { g in [g.expanded(old, sources: sources)] }
  }
}

enum Reduce {
  /// Sum over the dimensions given, which go.
  static func sum(_ x: Tensor, _ dims: [Int]) throws -> Tensor {
    if dims.isEmpty { return x }
    let kept = x.shape.indices.filter { !dims.contains($0) }
    let shape = kept.map { x.shape[$0] }
    // Repeats along a reduced dimension are a factor, not elements to be read.
    let repeats = dims.filter { x.strides[$0] == 0 && x.shape[$0] > 1 }
    if !repeats.isEmpty {
      let factor = repeats.reduce(1) { $0 * x.shape[$1] }
      let rest = x.shape.indices.map { repeats.contains($0) ? 1 : x.shape[$0] }
      let small = Tensor(storage: x.storage, offset: x.offset, shape: rest, strides: x.strides, dtype: x.dtype)
      let part = try sum(small, dims)
      return try Elementwise.arithmetic(.multiply, part, .scalar(Double(factor), x.dtype, repeated: part.shape))
    }
    let run = dims.sorted()
    let neighbours = zip(run, run.dropFirst()).allSatisfy { $1 == $0 + 1 }
    let source: Tensor
    let outer: Int
    let inner: Int
    if let first = run.first, let last = run.last, neighbours, x.isContiguous {
      source = x
      outer = x.shape[..<first].reduce(1, *)
      inner = x.shape[(last + 1)...].reduce(1, *)
    } else {
      source = try x.permuted(kept + run).contiguous()
      outer = shape.reduce(1, *)
      inner = 1
    }
    let reduced = run.reduce(1) { $0 * x.shape[$1] }
    let result = try Tensor(uninitialized: shape, x.dtype)
    withExtendedLifetime((source, result)) {
      if x.dtype == .float32 {
        Kernels.table.sum(outer, reduced, inner, source.pointer(), result.pointer())
      } else {
        Reference.sum(outer, reduced, inner, source.pointer(Double.self), result.pointer(Double.self))
      }
    }
    return result
  }
}
