/// One group of reference values: how its inputs are named, and the program of the language that must give its result.
struct GoldenCase {
  let group: String
  /// Axes of each input in the order of the file; a dimension of size 1 that is only there to broadcast is "-".
  let inputs: [String: [String]]
  /// Axes of the result in the order of the file.
  let result: [String]
  /// A module of the standard library whose parameters are inputs, with their paths. `{x.1}` stands for the size of the
  /// second dimension of the input x, `{eps}` for an attribute of the group.
  var module: String?
  var parameters: [String: String] = [:]
  /// A function of the inputs' record `r`, and of the module `m` where there is one; with the same placeholders.
  let program: String
  /// Which rows of the result count: an input that is true there.
  var setup = ""

  /// The cases of layers.h5, in terms of the standard library and the builtins.
  static let layers: [GoldenCase] =
    ["exp", "gelu", "gelu_tanh", "quick_gelu", "relu", "sigmoid", "silu", "softplus", "tanh"].map { name in
      GoldenCase(group: name, inputs: ["x": ["batch", "d"]], result: ["batch", "d"], program: "r => \(name)(r.x)")
    } + [
      GoldenCase(
        group: "softmax", inputs: ["x": ["batch", "d"]], result: ["batch", "d"],
        program: "r => softmax(r.x, over = d)"),
      GoldenCase(
        group: "log_softmax", inputs: ["x": ["batch", "d"]], result: ["batch", "d"],
        program: "r => log_softmax(r.x, over = d)"),
      GoldenCase(
        group: "logsumexp", inputs: ["x": ["batch", "d"]], result: ["batch"], program: "r => logsumexp(r.x, over = d)"),
      GoldenCase(
        group: "l2_normalize", inputs: ["x": ["batch", "d"]], result: ["batch", "d"], program: "r => unit(r.x)",
        setup: "from layers import unit"),
      GoldenCase(
        group: "cross_entropy", inputs: ["x": ["batch", "item"], "target": ["batch"]], result: ["batch"],
        program: "r => logsumexp(r.x, over = item) - take(r.x, r.target, over = item)"),
      GoldenCase(
        group: "broadcast_mul_add", inputs: ["a": ["batch", "-", "d"], "b": ["step", "-"]],
        result: ["batch", "step", "d"],
        program: "r => outer(r.a, r.b) * r.b + r.a"),
      GoldenCase(
        group: "batched_matmul",
        inputs: ["a": ["batch", "step", "word", "d"], "b": ["batch", "step", "d", "token"]],
        result: ["batch", "step", "word", "token"], program: "r => dot(r.a, r.b, over = d)"),
      GoldenCase(
        group: "einsum_bld_bmd_blm", inputs: ["q": ["batch", "step", "d"], "k": ["batch", "token", "d"]],
        result: ["batch", "step", "token"], program: "r => dot(r.q, r.k, over = d)"),
      GoldenCase(
        group: "embedding", inputs: ["table": ["entry", "d"], "ids": ["batch", "step"]],
        result: ["batch", "step", "d"],
        module: "Embedding(entry({table.0}), d({table.1}))", parameters: ["table": "weight"],
        program: "(m, r) => m(r.ids)",
        setup: "from layers import Embedding"),
      GoldenCase(
        group: "layer_norm", inputs: ["x": ["batch", "step", "d"], "gain": ["d"], "bias": ["d"]],
        result: ["batch", "step", "d"], module: "LayerNorm(d({gain.0}), eps = {eps})",
        parameters: ["gain": "weight", "bias": "bias"],
        program: "(m, r) => m(r.x)", setup: "from layers import LayerNorm"),
      GoldenCase(
        group: "linear", inputs: ["x": ["batch", "step", "d"], "w": ["feature", "d"], "b": ["feature"]],
        result: ["batch", "step", "feature"], module: "Linear(d({w.1}), feature({w.0}))",
        parameters: ["w": "weight", "b": "bias"], program: "(m, r) => m(r.x)", setup: "from layers import Linear"),
      GoldenCase(
        group: "conv2d_patch",
        inputs: [
          "x": ["batch", "channel", "height", "wide"], "w": ["feature", "channel", "down", "across"], "b": ["feature"],
        ],
        result: ["batch", "feature", "row", "column"],
        program: """
          r => (split(r.x, height, into = [row, down({w.2})]) |> split(wide, into = [column, across({w.3})])
            |> join([channel, down, across], to = px)
            |> dot(join(r.w, [channel, down, across], to = px), over = px)) + r.b
          """,
        setup: "axis channel, height, wide, row, column, down, across"),
      GoldenCase(
        group: "causal_conv1d",
        inputs: ["x": ["batch", "step", "d"], "w": ["feature", "d", "tap"], "b": ["feature"]],
        result: ["batch", "step", "feature"],
        module: "CausalConv(d({w.1}), feature({w.0}), step, taps = {w.2}, dilation = {dilation})",
        parameters: ["w": "weight", "b": "bias"], program: "(m, r) => m(r.x)", setup: "from layers import CausalConv"),
      GoldenCase(
        group: "gru",
        inputs: [
          "x": ["batch", "step", "d"], "weight_ih_l0": [], "weight_hh_l0": [], "bias_ih_l0": [], "bias_hh_l0": [],
        ], result: ["batch", "step", "feature"], module: "GRU(d({weight_ih_l0.1}), feature({weight_hh_l0.1}), step)",
        parameters: [
          "weight_ih_l0": "weight_ih_l0", "weight_hh_l0": "weight_hh_l0", "bias_ih_l0": "bias_ih_l0",
          "bias_hh_l0": "bias_hh_l0",
        ], program: "(m, r) => m(r.x)", setup: "from layers import GRU"),
      GoldenCase(
        group: "attention", inputs: ["x": ["batch", "step", "d"], "real": ["batch", "step"]],
        result: ["batch", "step", "d"],
        module: "SelfAttention(d({wq.0}), step, heads = {heads}, causal = true, drop = 0.0)",
        parameters: attentionParameters(""), program: "(m, r) => m(r.x, mask = r.real)",
        setup: "from layers import SelfAttention"),
      block("block_post_norm", normFirst: false), block("block_pre_norm", normFirst: true),
    ]

  private static func attentionParameters(_ prefix: String) -> [String: String] {
    var paths: [String: String] = [:]
    for (short, name) in ["q": "query", "k": "key", "v": "value", "o": "out"] {
      paths["w\(short)"] = "\(prefix)\(name).weight"
      paths["b\(short)"] = "\(prefix)\(name).bias"
    }
    return paths
  }

  private static func block(_ group: String, normFirst: Bool) -> GoldenCase {
    let own = [
      "g1": "norm1.weight", "n1": "norm1.bias", "g2": "norm2.weight", "n2": "norm2.bias", "w1": "mlp.up.weight",
      "b1": "mlp.up.bias", "w2": "mlp.down.weight", "b2": "mlp.down.bias",
    ]
    return GoldenCase(
      group: group, inputs: ["x": ["batch", "step", "d"], "real": ["batch", "step"]], result: ["batch", "step", "d"],
      module:
        "TransformerBlock(d({wq.0}), step, heads = {heads}, inner = {w1.0} // {wq.0}, causal = true, norm_first = \(normFirst), drop = 0.0, "
        + "eps = {eps})",
      parameters: own.merging(attentionParameters("attention.")) { first, _ in first },
      program: "(m, r) => m(r.x, mask = r.real)", setup: "from layers import TransformerBlock")
  }
}
