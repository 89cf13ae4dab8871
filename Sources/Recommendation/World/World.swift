/// A platform with known truth: what its items are, who met them, and which steps were noise.
///
/// Everything is a function of platform, seed and settings, the same to the last bit on every machine. Item `i`'s
/// index is its row everywhere.
package struct World: Sendable {
  package let platform: WorldPlatform
  package let seed: UInt64
  package let settings: WorldSettings

  /// What each item is. [item]
  package let factors: [WorldFactors]
  /// How often an item is met beside others of its cell: exp(0.7 N(0, 1)). [item]
  package let weights: [Double]
  /// Items that occur in nobody's history before the last two positions, so never in training. [item]
  package let isLate: [Bool]
  /// Whose text an item shows: its own but for mismatch and permutation. [item]
  package let textOf: [Int32]
  /// Whose image an item shows. [item]
  package let imageOf: [Int32]

  /// Rows of text: `<s>`, then five words. [item, 6]
  package let words: [Int32]
  /// Images of `settings.imageSize` squared, 0 to 255. [item, row, column, channel]
  package let images: [UInt8]

  /// Users to train, validate and test on. [user]
  package let users: [WorldHistory]
  /// Users who are only tested on. [user]
  package let testUsers: [WorldHistory]
  /// 64-bit FNV-1a over all of the above.
  package let digest: UInt64

  package var itemCount: Int { factors.count }
  package static let wordsPerItem = WorldText.row
  /// Numbers of words run from 0 to one less.
  package var vocabulary: Int { WorldText.vocabulary(fillers: settings.fillers) }

  /// Makes a world.
  /// - Parameter interrupted: is asked now and then whether to give up.
  /// - Throws: `bad-size` for settings that cannot be made, `interrupted`.
  package static func generate(
    _ platform: WorldPlatform, seed: UInt64, settings: WorldSettings = WorldSettings(),
    interrupted: () -> Bool = { false }
  ) throws(DataError) -> World {
    try settings.check(platform)
    return try World(platform, seed, settings, interrupted)
  }

  private init(
    _ platform: WorldPlatform, _ seed: UInt64, _ settings: WorldSettings, _ interrupted: () -> Bool
  ) throws(DataError) {
    func pause(_ index: Int) throws(DataError) {
      if index % 256 == 0, interrupted() {
        throw DataError(code: "interrupted", message: "making the world \(platform.rawValue) was interrupted")
      }
    }
    func stream(_ name: String, _ index: Int = 0) -> WorldRandom {
      WorldRandom(seed: seed, platform: platform.rawValue, stream: name, index: index)
    }
    let count = settings.itemCount(platform)
    (self.platform, self.seed, self.settings) = (platform, seed, settings)

    // Frequencies of cells ~ Dirichlet(2).
    var cells = stream("cells")
    var sum = 0.0
    let cellSums = (0..<WorldFactors.cells).map { _ in
      sum += cells.gamma2()
      return sum
    }
    var factors: [WorldFactors] = []
    var weights: [Double] = []
    for item in 0..<count {
      var random = stream("items", item)
      factors.append(WorldFactors(cell: random.index(cellSums)))
      weights.append(Exact.exp(0.7 * random.normal()))
    }
    var late = stream("late")
    var isLate = [Bool](repeating: false, count: count)
    for item in late.permutation(count).prefix(count / 12) { isLate[item] = true }
    (self.factors, self.weights, self.isLate) = (factors, weights, isLate)

    (textOf, imageOf) = Self.shown(count, settings, mismatch: settings.mismatch(platform), stream)
    let text = WorldText(platform, seed: seed, settings: settings)
    let drawing = WorldImages(platform, seed: seed, settings: settings)
    var words: [Int32] = []
    words.reserveCapacity(count * WorldText.row)
    var images = [UInt8](repeating: 0, count: count * drawing.bytes)
    for item in 0..<count {
      try pause(item)
      let (written, drawn) = (Int(textOf[item]), Int(imageOf[item]))
      var random = stream("text", written)
      words += text.write(factors[written], &random)
      random = stream("image", drawn)
      drawing.draw(factors[drawn], &random, into: &images, at: item * drawing.bytes)
    }
    (self.words, self.images) = (words, images)

    let steps = WorldUsers(
      platform, seed: seed, settings: settings, factors: factors, weights: weights, isLate: isLate)
    var users: [WorldHistory] = []
    for user in 0..<settings.userCount(platform) {
      try pause(user)
      users.append(steps.history(user, stream: "users"))
    }
    var testUsers: [WorldHistory] = []
    for user in 0..<settings.testUsers {
      try pause(user)
      testUsers.append(steps.history(user, stream: "test users"))
    }
    (self.users, self.testUsers) = (users, testUsers)
    digest = Self.digest(factors, weights, isLate, textOf + imageOf + words, images, users + testUsers)
  }

  /// Whose text and whose image each item shows.
  private static func shown(
    _ count: Int, _ settings: WorldSettings, mismatch: Double, _ stream: (String, Int) -> WorldRandom
  ) -> (texts: [Int32], images: [Int32]) {
    var permutation = stream("content", 0)
    let owners = settings.permutesContent ? permutation.permutation(count) : Array(0..<count)
    func drawn(_ name: String) -> [Int32] {
      owners.indices.map { item in
        var random = stream(name, item)
        guard random.chance(mismatch) else { return Int32(owners[item]) }
        // Any item but the right one.
        return Int32((owners[item] + 1 + random.integer(count - 1)) % count)
      }
    }
    return (drawn("text mismatch"), drawn("image mismatch"))
  }

  private static func digest(
    _ factors: [WorldFactors], _ weights: [Double], _ isLate: [Bool], _ numbers: [Int32], _ images: [UInt8],
    _ histories: [WorldHistory]
  ) -> UInt64 {
    var digest = WorldDigest()
    digest.add(factors.map { Int32($0.cell) })
    for weight in weights { digest.add(weight.bitPattern) }
    digest.add(isLate.map { $0 ? 1 : 0 } as [UInt8])
    digest.add(numbers)
    digest.add(images)
    for history in histories {
      digest.add(history.items)
      digest.add(history.isNoise.map { $0 ? 1 : 0 } as [UInt8])
    }
    return digest.value
  }

  // MARK: What a model sees

  /// Ids as files would give them: `i0001`, ...
  package var rawIDs: [String] {
    (1...max(1, itemCount)).map { number in
      let digits = String(number)
      return "i" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }

  /// The row of an item: `<s>` and five words; an item that there is not has none. [6]
  package func words(of item: Int) -> ArraySlice<Int32> {
    factors.indices.contains(item) ? words[item * WorldText.row..<(item + 1) * WorldText.row] : []
  }

  /// The same as words: `w017 w138 w005 w091 w155`.
  package func text(of item: Int) -> String { WorldText.text(words(of: item)) }

  /// The image of an item; one that there is not has none. [row, column, channel]
  package func pixels(of item: Int) -> ArraySlice<UInt8> {
    let bytes = settings.imageSize * settings.imageSize * 3
    return factors.indices.contains(item) ? images[item * bytes..<(item + 1) * bytes] : []
  }
}
