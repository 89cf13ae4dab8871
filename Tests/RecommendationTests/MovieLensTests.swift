import Foundation
import Recommendation
import TestKit
import Testing

private let folder = SharedFolder.url("data/movielens-small-posters")

/// The anchors that the data's README states, measured by an independent program.
@Suite(.enabled(if: folder != nil, Comment(rawValue: SharedFolder.absence)))
struct MovieLensTests {
  let data: InteractionData

  init() throws { data = try InteractionData.load(folder: #require(folder).path) }

  @Test func readsTheFolderAsItsReadmeSays() {
    #expect(data.userIDs.count == 610)
    #expect(data.catalogue.count == 1291)
    #expect(data.eventCount == 52_462)
    #expect(data.sequences.map(\.count).max() == 930)
    #expect(data.warnings.isEmpty)
    #expect(data.catalogue.titles[0] == "Toy Story (1995)")
    #expect(data.fingerprint.utf8.count == 64)
  }

  @Test func popularityGivesThePublishedNumbers() {
    let split = LeaveOneOut(data.sequences)
    #expect(split.shortUsers == 8)
    let model = PopularityModel(split, itemCount: data.catalogue.count)
    var sums = (hr: 0.0, ndcg: 0.0, users: 0)
    model.scores.withUnsafeBufferPointer { scores in
      for user in data.userIDs.indices {
        guard let target = split.test[user] else { continue }
        let found = Ranking.counts(
          scores: scores, target: Int(target), excluded: split.historyBeforeTest(user).sorted())
        sums.hr += Ranking.expected(RankingMetric(.hr, 10), better: found.better, tied: found.tied)
        sums.ndcg += Ranking.expected(RankingMetric(.ndcg, 10), better: found.better, tied: found.tied)
        sums.users += 1
      }
    }
    #expect(sums.users == 602)
    #expect(String(format: "%.4f", sums.hr / 602) == "0.0831")
    #expect(String(format: "%.4f", sums.ndcg / 602) == "0.0404")
  }
}
