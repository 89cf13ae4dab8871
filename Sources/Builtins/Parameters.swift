import Diagnostics
import Interpreter
import NamedTensors
import TensorCore
import Training

/// How a parameter starts, as a value of the language.
final class InitialiserObject: InitialiserValue {
  let initialiser: Initialiser
  init(_ initialiser: Initialiser) { self.initialiser = initialiser }

  var typeName: String { "initialiser" }
  var brief: String { printed }
  var printed: String {
    switch initialiser {
    case .xavierNormal: "xavier_normal()"
    case .normal(let std): "normal(\(Value.text(std)))"
    case .zeros: "zeros()"
    case .ones: "ones()"
    }
  }
  var label: UInt64 { Label64("initialiser").mixed(printed).value }
  func numbers(shape: [Int], key: UInt64) throws -> Tensor { try initialiser.tensor(shape, key: key) }
}

extension InitialiserObject: ValueConvertible {
  static var initialiserTypeName: String { "an initialiser such as normal(0.02)" }
  static func from(_ value: Value) -> InitialiserObject? {
    if case .object(let object) = value { return object as? InitialiserObject }
    return nil
  }
  static var typeName: String { initialiserTypeName }
  func asValue(_ invocation: Invocation) -> Value { .object(self) }
}

extension Catalog {
  static var parameters: [Builtin] {
    [
      Builtin(
        "param", "A trainable tensor of a model: every axis has a size, and `init` says how it starts.",
        BuiltinParameter<[AxisValue]>("axes"), BuiltinParameter<InitialiserObject>("init"),
        examples: "pmm> param([d(4)], init = zeros())\nparameter [d=4]"
      ) { call, axes, initialiser -> Value in
        let dimensions = try axes.map { try dimension($0, call) }
        for (index, dimension) in dimensions.enumerated()
        where dimensions[..<index].contains(where: { $0.axis == dimension.axis }) {
          throw call.fail(
            .axisDuplicate, "axis \(dimension.axis) stands twice in one parameter", argument: 0,
            tries: ["axis out = size(\(dimension.axis)) for the second one"])
        }
        return .parameter(ParameterValue(dimensions, initialiser: initialiser))
      },
      Builtin(
        "xavier_normal", "Normal with variance 2 / (fan in + fan out) (Glorot and Bengio 2010).",
        examples: "pmm> xavier_normal()\nxavier_normal()"
      ) { _ in InitialiserObject(.xavierNormal) },
      Builtin(
        "normal", "Normal with mean 0 and a standard deviation.", BuiltinParameter<Double>("std"),
        examples: "pmm> normal(0.02)\nnormal(0.02)"
      ) { call, std in
        guard std >= 0, std.isFinite else {
          throw call.fail(.outOfRange, "a standard deviation is 0 or more, not \(Value.text(std))", argument: 0)
        }
        return InitialiserObject(.normal(std: std))
      },
      Builtin("zeros", "All 0.", examples: "pmm> zeros()\nzeros()") { _ in InitialiserObject(.zeros) },
      Builtin("ones", "All 1.", examples: "pmm> ones()\nones()") { _ in InitialiserObject(.ones) },
    ]
  }
}
