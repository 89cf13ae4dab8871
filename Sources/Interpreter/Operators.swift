import Autodiff
import Diagnostics
import NamedTensors
import Syntax

/// Operands that an operator does not take; the evaluator adds the places.
struct OperandFault: Error {
  let code: DiagnosticCode
  let message: String
  /// Indices of the operands to mark.
  let operands: [Int]
  var absence: AbsenceFacts?
  var tries: [String] = []

  func failure(_ spans: [Span], _ span: Span) -> Failure {
    if let absence {
      return Machine.absent(
        absence, usedBy: "an operator", at: operands.first.flatMap { $0 < spans.count ? spans[$0] : nil } ?? span)
    }
    var failure = Failure(code, message, tries: tries)
    failure.diagnostic.labels = operands.filter { $0 < spans.count }.map { Label(spans[$0]) }
    if failure.diagnostic.labels.isEmpty { failure.diagnostic.labels = [Label(span)] }
    return failure
  }
}

/// What operators mean for each kind of value.
enum Operators {
  static func fault(_ value: Value, _ message: String) -> OperandFault {
    if case .absent(let absence) = value {
      return OperandFault(code: .absentBranch, message: message, operands: [0], absence: absence.facts)
    }
    return OperandFault(code: .wrongType, message: "\(message), not \(value.described)", operands: [0])
  }

  static func apply(_ op: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    if op == .equal || op == .notEqual, let same = plainEquality(a, b) { return .bool(same == (op == .equal)) }
    if case .absent(let absence) = a {
      throw OperandFault(code: .absentBranch, message: "", operands: [0], absence: absence.facts)
    }
    if case .absent(let absence) = b {
      throw OperandFault(code: .absentBranch, message: "", operands: [1], absence: absence.facts)
    }
    if op == .contains { return .bool(try contains(a, b)) }
    switch (a, b) {
    case (.int(let x), .int(let y)): return try integers(op, x, y)
    case (.int(let x), .float(let y)): return try floats(op, Double(x), y)
    case (.float(let x), .int(let y)): return try floats(op, x, Double(y))
    case (.float(let x), .float(let y)): return try floats(op, x, y)
    case (.string(let x), .string(let y)): return try strings(op, x, y)
    case (.list(let x), .list(let y)) where op == .add:
      guard x.count + y.count <= Value.longest else { throw tooLong("list", Value.longest) }
      return .list(x + y)
    default: break
    }
    if let goal = goals(op, a, b) { return goal }
    guard let x = NamedTensor.from(a), let y = NamedTensor.from(b) else { throw mismatch(op, a, b) }
    guard let tensorOp = tensorOp(op) else { throw mismatch(op, a, b) }
    let label = Label64("op").mixed(op.rawValue).mixed(a.label).mixed(b.label).value
    return .tensor(TensorValue(try NamedTensor.binary(tensorOp, x, y), label: label))
  }

  private static func mismatch(_ op: BinaryOperator, _ a: Value, _ b: Value) -> OperandFault {
    var tries: [String] = []
    if case .bool = a { tries = ["if ... { } else { } to choose by a bool"] }
    if op == .add, case .string = a { tries = ["f\"...{x}\" to put a value into a string"] }
    return OperandFault(
      code: .wrongType, message: "`\(op.rawValue)` does not take \(a.described) and \(b.described)", operands: [0, 1],
      tries: tries)
  }

  private static func tooLong(_ what: String, _ limit: Int) -> OperandFault {
    OperandFault(code: .memory, message: "a \(what) is at most \(limit) long", operands: [0, 1])
  }

  private static func tensorOp(_ op: BinaryOperator) -> BinaryOp? {
    switch op {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessEqual: .lessEqual
    case .greater: .greater
    case .greaterEqual: .greaterEqual
    case .contains: nil
    }
  }

  /// Equality of anything but tensors is a plain bool; nil for tensors, which compare entry by entry.
  private static func plainEquality(_ a: Value, _ b: Value) -> Bool? {
    switch (a, b) {
    case (.none, .none): true
    case (.none, _), (_, .none): false
    case (.absent, _), (_, .absent): nil
    case (.tensor, _), (_, .tensor): nil
    case (.int(let x), .float(let y)): Double(x) == y
    case (.float(let x), .int(let y)): x == Double(y)
    case (.float(let x), .float(let y)): x == y
    case (.axis(let x), .axis(let y)): x.axis == y.axis && x.size == y.size
    default: a.label == b.label
    }
  }

  private static func contains(_ a: Value, _ b: Value) throws -> Bool {
    switch b {
    case .list(let values): return values.contains { plainEquality(a, $0) ?? false }
    case .range(let range):
      if case .int(let value) = a { return value >= range.low && value <= range.high }
      return false
    case .record(let record):
      if case .string(let name) = a { return record.names.contains(name) }
      return false
    case .string(let text):
      if case .string(let part) = a { return part.isEmpty || text.contains(part) }
      throw OperandFault(code: .wrongType, message: "only a string can be in a string", operands: [0])
    default:
      throw OperandFault(
        code: .wrongType, message: "`in` takes a list, a range, a record or a string, not \(b.described)", operands: [1]
      )
    }
  }

