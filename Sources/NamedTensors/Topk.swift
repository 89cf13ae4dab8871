import Autodiff
import TensorCore

extension NamedTensor {
  /// Places along `over` of the largest entries, largest first; of equal ones the first place comes first. They stand
  /// along `to`, whose size says how many; int, with the other axes of x.
  /// - Throws: `outOfRange` where there are fewer, or where an entry is nan.
  package static func topk(_ x: NamedTensor, over: Axis, to: Dimension) throws -> NamedTensor {
    try Rules.carried(x, over, "topk")
    let x = try x.kind == .int ? x : Rules.floats(x, "topk")
    return try places(x, among: over, to: to, "topk", operands: (axis: 1, to: 2))
  }

  /// Places along `among` of the largest products of a and b over `over`, which are never all held: as `topk` of `dot`.
  /// - Parameters:
  ///   - hidden: int; places along `among` that do not count, for each row along the axes that only `hidden` has.
  ///   - mask: which of `hidden` hold; fits in its axes.
  package static func dotTopk(
    _ a: NamedTensor, _ b: NamedTensor, over: [Axis], among: Axis, to: Dimension, hidden: NamedTensor? = nil,
    where mask: NamedTensor? = nil
  ) throws -> NamedTensor {
    try Rules.joined(a, b, over: over, among: among, "dot_topk", operands: (over: 2, among: 3))
    let (x, y) = (try Rules.floats(a, "dot_topk"), try Rules.floats(b, "dot_topk", operand: 1))
    // The rules of the product are those of `dot`.
    let all = try dot(.shape(x.dimensions, .float), .shape(y.dimensions, .float), over: over)
    let exclusion = try hidden.map {
      try Exclusion($0, mask, rows: all.dimensions.filter { $0.axis !== among }, of: all.size(of: among))
    }
    guard let left = x.variable, let right = y.variable else {
      return try places(all, among: among, to: to, "dot_topk", operands: (axis: 3, to: 4))
    }
    guard left.dtype == .float32, right.dtype == .float32, !x.carries(among), y.dimensions.count == over.count + 1
    else {
      return try places(
        dot(x, y, over: over), among: among, to: to, "dot_topk", operands: (axis: 3, to: 4), exclusion)
    }
    let (turnedA, turnedB) = (try x.trailing(over), try y.trailing(over))
    let rows = Array(turnedA.dimensions.dropLast(over.count))
    let among = turnedB.dimensions[0]
    return try places(rows: rows, of: among, to: to, "dot_topk", operands: (axis: 3, to: 4), exclusion) {
      guard let left = turnedA.variable?.tensor, let right = turnedB.variable?.tensor else { return nil }
      let width = right.shape.dropFirst().reduce(1, *)
      return try CandidateScores(
        left.reshaped([Rules.known(rows).reduce(1, *), width]), dot: right.reshaped([right.shape[0], width]))
    }
  }

  private static func places(
    _ x: NamedTensor, among: Axis, to: Dimension, _ op: String, operands: (axis: Int, to: Int),
    _ exclusion: Exclusion? = nil
  ) throws -> NamedTensor {
    let turned = try x.trailing([among])
    let rows = Array(turned.dimensions.dropLast())
    guard let last = turned.dimensions.last else { return x }
    guard turned.kind == .float, turned.variable?.dtype != .float64 else {
      return try plainPlaces(turned, rows, last, to, op, operands, exclusion)
    }
    return try places(rows: rows, of: last, to: to, op, operands: operands, exclusion) {
      guard let tensor = turned.variable?.tensor else { return nil }
      return try CandidateScores(
        tensor.floats(), rows: Rules.known(rows).reduce(1, *), candidates: Rules.known([last])[0])
    }
  }

  /// The dimensions of the result, checked.
  private static func dimensions(
    _ rows: [Dimension], _ among: Dimension, _ to: Dimension, _ op: String, _ operands: (axis: Int, to: Int)
  ) throws -> [Dimension] {
    try Rules.distinct(rows + [to])
    if let k = to.size.value, let n = among.size.value, !(1...max(1, n)).contains(k) || n == 0 {
      throw AxisError(
        .outOfRange, "`\(op)` gives 1 place or more and at most all \(n) of `\(among.axis)`, not \(k)",
        operands: [operands.to])
    }
    return rows + [to]
  }

  /// By the kernel.
  private static func places(
    rows: [Dimension], of among: Dimension, to: Dimension, _ op: String, operands: (axis: Int, to: Int),
    _ exclusion: Exclusion?, _ scores: () throws -> CandidateScores?
  ) throws -> NamedTensor {
    let result = try dimensions(rows, among, to, op, operands)
    return try numbers {
      guard let scores = try scores() else { return .shape(result, .int) }
      let shape = try Rules.known(result)
      var question = CandidateScores.Question()
      question.best = shape.last ?? 0
      question.hidden = try exclusion?.lists(rows: rows)
      let answer = try scores.rank(question)
      if let bad = answer.invalid.first(where: { $0 >= 0 }) { throw notANumber(bad, op) }
      let found = answer.best
      for row in 0..<scores.rows where answer.best(of: row).count < found.shape[1] {
        throw tooFew(answer.best(of: row).count, to, op, operands.to)
      }
      return NamedTensor(variable: Variable(try found.reshaped(shape)), dimensions: result)
    }
  }

