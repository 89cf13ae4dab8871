import Autodiff
import Interpreter
import NamedTensors

extension Catalog {
  private static let meanings: [(op: UnaryOp, text: String)] = [
    (.abs, "The absolute value of each entry."),
    (.sqrt, "The square root of each entry."),
    (.exp, "e to the power of each entry."),
    (.log, "The natural logarithm of each entry."),
    (.relu, "max(x, 0) of each entry."),
    (.gelu, "x times the normal distribution function of x, exact (Hendrycks and Gimpel 2016)."),
    (.quickGelu, "x sigmoid(1.702 x), as CLIP has it."),
    (.geluTanh, "The tanh form of gelu."),
    (.silu, "x sigmoid(x)."),
    (.leakyRelu, "x above 0, 0.01 x below."),
    (.tanh, "The hyperbolic tangent of each entry."),
    (.sigmoid, "1 / (1 + exp(-x)) of each entry."),
    (.softplus, "log(1 + exp(x)) of each entry."),
  ]

  static var elementwise: [Builtin] { ofTensors.map { $0.keepingNumbers() } }

  private static var ofTensors: [Builtin] {
    meanings.map { op, text in
      Builtin(
        op.rawValue, text, BuiltinParameter<NamedTensor>("x"),
        examples: "pmm> axes(\(op.rawValue)(full(0.5, [item(3)])))\n[item=3]"
      ) { _, x in try NamedTensor.unary(op, x) }
    } + [
      Builtin(
        "logaddexp", "log(exp(a) + exp(b)), without overflow.", BuiltinParameter<NamedTensor>("a"),
        BuiltinParameter<NamedTensor>("b"), examples: "pmm> logaddexp(0.0, 0.0)\n0.693147"
      ) { _, a, b in try NamedTensor.binary(.logaddexp, a, b) },
      Builtin(
        "add", "a + b, for the end of a pipeline.", BuiltinParameter<NamedTensor>("a"),
        BuiltinParameter<NamedTensor>("b"), examples: "pmm> 1.0 |> add(2.0)\n3.0"
      ) { _, a, b in try NamedTensor.binary(.add, a, b) },
      Builtin(
        "minimum", "The smaller of two, entry by entry.", BuiltinParameter<NamedTensor>("a"),
        BuiltinParameter<NamedTensor>("b"), examples: "pmm> minimum(1.0, 2.0)\n1.0"
      ) { _, a, b in try NamedTensor.binary(.minimum, a, b) },
      Builtin(
        "maximum", "The larger of two, entry by entry.", BuiltinParameter<NamedTensor>("a"),
        BuiltinParameter<NamedTensor>("b"), examples: "pmm> maximum(1.0, 2.0)\n2.0"
      ) { _, a, b in try NamedTensor.binary(.maximum, a, b) },
      Builtin(
        "where", "a where the condition holds, b elsewhere.", BuiltinParameter<NamedTensor>("condition"),
        BuiltinParameter<NamedTensor>("a"), BuiltinParameter<NamedTensor>("b"),
        examples: "pmm> where(tensor([1.0, -1.0], [item]) > 0, 1.0, 0.0)\n[item=2] 1.0, 0.0"
      ) { _, condition, a, b in try NamedTensor.choose(condition, a, b) },
      Builtin(
        "outer", "a, repeated along the axes of b that it lacks; nothing is copied.",
        BuiltinParameter<NamedTensor>("a"), BuiltinParameter<NamedTensor>("b"),
        examples: "pmm> axes(outer(full(1.0, [batch(2)]), full(1.0, [step(3)])))\n[batch=2, step=3]"
      ) { _, a, b in try NamedTensor.outer(a, b) },
      Builtin(
        "detach", "The same numbers, through which no gradient flows.", BuiltinParameter<NamedTensor>("x"),
        examples: "pmm> detach(2.0)\n2.0"
      ) { _, x in NamedTensor.detach(x) },
    ]
  }
}
