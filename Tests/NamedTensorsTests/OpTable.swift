import Autodiff
import NamedTensors
import TensorCore

/// Axes of the tests.
enum Axes {
  static let batch = Axis("batch")
  static let item = Axis("item")
  static let step = Axis("step")
  static let d = Axis("d")
  static let head = Axis("head")
  static let wide = Axis("wide")
  static let out = Axis("out")
  static let gates = Axis("gates")
  static let tap = Axis("tap")
  static let row = Axis("row")
  static let column = Axis("column")
  static let down = Axis("down")
  static let across = Axis("across")
}

/// Extents of one run of the table.
struct Extents: Sendable {
  var batch = 2
  var item = 5
  var step = 4
  var d = 4
  var head = 2

  func dimensions(_ axes: [Axis]) -> [Dimension] {
    axes.map { axis in
      switch axis {
      case Axes.batch: Dimension(axis, batch)
      case Axes.item: Dimension(axis, item)
      case Axes.step: Dimension(axis, step)
      case Axes.head: Dimension(axis, head)
      case Axes.gates: Dimension(axis, 3 * d)
      case Axes.tap: Dimension(axis, 3)
      case Axes.row: Dimension(axis, item % 11 + 3)
      case Axes.column: Dimension(axis, item / 3 + 2)
      case Axes.down: Dimension(axis, 3)
      case Axes.across: Dimension(axis, 5)
      case Axes.wide: Dimension(axis, head * d)
      default: Dimension(axis, d)
      }
    }
  }

  func numbers(_ axes: [Axis], _ seed: UInt64, low: Double = -1, high: Double = 1) throws -> NamedTensor {
    let dimensions = dimensions(axes)
    let count = dimensions.compactMap(\.size.value).reduce(1, *)
    return try .doubles((0..<count).map { low + (high - low) * Random.uniform(seed, $0) }, dimensions)
  }

  func flags(_ axes: [Axis], _ seed: UInt64, share: Double = 0.6) throws -> NamedTensor {
    let dimensions = dimensions(axes)
    let count = dimensions.compactMap(\.size.value).reduce(1, *)
    return try .bools((0..<count).map { Random.uniform(seed, $0) < share }, dimensions)
  }

  /// True at the first slot alone, so that something is allowed.
  func first(_ axis: Axis) throws -> NamedTensor {
    let dimension = dimensions([axis])
    return try .bools((0..<(dimension[0].size.value ?? 0)).map { $0 == 0 }, dimension)
  }

  /// Flags, of which the first one is true.
  func some(_ axes: [Axis], _ seed: UInt64) throws -> NamedTensor {
    let flags = try flags(axes, seed)
    return try .bools(flags.boolValues().enumerated().map { $0.element || $0.offset == 0 }, flags.dimensions)
  }

  /// Sequences of one, two, three, .. slots.
  func owners(_ axis: Axis) throws -> NamedTensor {
    let dimension = dimensions([axis])
    var owners: [Int32] = []
    var length = 0
    while owners.count < dimension[0].size.value ?? 0 {
      length += 1
      owners += [Int32](repeating: Int32(length * 2), count: length)
    }
    return try .ints(Array(owners.prefix(dimension[0].size.value ?? 0)), dimension)
  }

  func indices(_ axes: [Axis], below n: Int, _ seed: UInt64) throws -> NamedTensor {
    let dimensions = dimensions(axes)
    let count = dimensions.compactMap(\.size.value).reduce(1, *)
    return try .ints((0..<count).map { Int32(Random.uniform(seed, $0) * Double(n)) }, dimensions)
  }
}

/// One op of the table: the axes of the inputs whose gradients are checked, and the op on them.
struct OpRow: Sendable, CustomStringConvertible {
  let name: String
  let inputs: [[Axis]]
  var low = -1.0
  let apply: @Sendable (_ x: [NamedTensor], _ e: Extents) throws -> NamedTensor
  var description: String { name }

  init(
    _ name: String, _ inputs: [[Axis]], low: Double = -1,
    _ apply: @escaping @Sendable ([NamedTensor], Extents) throws -> NamedTensor
  ) {
    self.name = name
    self.inputs = inputs
    self.low = low
    self.apply = apply
  }
}

extension OpRow {
  private static let cube = [Axes.batch, Axes.step, Axes.d]
  private static let packed = [Axes.step, Axes.head, Axes.d]

