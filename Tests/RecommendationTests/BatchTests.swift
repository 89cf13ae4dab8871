import Foundation
import Recommendation
import Testing

/// Whole histories, of one user after the other.
private func rows(_ items: [Int32]...) -> [HistoryRow] {
  items.enumerated().map { HistoryRow(owner: Int32($0), start: 0, items: $1) }
}

struct BatchTests {
  @Test func rowsKnowWhoseTheyAreAndWhereTheyBegin() {
    let histories: [[Int32]] = [[7], [0, 1, 2, 3, 4, 5, 6]]
    let made = trainingRows(sequences: histories, length: 3, windows: .all)
    #expect(made.map(\.owner) == [1, 1] && made.map(\.start) == [0, 3])
    #expect(trainingRows(sequences: histories, length: 3, windows: .last).map(\.start) == [3])
    let batch = RowBatch.training(rows: made, length: 2, logPopularity: [])
    #expect(batch.owners == [1, 1] && batch.starts == [1, 4] && batch.inputs == [2, 2])
  }

  @Test func theSplitTakesTheLastTwoEvents() {
    let split = Split(leaveOneOut: [[1, 2, 3, 4], [5, 6, 7], [8, 9], [3], []])
    #expect(split.train == [[1, 2], [5], [8, 9], [3], []])
    #expect(split.valid == [[3], [6], [], [], []])
    #expect(split.test == [[4], [7], [], [], []])
    #expect(split.shortUsers == 2)
    #expect(split.counted == [[1, 2], [5], [], [], []])
    #expect(split.historyBeforeTest(0) == [1, 2, 3])
  }

  @Test func windowsCutHistories() {
    let histories: [[Int32]] = [[0, 1, 2, 3, 4, 5, 6], [7], [8, 9]]
    #expect(trainingRows(sequences: histories, length: 3, windows: .last).map(\.items) == [[3, 4, 5, 6], [8, 9]])
    #expect(
      trainingRows(sequences: histories, length: 3, windows: .all).map(\.items) == [
        [0, 1, 2, 3], [3, 4, 5, 6], [8, 9],
      ])
    #expect(
      trainingRows(sequences: histories, length: 4, windows: .all).map(\.items) == [
        [0, 1, 2], [2, 3, 4, 5, 6], [8, 9],
      ])
    #expect(trainingRows(sequences: histories, length: 0, windows: .all).isEmpty)
  }

  @Test func everyStepStandsInExactlyOneRow() {
    for count in 2..<40 {
      for length in 1..<12 {
        let history = (0..<Int32(count)).map { $0 }
        let rows = trainingRows(sequences: [history], length: length, windows: .all)
        let steps = rows.flatMap { row in zip(row.items, row.items.dropFirst()).map { $0 } }
        #expect(steps.map(\.0) == history.dropLast() && steps.map(\.1) == Array(history.dropFirst()))
        #expect(rows.dropFirst().allSatisfy { $0.items.count == length + 1 })
      }
    }
  }

  @Test func aTrainingBatchIsPaddedOnTheLeft() {
    let popularity: [Float] = (0..<10).map { -Float($0) }
    let batch = RowBatch.training(rows: rows([9, 2, 9, 4], [4, 7]), length: 3, logPopularity: popularity)
    #expect(batch.items == [2, 4, 7, 9])
    #expect(batch.rows == 2 && batch.steps == 3)
    #expect(batch.slots == [3, 0, 3, 0, 0, 1])
    #expect(batch.next == [0, 3, 1, 0, 0, 2])
    #expect(batch.mask == [true, true, true, false, false, true])
    #expect(batch.anchor == batch.mask)
    #expect(batch.own == [true, true, false, true, false, true, true, false])
    #expect(batch.count == [1, 2, 1, 2])
    #expect(batch.logPopularity == [-2, -4, -7, -9])
  }

  @Test func aRankingBatchHasNoTargets() {
    let batch = RowBatch.ranking(histories: rows([1, 2, 3, 4], [5], []), length: 3)
    #expect(batch.items == [2, 3, 4, 5])
    #expect(batch.slots == [0, 1, 2, 0, 0, 3, 0, 0, 0])
    #expect(batch.mask == [true, true, true, false, false, true, false, false, false])
    #expect(batch.anchor.allSatisfy { !$0 } && batch.next.allSatisfy { $0 == 0 })
    #expect(RowBatch.ranking(histories: [], length: 3).items.isEmpty)
  }

  @Test func longRowsKeepTheirNewestEvents() {
    let batch = RowBatch.training(rows: rows([1, 2, 3, 4]), length: 2, logPopularity: [])
    #expect(batch.items == [2, 3, 4] && batch.slots == [0, 1] && batch.next == [1, 2])
    #expect(batch.logPopularity == [0, 0, 0])
  }

  @Test func aShuffleIsAPermutationThatDependsOnItsKeyAlone() {
    let order = shuffledOrder(count: 1000, key: 42)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order == shuffledOrder(count: 1000, key: 42))
    #expect(order != shuffledOrder(count: 1000, key: 43))
    #expect(shuffledOrder(count: 0, key: 1) == [] && shuffledOrder(count: 1, key: 1) == [0])
  }

  @Test func shufflesAreEven() {
    // Each of 4 things should stand in each place 1/4 of the time: 5 standard deviations of slack.
    var counts = [[Int]](repeating: [0, 0, 0, 0], count: 4)
    for key in 0..<8000 {
      for (place, thing) in shuffledOrder(count: 4, key: UInt64(key)).enumerated() { counts[place][thing] += 1 }
    }
    #expect(counts.joined().allSatisfy { abs(Double($0) - 2000) < 5 * (8000 * 0.25 * 0.75).squareRoot() })
  }

  @Test func popularityIsTheShareOfAllSlots() {
    let values = logPopularity(rows: [[0, 1, 0], [0, 9]], itemCount: 3)
    #expect(values[0] == Float(log(0.75)) && values[1] == Float(log(0.25)))
    #expect(values[2] == values[1], "an item that never occurs counts as if it had once")
    #expect(logPopularity(rows: [], itemCount: 2) == [0, 0])
  }
}
