import Foundation
import Recommendation
import TestKit
import Testing

private let movies = SharedFolder.url("data/movielens-small-posters")
private let office = SharedFolder.url("data/amazon-office-text")

/// Folders of real data against what their READMEs state, measured by an independent program.
struct RealDataTests {
  @Test(.enabled(if: movies != nil, Comment(rawValue: SharedFolder.absence)))
  func moviesAreAsTheirReadmeSays() throws {
    let data = try InteractionData.load(folder: #require(movies).path)
    #expect(data.userIDs.count == 610)
    #expect(data.catalogue.count == 1291)
    #expect(data.eventCount == 52_462)
    #expect(data.sequences.map(\.count).max() == 930)
    #expect(data.warnings.isEmpty)
    #expect(data.catalogue.titles[0] == "Toy Story (1995)")
    let popularity = measurePopularity(data)
    #expect(popularity.users == 602)
    #expect(Split(leaveOneOut: data.sequences).shortUsers == 8)
    #expect(String(format: "%.4f", popularity.hr) == "0.0831")
    #expect(String(format: "%.4f", popularity.ndcg) == "0.0404")
  }

  @Test(.enabled(if: office != nil, Comment(rawValue: SharedFolder.absence)))
  func officeSuppliesAreAsTheirReadmeSays() throws {
    let data = try InteractionData.load(folder: #require(office).path)
    #expect(data.userIDs.count == 3231)
    #expect(data.catalogue.count == 3317)
    #expect(data.eventCount == 22_447)
    #expect(data.catalogue.descriptions.count { $0.isEmpty } == 226)
    let popularity = measurePopularity(data)
    #expect(popularity.users == 3231)
    #expect(String(format: "%.4f", popularity.hr) == "0.0142")
    #expect(String(format: "%.4f", popularity.ndcg) == "0.0055")
  }

  /// Mean over users with a test event; history masked, the target never.
  private func measurePopularity(_ data: InteractionData) -> (hr: Double, ndcg: Double, users: Int) {
    let split = Split(leaveOneOut: data.sequences)
    let model = PopularityModel(split, itemCount: data.catalogue.count)
    var sums = (hr: 0.0, ndcg: 0.0, users: 0)
    model.scores.withUnsafeBufferPointer { scores in
      for user in data.userIDs.indices {
        guard let target = split.test[user].first else { continue }
        let found = Ranking.counts(
          scores: scores, target: Int(target), excluded: split.historyBeforeTest(user).sorted())
        sums.hr += Ranking.expected(RankingMetric(.hr, 10), better: found.better, tied: found.tied)
        sums.ndcg += Ranking.expected(RankingMetric(.ndcg, 10), better: found.better, tied: found.tied)
        sums.users += 1
      }
    }
    return (sums.hr / Double(sums.users), sums.ndcg / Double(sums.users), sums.users)
  }
}
