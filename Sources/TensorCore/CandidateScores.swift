import CKernels

/// A list of numbers for each of some rows.
package struct RowLists: Sendable {
  package private(set) var numbers: [Int32] = []
  /// Where the list of each row begins in `numbers`, and where the last one ends. [row + 1]
  package private(set) var starts: [Int64] = [0]

  package init() {}

  package var rows: Int { starts.count - 1 }

  package mutating func append(_ list: some Sequence<Int32>) {
    numbers.append(contentsOf: list)
    starts.append(Int64(numbers.count))
  }

  /// Where the list of a row stands in `numbers`.
  package func range(of row: Int) -> Range<Int> { Int(starts[row])..<Int(starts[row + 1]) }
}

/// The scores that each of some rows gives the same candidates: products of vectors, which are never all held, or given
/// numbers. All that is asked of one row is answered from the same scores, bit by bit.
package struct CandidateScores: Sendable {
  private enum Source {
    case products(Tensor, Tensor)
    case given([Float])
  }

  private let source: Source
  package let rows: Int
  package let candidates: Int

  /// Row i scores candidate j by the product of vectors i of `a`, [row, width], and j of `b`, [candidate, width], both
  /// float32.
  package init(_ a: Tensor, dot b: Tensor) throws {
    guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[1], a.dtype == .float32, b.dtype == .float32 else {
      throw TensorError.mismatch("scores of \(a.shape) by \(b.shape)")
    }
    source = .products(try a.contiguous(), try b.contiguous())
    (rows, candidates) = (a.shape[0], b.shape[0])
  }

  /// Given scores, [row, candidate].
  package init(_ scores: [Float], rows: Int, candidates: Int) throws {
    guard rows.multipliedReportingOverflow(by: candidates) == (scores.count, false) else {
      throw TensorError.mismatch("\(scores.count) scores of \(rows) rows and \(candidates) candidates")
    }
    source = .given(scores)
    (self.rows, self.candidates) = (rows, candidates)
  }

  /// What is asked of all rows.
  package struct Question {
    /// Numbers that are no candidates of a row, ascending and each once; nil for none.
    package var hidden: RowLists?
    /// Candidates of a row whose scores are wanted.
    package var pairs: RowLists?
    /// Whether it is wanted how the pairs stand among all candidates of their row.
    package var countsPairs = false
    /// How many of the best candidates are wanted.
    package var best = 0
    /// What decides among equal scores, each number from 0 once, the smaller one first; nil for the candidate's number.
    package var places: [Int32]?

    package init() {}
  }

  package struct Answer {
    /// The first candidate of each row whose score is not a number, -1 for none; -1 too where neither counts nor best
    /// ones were asked for. [row]
    package fileprivate(set) var invalid: [Int32]
    /// Scores of the pairs.
    package fileprivate(set) var pairScores: [Float]
    /// How many candidates score more than each pair, and how many the same, itself included.
    package fileprivate(set) var better: [Int32]
    package fileprivate(set) var tied: [Int32]
    /// Places of the best, best first, -1 behind the last candidate; int32. [row, best]
    package let best: Tensor
    /// Their scores; float32. [row, best]
    package let bestScores: Tensor

    /// The best of a row, best first.
    package func best(of row: Int) -> [(place: Int32, score: Float)] {
      withExtendedLifetime((best, bestScores)) {
        let k = best.shape[1]
        let (places, scores) = (best.pointer(Int32.self) + row * k, bestScores.pointer(Float.self) + row * k)
        return (0..<k).prefix { places[$0] >= 0 }.map { (places[$0], scores[$0]) }
      }
    }
  }

  /// Names of the levels that this processor has.
  package static var levels: [String] {
    ["portable", "avx2", "avx512"].filter { ck_kernels_named($0) != nil }
  }

  /// Ranks the candidates of every row. The scores of some rows at a time are held, in cache.
  /// - Parameter level: of the kernels; nil for the one in use.
  /// - Throws: `TensorError`, also `.interrupted`, and `.outOfRange` for lists that do not fit.
  package func rank(_ question: Question, level: String? = nil) throws -> Answer {
    let k = max(0, question.best)
    try check(question)
    let pairs = question.pairs?.numbers.count ?? 0
    var answer = Answer(
      invalid: [Int32](repeating: -1, count: max(1, rows)), pairScores: [Float](repeating: 0, count: max(1, pairs)),
      better: [Int32](repeating: 0, count: max(1, pairs)), tied: [Int32](repeating: 0, count: max(1, pairs)),
      best: try Tensor(uninitialized: [rows, k], .int32), bestScores: try Tensor(uninitialized: [rows, k], .float32))
    let table = level.flatMap { ck_kernels_named($0)?.pointee } ?? Kernels.table
    var job = ck_ranking()
    (job.rows, job.among, job.k) = (rows, candidates, k)
    job.best = answer.best.pointer(Int32.self)
    job.best_score = answer.bestScores.pointer(Float.self)
    withPointers(question.hidden) { hidden, hiddenFrom in
      withPointers(question.pairs) { pair, pairFrom in
        Self.withPointer(question.places) { places in
          answer.withPointers { invalid, pairScores, better, tied in
            (job.hidden, job.hidden_from, job.pair, job.pair_from) = (hidden, hiddenFrom, pair, pairFrom)
            (job.place, job.invalid, job.pair_score) = (places, invalid, pairScores)
            if question.countsPairs, question.pairs != nil { (job.better, job.tied) = (better, tied) }
            run(&job, table)
          }
        }
      }
    }
    try Interrupts.check()
    return answer
  }

  private func run(_ job: inout ck_ranking, _ table: ck_table) {
    switch source {
    case .products(let a, let b):
      withExtendedLifetime((a, b)) {
        (job.width, job.ar, job.br) = (a.shape[1], a.shape[1], b.shape[1])
        (job.a, job.b) = (UnsafePointer(a.pointer(Float.self)), UnsafePointer(b.pointer(Float.self)))
        table.ranking(&job)
      }
    case .given(let scores):
      scores.withUnsafeBufferPointer {
        job.scores = $0.baseAddress
        table.ranking(&job)
      }
    }
  }

  /// All scores of some rows, [row, candidate]: what is held grows with their number.
  package func scores(of chosen: [Int]) throws -> [Float] {
    guard chosen.allSatisfy({ (0..<rows).contains($0) }) else { throw TensorError.outOfRange("a row beyond the last") }
    switch source {
    case .given(let scores):
      return chosen.flatMap { scores[$0 * candidates..<($0 + 1) * candidates] }
    case .products(let a, let b):
      let width = a.shape[1]
      let own = try Tensor(uninitialized: [chosen.count, width], .float32)
      let out = try Tensor(uninitialized: [chosen.count, candidates], .float32)
      return try withExtendedLifetime((a, b, own, out)) {
        for (place, row) in chosen.enumerated() {
          (own.pointer(Float.self) + place * width).update(from: a.pointer(Float.self) + row * width, count: width)
        }
        func operand(_ tensor: Tensor, _ rowStride: Int, _ columnStride: Int) -> MatrixProduct.Operand {
          .init(UnsafePointer(tensor.pointer()), batchStride: 0, rowStride: rowStride, columnStride: columnStride)
        }
        MatrixProduct(
          batch: 1, rows: chosen.count, columns: candidates, inner: width, operand(own, width, 1),
          operand(b, 1, width), into: out.pointer()
        ).run(by: .own)
        try Interrupts.check()
        return out.floats()
      }
    }
  }

  private func check(_ question: Question) throws {
    guard candidates <= Int(Int32.max) else { throw TensorError.outOfRange("\(candidates) candidates are too many") }
    for lists in [question.hidden, question.pairs] {
      guard let lists else { continue }
      guard lists.rows == rows else { throw TensorError.mismatch("\(lists.rows) lists for \(rows) rows") }
      if let far = lists.numbers.first(where: { $0 < 0 || Int($0) >= candidates }) {
        throw TensorError.outOfRange("the number \(far) among \(candidates) candidates")
      }
    }
    if let hidden = question.hidden {
      for row in 0..<rows {
        let list = hidden.numbers[hidden.range(of: row)]
        guard zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else {
          throw TensorError.mismatch("numbers that are not ascending")
        }
      }
    }
    if let places = question.places, places.count != candidates {
      throw TensorError.mismatch("\(places.count) places of \(candidates) candidates")
    }
  }

  private func withPointers(
    _ lists: RowLists?, _ body: (UnsafePointer<Int32>?, UnsafePointer<Int64>?) -> Void
  ) {
    guard let lists else { return body(nil, nil) }
    lists.numbers.withUnsafeBufferPointer { numbers in
      lists.starts.withUnsafeBufferPointer { body(numbers.baseAddress, $0.baseAddress) }
    }
  }

  private static func withPointer(_ numbers: [Int32]?, _ body: (UnsafePointer<Int32>?) -> Void) {
    guard let numbers else { return body(nil) }
    numbers.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}

extension CandidateScores.Answer {
  fileprivate mutating func withPointers(
    _ body: (
      UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Int32>?,
      UnsafeMutablePointer<Int32>?
    ) -> Void
  ) {
    invalid.withUnsafeMutableBufferPointer { invalid in
      pairScores.withUnsafeMutableBufferPointer { scores in
        better.withUnsafeMutableBufferPointer { better in
          tied.withUnsafeMutableBufferPointer { tied in
            body(invalid.baseAddress, scores.baseAddress, better.baseAddress, tied.baseAddress)
          }
        }
      }
    }
  }
}
