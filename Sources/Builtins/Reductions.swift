import Diagnostics
import Interpreter
import NamedTensors

extension Catalog {
  private static var over: BuiltinParameter<AxisList> { BuiltinParameter<AxisList>("over") }
  private static var one: BuiltinParameter<AxisValue> { BuiltinParameter<AxisValue>("over") }
  private static var mask: BuiltinParameter<NamedTensor?> {
    BuiltinParameter<NamedTensor?>("where", default: .none, shown: "none")
  }

  static var reductions: [Builtin] {
    [
      Builtin(
        "sum", "Adds the entries over an axis or several; `where` says which count.",
        BuiltinParameter<NamedTensor>("x"), over, mask,
        examples: "pmm> sum(tensor([1.0, 2.0, 3.0], [item]), over = item)\n6.0"
      ) { _, x, over, mask in try NamedTensor.sum(x, over: over.axes.map(\.axis), where: mask) },
      Builtin(
        "mean",
        "The mean over an axis or several, 0 over nothing; of a table, mean and spread over a key column, by name.",
        BuiltinParameter<Value>("x"), BuiltinParameter<Value>("over"), mask,
        examples: "pmm> mean(tensor([1.0, 2.0, 6.0], [item]), over = item)\n3.0"
      ) { call, x, over, mask -> Value in
        if case .object(let object) = x, let table = object as? Table {
          let column = try call.converted(over, to: String.self, name: "over", at: call.spans[1])
          return .object(try table.mean(over: column, call))
        }
        let tensor = try call.converted(x, to: NamedTensor.self, name: "x", at: call.spans[0])
        let axes = try call.converted(over, to: AxisList.self, name: "over", at: call.spans[1])
        return try NamedTensor.mean(tensor, over: axes.axes.map(\.axis), where: mask).asValue(call)
      },
      Builtin(
        "logsumexp", "log of the sum of exp over an axis or several.", BuiltinParameter<NamedTensor>("x"), over, mask,
        examples: "pmm> logsumexp(tensor([0.0, 0.0], [item]), over = item)\n0.693147"
      ) { _, x, over, mask in try NamedTensor.logsumexp(x, over: over.axes.map(\.axis), where: mask) },
      Builtin(
        "argmax", "Index of the largest entry over an axis.", BuiltinParameter<NamedTensor>("x"), one,
        examples: "pmm> argmax(tensor([1.0, 5.0, 2.0], [item]), over = item)\n1"
      ) { _, x, over in try NamedTensor.argmax(x, over: over.axis) },
      Builtin(
        "topk",
        """
        Places of the largest entries over an axis, largest first, along the sized axis `to`; of equal ones the first \
        place comes first. `take` gives the entries.
        """,
        BuiltinParameter<NamedTensor>("x"), one, BuiltinParameter<AxisValue>("to"),
        examples: """
          pmm> axis rank
          pmm> topk(tensor([1.0, 5.0, 2.0], [item]), over = item, to = rank(2))
          int[rank=2] 1, 2
          """
      ) { call, x, over, to in try NamedTensor.topk(x, over: over.axis, to: Self.dimension(to, call)) },
      Builtin(
        "softmax", "exp(x) over its sum along an axis.", BuiltinParameter<NamedTensor>("x"), one,
        examples: "pmm> softmax(tensor([0.0, 0.0], [item]), over = item)\n[item=2] 0.5, 0.5"
      ) { _, x, over in try NamedTensor.softmax(x, over: over.axis) },
      Builtin(
        "log_softmax", "x less its log-sum-exp along an axis.", BuiltinParameter<NamedTensor>("x"), one,
        examples: "pmm> log_softmax(tensor([0.0, 0.0], [item]), over = item)\n[item=2] -0.693147, -0.693147"
      ) { _, x, over in try NamedTensor.logSoftmax(x, over: over.axis) },
      Builtin(
        "cross_entropy",
        "Cross entropy of the softmax along an axis against the index `truth`: logsumexp less the score there.",
        BuiltinParameter<NamedTensor>("x"), BuiltinParameter<NamedTensor>("truth"), one,
        examples: """
          pmm> cross_entropy(full(0.0, [step(2), item(2)]), tensor([1, 0], [step]), over = item)
          [step=2] 0.693147, 0.693147
          """
      ) { _, x, truth, over in try NamedTensor.crossEntropy(x, truth, over: over.axis) },
      Builtin(
        "cumsum", "Running sums along an axis; bools count.", BuiltinParameter<NamedTensor>("x"), one,
        examples: "pmm> cumsum(tensor([1.0, 2.0, 3.0], [item]), over = item)\n[item=3] 1.0, 3.0, 6.0"
      ) { _, x, over in try NamedTensor.cumsum(x, over: over.axis) },
      Builtin(
        "dot", "Multiplies and adds over the axes in `over`; other shared axes are matched.",
        BuiltinParameter<NamedTensor>("a"), BuiltinParameter<NamedTensor>("b"), over,
        examples: "pmm> dot(tensor([1.0, 2.0], [item]), tensor([3.0, 4.0], [item]), over = item)\n11.0"
      ) { _, a, b, over in try NamedTensor.dot(a, b, over: over.axes.map(\.axis)) },
      Builtin(
        "dot_logsumexp",
        "log of the sum over `among` of exp(dot(a, b, over) + shift) where allowed; never all held at once.",
        BuiltinParameter<NamedTensor>("a"), BuiltinParameter<NamedTensor>("b"), over,
        BuiltinParameter<AxisValue>("among"), mask,
        BuiltinParameter<NamedTensor?>("shift", default: .none, shown: "none"),
        examples: """
          pmm> dot_logsumexp(full(0.0, [batch(2), d(3)]), full(1.0, [item(4), d(3)]), over = d, among = item)
          [batch=2] 1.38629, 1.38629
          """
      ) { _, a, b, over, among, mask, shift in
        try NamedTensor.dotLogSumExp(
          a, b, over: over.axes.map(\.axis), among: among.axis, where: mask, shift: shift.flatMap { Self.effective($0) }
        )
      },
      Builtin(
        "dot_topk",
        """
        Places along `among` of the largest products dot(a, b, over), largest first, along the sized axis `to`: the best \
        items for each user. The products are never all held at once, so it serves whole catalogues. `hidden` holds \
        places that do not count, such as a history [batch, step], and `where` says which of its slots hold one.
        """,
        BuiltinParameter<NamedTensor>("a"), BuiltinParameter<NamedTensor>("b"), over,
        BuiltinParameter<AxisValue>("among"), BuiltinParameter<AxisValue>("to"),
        BuiltinParameter<NamedTensor?>("hidden", default: .none, shown: "none"), mask,
        examples: """
          pmm> axis rank
          pmm> users = tensor([[1.0, 0.0], [0.0, 1.0]], [batch, d])
          pmm> items = tensor([[3.0, 1.0], [2.0, 2.0], [1.0, 3.0]], [item, d])
          pmm> dot_topk(users, items, over = d, among = item, to = rank(2), hidden = tensor([[0], [1]], [batch, step]))
          int[batch=2, rank=2]
            1  2
            2  0
          """
      ) { call, a, b, over, among, to, hidden, mask in
        try NamedTensor.dotTopk(
          a, b, over: over.axes.map(\.axis), among: among.axis, to: Self.dimension(to, call), hidden: hidden,
          where: mask)
      },
      Builtin(
        "dot_cross_entropy",
        "Cross entropy of softmax(dot(a, b, over) + shift) among `among` against the index `truth`, which counts whether or "
          + "not `where` allows it; 0 where `rows` is false, of which nothing is computed. The scores are never all held; "
          + "the gradient of its mean or sum is made in the same pass.",
        BuiltinParameter<NamedTensor>("a"), BuiltinParameter<NamedTensor>("b"), BuiltinParameter<NamedTensor>("truth"),
        over, BuiltinParameter<AxisValue>("among"), mask,
        BuiltinParameter<NamedTensor?>("shift", default: .none, shown: "none"),
        BuiltinParameter<NamedTensor?>("rows", default: .none, shown: "none"),
        examples: """
          pmm> truth = tensor([0, 3], [batch])
          pmm> dot_cross_entropy(full(0.0, [batch(2), d(3)]), full(1.0, [item(4), d(3)]), truth, over = d, among = item)
          [batch=2] 1.38629, 1.38629
          """
      ) { _, a, b, truth, over, among, mask, shift, rows in
        try NamedTensor.dotCrossEntropy(
          a, b, truth, over: over.axes.map(\.axis), among: among.axis, where: mask,
          shift: shift.flatMap { Self.effective($0) }, rows: rows)
      },
      Builtin(
        "total", "Adds up the tensors or numbers of a list.", BuiltinParameter<[NamedTensor]>("list"),
        examples: "pmm> total([1.0, 2.0, 3.0])\n6.0"
      ) { call, list in
        guard var sum = list.first else { throw call.fail(.wrongArguments, "`total` of an empty list", argument: 0) }
        for next in list.dropFirst() { sum = try NamedTensor.binary(.add, sum, next) }
        return sum
      }.keepingNumbers(),
    ]
  }

  /// A shift of plain 0 is no shift.
  private static func effective(_ shift: NamedTensor) -> NamedTensor? {
    shift.dimensions.isEmpty && shift.item == 0 ? nil : shift
  }
}
