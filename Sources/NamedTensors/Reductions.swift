import Autodiff
import TensorCore

extension NamedTensor {
  /// Sum over axes that x carries; `where` fits in x and says what counts. Bool counts.
  package static func sum(_ x: NamedTensor, over: [Axis], where mask: NamedTensor? = nil) throws -> NamedTensor {
    var x = x
    if x.kind == .bool {
      x = NamedTensor(x.dimensions, .int, try numbers { try x.variable?.converted(to: .int32) })
    }
    let (kept, places) = try reduced(x, over, "sum")
    var source = x
    if let mask { source = try masked(x, mask, 0, "sum") }
    return NamedTensor(kept, x.kind, try numbers { try source.variable?.sum(places) })
  }

  /// Mean over axes that x carries, of what `where` allows; over nothing it is 0, with zero gradient.
  package static func mean(_ x: NamedTensor, over: [Axis], where mask: NamedTensor? = nil) throws -> NamedTensor {
    let x = try Rules.floats(x, "mean")
    let (kept, places) = try reduced(x, over, "mean")
    guard let mask else {
      guard let variable = x.variable else { return .shape(kept, .float) }
      let count = places.reduce(1) { $0 * variable.shape[$1] }
      let whole = NamedTensor(kept, .float, try numbers { try variable.sum(places) })
      return try binary(.multiply, whole, .scalar(count == 0 ? 0 : 1 / Double(count)))
    }
    let source = try masked(x, mask, 0, "mean")
    let counted = over.filter { mask.carries($0) }
    let repeats = over.filter { !mask.carries($0) }
    guard let variable = source.variable, mask.variable != nil else { return .shape(kept, .float) }
    let factor = repeats.compactMap { x.size(of: $0)?.value }.reduce(1, *)
    let count = try sum(mask, over: counted).widened()
    let scale = try binary(
      .divide, .scalar(1), binary(.maximum, binary(.multiply, count, .scalar(Double(factor))), .scalar(1)))
    return try binary(.multiply, NamedTensor(kept, .float, try numbers { try variable.sum(places) }), scale)
  }

  /// log sum exp over axes that x carries, of what `where` allows; nothing allowed gives minus infinity.
  package static func logsumexp(_ x: NamedTensor, over: [Axis], where mask: NamedTensor? = nil) throws -> NamedTensor {
    let x = try Rules.floats(x, "logsumexp")
    let (kept, _) = try reduced(x, over, "logsumexp")
    var source = x
    if let mask { source = try masked(x, mask, -.infinity, "logsumexp") }
    guard source.variable != nil else { return .shape(kept, .float) }
    source = try source.trailing(over)
    let shape = try Rules.known(kept)
    return NamedTensor(
      kept, .float,
      try numbers {
        guard let variable = source.variable else { return nil }
        let width = variable.shape.suffix(over.count).reduce(1, *)
        return try variable.reshaped(shape + [width]).logsumexp()
      })
  }

  /// The first place of the largest entry along an axis, which goes; int.
  package static func argmax(_ x: NamedTensor, over: Axis) throws -> NamedTensor {
    let (kept, _) = try reduced(x, [over], "argmax")
    let source = try x.trailing([over])
    return NamedTensor(kept, .int, try numbers(operands: [0]) { try source.variable?.argmax() })
  }

  /// Softmax along an axis; where all is minus infinity it is 0.
  package static func softmax(_ x: NamedTensor, over: Axis) throws -> NamedTensor {
    try along(Rules.floats(x, "softmax"), over, "softmax") { try $0.softmax() }
  }

  /// The logarithm of the softmax along an axis.
  package static func logSoftmax(_ x: NamedTensor, over: Axis) throws -> NamedTensor {
    try along(Rules.floats(x, "log_softmax"), over, "log_softmax") { try $0.softmax(log: true) }
  }

  /// Cross entropy of the softmax along `over` against the index `truth`, which carries the other axes or some of them.
  package static func crossEntropy(_ x: NamedTensor, _ truth: NamedTensor, over: Axis) throws -> NamedTensor {
    let x = try Rules.floats(x, "cross_entropy")
    try Rules.carried(x, over, "cross_entropy")
    try Rules.kind(truth, .int, "cross_entropy", operand: 1)
    let turned = try x.trailing([over])
    let rows = Array(turned.dimensions.dropLast())
    for dimension in truth.dimensions {
      guard let size = rows.first(where: { $0.axis === dimension.axis })?.size else {
        throw AxisError(
          .notContained,
          "the index of `cross_entropy` has to fit in \(Rules.text(rows)), but is \(Rules.text(truth.dimensions))",
          operands: [0, 1])
      }
      _ = try Rules.agree(dimension.axis, size, dimension.size, "cross_entropy", operands: [0, 1])
    }
    guard let scores = turned.variable, truth.variable != nil else { return .shape(rows, .float) }
    let shape = try Rules.known(rows)
    let (count, width) = (shape.reduce(1, *), scores.shape.last ?? 0)
    let index = try truth.expanded(to: rows)
    return NamedTensor(
      rows, .float,
      try numbers(operands: [1]) {
        guard let at = index.variable?.tensor else { return nil }
        return try scores.reshaped([count, width]).crossEntropy(at.reshaped([count])).reshaped(shape)
      })
  }

  /// Running sum along an axis; of bool it is int.
  package static func cumsum(_ x: NamedTensor, over: Axis) throws -> NamedTensor {
    var result = try along(x, over, "cumsum") { try $0.cumsum() }
    if x.kind == .bool { result.kind = .int }
    return result
  }

  /// A function of the last dimension, applied along `over`.
  private static func along(
    _ x: NamedTensor, _ over: Axis, _ op: String, _ f: (Variable) throws -> Variable
  ) throws -> NamedTensor {
    try Rules.carried(x, over, op)
    let turned = try x.trailing([over])
    return NamedTensor(turned.dimensions, x.kind, try numbers { try turned.variable.map(f) })
  }

  /// The dimensions left, and the places of those that go.
  private static func reduced(_ x: NamedTensor, _ over: [Axis], _ op: String) throws -> ([Dimension], [Int]) {
    let places = try over.map { try Rules.carried(x, $0, op) }
    guard Set(places).count == places.count else {
      throw AxisError(.duplicateAxis, "`\(op)` over one axis twice", operands: [1])
    }
    return (x.dimensions.filter { dimension in !over.contains { $0 === dimension.axis } }, places)
  }

  /// x where the mask holds, else `other`; the mask fits in x.
  private static func masked(_ x: NamedTensor, _ mask: NamedTensor, _ other: Double, _ op: String) throws -> NamedTensor
  {
    try Rules.kind(mask, .bool, op, operand: 2)
    for dimension in mask.dimensions {
      guard let size = x.size(of: dimension.axis) else {
        throw AxisError(
          .notContained,
          "`where` of `\(op)` has to fit in \(Rules.text(x.dimensions)), but is \(Rules.text(mask.dimensions))",
          operands: [0, 2])
      }
      _ = try Rules.agree(dimension.axis, size, dimension.size, op, operands: [0, 2])
    }
    var filler = NamedTensor.scalar(other)
    if x.kind == .int { filler = try ints([0], []) }
    return try choose(mask, x, filler)
  }
}
