package import Autodiff
import TensorCore

/// What the elements of a tensor are.
package enum ElementKind: String, Sendable, Hashable, CaseIterable {
  case float, int, bool

  var dtype: DType {
    switch self {
    case .float: Precision.active.dtype
    case .int: .int32
    case .bool: .bool
    }
  }
}

/// Numbers with named axes; in a shape run axes and kind without numbers.
package struct NamedTensor: Sendable {
  /// Order of storage; never seen in the language except in print.
  package var dimensions: [Dimension]
  package var kind: ElementKind
  /// Nil in a shape run.
  package var variable: Variable?

  package var isShapeOnly: Bool { variable == nil }
  package var axes: [Axis] { dimensions.map(\.axis) }

  init(_ dimensions: [Dimension], _ kind: ElementKind, _ variable: Variable?) {
    self.dimensions = dimensions
    self.kind = kind
    self.variable = variable
  }

  /// Numbers that are there already, such as a parameter on a tape; `dimensions` in the order of its shape.
  package init(variable: Variable, dimensions: [Dimension]) {
    self.dimensions = dimensions
    self.variable = variable
    kind =
      switch variable.dtype {
      case .float32, .float64: .float
      case .int32: .int
      case .bool: .bool
      }
  }

  /// Axes and kind without numbers.
  package static func shape(_ dimensions: [Dimension], _ kind: ElementKind) -> NamedTensor {
    NamedTensor(dimensions, kind, nil)
  }

  /// Row major values, converted to the active precision.
  package static func floats(_ values: [Float], _ dimensions: [Dimension]) throws -> NamedTensor {
    let shape = try extents(dimensions, values.count)
    return try numbers {
      NamedTensor(dimensions, .float, Variable(try Tensor(values, shape: shape, as: Precision.active.dtype)))
    }
  }

  /// Row major values, converted to the active precision.
  package static func doubles(_ values: [Double], _ dimensions: [Dimension]) throws -> NamedTensor {
    let shape = try extents(dimensions, values.count)
    return try numbers {
      NamedTensor(dimensions, .float, Variable(try Tensor(values, shape: shape, as: Precision.active.dtype)))
    }
  }

  /// Row major values.
  package static func ints(_ values: [Int32], _ dimensions: [Dimension]) throws -> NamedTensor {
    let shape = try extents(dimensions, values.count)
    return try numbers { NamedTensor(dimensions, .int, Variable(try Tensor(values, shape: shape))) }
  }

  /// Row major values.
  package static func bools(_ values: [Bool], _ dimensions: [Dimension]) throws -> NamedTensor {
    let shape = try extents(dimensions, values.count)
    return try numbers { NamedTensor(dimensions, .bool, Variable(try Tensor(values, shape: shape))) }
  }

  /// A float without axes. Shape-only if the memory for one number is not there.
  package static func scalar(_ value: Double) -> NamedTensor {
    NamedTensor([], .float, (try? Tensor(full: value, shape: [], Precision.active.dtype)).map { Variable($0) })
  }

  /// One float everywhere, as a view of one number; shape-only where a size is symbolic.
  package static func full(_ value: Double, _ dimensions: [Dimension]) throws -> NamedTensor {
    try Rules.distinct(dimensions)
    guard dimensions.allSatisfy({ $0.size.value != nil }) else { return .shape(dimensions, .float) }
    let sizes = try Rules.known(dimensions)
    return try numbers {
      NamedTensor(
        dimensions, .float, Variable(try Tensor.scalar(value, Precision.active.dtype, repeated: sizes)))
    }
  }

  /// Checks that the values fill the dimensions; gives the shape.
  private static func extents(_ dimensions: [Dimension], _ count: Int) throws -> [Int] {
    try Rules.distinct(dimensions)
    let shape = try Rules.known(dimensions)
    guard shape.reduce(1, *) == count else {
      throw AxisError(.sizeMismatch, "\(count) values do not fill \(Rules.text(dimensions))", operands: [0, 1])
    }
    return shape
  }

  package func carries(_ axis: Axis) -> Bool { dimensions.contains { $0.axis === axis } }
  package func size(of axis: Axis) -> Size? { dimensions.first { $0.axis === axis }?.size }
  func place(of axis: Axis) -> Int? { dimensions.firstIndex { $0.axis === axis } }

  /// In order of `dimensions`; empty in a shape run.
  package func doubleValues() -> [Double] { variable?.tensor.doubles() ?? [] }
  package func floatValues() -> [Float] { variable?.tensor.floats() ?? [] }
  package func intValues() -> [Int32] { variable?.tensor.ints() ?? [] }
  package func boolValues() -> [Bool] { variable?.tensor.bools() ?? [] }

  /// The value of a tensor without axes.
  package var item: Double? {
    guard dimensions.isEmpty, let variable else { return nil }
    return variable.tensor.doubles().first
  }

  /// The same tensor with `axes`, all that it has, in this order; a view.
  package func ordered(_ axes: [Axis]) throws -> NamedTensor {
    guard axes.count == dimensions.count, axes.allSatisfy(carries), Set(axes).count == axes.count else {
      throw AxisError(
        .missingAxis, "\(Rules.text(dimensions)) cannot be ordered as [\(axes.map(\.name).joined(separator: ", "))]",
        operands: [0])
    }
    return try permuted(axes.compactMap { place(of: $0) })
  }

  /// The same numbers, without a gradient.
  package static func detach(_ x: NamedTensor) -> NamedTensor {
    NamedTensor(x.dimensions, x.kind, x.variable?.detached())
  }

  /// The first entries in order of `dimensions`, at least `count` of them where there are so many: a view.
  package func prefix(_ count: Int) -> NamedTensor {
    guard var tensor = variable?.tensor else { return self }
    var dimensions = dimensions
    while tensor.count > count, let size = tensor.shape.first {
      let rows = max(1, (count * size + tensor.count - 1) / tensor.count)
      guard rows == 1 else {
        dimensions[0] = Dimension(dimensions[0].axis, rows)
        tensor = tensor.sliced(0, start: 0, length: rows)
        break
      }
      dimensions.removeFirst()
      tensor = tensor.selected(0, 0)
    }
    return NamedTensor(variable: Variable(tensor), dimensions: dimensions)
  }

  func permuted(_ order: [Int]) throws -> NamedTensor {
    if order.elementsEqual(order.indices) { return self }
    return NamedTensor(order.map { dimensions[$0] }, kind, try variable?.permuted(order))
  }

  /// Axes listed last in the order given, the others before in their own order.
  func trailing(_ axes: [Axis]) throws -> NamedTensor {
    let rest = dimensions.indices.filter { d in !axes.contains { $0 === dimensions[d].axis } }
    return try permuted(rest + axes.compactMap { place(of: $0) })
  }

  /// Float numbers of an int tensor; itself otherwise.
  func widened() throws -> NamedTensor {
    guard kind == .int else { return self }
    return NamedTensor(dimensions, .float, try numbers { try variable?.converted(to: Precision.active.dtype) })
  }
}
