/// How a platform writes: which synonyms and which filler words it uses.
///
/// Numbers: 0 `<s>`, 1 pad, 2 and 3 kept as in hashed words; from 4 on 11 families (3 for x, 4 for c1, 4 for c2) of 12
/// synonyms; from 136 on 3 families of 6 for y, used only where the image's factor is copied; fillers from 154 on.
struct WorldText {
  /// Words of an item; a row also begins with `<s>`.
  static let words = 5
  static let row = words + 1
  static let start: Int32 = 0
  private static let firstFamily = 4
  private static let firstCopied = 136
  private static let firstFiller = 154

  /// Numbers of words run from 0 to one less.
  static func vocabulary(fillers: Int) -> Int { max(160, firstFiller + fillers) }

  /// Synonyms in use. [family][synonym]
  private let families: [[Int32]]
  /// The same for y.
  private let copied: [[Int32]]
  /// Fillers from the most frequent to the rarest.
  private let fillers: [Int32]
  private let fillerSums: [Double]
  private let copiesImageFactor: Bool

  init(_ platform: WorldPlatform, seed: UInt64, settings: WorldSettings) {
    var own = WorldRandom(seed: seed, platform: platform.rawValue, stream: "dialect")
    var shared = WorldRandom(seed: seed, platform: "", stream: "dialect")
    func synonyms(of count: Int, used: Int, from first: Int) -> [Int32] {
      let (all, mine) = (shared.permutation(count), own.permutation(count))
      let half = platform.isSource ? all.prefix(count / 2) : all.suffix(count / 2)
      let chosen = settings.separatesDialects ? Array(half) : Array(mine.prefix(used))
      return chosen.sorted().map { Int32(first + $0) }
    }
    families = (0..<11).map { synonyms(of: 12, used: 8, from: Self.firstFamily + $0 * 12) }
    copied = (0..<3).map { synonyms(of: 6, used: 4, from: Self.firstCopied + $0 * 6) }
    fillers = own.permutation(settings.fillers).map { Int32(Self.firstFiller + $0) }
    // Zipf's law: the r-th word is used 1 / r as often as the first.
    var sum = 0.0
    fillerSums = (1...max(1, settings.fillers)).map { rank in
      sum += 1 / Double(rank)
      return sum
    }
    copiesImageFactor = settings.copiesImageFactor
  }

  /// The row of one item: `<s>` and five words. [word]
  func write(_ item: WorldFactors, _ random: inout WorldRandom) -> [Int32] {
    func any(_ family: [Int32]) -> Int32 { family[random.integer(family.count)] }
    var words = [any(families[item.x])]
    if copiesImageFactor { words.append(any(copied[item.y])) }
    if random.chance(0.9) { words.append(any(families[3 + item.c1])) }
    if random.chance(0.9) { words.append(any(families[7 + item.c2])) }
    while words.count < Self.words { words.append(fillers[random.index(fillerSums)]) }
    return [Self.start] + random.permutation(words.count).map { words[$0] }
  }

  /// The words of a row as text: `w017 w138 w005 w091 w155`.
  static func text(_ row: some Sequence<Int32>) -> String {
    row.filter { $0 >= firstFamily }.map { number in
      let digits = String(number)
      return "w" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }.joined(separator: " ")
  }
}
