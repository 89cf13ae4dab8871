import Foundation
import Recommendation
import TestKit
import Testing

/// Records that cross the borders of the pieces in which files are read.
struct StreamTests {
  @Test func recordsAcrossPiecesAreWhole() throws {
    let folder = try ScratchFolder()
    var text = "user,item,timestamp,note\r\n"
    var expected: [Int32] = []
    // About three megabytes: the first piece holds one.
    for index in 0..<40_000 {
      text +=
        "u,\"i\(index % 7)\",\(index),\"a \"\"quoted\"\"\r\nnote, \(String(repeating: "x", count: index % 97))\"\r\n"
      expected.append(Int32(index % 7))
    }
    try folder.write("interactions.csv", text)
    let data = try InteractionData.load(folder: folder.path)
    #expect(data.sequences == [expected])
    #expect(data.times[0].last == 39_999)
    let digest = SHA256.hex(Array(text.utf8))
    #expect(data.files.map(\.digest) == [digest])
    #expect(data.fingerprint == SHA256.hex(Array(digest.utf8)))
  }

  @Test func aQuoteThatNeverClosesInALongFileNamesItsLine() throws {
    let folder = try ScratchFolder()
    let text = "user,item,timestamp\nu,a,1\nu,\"a,2\n" + String(repeating: "u,a,3\n", count: 400_000)
    try folder.write("interactions.csv", text)
    let error = #expect(throws: DataError.self) { try InteractionData.load(folder: folder.path) }
    #expect(error?.message.contains("opened on line 3 is never closed") == true)
  }

  @Test func manyIdsKeepTheirNumbers() throws {
    let folder = try ScratchFolder()
    var text = "user,item,timestamp\n"
    for index in 0..<50_000 { text += "u\(index % 20_011),i\((index &* 7919) % 30_011),\(index)\n" }
    try folder.write("interactions.csv", text)
    let data = try InteractionData.load(folder: folder.path)
    #expect(data.userIDs == (0..<20_011).map { "u\($0)" })
    #expect(data.eventCount == 50_000)
    #expect(data.catalogue.rawIDs[1] == "i7919")
  }

  @Test(
    .enabled(if: SharedFolder.url("data") != nil, Comment(rawValue: SharedFolder.absence)),
    arguments: ["data/lastfm-ids", "data/amazon-beauty-ids"])
  func idsOnlyFoldersAreRead(_ path: String) throws {
    let url = try #require(SharedFolder.url(path))
    let data = try InteractionData.load(folder: url.path)
    #expect(data.catalogue.count == (path.contains("lastfm") ? 3646 : 12_101))
    #expect(data.warnings.isEmpty)
  }
}
