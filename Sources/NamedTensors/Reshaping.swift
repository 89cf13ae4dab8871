import Autodiff
import TensorCore

extension NamedTensor {
  /// `axis` becomes `to`, which x must not carry; sizes agree if `to` has one.
  package static func rename(_ x: NamedTensor, _ axis: Axis, to: Axis, size: Int? = nil) throws -> NamedTensor {
    let place = try Rules.carried(x, axis, "rename")
    try absent(x, to, except: axis, "rename")
    var result = x
    var extent = x.dimensions[place].size
    if let size { extent = try Rules.agree(to, extent, .known(size), "rename", operands: [0, 2]) }
    result.dimensions[place] = Dimension(to, extent)
    return result
  }

  /// `axis` becomes several; the first is the slow one. Sizes multiply; at most one of `into` may be symbolic.
  package static func split(_ x: NamedTensor, _ axis: Axis, into: [Dimension]) throws -> NamedTensor {
    let place = try Rules.carried(x, axis, "split")
    try Rules.distinct(into)
    for dimension in into { try absent(x, dimension.axis, except: axis, "split") }
    let whole = x.dimensions[place].size
    var parts = into
    let known = into.filter { $0.size.value != nil }.map(\.size).reduce(.known(1), *).value ?? 0
    if let n = whole.value {
      let open = into.indices.filter { into[$0].size.value == nil }
      if open.count == 1, known > 0, n % known == 0 {
        parts[open[0]].size = .known(n / known)
      } else if open.count > 1 {
        throw AxisError(.unknownSize, "`split` knows too few sizes of \(Rules.text(into))", operands: [2])
      } else if !open.isEmpty || known != n {
        throw AxisError(
          .notDivisible, "`split` cannot make \(Rules.text(into)) of `\(axis)` with \(n) slots", operands: [0, 2])
      }
    }
    let dimensions = x.dimensions[..<place] + parts + x.dimensions[(place + 1)...]
    return try reshaped(x, Array(dimensions))
  }

  /// Several axes become one; the first is the slow one. They gather where the fastest of them stands, so that what is
  /// copied are whole rows.
  package static func join(_ x: NamedTensor, _ axes: [Axis], to: Axis) throws -> NamedTensor {
    let places = try axes.map { try Rules.carried(x, $0, "join") }
    guard Set(places).count == places.count, let last = places.last else {
      throw AxisError(.duplicateAxis, "`join` needs different axes", operands: [1])
    }
    if !axes.contains(to) { try absent(x, to, except: to, "join") }
    let before = x.dimensions.indices.filter { $0 < last && !places.contains($0) }
    let after = x.dimensions.indices.filter { $0 > last && !places.contains($0) }
    let turned = try x.permuted(before + places + after)
    let size = places.map { x.dimensions[$0].size }.reduce(.known(1), *)
    let dimensions = before.map { x.dimensions[$0] } + [Dimension(to, size)] + after.map { x.dimensions[$0] }
    return try reshaped(turned, dimensions)
  }

  /// Pieces one after the other along `over`, which is then called `to`. One piece holds all other axes, the rest
  /// repeat; a piece without `over` is one slot; sizes add.
  package static func concat(_ pieces: [NamedTensor], over: Axis, to: Axis) throws -> NamedTensor {
    guard !pieces.isEmpty else { throw AxisError(.missingAxis, "`concat` of nothing", operands: [0]) }
    let isFloat = pieces.contains { $0.kind == .float }
    var parts = pieces
    for (i, piece) in pieces.enumerated() where piece.kind != pieces[0].kind || isFloat {
      guard piece.kind != .bool, pieces[0].kind != .bool else {
        throw AxisError(.wrongKind, "`concat` of \(pieces[0].kind.rawValue) and \(piece.kind.rawValue)", operands: [0])
      }
      parts[i] = try piece.widened()
    }
    let stripped = parts.map { piece in piece.dimensions.filter { $0.axis !== over } }
    let others = try Rules.largest(stripped.map { .shape($0, .float) }, "concat")
    if to !== over, others.contains(where: { $0.axis === to }) {
      throw AxisError(.duplicateAxis, "`concat` to `\(to)`, which the pieces carry already", operands: [2])
    }
    let model = parts.first { $0.carries(over) && $0.dimensions.count == others.count + 1 }
    let place = model?.place(of: over) ?? 0
    var total = Size.known(0)
    for part in parts { total = total + (part.size(of: over) ?? .known(1)) }
    // The order of the other axes is that of the model piece, so that its numbers need no turning.
    var dimensions = model.map { $0.dimensions.filter { $0.axis !== over } } ?? others
    for i in dimensions.indices {
      if let known = others.first(where: { $0.axis === dimensions[i].axis }) { dimensions[i].size = known.size }
    }
    dimensions.insert(Dimension(to, total), at: place)
    let kind = parts[0].kind
    guard !parts.contains(where: \.isShapeOnly) else { return .shape(dimensions, kind) }
    let spread = try parts.map { part in
      var target = dimensions
      target[place] = Dimension(over, part.size(of: over) ?? .known(1))
      return try part.expanded(to: target).variable
    }
    return NamedTensor(dimensions, kind, try numbers { try Variable.concat(spread.compactMap { $0 }, place) })
  }

  /// The first n slots dropped; n = 0 gives x back whatever its axes.
  package static func skip(_ x: NamedTensor, _ n: Int, over: Axis) throws -> NamedTensor {
    if n == 0 { return x }
    let place = try Rules.carried(x, over, "skip")
    var dimensions = x.dimensions
    if let size = dimensions[place].size.value, n < 0 || n > size {
      throw AxisError(.outOfRange, "`skip` of \(n) slots, but `\(over)` has \(size)", operands: [1])
    }
    dimensions[place].size = dimensions[place].size - .known(n)
    guard let variable = x.variable, let length = dimensions[place].size.value else {
      return .shape(dimensions, x.kind)
    }
    return NamedTensor(
      dimensions, x.kind, try numbers(operands: [1]) { try variable.sliced(place, start: n, length: length) })
  }

  /// One slot of an axis, which goes; -1 is the last.
  package static func select(_ x: NamedTensor, _ axis: Axis, index: Int) throws -> NamedTensor {
    let place = try Rules.carried(x, axis, "[ ]")
    var dimensions = x.dimensions
    dimensions.remove(at: place)
    guard let n = x.dimensions[place].size.value else { return .shape(dimensions, x.kind) }
    let slot = index < 0 ? n + index : index
    guard slot >= 0, slot < n else {
      throw AxisError(.outOfRange, "slot \(index) of `\(axis)`, which has \(n)", operands: [0, 1])
    }
    return NamedTensor(
      dimensions, x.kind, try numbers(operands: [1]) { try x.variable?.selected(place, slot) })
  }

  private static func reshaped(_ x: NamedTensor, _ dimensions: [Dimension]) throws -> NamedTensor {
    guard let variable = x.variable else { return .shape(dimensions, x.kind) }
    let shape = try Rules.known(dimensions)
    return NamedTensor(dimensions, x.kind, try numbers { try variable.reshaped(shape) })
  }

  private static func absent(_ x: NamedTensor, _ axis: Axis, except: Axis, _ op: String) throws {
    guard axis === except || !x.carries(axis) else {
      throw AxisError(
        .duplicateAxis, "`\(op)` to `\(axis)`, which \(Rules.text(x.dimensions)) carries already", operands: [0])
    }
  }
}
