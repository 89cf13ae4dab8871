import Autodiff

/// The axis rules that several ops share. One rule serves the shape run and the run with numbers.
enum Rules {
  /// "[item, d=32]"; an axis that shares its name with another one here is printed with its owner.
  static func text(_ dimensions: [Dimension]) -> String {
    let parts = dimensions.map { dimension in
      let twin = dimensions.contains { $0.axis !== dimension.axis && $0.axis.name == dimension.axis.name }
      let name = twin ? "\(dimension.axis.name) of \(dimension.axis.owner ?? "?")" : dimension.axis.name
      return "\(name)=\(dimension.size)"
    }
    return "[\(parts.joined(separator: ", "))]"
  }

  /// No axis twice.
  static func distinct(_ dimensions: [Dimension]) throws {
    for (i, dimension) in dimensions.enumerated() where dimensions[..<i].contains(where: { $0.axis === dimension.axis })
    {
      throw AxisError(.duplicateAxis, "`\(dimension.axis)` stands twice in \(text(dimensions))", operands: [0])
    }
  }

  /// The tensor carries the axis; gives its place.
  @discardableResult
  static func carried(_ x: NamedTensor, _ axis: Axis, _ op: String, operand: Int = 0) throws -> Int {
    if let place = x.place(of: axis) { return place }
    var suggestion: String?
    if let twin = x.axes.first(where: { $0.name == axis.name }) {
      suggestion = "the `\(axis.name)` there is that of \(twin.owner ?? "another declaration")"
    }
    throw AxisError(
      .missingAxis, "`\(op)` needs `\(axis)`, but \(text(x.dimensions)) does not carry it", operands: [operand],
      suggestion: suggestion, missing: axis)
  }

  /// Both operands carry what a product sums over, and one of them, or b where `inB`, the other axis that it joins along.
  static func joined(
    _ a: NamedTensor, _ b: NamedTensor, over: [Axis], among: Axis, _ op: String, operands: (over: Int, among: Int),
    inB: Bool = false
  ) throws {
    for axis in over {
      try Rules.carried(a, axis, op)
      try Rules.carried(b, axis, op, operand: 1)
    }
    if over.contains(among) {
      throw AxisError(
        .duplicateAxis, "`\(op)` over and among `\(among)`", operands: [operands.over, operands.among])
    }
    if inB || !a.carries(among) { try Rules.carried(b, among, op, operand: 1) }
  }

  /// Two extents of one axis agree; gives what they agree on.
  static func agree(_ axis: Axis, _ a: Size, _ b: Size, _ op: String, operands: [Int]) throws -> Size {
    guard let size = Size.unify(a, b) else {
      throw AxisError(
        .sizeMismatch, "`\(op)` needs equal sizes of `\(axis)`, but they are \(a) and \(b)", operands: operands,
        sizes: a.value.flatMap { a in b.value.map { (a, $0) } })
    }
    return size
  }

  /// Elementwise rule: the largest operand holds the axes of all others. Gives its dimensions with the known sizes.
  static func largest(_ operands: [NamedTensor], _ op: String) throws -> [Dimension] {
    var big = 0
    for i in operands.indices where operands[i].dimensions.count > operands[big].dimensions.count { big = i }
    guard operands.indices.contains(big) else { return [] }
    var result = operands[big].dimensions
    for (i, operand) in operands.enumerated() where i != big {
      for dimension in operand.dimensions {
        guard let place = result.firstIndex(where: { $0.axis === dimension.axis }) else {
          throw AxisError(
            .notContained,
            "`\(op)` needs one operand that carries all axes, but they are \(text(operands[big].dimensions)) and "
              + "\(text(operand.dimensions))",
            operands: [min(big, i), max(big, i)],
            suggestion: operands.count == 2 ? "outer(a, b)" : nil)
        }
        result[place].size = try agree(
          dimension.axis, result[place].size, dimension.size, op, operands: [min(big, i), max(big, i)])
      }
    }
    return result
  }

  /// The extents of a run with numbers.
  static func known(_ dimensions: [Dimension]) throws -> [Int] {
    var count = 1
    return try dimensions.map { dimension in
      guard let n = dimension.size.value else {
        throw AxisError(.unknownSize, "`\(dimension.axis)` has no size", operands: [])
      }
      guard n >= 0 else { throw AxisError(.outOfRange, "`\(dimension.axis)` has the size \(n)", operands: []) }
      // Views repeat numbers without memory, so a shape may be larger than any memory; its count has to fit all the same.
      let (product, overflow) = count.multipliedReportingOverflow(by: max(n, 1))
      guard !overflow, product < 1 << 50 else {
        throw AxisError(.memory, "\(text(dimensions)) has too many numbers", operands: [])
      }
      count = product
      return n
    }
  }

  static func kind(_ x: NamedTensor, _ allowed: ElementKind, _ op: String, operand: Int) throws {
    guard x.kind == allowed else {
      throw AxisError(
        .wrongKind, "`\(op)` needs \(allowed.rawValue), but gets \(x.kind.rawValue)\(text(x.dimensions))",
        operands: [operand])
    }
  }

  /// Numbers, ints widened to floats; bool is an error.
  static func floats(_ x: NamedTensor, _ op: String, operand: Int = 0) throws -> NamedTensor {
    guard x.kind != .bool else {
      throw AxisError(
        .wrongKind, "`\(op)` needs numbers, but gets bool\(text(x.dimensions))", operands: [operand],
        suggestion: "where(condition, 1.0, 0.0)")
    }
    return try x.widened()
  }
}

extension NamedTensor {
  /// A view with exactly `target` in this order, repeated along what self lacks.
  func expanded(to target: [Dimension]) throws -> NamedTensor {
    guard let variable else { return .shape(target, kind) }
    let order = target.compactMap { place(of: $0.axis) }
    guard order.count == dimensions.count else {
      throw AxisError(.contradiction, "\(Rules.text(dimensions)) does not fit in \(Rules.text(target))")
    }
    let shape = try Rules.known(target)
    let turned = try variable.permuted(order)
    var next = 0
    let sources: [Int?] = target.map { dimension in
      guard carries(dimension.axis) else { return nil }
      next += 1
      return next - 1
    }
    return NamedTensor(target, kind, try numbers { try turned.expanded(shape, sources: sources) })
  }
}
