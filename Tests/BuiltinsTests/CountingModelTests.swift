import Foundation
import LanguageKit
import TestKit
import Testing

/// Pop, Markov and item-kNN beside what an independent program measured under the same protocol.
struct CountingModelTests {
  @Test(
    .enabled(if: SharedFolder.url("data") != nil, Comment(rawValue: SharedFolder.absence)),
    arguments: [
      ("movielens-small-posters", ["0.0831/0.0404", "0.1205/0.0667", "0.1395/0.0703"]),
      ("amazon-office-text", ["0.0142/0.0055", "0.1062/0.0905", "0.1194/0.0933"]),
    ])
  func anchorsAreMetToTheLastDigit(name: String, figures: [String]) throws {
    let folder = try #require(SharedFolder.url("data/\(name)"))
    let printed = try Dialogue.print(
      """
      from counting import Pop, Markov, ItemKNN
      data = dataset("\(folder.path)", image = 16)
      for m in [Pop(data), Markov(data), ItemKNN(data)] {
        s = evaluate(m, data.test, [hr(10), ndcg(10)])
        print(s["hr@10"], s["ndcg@10"])
      }
      """)
    let numbers = printed.split(separator: "\n").filter { !$0.hasPrefix("warning") }
    let measured = numbers.map { line in
      line.split(separator: " ").map { String(format: "%.4f", Double($0) ?? .nan) }.joined(separator: "/")
    }
    #expect(measured == figures)
  }
}
