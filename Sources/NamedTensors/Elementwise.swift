package import Autodiff
import TensorCore

/// Elementwise functions of two arguments; the raw value is a name for messages.
package enum BinaryOp: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
  case logaddexp, minimum, maximum
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case and, or

  fileprivate enum Family {
    case arithmetic(ArithmeticOp)
    case comparison(ComparisonOp)
    case logical(LogicalOp)
  }

  fileprivate var family: Family {
    switch self {
    case .add: .arithmetic(.add)
    case .subtract: .arithmetic(.subtract)
    case .multiply: .arithmetic(.multiply)
    case .divide: .arithmetic(.divide)
    case .floorDivide: .arithmetic(.floorDivide)
    case .remainder: .arithmetic(.remainder)
    case .power: .arithmetic(.power)
    case .logaddexp: .arithmetic(.logaddexp)
    case .minimum: .arithmetic(.minimum)
    case .maximum: .arithmetic(.maximum)
    case .equal: .comparison(.equal)
    case .notEqual: .comparison(.notEqual)
    case .less: .comparison(.less)
    case .lessEqual: .comparison(.lessEqual)
    case .greater: .comparison(.greater)
    case .greaterEqual: .comparison(.greaterEqual)
    case .and: .logical(.and)
    case .or: .logical(.or)
    }
  }

  /// Ops of two ints that give a float.
  fileprivate var leavesIntegers: Bool {
    switch self {
    case .divide, .power, .logaddexp: true
    case .add, .subtract, .multiply, .floorDivide, .remainder, .minimum, .maximum, .equal, .notEqual, .less, .lessEqual,
      .greater, .greaterEqual, .and, .or:
      false
    }
  }
}

extension NamedTensor {
  /// Same axes. Ints become floats except under neg, abs and relu.
  package static func unary(_ op: UnaryOp, _ x: NamedTensor) throws -> NamedTensor {
    guard x.kind != .bool else {
      throw AxisError(
        .wrongKind, "`\(op.rawValue)` needs numbers, but gets bool\(Rules.text(x.dimensions))", operands: [0])
    }
    let staysInt = x.kind == .int && (op == .neg || op == .abs || op == .relu)
    let kind: ElementKind = staysInt ? .int : .float
    return NamedTensor(x.dimensions, kind, try numbers { try x.variable?.unary(op) })
  }

  /// True where false; same axes.
  package static func not(_ x: NamedTensor) throws -> NamedTensor {
    try Rules.kind(x, .bool, "not", operand: 0)
    return NamedTensor(x.dimensions, .bool, try numbers { try x.variable?.not() })
  }

  /// The largest operand's axes hold all the others'; scalars fit all. Int widens to float beside float.
  package static func binary(_ op: BinaryOp, _ a: NamedTensor, _ b: NamedTensor) throws -> NamedTensor {
    var (x, y) = (a, b)
    let kind: ElementKind
    switch op.family {
    case .logical:
      try Rules.kind(a, .bool, op.rawValue, operand: 0)
      try Rules.kind(b, .bool, op.rawValue, operand: 1)
      kind = .bool
    case .comparison:
      if a.kind == .bool || b.kind == .bool {
        guard a.kind == b.kind, op == .equal || op == .notEqual else {
          throw AxisError(
            .wrongKind, "`\(op.rawValue)` of \(a.kind.rawValue) and \(b.kind.rawValue)", operands: [0, 1])
        }
      } else if a.kind != b.kind {
        (x, y) = (try a.widened(), try b.widened())
      }
      kind = .bool
    case .arithmetic:
      for (i, operand) in [a, b].enumerated() where operand.kind == .bool {
        throw AxisError(
          .wrongKind, "`\(op.rawValue)` needs numbers, but gets bool\(Rules.text(operand.dimensions))", operands: [i],
          suggestion: "where(condition, 1.0, 0.0)")
      }
      if a.kind != b.kind || op.leavesIntegers { (x, y) = (try a.widened(), try b.widened()) }
      kind = x.kind
    }
    let dimensions = try Rules.largest([x, y], op.rawValue)
    guard !x.isShapeOnly, !y.isShapeOnly else { return .shape(dimensions, kind) }
    (x, y) = (try x.expanded(to: dimensions), try y.expanded(to: dimensions))
    guard let p = x.variable, let q = y.variable else { return .shape(dimensions, kind) }
    return try numbers(operands: [1]) {
      let result =
        switch op.family {
        case .arithmetic(let op): try Variable.arithmetic(op, p, q)
        case .comparison(let op): try Variable.compare(op, p, q)
        case .logical(let op): try Variable.logical(op, p, q)
        }
      return NamedTensor(dimensions, kind, result)
    }
  }

  /// `a` where the condition holds, else `b` (`where` of the language). The elementwise rule for all three.
  package static func choose(_ condition: NamedTensor, _ a: NamedTensor, _ b: NamedTensor) throws -> NamedTensor {
    try Rules.kind(condition, .bool, "where", operand: 0)
    var (x, y) = (a, b)
    if a.kind != b.kind {
      guard a.kind != .bool, b.kind != .bool else {
        throw AxisError(.wrongKind, "`where` of \(a.kind.rawValue) and \(b.kind.rawValue)", operands: [1, 2])
      }
      (x, y) = (try a.widened(), try b.widened())
    }
    let dimensions = try Rules.largest([condition, x, y], "where")
    guard !condition.isShapeOnly, !x.isShapeOnly, !y.isShapeOnly else { return .shape(dimensions, x.kind) }
    guard let m = try condition.expanded(to: dimensions).variable, let p = try x.expanded(to: dimensions).variable,
      let q = try y.expanded(to: dimensions).variable
    else { return .shape(dimensions, x.kind) }
    return NamedTensor(dimensions, x.kind, try numbers { try Variable.choose(m, p, q) })
  }

  /// `a` repeated along the axes of `b` that it lacks; a view.
  package static func outer(_ a: NamedTensor, _ b: NamedTensor) throws -> NamedTensor {
    var dimensions = a.dimensions
    for dimension in b.dimensions {
      if let place = a.place(of: dimension.axis) {
        dimensions[place].size = try Rules.agree(
          dimension.axis, dimensions[place].size, dimension.size, "outer", operands: [0, 1])
      }
    }
    dimensions += b.dimensions.filter { !a.carries($0.axis) }
    guard !a.isShapeOnly, !b.isShapeOnly else { return .shape(dimensions, a.kind) }
    return try a.expanded(to: dimensions)
  }
}
