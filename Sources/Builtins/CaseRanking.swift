import Recommendation
import TensorCore

/// What an evaluation asks about the candidates of some cases.
struct CaseQuestion {
  let cases: [DataPart.Case]
  /// Items that are no candidates.
  private(set) var hidden = RowLists()
  /// Relevant items that are candidates, then the drawn ones.
  private var pairs = RowLists()
  /// How many of a case's pairs are relevant. [case]
  private var placed: [Int] = []
  private let isDrawn: Bool
  private let best: Int

  /// - Parameters:
  ///   - best: how many of the best candidates are wanted.
  ///   - negatives: the items drawn for a case, by its place in `cases` and what is hidden; nil where all are ranked.
  init(
    cases: [DataPart.Case], _ settings: EvaluationSettings, itemCount: Int, best: Int,
    negatives: (_ case: Int, _ hidden: [Int32]) throws -> [Int32]?
  ) throws {
    self.cases = cases
    self.best = min(best, itemCount)
    isDrawn = settings.negatives != nil
    for (place, one) in cases.enumerated() {
      let excluded = settings.masksHistory ? one.history.sorted() : []
      let out = Ranking.hidden(
        excluded, targets: one.targets, keepsTargets: settings.keepsTarget, itemCount: itemCount)
      let targets = one.targets.filter { (0..<itemCount).contains(Int($0)) && !out.contains($0) }
      let others = try negatives(place, out)?.filter { (0..<itemCount).contains(Int($0)) } ?? []
      hidden.append(out)
      pairs.append(targets + others)
      placed.append(targets.count)
    }
  }

  func asked(of scores: CandidateScores) throws -> CaseAnswer {
    var question = CandidateScores.Question()
    question.pairs = pairs
    if !isDrawn {
      question.hidden = hidden
      question.countsPairs = true
      question.best = best
    }
    return CaseAnswer(question: self, answer: try scores.rank(question), candidates: scores.candidates)
  }

  /// How the relevant items of a case stand.
  fileprivate func ranked(
    _ row: Int, _ answer: CandidateScores.Answer, candidates: Int
  ) throws(NotANumber) -> RankedCase {
    let (own, relevant) = (pairs.range(of: row), cases[row].targets.count)
    guard isDrawn else {
      if answer.invalid[row] >= 0 { throw NotANumber(item: Int(answer.invalid[row])) }
      return Ranking.ranked(
        places: own.map { (Int(answer.better[$0]), Int(answer.tied[$0])) }, relevant: relevant,
        candidates: candidates - hidden.range(of: row).count)
    }
    // A typed error does not pass through a closure that rethrows, so the result does.
    let outcome = answer.pairScores.withUnsafeBufferPointer { all in
      Result { () throws(NotANumber) in
        try Ranking.ranked(scores: UnsafeBufferPointer(rebasing: all[own]), placed: placed[row], relevant: relevant)
      }
    }
    switch outcome {
    case .success(let found): return found
    case .failure(let error): throw NotANumber(item: Int(pairs.numbers[own.lowerBound + error.item]))
    }
  }
}

/// How the candidates of some cases stand.
struct CaseAnswer {
  fileprivate let question: CaseQuestion
  fileprivate let answer: CandidateScores.Answer
  fileprivate let candidates: Int

  /// - Throws: `NotANumber` with the first candidate whose score is none.
  func ranked(_ row: Int) throws(NotANumber) -> RankedCase {
    try question.ranked(row, answer, candidates: candidates)
  }

  /// The items of the first k places of a case; nil where the last place is shared with an item behind it.
  func list(_ row: Int, _ k: Int) -> [Int32]? {
    let best = answer.best(of: row)
    if k < best.count, k > 0, best[k].score == best[k - 1].score { return nil }
    return best.prefix(k).map(\.place)
  }

  /// Cases of which a list of one of these lengths shares its last place.
  func sharedLasts(_ lengths: [Int]) -> [Int] {
    question.cases.indices.filter { row in lengths.contains { list(row, $0) == nil } }
  }
}

/// All scores of some cases, fetched a few at a time as they are asked for in order.
struct WholeRows {
  private let scores: CandidateScores
  private let hidden: RowLists
  private var waiting: ArraySlice<Int>
  private var held: [Int] = []
  private var values: [Float] = []
  /// As many scores as a model of products never has to hold otherwise.
  private static let together = 64

  /// - Parameter rows: those that will be asked for, ascending.
  init(_ scores: CandidateScores, _ hidden: RowLists, rows: [Int]) {
    self.scores = scores
    self.hidden = hidden
    waiting = rows[...]
  }

  /// Gives a body the scores of a case and its hidden items.
  mutating func with<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>, Set<Int32>) -> R) throws -> R {
    if !held.contains(row) {
      held = Array(waiting.prefix(Self.together))
      waiting = waiting.dropFirst(Self.together)
      values = try scores.scores(of: held)
    }
    guard let place = held.firstIndex(of: row) else { throw TensorError.mismatch("row \(row) was not announced") }
    let width = scores.candidates
    return values.withUnsafeBufferPointer {
      body(
        UnsafeBufferPointer(rebasing: $0[place * width..<(place + 1) * width]),
        Set(hidden.numbers[hidden.range(of: row)]))
    }
  }
}