  static let unary: [OpRow] = UnaryOp.allCases.map { op in
    OpRow(op.rawValue, [cube], low: op == .sqrt || op == .log ? 0.1 : -1) { x, _ in
      let wide = op == .sqrt || op == .log ? x[0] : try .binary(.multiply, x[0], .scalar(3))
      return try .unary(op, wide)
    }
  }

  static let binary: [OpRow] = [
    BinaryOp.add, .subtract, .multiply, .divide, .remainder, .power, .logaddexp, .minimum, .maximum,
  ].flatMap { op in
    [
      OpRow("\(op.rawValue) same", [cube, cube], low: 0.2) { x, _ in try .binary(op, x[0], x[1]) },
      OpRow("\(op.rawValue) row", [cube, [Axes.d]], low: 0.2) { x, _ in try .binary(op, x[0], x[1]) },
      OpRow("\(op.rawValue) column", [[Axes.step, Axes.batch], cube], low: 0.2) { x, _ in try .binary(op, x[0], x[1]) },
      OpRow("\(op.rawValue) scalar", [cube, []], low: 0.2) { x, _ in try .binary(op, x[0], x[1]) },
    ]
  }

  static let reductions: [OpRow] = [
    OpRow("sum last", [cube]) { x, _ in try .sum(x[0], over: [Axes.d]) },
    OpRow("sum middle", [cube]) { x, _ in try .sum(x[0], over: [Axes.step]) },
    OpRow("sum first and last", [cube]) { x, _ in try .sum(x[0], over: [Axes.d, Axes.batch]) },
    OpRow("sum where", [cube]) { x, e in
      try .sum(x[0], over: [Axes.step], where: e.flags([Axes.batch, Axes.step], 5))
    },
    OpRow("mean", [cube]) { x, _ in try .mean(x[0], over: [Axes.step, Axes.d]) },
    OpRow("mean where", [cube]) { x, e in
      try .mean(x[0], over: [Axes.step], where: e.flags([Axes.batch, Axes.step], 6, share: 0.4))
    },
    OpRow("mean where, fewer axes", [cube]) { x, e in
      try .mean(x[0], over: [Axes.step, Axes.batch], where: e.flags([Axes.step], 7))
    },
    OpRow("logsumexp", [cube]) { x, _ in try .logsumexp(x[0], over: [Axes.step]) },
    OpRow("logsumexp where", [cube]) { x, e in
      try finite(.logsumexp(x[0], over: [Axes.step], where: e.flags([Axes.batch, Axes.step], 8, share: 0.4)))
    },
    OpRow("softmax", [cube]) { x, _ in try .softmax(x[0], over: Axes.d) },
    OpRow("softmax middle", [cube]) { x, _ in try .softmax(x[0], over: Axes.step) },
    OpRow("log_softmax", [cube]) { x, _ in try .logSoftmax(x[0], over: Axes.d) },
    OpRow("cumsum", [cube]) { x, _ in try .cumsum(x[0], over: Axes.step) },
    OpRow("choose", [cube, [Axes.d]]) { x, e in
      try .choose(e.flags([Axes.step, Axes.batch], 9), x[0], x[1])
    },
  ]

  static let shapes: [OpRow] = [
    OpRow("rename", [cube]) { x, _ in try .rename(x[0], Axes.d, to: Axes.out) },
    OpRow("split and join", [[Axes.batch, Axes.wide, Axes.step]]) { x, e in
      let parts = try NamedTensor.split(x[0], Axes.wide, into: e.dimensions([Axes.head, Axes.d]))
      return try .join(
        .binary(.multiply, parts, e.numbers([Axes.head, Axes.step], 3)), [Axes.d, Axes.head], to: Axes.wide)
    },
    OpRow("concat", [cube, [Axes.d], [Axes.d, Axes.step]]) { x, _ in
      try .concat([x[1], x[0], x[2]], over: Axes.step, to: Axes.item)
    },
    OpRow("skip", [cube]) { x, _ in try .skip(x[0], 2, over: Axes.step) },
    OpRow("select", [cube]) { x, _ in try .select(x[0], Axes.step, index: -1) },
    OpRow("outer", [[Axes.batch], [Axes.d]]) { x, _ in try .binary(.multiply, .outer(x[0], x[1]), x[1]) },
    OpRow("take", [[Axes.item, Axes.d]]) { x, e in
      try .take(x[0], e.indices([Axes.batch, Axes.step], below: e.item, 4), over: Axes.item)
    },
    OpRow("take batched", [[Axes.batch, Axes.item, Axes.d]]) { x, e in
      try .take(x[0], e.indices([Axes.step, Axes.batch], below: e.item, 4), over: Axes.item)
    },
    OpRow("take numbers", [[Axes.item]]) { x, e in
      try .take(x[0], e.indices([Axes.batch, Axes.step], below: e.item, 4), over: Axes.item)
    },
  ]

