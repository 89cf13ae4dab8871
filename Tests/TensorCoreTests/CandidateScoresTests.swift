import TensorCore
import TestKit
import Testing

/// The ranking kernel against sorting in double precision and plain counting, at every level of this processor.
struct CandidateScoresTests {
  /// Rows with hidden candidates and pairs that are none of them.
  private struct Lists {
    var hidden = RowLists()
    var pairs = RowLists()

    init(rows: Int, candidates: Int, _ random: inout SeededGenerator) {
      for _ in 0..<rows {
        let most = [0, 3, candidates / 3, candidates].randomElement(using: &random) ?? 0
        let out = Set((0..<most).map { _ in Int32.random(in: 0..<Int32(candidates), using: &random) })
        hidden.append(out.sorted())
        let free = (0..<Int32(candidates)).filter { !out.contains($0) }
        let asked = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in free.randomElement(using: &random) }
        pairs.append(Set(asked))
      }
    }
  }

  /// Ranks plainly: candidates that are no numbers are neither better than others nor among the best.
  private static func check(
    _ answer: CandidateScores.Answer, _ scores: [Float], _ lists: Lists, rows: Int, candidates: Int, k: Int,
    places: [Int32]?, _ what: Comment
  ) {
    for row in 0..<rows {
      let own = Array(scores[row * candidates..<(row + 1) * candidates])
      let out = Set(lists.hidden.numbers[lists.hidden.range(of: row)])
      let free = (0..<candidates).filter { !out.contains(Int32($0)) }
      #expect(answer.invalid[row] == Int32(free.first { own[$0].isNaN } ?? -1), what)
      for pair in lists.pairs.range(of: row) {
        let score = own[Int(lists.pairs.numbers[pair])]
        #expect(answer.pairScores[pair].bitPattern == score.bitPattern, what)
        #expect(Int(answer.better[pair]) == free.count { own[$0] > score }, what)
        #expect(Int(answer.tied[pair]) == free.count { own[$0] == score }, what)
      }
      func place(_ item: Int) -> Int32 { places?[item] ?? Int32(item) }
      let sorted = free.filter { !own[$0].isNaN }.sorted { a, b in
        own[a] != own[b] ? own[a] > own[b] : place(a) < place(b)
      }
      let best = answer.best(of: row)
      #expect(best.map(\.place) == sorted.prefix(k).map(place), what)
      #expect(best.map(\.score) == sorted.prefix(k).map { own[$0] }, what)
    }
  }

  private static func question(_ lists: Lists, k: Int, places: [Int32]?) -> CandidateScores.Question {
    var question = CandidateScores.Question()
    (question.hidden, question.pairs, question.countsPairs) = (lists.hidden, lists.pairs, true)
    (question.best, question.places) = (k, places)
    return question
  }

  @Test(arguments: CandidateScores.levels)
  func givenScoresOfAllKinds(level: String) throws {
    var random = SeededGenerator(seed: 5)
    let odd: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -1e-40]
    for round in 0..<300 {
      let rows = Int.random(in: 1...30, using: &random)
      let candidates = [1, 2, 7, 31, 32, 33, 127, 129, 300, 1000].randomElement(using: &random) ?? 1
      let k = [0, 1, 2, 10, candidates, candidates + 5].randomElement(using: &random) ?? 1
      let (ties, share) = (Int.random(in: 1...20, using: &random), Int.random(in: 2...50, using: &random))
      let scores = (0..<rows * candidates).map { _ -> Float in
        if round % 3 == 0, Int.random(in: 0..<share, using: &random) == 0 {
          return odd.randomElement(using: &random) ?? 0
        }
        let isTied = round % 2 == 0
        return isTied ? Float(Int.random(in: 0...ties, using: &random)) : Float.random(in: -1...1, using: &random)
      }
      // Sorted candidates, as by popularity, either way.
      let ordered = round % 7 == 0 ? scores.sorted { round % 2 == 0 ? $0 < $1 : $0 > $1 } : scores
      let places = round % 2 == 0 ? (0..<Int32(candidates)).shuffled(using: &random) : nil
      let lists = Lists(rows: rows, candidates: candidates, &random)
      let answer = try CandidateScores(ordered, rows: rows, candidates: candidates)
        .rank(Self.question(lists, k: k, places: places), level: level)
      Self.check(
        answer, ordered, lists, rows: rows, candidates: candidates, k: k, places: places, "\(level), round \(round)")
    }
  }

  @Test(arguments: CandidateScores.levels)
  func productsAgreeWithFloat64AndWithThemselves(level: String) throws {
    var random = SeededGenerator(seed: 6)
    for round in 0..<60 {
      let rows = [1, 2, 13, 29, 130, 460].randomElement(using: &random) ?? 1
      let candidates = [1, 16, 100, 255, 257, 900].randomElement(using: &random) ?? 1
      let width = [1, 3, 16, 64, 255, 256, 257, 600].randomElement(using: &random) ?? 1
      let k = [1, 50, 400].randomElement(using: &random) ?? 1
      // Some vectors twice, so that products tie.
      let a = (0..<rows * width).map { _ in Float.random(in: -1...1, using: &random) }
      var b = (0..<candidates * width).map { _ in Float.random(in: -1...1, using: &random) }
      if candidates > 20 { b.replaceSubrange(0..<5 * width, with: b[10 * width..<15 * width]) }
      let scores = try CandidateScores(
        Tensor(a, shape: [rows, width], as: .float32), dot: Tensor(b, shape: [candidates, width], as: .float32))
      // All scores, as pairs; they have to be near the truth, and everything else has to follow from them.
      var all = CandidateScores.Question()
      var pairs = RowLists()
      for _ in 0..<rows { pairs.append(0..<Int32(candidates)) }
      all.pairs = pairs
      let values = try scores.rank(all, level: level).pairScores
      for row in stride(from: 0, to: rows, by: 1 + rows / 7) {
        for candidate in 0..<candidates {
          var (sum, size) = (0.0, 0.0)
          for p in 0..<width {
            let term = Double(a[row * width + p]) * Double(b[candidate * width + p])
            sum += term
            size += abs(term)
          }
          #expect(abs(Double(values[row * candidates + candidate]) - sum) <= 1e-6 * size)
        }
      }
      let lists = Lists(rows: rows, candidates: candidates, &random)
      let answer = try scores.rank(Self.question(lists, k: k, places: nil), level: level)
      Self.check(
        answer, values, lists, rows: rows, candidates: candidates, k: k, places: nil,
        "\(level), round \(round): \(rows) x \(candidates) of \(width)")
    }
  }

  /// Rows fetched whole are those that were ranked.
  @Test func wholeRowsAreTheSameBits() throws {
    let (rows, candidates, width) = (90, 333, 70)
    var random = SeededGenerator(seed: 7)
    func vectors(_ count: Int) throws -> Tensor {
      try Tensor(
        (0..<count * width).map { _ in Float.random(in: -1...1, using: &random) }, shape: [count, width], as: .float32)
    }
    let scores = try CandidateScores(vectors(rows), dot: vectors(candidates))
    var question = CandidateScores.Question()
    var pairs = RowLists()
    for _ in 0..<rows { pairs.append(0..<Int32(candidates)) }
    question.pairs = pairs
    let values = try scores.rank(question).pairScores
    let chosen = [89, 0, 17]
    let whole = try scores.scores(of: chosen)
    for (place, row) in chosen.enumerated() {
      #expect(
        whole[place * candidates..<(place + 1) * candidates].elementsEqual(
          values[row * candidates..<(row + 1) * candidates]))
    }
  }

  /// The same bits on any number of threads, and a request to stop is heard.
  @Test func threadsAndInterrupts() async {
    await #expect(processExitsWith: .success) {
      let (rows, candidates, width) = (700, 5000, 32)
      let a = try Tensor(uninitialized: [rows, width], .float32)
      let b = try Tensor(uninitialized: [candidates, width], .float32)
      Random.fillNormal(a, 1, scale: 1)
      Random.fillNormal(b, 2, scale: 1)
      let scores = try CandidateScores(a, dot: b)
      var question = CandidateScores.Question()
      question.best = 20
      var found: [[Int32]] = []
      for threads in [1, 2, 3] {
        Threads.count = threads
        found.append(try scores.rank(question).best.ints())
      }
      #expect(found[0] == found[1] && found[0] == found[2] && Set(found[0]).count > 1000)
      Interrupts.request()
      #expect(throws: TensorError.interrupted) { try scores.rank(question) }
      Interrupts.clear()
      #expect(try scores.rank(question).best.ints() == found[0])
    }
  }

  @Test func listsThatDoNotFitAreRefused() throws {
    let scores = try CandidateScores([1, 2, 3, 4], rows: 2, candidates: 2)
    func asked(_ change: (inout CandidateScores.Question) -> Void) throws {
      var question = CandidateScores.Question()
      change(&question)
      _ = try scores.rank(question)
    }
    func lists(_ rows: [[Int32]]) -> RowLists {
      var lists = RowLists()
      for row in rows { lists.append(row) }
      return lists
    }
    try asked { $0.hidden = lists([[0, 1], []]) }
    #expect(throws: TensorError.self) { try asked { $0.hidden = lists([[0]]) } }
    #expect(throws: TensorError.self) { try asked { $0.hidden = lists([[1, 0], []]) } }
    #expect(throws: TensorError.self) { try asked { $0.hidden = lists([[0, 0], []]) } }
    #expect(throws: TensorError.self) { try asked { $0.pairs = lists([[], [2]]) } }
    #expect(throws: TensorError.self) { try asked { $0.pairs = lists([[-1], []]) } }
    #expect(throws: TensorError.self) { try asked { $0.places = [0] } }
    #expect(throws: TensorError.self) { try CandidateScores([1, 2, 3], rows: 2, candidates: 2) }
    #expect(throws: TensorError.self) { try scores.scores(of: [2]) }
  }
}
