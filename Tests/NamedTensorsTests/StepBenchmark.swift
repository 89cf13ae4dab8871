#if canImport(Glibc)
  import Glibc
#endif
import Autodiff
import NamedTensors
import TensorCore
import Testing

/// A step like one of a small multi-modal recommender, for timing: PMM_BENCHMARK=2 runs it on 2 threads and prints;
/// nothing asserted.
struct StepBenchmark {
  static let word = Axis("word")
  static let patch = Axis("patch")
  static let token = Axis("token")
  static let hidden = Axis("hidden")
  static let perHead = Axis("per_head")
  static let width = 32
  static let vocab = Axis("vocab")

  /// Parameters by name, made where first named.
  final class Weights {
    var tensors: [String: (Tensor, [Dimension])] = [:]
    var leaves: [String: NamedTensor] = [:]
    var tape = Tape()

    func start() {
      tape = Tape()
      leaves = [:]
    }

    func get(_ name: String, _ dimensions: [Dimension]) throws -> NamedTensor {
      if let leaf = leaves[name] { return leaf }
      if tensors[name] == nil {
        let shape = dimensions.compactMap(\.size.value)
        let key = UInt64(name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF })
        var values = try Tensor.random(.normal, key: key, shape: shape)
        if name.hasSuffix("one") {
          values = try Tensor(full: 1, shape: shape, .float32)
        } else {
          values = try Variable.arithmetic(
            .multiply, Variable(values), Variable(.scalar(name.hasSuffix("zero") ? 0 : 0.2, .float32, repeated: shape))
          ).tensor
        }
        tensors[name] = (values, dimensions)
      }
      guard let (tensor, dimensions) = tensors[name] else { throw AxisError(.contradiction, name) }
      let leaf = NamedTensor(variable: tape.leaf(tensor), dimensions: dimensions)
      leaves[name] = leaf
      return leaf
    }
  }

  let w = Weights()
  nonisolated(unsafe) static var inputs: [String: NamedTensor] = [:]

  /// An input of the step, made once.
  func fixed(_ name: String, _ make: () throws -> NamedTensor) throws -> NamedTensor {
    if let found = Self.inputs[name] { return found }
    let made = try make()
    Self.inputs[name] = made
    return made
  }

  func linear(_ x: NamedTensor, _ name: String, _ a: Axis, _ n: Int, _ b: Axis, _ m: Int, bias: Bool = true) throws
    -> NamedTensor
  {
    let out = Axes.out
    let y = try NamedTensor.rename(
      .dot(x, w.get(name, [Dimension(out, m), Dimension(a, n)]), over: [a]), out, to: b)
    return bias ? try .binary(.add, y, w.get(name + ".zero", [Dimension(b, m)])) : y
  }

  func norm(_ x: NamedTensor, _ name: String) throws -> NamedTensor {
    let d = [Dimension(Axes.d, Self.width)]
    return try .layerNorm(x, w.get(name + ".one", d), w.get(name + ".zero", d), over: Axes.d, eps: 1e-5)
  }

  func block(
    _ x: NamedTensor, _ name: String, over: Axis, mask: NamedTensor, causal: Bool = false, key: UInt64,
    act: UnaryOp = .gelu
  ) throws -> NamedTensor {
    let d = Axes.d
    let n = Self.width
    func apart(_ y: NamedTensor) throws -> NamedTensor {
      try .split(y, d, into: [Dimension(Axes.head, 2), Dimension(Self.perHead, n / 2)])
    }
    let seen = try NamedTensor.attention(
      apart(linear(x, name + ".q", d, n, d, n)), apart(linear(x, name + ".k", d, n, d, n)),
      apart(linear(x, name + ".v", d, n, d, n)), over: over, dim: Self.perHead, mask: mask, causal: causal, rate: 0.1,
      key: key)
    let joined = try linear(.join(seen, [Axes.head, Self.perHead], to: d), name + ".o", d, n, d, n)
    let y = try norm(.binary(.add, x, .dropout(joined, rate: 0.1, key: key + 1)), name + ".n1")
    let up = try NamedTensor.unary(act, linear(y, name + ".up", d, n, Self.hidden, 4 * n))
    let down = try linear(up, name + ".down", Self.hidden, 4 * n, d, n)
    return try norm(.binary(.add, y, .dropout(down, rate: 0.1, key: key + 2)), name + ".n2")
  }

  func step() throws -> Double {
    w.start()
    let e = Extents(batch: 32, item: 500, step: 20, d: Self.width)
    let d = Dimension(Axes.d, Self.width)
    let item = Dimension(Axes.item, 500)
    let ids = try fixed("ids") {
      try NamedTensor.ints((0..<500 * 24).map { Int32(($0 * 7919) % 1000) }, [item, Dimension(Self.token, 24)])
    }
    let wordMask = try fixed("wordMask") {
      try NamedTensor.bools((0..<500 * 24).map { $0 % 24 < 8 + ($0 / 24) % 17 }, [item, Dimension(Self.token, 24)])
    }
    let vocab = Self.vocab
    var text = try NamedTensor.take(w.get("embed", [Dimension(vocab, 1000), d]), ids, over: vocab)
    text = try .dropout(norm(text, "text.norm"), rate: 0.1, key: 1)
    for i in 0..<2 { text = try block(text, "text.\(i)", over: Self.token, mask: wordMask, key: UInt64(10 * i + 10)) }
    let pixels = try fixed("pixels") {
      try NamedTensor.floats(
        (0..<500 * 16 * 48).map { Float(($0 * 31) % 17) / 17 },
        [item, Dimension(Self.patch, 16), Dimension(Axes.wide, 48)])
    }
    var image = try NamedTensor.concat(
      [w.get("cls", [d]), linear(pixels, "patch", Axes.wide, 48, Axes.d, Self.width)], over: Self.patch, to: Self.token)
    image = try .binary(.add, image, w.get("position", [Dimension(Self.token, 17), d]))
    let imageMask = try fixed("imageMask") {
      try NamedTensor.bools([Bool](repeating: true, count: 500 * 17), [item, Dimension(Self.token, 17)])
    }
    for i in 0..<2 {
      image = try block(image, "image.\(i)", over: Self.token, mask: imageMask, key: UInt64(10 * i + 50))
    }
    let pooledText = try NamedTensor.mean(text, over: [Self.token], where: wordMask)
    let pooledImage = try NamedTensor.mean(image, over: [Self.token], where: imageMask)
    let mask = try NamedTensor.concat([wordMask, imageMask], over: Self.token, to: Self.token)
    var fused = try NamedTensor.concat([text, image], over: Self.token, to: Self.token)
    fused = try block(fused, "fuse", over: Self.token, mask: mask, key: 90)
    let items = try NamedTensor.mean(fused, over: [Self.token], where: mask)
    let slots = try fixed("slots") {
      try NamedTensor.ints((0..<640).map { Int32(($0 * 37) % 500) }, e.dimensions([Axes.batch, Axes.step]))
    }
    let real = try fixed("real") {
      try NamedTensor.bools((0..<640).map { $0 % 20 > 4 }, e.dimensions([Axes.batch, Axes.step]))
    }
    func users(_ items: NamedTensor) throws -> NamedTensor {
      var h = try NamedTensor.take(items, slots, over: Axes.item)
      for i in 0..<2 {
        h = try block(h, "user.\(i)", over: Axes.step, mask: real, causal: true, key: UInt64(100 + 10 * i), act: .relu)
      }
      return h
    }
    let h = try users(items)
    let free = try fixed("free") { try e.flags([Axes.batch, Axes.item], 3, share: 0.95) }
    let shift = try fixed("shift") { try e.numbers([Axes.item], 4) }
    var loss = NamedTensor.scalar(0)
    func contrast(_ q: NamedTensor, _ keys: NamedTensor) throws {
      let hit = try NamedTensor.dot(q, .take(keys, slots, over: Axes.item), over: [Axes.d])
      let miss = try NamedTensor.dotLogSumExp(q, keys, over: [Axes.d], among: Axes.item, where: free, shift: shift)
      let rows = try NamedTensor.binary(.subtract, .binary(.logaddexp, hit, miss), hit)
      loss = try .binary(.add, loss, .mean(rows, over: [Axes.batch, Axes.step], where: real))
    }
    try contrast(h, items)
    let anchors = try (
      NamedTensor.take(pooledText, slots, over: Axes.item), NamedTensor.take(pooledImage, slots, over: Axes.item)
    )
    try contrast(anchors.0, pooledImage)
    try contrast(anchors.0, pooledText)
    try contrast(anchors.1, pooledText)
    try contrast(anchors.1, pooledImage)
    let forward = now()
    guard let variable = loss.variable else { return 0 }
    let gradients = try w.tape.backward(from: variable)
    Self.split = (forward, now())
    return w.leaves.values.compactMap { $0.variable.flatMap { gradients[$0] }?.doubles().first }.reduce(0, +)
  }

  nonisolated(unsafe) static var split = (0.0, 0.0)

  func now() -> Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) * 1e3 + Double(t.tv_nsec) * 1e-6
  }

  @Test(.enabled(if: getenv("PMM_BENCHMARK") != nil))
  func time() throws {
    try Precision.$scoped.withValue(.single) {
      let wanted = getenv("PMM_BENCHMARK").flatMap { Int(String(cString: $0)) } ?? 2
      for threads in [wanted] {
        Threads.count = threads
        var forwards: [Double] = []
        var backwards: [Double] = []
        var faults: [Int] = []
        var usageBefore = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usageBefore)
        let before = Double(usageBefore.tv_sec) * 1e3 + Double(usageBefore.tv_nsec) * 1e-6
        for _ in 0..<25 {
          let start = now()
          _ = try step()
          forwards.append(Self.split.0 - start)
          backwards.append(Self.split.1 - Self.split.0)
          var usage = rusage()
          getrusage(0, &usage)
          faults.append(Int(usage.ru_minflt))
        }
        var usage = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &usage)
        let cpu = Double(usage.tv_sec) * 1e3 + Double(usage.tv_nsec) * 1e-6 - before
        print("cpu a step: \(cpu / 25) ms, threads \(threads)")
        print("page faults after steps 1, 5, 25: \(faults[0]), \(faults[4]), \(faults[24]) threads")
        forwards.sort()
        backwards.sort()
        print(
          "\(Kernels.level), \(threads) threads: forward \(forwards[12]) ms, backward \(backwards[12]) ms, best sum \(forwards[0] + backwards[0])"
        )
      }
      print("memory", Memory.now, "tape", w.tape.count)
    }
  }
}