  static let layers: [OpRow] = [
    OpRow("dot weight", [cube, [Axes.out, Axes.d]]) { x, _ in try .dot(x[0], x[1], over: [Axes.d]) },
    OpRow("dot batched", [cube, [Axes.batch, Axes.item, Axes.d]]) { x, _ in try .dot(x[0], x[1], over: [Axes.d]) },
    OpRow("dot rows", [cube, cube]) { x, _ in try .dot(x[0], x[1], over: [Axes.d]) },
    OpRow("dot inner", [cube, cube]) { x, _ in try .dot(x[0], x[1], over: [Axes.step, Axes.d]) },
    OpRow("dot apart", [[Axes.batch, Axes.step], [Axes.step, Axes.out]]) { x, _ in
      try .dot(x[0], x[1], over: [Axes.step])
    },
    OpRow("affine", [cube, [Axes.wide, Axes.d], [Axes.wide]]) { x, _ in
      try .affine(x[0], x[1], x[2], over: Axes.d, to: Axes.wide)
    },
    OpRow("affine of the first axis", [cube, [Axes.batch, Axes.wide], [Axes.wide]]) { x, _ in
      try .affine(x[0], x[1], x[2], over: Axes.batch, to: Axes.wide)
    },
    OpRow("affine plain", [cube, [Axes.out, Axes.d]]) { x, _ in
      try .affine(x[0], x[1], nil, over: Axes.d, to: Axes.out)
    },
    OpRow("affine with gelu", [cube, [Axes.wide, Axes.d], [Axes.wide]]) { x, _ in
      try .affine(x[0], x[1], x[2], over: Axes.d, to: Axes.wide, act: .gelu)
    },
    OpRow("affine with tanh", [cube, [Axes.out, Axes.d]]) { x, _ in
      try .affine(x[0], x[1], nil, over: Axes.d, to: Axes.out, act: .tanh)
    },
    OpRow("layer_norm", [cube, [Axes.d], [Axes.d]]) { x, _ in
      try .layerNorm(x[0], x[1], x[2], over: Axes.d, eps: 1e-5)
    },
    OpRow("attention", heads) { x, e in
      try .attention(
        x[0], x[1], x[2], over: Axes.step, dim: Axes.d, mask: e.flags([Axes.batch, Axes.step], 11))
    },
    OpRow("attention causal with dropout", heads) { x, e in
      try .attention(
        x[0], x[1], x[2], over: Axes.step, dim: Axes.d, mask: e.flags([Axes.batch, Axes.step], 12), causal: true,
        rate: 0.3, key: 99)
    },
    OpRow("attention without heads", [cube, cube, cube]) { x, _ in
      try .attention(x[0], x[1], x[2], over: Axes.step, dim: Axes.d)
    },
    OpRow("attention of other queries", [[Axes.item, Axes.batch, Axes.d], cube, cube]) { x, e in
      try .attention(x[0], x[1], x[2], over: Axes.step, dim: Axes.d, mask: e.flags([Axes.batch, Axes.step], 13))
    },
    OpRow("attention within sequences", [packed, packed, packed]) { x, e in
      try .attention(
        x[0], x[1], x[2], over: Axes.step, dim: Axes.d, within: e.owners(Axes.step), causal: true, rate: 0.2, key: 5)
    },
    OpRow("pack", [cube]) { x, e in
      try .pack(x[0], where: e.some([Axes.step, Axes.batch], 16), over: [Axes.batch, Axes.step], to: Axes.item)
    },
    OpRow("pack of what is repeated", [[Axes.batch, Axes.d]]) { x, e in
      try .pack(x[0], where: e.some([Axes.step, Axes.batch], 17), over: [Axes.batch, Axes.step], to: Axes.step)
    },
    OpRow("pack and unpack", [cube]) { x, e in
      let mask = try e.some([Axes.batch, Axes.step], 18)
      return try .unpack(
        .pack(x[0], where: mask, over: [Axes.step, Axes.batch], to: Axes.step), where: mask,
        over: [Axes.step, Axes.batch], from: Axes.step)
    },
    OpRow("dot_logsumexp", [cube, [Axes.item, Axes.d], [Axes.item]]) { x, e in
      try finite(
        .dotLogSumExp(
          x[0], x[1], over: [Axes.d], among: Axes.item, where: e.flags([Axes.batch, Axes.item], 14, share: 0.3),
          shift: x[2]))
    },
    OpRow("dot_logsumexp plain", [cube, [Axes.item, Axes.d]]) { x, _ in
      try .dotLogSumExp(x[0], x[1], over: [Axes.d], among: Axes.item)
    },
    OpRow("dot_logsumexp wide shift", [cube, [Axes.item, Axes.d], [Axes.step, Axes.item]]) { x, e in
      try .dotLogSumExp(
        x[0], x[1], over: [Axes.d], among: Axes.item, where: nil, shift: x[2])
    },
    OpRow("cross_entropy", [cube]) { x, e in
      try .crossEntropy(x[0], e.indices([Axes.d, Axes.batch], below: e.step, 31), over: Axes.step)
    },
    OpRow("dot_cross_entropy", [cube, [Axes.item, Axes.d]]) { x, e in
      try .dotCrossEntropy(
        x[0], x[1], e.indices([Axes.batch, Axes.step], below: e.item, 24), over: [Axes.d], among: Axes.item,
        shift: e.numbers([Axes.item], 25))
    },
    OpRow("dot_cross_entropy of some rows and columns", [cube, [Axes.item, Axes.d]]) { x, e in
      try .dotCrossEntropy(
        x[0], x[1], e.indices([Axes.step, Axes.batch], below: e.item, 26), over: [Axes.d], among: Axes.item,
        where: .binary(.or, e.flags([Axes.batch, Axes.item], 27), e.first(Axes.item)),
        rows: e.flags([Axes.batch, Axes.step], 28))
    },
    OpRow("mean of dot_cross_entropy", [cube, [Axes.item, Axes.d]]) { x, e in
      try .mean(
        .dotCrossEntropy(
          x[0], x[1], e.indices([Axes.batch, Axes.step], below: e.item, 29), over: [Axes.d], among: Axes.item,
          rows: e.flags([Axes.batch, Axes.step], 30)),
        over: [Axes.batch, Axes.step])
    },
    OpRow("dropout", [cube]) { x, _ in try .dropout(x[0], rate: 0.25, key: 7) },
    OpRow("gru", [cube, [Axes.gates, Axes.d], [Axes.gates, Axes.out], [Axes.gates], [Axes.gates]]) { x, e in
      try .gru(
        x[0], x[1], x[2], x[3], x[4], over: Axes.step, dim: Axes.d, to: Axes.out,
        mask: e.flags([Axes.batch, Axes.step], 15, share: 0.8))
    },
    OpRow("causal_conv", [cube, [Axes.out, Axes.d, Axes.tap], [Axes.item]]) { x, _ in
      try .causalConv(x[0], x[1], nil, over: Axes.step, dim: Axes.d, to: Axes.out, taps: Axes.tap, dilation: 2)
    },
    OpRow("conv2d", [[Axes.row, Axes.head, Axes.batch, Axes.column], kernel, [Axes.out]]) { x, _ in
      try .conv2d(
        x[0], x[1], x[2], over: [Axes.row, Axes.column], dim: Axes.head, to: Axes.out, taps: [Axes.down, Axes.across])
    },
    OpRow("conv2d of many planes", [[Axes.d, Axes.row, Axes.column], [Axes.d, Axes.head, Axes.down, Axes.tap]]) {
      x, _ in
      try .conv2d(
        x[0], x[1], nil, over: [Axes.column, Axes.row], dim: Axes.d, to: Axes.d, taps: [Axes.tap, Axes.down])
    },
  ]

  private static let kernel = [Axes.out, Axes.head, Axes.down, Axes.across]
  private static let heads = Array(repeating: [Axes.batch, Axes.step, Axes.head, Axes.d], count: 3)

  static let all = unary + binary + reductions + shapes + layers

  /// Zero instead of minus infinity, so that rows with nothing allowed can be compared.
  private static func finite(_ x: NamedTensor) throws -> NamedTensor {
    try .choose(.binary(.greater, x, .scalar(-1e30)), x, .scalar(0))
  }
}