  /// In double precision, and plain twin of the kernel: every row is sorted.
  static func plainPlaces(
    _ x: NamedTensor, _ rows: [Dimension], _ among: Dimension, _ to: Dimension, _ op: String,
    _ operands: (axis: Int, to: Int), _ exclusion: Exclusion?
  ) throws -> NamedTensor {
    let result = try dimensions(rows, among, to, op, operands)
    guard !x.isShapeOnly else { return .shape(result, .int) }
    let (shape, n) = (try Rules.known(result), try Rules.known([among])[0])
    let (count, k) = (shape.dropLast().reduce(1, *), shape.last ?? 0)
    let hidden = try exclusion?.lists(rows: rows)
    let values = x.doubleValues()
    var found: [Int32] = []
    for row in 0..<count {
      let out = Set(hidden.map { $0.numbers[$0.range(of: row)] } ?? [])
      let own = values[row * n..<(row + 1) * n]
      let left = (0..<n).filter { !out.contains(Int32(clamping: $0)) }
      if let bad = left.first(where: { own[row * n + $0].isNaN }) { throw notANumber(Int32(clamping: bad), op) }
      guard left.count >= k else { throw tooFew(left.count, to, op, operands.to) }
      let best = left.sorted { a, b in
        let (x, y) = (own[row * n + a], own[row * n + b])
        return x != y ? x > y : a < b
      }
      found += best.prefix(k).map { Int32(clamping: $0) }
    }
    return try ints(found, result)
  }

  private static func notANumber(_ place: Int32, _ op: String) -> AxisError {
    AxisError(.outOfRange, "`\(op)` compares numbers, but at \(place) there is nan", operands: [0])
  }

  private static func tooFew(_ left: Int, _ to: Dimension, _ op: String, _ operand: Int) -> AxisError {
    AxisError(
      .outOfRange, "`\(op)` gives \(to.size) places, but in a row \(left) are left", operands: [operand],
      suggestion: "\(to.axis)(\(left))")
  }
}

/// Places that do not count, for each row.
struct Exclusion {
  private let numbers: NamedTensor
  private let mask: NamedTensor?
  private let candidates: Size?
  /// Axes along which the places of one row stand.
  private let listed: [Dimension]

  init(_ numbers: NamedTensor, _ mask: NamedTensor?, rows: [Dimension], of candidates: Size?) throws {
    try Rules.kind(numbers, .int, "dot_topk", operand: 5)
    self.numbers = numbers
    self.mask = mask
    self.candidates = candidates
    listed = numbers.dimensions.filter { own in !rows.contains { $0.axis === own.axis } }
    for own in numbers.dimensions {
      guard let row = rows.first(where: { $0.axis === own.axis }) else { continue }
      _ = try Rules.agree(own.axis, row.size, own.size, "dot_topk", operands: [0, 5])
    }
    guard let mask else { return }
    try Rules.kind(mask, .bool, "dot_topk", operand: 6)
    for dimension in mask.dimensions {
      guard let whole = numbers.size(of: dimension.axis) else {
        throw AxisError(
          .notContained,
          "`where` of `dot_topk` has to fit in \(Rules.text(numbers.dimensions)), but is \(Rules.text(mask.dimensions))",
          operands: [5, 6])
      }
      _ = try Rules.agree(dimension.axis, whole, dimension.size, "dot_topk", operands: [5, 6])
    }
  }

  /// Ascending and each once, for each of `rows`.
  func lists(rows: [Dimension]) throws -> RowLists {
    let all = rows + listed
    let width = try Rules.known(listed).reduce(1, *)
    let count = try Rules.known(rows).reduce(1, *)
    let places = try numbers.expanded(to: all).intValues()
    let holds = try mask?.expanded(to: all).boolValues()
    let candidates = Int32(clamping: candidates?.value ?? 0)
    var lists = RowLists()
    for row in 0..<count {
      var own = (row * width..<(row + 1) * width).filter { holds?[$0] ?? true }.map { places[$0] }
      if let far = own.first(where: { !(0..<candidates).contains($0) }) {
        throw AxisError(
          .outOfRange, "`dot_topk` hides \(far), and the places are 0 to \(candidates - 1)", operands: [5])
      }
      own.sort()
      lists.append(own.indices.filter { $0 == 0 || own[$0 - 1] != own[$0] }.map { own[$0] })
    }
    return lists
  }
}