  private static func integers(_ op: BinaryOperator, _ x: Int, _ y: Int) throws -> Value {
    func checked(_ result: (Int, overflow: Bool)) throws -> Value {
      if result.overflow {
        throw OperandFault(
          code: .overflow, message: "\(x) \(op.rawValue) \(y) does not fit in 64 bits", operands: [0, 1],
          tries: ["\(x).0 to compute with floats"])
      }
      return .int(result.0)
    }
    func divisor() throws {
      if y == 0 { throw OperandFault(code: .outOfRange, message: "division of a whole number by 0", operands: [1]) }
    }
    switch op {
    case .add: return try checked(x.addingReportingOverflow(y))
    case .subtract: return try checked(x.subtractingReportingOverflow(y))
    case .multiply: return try checked(x.multipliedReportingOverflow(by: y))
    case .divide: return .float(Double(x) / Double(y))
    case .floorDivide:
      try divisor()
      let (quotient, overflow) = x.dividedReportingOverflow(by: y)
      let rounded = quotient &* y != x && (x < 0) != (y < 0) ? quotient - 1 : quotient
      return try checked((rounded, overflow))
    case .remainder:
      try divisor()
      let rest = x.remainderReportingOverflow(dividingBy: y).partialValue
      return .int(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest)
    case .power:
      if y < 0 { return .float(power(Double(x), Double(y))) }
      var result = 1
      for _ in 0..<min(y, 65) {
        let (next, overflow) = result.multipliedReportingOverflow(by: x)
        if overflow { return try checked((0, true)) }
        result = next
      }
      if x == -1 { result = y % 2 == 0 ? 1 : -1 }
      return .int(result)
    case .equal: return .bool(x == y)
    case .notEqual: return .bool(x != y)
    case .less: return .bool(x < y)
    case .lessEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterEqual: return .bool(x >= y)
    case .contains: return .bool(false)
    }
  }

  private static func power(_ x: Double, _ y: Double) -> Double {
    (try? NamedTensor.binary(.power, .doubles([x], []), .doubles([y], [])).doubleValues().first) ?? .nan
  }

  private static func floats(_ op: BinaryOperator, _ x: Double, _ y: Double) throws -> Value {
    switch op {
    case .add: return .float(x + y)
    case .subtract: return .float(x - y)
    case .multiply: return .float(x * y)
    case .divide: return .float(x / y)
    case .floorDivide: return .float((x / y).rounded(.down))
    case .remainder:
      let rest = x.truncatingRemainder(dividingBy: y)
      return .float(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest)
    case .power: return .float(power(x, y))
    case .equal: return .bool(x == y)
    case .notEqual: return .bool(x != y)
    case .less: return .bool(x < y)
    case .lessEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterEqual: return .bool(x >= y)
    case .contains: return .bool(false)
    }
  }

  private static func strings(_ op: BinaryOperator, _ x: String, _ y: String) throws -> Value {
    switch op {
    case .add:
      guard x.utf8.count + y.utf8.count <= Value.longest * 16 else { throw tooLong("string", Value.longest * 16) }
      return .string(x + y)
    case .equal: return .bool(x == y)
    case .notEqual: return .bool(x != y)
    case .less: return .bool(x < y)
    case .lessEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterEqual: return .bool(x >= y)
    case .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .contains:
      throw OperandFault(code: .wrongType, message: "`\(op.rawValue)` does not take strings", operands: [0, 1])
    }
  }

  /// Sums of losses, and losses with a weight; nil when neither side is a loss.
  private static func goals(_ op: BinaryOperator, _ a: Value, _ b: Value) -> Value? {
    if op == .add, let x = Goal.from(a), let y = Goal.from(b) { return .goal(Goal(x.terms + y.terms)) }
    if op == .multiply, let x = Double.from(a), let y = Goal.from(b) { return .goal(y.scaled(x)) }
    if op == .multiply, let x = Goal.from(a), let y = Double.from(b) { return .goal(x.scaled(y)) }
    if op == .divide, let x = Goal.from(a), let y = Double.from(b) { return .goal(x.scaled(1 / y)) }
    return nil
  }

  static func negate(_ value: Value) throws -> Value {
    switch value {
    case .int(let x):
      let (result, overflow) = 0.subtractingReportingOverflow(x)
      if overflow { throw OperandFault(code: .overflow, message: "-\(x) does not fit in 64 bits", operands: [0]) }
      return .int(result)
    case .float(let x): return .float(-x)
    case .tensor(let tensor):
      return .tensor(
        TensorValue(try NamedTensor.unary(.neg, tensor.tensor), label: Label64("neg").mixed(tensor.label).value))
    default: throw fault(value, "`-` takes a number or a tensor")
    }
  }

  static func logic(_ op: BinaryOp, _ word: String, _ a: Value, _ b: Value) throws -> Value {
    for (index, value) in [a, b].enumerated() {
      if case .absent(let absence) = value {
        throw OperandFault(code: .absentBranch, message: "", operands: [index], absence: absence.facts)
      }
    }
    var tensors: [NamedTensor] = []
    for (index, value) in [a, b].enumerated() {
      switch value {
      case .bool, .tensor:
        if let tensor = NamedTensor.from(value), tensor.kind == .bool {
          tensors.append(tensor)
          continue
        }
      default: break
      }
      throw OperandFault(code: .wrongType, message: "`\(word)` takes bools, not \(value.described)", operands: [index])
    }
    let label = Label64(word).mixed(a.label).mixed(b.label).value
    return .tensor(TensorValue(try NamedTensor.binary(op, tensors[0], tensors[1]), label: label))
  }
}
