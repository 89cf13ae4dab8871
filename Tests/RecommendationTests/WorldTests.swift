import Foundation
import Recommendation
import Testing

private func world(_ platform: WorldPlatform, seed: UInt64 = 1, _ change: (inout WorldSettings) -> Void = { _ in })
  throws -> World
{
  var settings = WorldSettings()
  change(&settings)
  return try World.generate(platform, seed: seed, settings: settings)
}

struct WorldTests {
  /// One bit elsewhere in texts, images, histories or truth gives another digest.
  @Test(arguments: [
    (WorldPlatform.srcV, "f657098f979faf1a"), (.srcS, "682a4d382e7fdce4"), (.tgtV, "808ef1c2b48823c1"),
    (.tgtS, "43f246cb91adb687"), (.srcV2, "466cfcd85e9b6d13"), (.srcS2, "c2a1ae0e21c21feb"),
  ])
  func worldsAreTheSameOnEveryMachine(_ platform: WorldPlatform, _ digest: String) throws {
    let made = try world(platform)
    #expect(String(made.digest, radix: 16) == digest)
    #expect(try world(platform, seed: 2).digest != made.digest)
  }

  @Test(arguments: WorldPlatform.allCases) func historiesFollowTheRules(_ platform: WorldPlatform) throws {
    let made = try world(platform)
    #expect(made.itemCount == platform.items && made.users.count == platform.users)
    #expect(made.isLate.count { $0 } == platform.items / 12)
    for user in made.users {
      #expect((5...20).contains(user.items.count) && user.isNoise.count == user.items.count)
      #expect(Set(user.items).count == user.items.count, "nobody meets an item twice")
      #expect(user.items.dropLast(2).allSatisfy { !made.isLate[Int($0)] }, "late items stand in the last two places")
    }
    let last = made.users.flatMap { $0.items.suffix(2) }
    #expect(last.contains { made.isLate[Int($0)] })
    let steps = made.users.flatMap(\.isNoise)
    let share = Double(steps.count { $0 }) / Double(steps.count)
    // Steps that are drawn again favour noise a little.
    #expect(abs(share - platform.noise) < 0.02, "\(share)")
    let mismatched = made.textOf.enumerated().count { Int32($0.offset) != $0.element }
    #expect(abs(Double(mismatched) / Double(made.itemCount) - platform.mismatch) < 0.04)
    let logs = made.weights.map { log($0) / 0.7 }
    let mean = logs.reduce(0, +) / Double(logs.count)
    #expect(abs(mean) < 0.2 && abs(logs.reduce(0) { $0 + $1 * $1 } / Double(logs.count) - 1) < 0.25)
  }

  @Test func evaluationOnlyUsersChangeNothingElse() throws {
    let (without, with) = (try world(.tgtV), try world(.tgtV) { $0.testUsers = 50 })
    #expect(with.testUsers.count == 50 && without.testUsers.isEmpty)
    #expect(with.users == without.users && with.words == without.words && with.images == without.images)
    #expect(!with.users.contains(with.testUsers[0]))
    #expect(with.digest != without.digest)
  }

  @Test func textsAreRowsOfWords() throws {
    let made = try world(.srcS)
    #expect(made.vocabulary == 160 && made.words.count == 800 * World.wordsPerItem)
    for item in 0..<made.itemCount {
      let row = Array(made.words(of: item))
      #expect(row.count == 6 && row[0] == 0 && row.dropFirst().allSatisfy { (4..<160).contains($0) })
      let factors = made.factors[Int(made.textOf[item])]
      let families = row.dropFirst().map { (Int($0) - 4) / 12 }
      #expect(families.contains(factors.x), "the word of x is always there")
      #expect(!families.contains { $0 < 3 && $0 != factors.x })
      #expect(made.text(of: item).split(separator: " ").map { Int32($0.dropFirst()) } == row.dropFirst().map { $0 })
    }
    #expect(made.words(of: 800).isEmpty && made.text(of: -1).isEmpty)
  }

  @Test func anItemHasItsOwnImage() throws {
    let made = try world(.srcV)
    #expect(Array(made.pixels(of: 3)) == Array(made.images[3 * 1728..<4 * 1728]))
    #expect(made.pixels(of: 800).isEmpty && made.pixels(of: -1).isEmpty)
  }

  @Test func switchesDoWhatTheySay() throws {
    let copied = try world(.srcV) { $0.copiesImageFactor = true }
    for item in 0..<copied.itemCount {
      let y = copied.factors[Int(copied.textOf[item])].y
      #expect(copied.words(of: item).contains { (136..<154).contains($0) && (Int($0) - 136) / 6 == y })
    }
    let separate = (try world(.srcV) { $0.separatesDialects = true }, try world(.tgtV) { $0.separatesDialects = true })
    let shared = Set(separate.0.words).intersection(separate.1.words).filter { (4..<136).contains($0) }
    #expect(shared.isEmpty, "\(shared)")
    #expect(separate.1.images != (try world(.tgtV)).images)

    let clean = try world(.srcV) { $0.isClean = true }
    #expect(clean.users.allSatisfy { !$0.isNoise.contains(true) })
    #expect(clean.textOf == (0..<800).map { Int32($0) } && clean.imageOf == clean.textOf)

    let permuted = try world(.tgtS) { ($0.permutesContent, $0.isClean) = (true, true) }
    #expect(permuted.textOf == permuted.imageOf && permuted.textOf.sorted() == (0..<400).map { Int32($0) })
    #expect(permuted.textOf != permuted.textOf.sorted())

    let large = try world(.tgtS) { $0.targetScale = 10 }
    #expect(large.itemCount == 4000 && large.users.count == 4000)
    #expect(try world(.srcS) { $0.targetScale = 10 }.itemCount == 800)
    let small = try world(.srcS) { ($0.items, $0.users, $0.imageSize) = (200, 300, 16) }
    #expect(small.pixels(of: 0).count == 16 * 16 * 3 && small.users.count == 300)
  }

  @Test func sizesThatCannotBeMadeAreRefused() {
    let changes: [(inout WorldSettings) -> Void] = [
      { $0.items = 39 }, { $0.items = .max }, { ($0.items, $0.targetScale) = (.max, 10) }, { $0.users = 0 },
      { $0.testUsers = -1 }, { $0.patch = 0 }, { $0.patch = 7 }, { $0.imageSize = 4096 }, { $0.fillers = 0 },
      { ($0.items, $0.imageSize) = (100_000, 128) }, { $0.targetScale = -1 },
    ]
    for change in changes {
      var settings = WorldSettings()
      change(&settings)
      #expect(throws: DataError.self, "\(settings)") { try World.generate(.tgtV, seed: 1, settings: settings) }
    }
    #expect(throws: DataError.self) { try World.generate(.tgtV, seed: 1, interrupted: { true }) }
  }
}
