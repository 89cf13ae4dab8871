import Autodiff
import Interpreter
import NamedTensors

extension Catalog {
  static var networks: [Builtin] {
    [
      Builtin(
        "attention",
        "softmax(q k / sqrt(size of dim)) v over the slots of `over`; a query with nothing to look at gives 0. `within`, int "
          + "and never falling, says to which sequence a slot belongs; those of one see each other alone.",
        BuiltinParameter<NamedTensor>("q"), BuiltinParameter<NamedTensor>("k"), BuiltinParameter<NamedTensor>("v"),
        BuiltinParameter<AxisValue>("over"), BuiltinParameter<AxisValue>("dim"),
        BuiltinParameter<NamedTensor?>("mask", default: .none, shown: "none"),
        BuiltinParameter<NamedTensor?>("within", default: .none, shown: "none"),
        BuiltinParameter<Bool>("causal", default: false, shown: "false"),
        BuiltinParameter<Double>("drop", default: 0, shown: "0.0"),
        examples: """
          pmm> x = full(1.0, [step(3), d(2)])
          pmm> axes(attention(x, x, x, over = step, dim = d, causal = true))
          [step=3, d=2]
          """
      ) { call, q, k, v, over, dim, mask, within, causal, drop in
        // A mask of plain true allows everything.
        let whole = mask.map { $0.dimensions.isEmpty && $0.boolValues().first == true } ?? true
        return try NamedTensor.attention(
          q, k, v, over: over.axis, dim: dim.axis, mask: whole ? nil : mask, within: within, causal: causal, rate: drop,
          key: drop > 0 ? call.randomKey : nil)
      },
      Builtin(
        "affine",
        """
        x W' + bias, PyTorch's `linear`: products summed over the axis `over` of x and weight. The weight's other axis \
        becomes `to`, the axis of the bias, which may be none. `act`, such as gelu, is applied to it.
        """,
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<NamedTensor>("weight"),
        BuiltinParameter<NamedTensor?>("bias"), BuiltinParameter<AxisValue>("over"), BuiltinParameter<AxisValue>("to"),
        BuiltinParameter<Value?>("act", default: .none, shown: "none"),
        examples: """
          pmm> w = tensor([[1.0, 1.0], [1.0, -1.0]], [feature, d])
          pmm> affine(tensor([3.0, 1.0], [d]), w, tensor([0.0, 0.5], [feature]), over = d, to = feature)
          [feature=2] 4.0, 2.5
          pmm> affine(tensor([1.0, 3.0], [d]), w, none, over = d, to = feature, act = relu)
          [feature=2] 4.0, 0.0
          """
      ) { call, x, weight, bias, over, to, act -> Value in
        // What the kernels know is applied where sums are stored.
        let op: UnaryOp? =
          if case .function(let function) = act, case .builtin(let builtin) = function.kind {
            UnaryOp(rawValue: builtin.name)
          } else { nil }
        let y = try NamedTensor.affine(x, weight, bias, over: over.axis, to: to.axis, act: op).asValue(call)
        guard let act, op == nil else { return y }
        return try call.machine.call(act, [y], at: call.spans[5] ?? call.span, place: call.place)
      },
      Builtin(
        "layer_norm", "Mean 0 and variance 1 along an axis, then scaled and shifted.",
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<NamedTensor>("weight"),
        BuiltinParameter<NamedTensor>("bias"), BuiltinParameter<AxisValue>("over"),
        BuiltinParameter<Double>("eps", default: 1e-5, shown: "1e-5"),
        examples: """
          pmm> layer_norm(tensor([1.0, 3.0], [d]), full(1.0, [d(2)]), full(0.0, [d(2)]), over = d, eps = 0.0)
          [d=2] -1.0, 1.0
          """
      ) { _, x, weight, bias, over, eps in try NamedTensor.layerNorm(x, weight, bias, over: over.axis, eps: eps) },
      Builtin(
        "gru", "One GRU layer, gates in PyTorch's order (reset, update, new); the state is 0 where masked.",
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<NamedTensor>("wi"), BuiltinParameter<NamedTensor>("wh"),
        BuiltinParameter<NamedTensor?>("bi"), BuiltinParameter<NamedTensor?>("bh"), BuiltinParameter<AxisValue>("over"),
        BuiltinParameter<AxisValue>("dim"), BuiltinParameter<AxisValue>("to"),
        BuiltinParameter<NamedTensor?>("mask", default: .none, shown: "none"),
        examples: """
          pmm> w = full(0.1, [feature(6), d(2)])
          pmm> axes(gru(full(1.0, [step(3), d(2)]), w, w, none, none, over = step, dim = d, to = d))
          [step=3, d=2]
          """
      ) { _, x, wi, wh, bi, bh, over, dim, to, mask in
        try NamedTensor.gru(x, wi, wh, bi, bh, over: over.axis, dim: dim.axis, to: to.axis, mask: mask)
      },
      Builtin(
        "causal_conv", "A convolution that sees the slot itself and earlier ones, `dilation` apart.",
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<NamedTensor>("w"), BuiltinParameter<NamedTensor?>("b"),
        BuiltinParameter<AxisValue>("over"), BuiltinParameter<AxisValue>("dim"), BuiltinParameter<AxisValue>("to"),
        BuiltinParameter<AxisValue>("taps"), BuiltinParameter<Int>("dilation", default: 1, shown: "1"),
        examples: """
          pmm> w = full(1.0, [feature(2), d(2), token(3)])
          pmm> axes(causal_conv(full(1.0, [step(4), d(2)]), w, none, over = step, dim = d, to = d, taps = token))
          [step=4, d=2]
          """
      ) { _, x, w, b, over, dim, to, taps, dilation in
        try NamedTensor.causalConv(
          x, w, b, over: over.axis, dim: dim.axis, to: to.axis, taps: taps.axis, dilation: dilation)
      },
      Builtin(
        "conv2d",
        """
        A convolution over two axes that gives as many places as there are, with zeros outside: stride 1, odd taps. The \
        weight is [out, dim, taps], `out` becomes `to`.
        """,
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<NamedTensor>("w"), BuiltinParameter<NamedTensor?>("b"),
        BuiltinParameter<[AxisValue]>("over"), BuiltinParameter<AxisValue>("dim"), BuiltinParameter<AxisValue>("to"),
        BuiltinParameter<[AxisValue]>("taps"),
        examples: """
          pmm> axis row, column, down, across
          pmm> w = full(1.0, [feature(2), d(1), down(3), across(3)])
          pmm> x = full(1.0, [row(3), column(4), d(1)])
          pmm> conv2d(x, w, none, over = [row, column], dim = d, to = d, taps = [down, across])[d = 0]
          [row=3, column=4]
            4.0  6.0  6.0  4.0
            6.0  9.0  9.0  6.0
            4.0  6.0  6.0  4.0
          """
      ) { _, x, w, b, over, dim, to, taps in
        try NamedTensor.conv2d(
          x, w, b, over: over.map(\.axis), dim: dim.axis, to: to.axis, taps: taps.map(\.axis))
      },
    ]
  }

  static var randomness: [Builtin] {
    [
      Builtin(
        "dropout", "Sets entries to 0 at a rate while training, and scales the rest; outside of training x itself.",
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<Double>("rate"),
        examples: "pmm> dropout(tensor([1.0, 2.0], [item]), 0.5)\n[item=2] 1.0, 2.0"
      ) { call, x, rate in try NamedTensor.dropout(x, rate: rate, key: rate > 0 ? call.randomKey : nil) },
      Builtin(
        "noise", "Standard normal numbers with the axes of x while training; 0 outside of training.",
        BuiltinParameter<NamedTensor>("x"), examples: "pmm> noise(tensor([1.0, 2.0], [item]))\n[item=2] 0.0, 0.0"
      ) { call, x in try NamedTensor.noise(x, key: call.randomKey) },
      Builtin(
        "gumbel", "Gumbel numbers with the axes of x while training; 0 outside of training.",
        BuiltinParameter<NamedTensor>("x"), examples: "pmm> gumbel(tensor([1.0, 2.0], [item]))\n[item=2] 0.0, 0.0"
      ) { call, x in try NamedTensor.gumbel(x, key: call.randomKey) },
    ]
  }
}
