import NamedTensors
package import Syntax

extension Machine {
  /// What a program gives, as far as shapes say it: tensors of all names lose their numbers first, and models run on
  /// shapes. Nothing that it binds stays.
  /// - Throws: what a run on shapes finds; a `Failure` where a number is asked for, or something that trains, reads, writes
  ///   or prints.
  package func shapes(of program: Program, in globals: Globals) throws -> Value {
    let state = globals.state
    let outer = onlyShapes
    defer { (globals.state, onlyShapes) = (state, outer) }
    onlyShapes = true
    globals.mapValues(\.withoutNumbers)
    return try run(program, in: globals).withoutNumbers
  }
}

extension Value {
  /// The same with tensors that have axes and no numbers.
  var withoutNumbers: Value {
    switch self {
    case .tensor(let value):
      if value.tensor.isShapeOnly { return self }
      return .tensor(
        TensorValue(
          NamedTensor.shape(value.tensor.dimensions, value.tensor.kind), label: value.label,
          positionsOver: value.positionsOver, bound: value.bound, space: value.space, parameter: value.parameter))
    case .list(let values): return .list(values.map(\.withoutNumbers))
    case .record(let record):
      // The fields of a batch are made when they are read, and lose their numbers then.
      guard record.kind == "record", let fields = try? record.fields() else { return self }
      return .record(Record(fields.map { ($0.0, $0.1.withoutNumbers) }))
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .parameter, .module, .function, .goal,
      .object:
      return self
    }
  }
}
