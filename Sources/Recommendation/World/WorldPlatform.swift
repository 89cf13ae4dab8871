/// The platforms of the synthetic world: two kinds, each as sources to learn from and as a target to move to.
///
/// `srcV`, `srcS`, `tgtV`, `tgtS` are the default size; `srcV2` and `srcS2`, with dialects of their own, make it four
/// sources.
package enum WorldPlatform: String, Sendable, CaseIterable {
  case srcV, srcS, tgtV, tgtS, srcV2, srcS2

  /// Where pictures come from: frames of videos are cluttered, those of shops are clean.
  package enum Kind: String, Sendable { case video, shop }

  package var kind: Kind {
    switch self {
    case .srcV, .tgtV, .srcV2: .video
    case .srcS, .tgtS, .srcS2: .shop
    }
  }

  package var isSource: Bool {
    switch self {
    case .srcV, .srcS, .srcV2, .srcS2: true
    case .tgtV, .tgtS: false
    }
  }

  /// Items at scale 1.
  package var items: Int { isSource ? 800 : 400 }
  /// Users at scale 1, evaluation-only ones not counted.
  package var users: Int { isSource ? 1500 : 400 }
  /// Mean of the events that a user has beyond five, before the cut at 20.
  package var meanExtraEvents: Int { isSource ? 4 : 1 }
  /// Probability that a step is noise.
  package var noise: Double { kind == .video ? 0.15 : 0.05 }
  /// Probability that an item shows another item's text, and independently another's image.
  package var mismatch: Double { kind == .video ? 0.08 : 0.02 }
}

/// The switches of the world; each of them makes one claim about recommenders false.
package struct WorldSettings: Sendable, Equatable {
  /// Users who are only tested on, beside the platform's own.
  package var testUsers = 0
  /// Items instead of the platform's number, before `scale`.
  package var items: Int?
  /// Users instead of the platform's number, before `scale`.
  package var users: Int?
  /// Multiplies items and users of targets; sources stay as they are.
  package var targetScale = 1
  /// Side of the square images in pixels, and of their patches.
  package var imageSize = 24
  package var patch = 8
  /// Different filler words; many of them give every text a fingerprint, so that items can be told by it.
  package var fillers = 4
  /// The factor of the image stands in the text as well, so that images add nothing.
  package var copiesImageFactor = false
  /// Targets use other synonyms than sources and permute the hues.
  package var separatesDialects = false
  /// No noise in the steps, no mismatch between items and what they show.
  package var isClean = false
  /// Steps lead somewhere else, rather than to something similar.
  package var isDirected = false
  /// Texts and images belong to other items, by one random permutation.
  package var permutesContent = false

  package init() {}

  /// Items of `platform` under these settings.
  package func itemCount(_ platform: WorldPlatform) -> Int { scaled(items ?? platform.items, platform) }
  /// Users of `platform` under these settings, without those who are only tested on.
  package func userCount(_ platform: WorldPlatform) -> Int { scaled(users ?? platform.users, platform) }
  package func noise(_ platform: WorldPlatform) -> Double { isClean ? 0 : platform.noise }
  package func mismatch(_ platform: WorldPlatform) -> Double { isClean ? 0 : platform.mismatch }

  private func scaled(_ count: Int, _ platform: WorldPlatform) -> Int {
    let (product, overflows) = count.multipliedReportingOverflow(by: platform.isSource ? 1 : targetScale)
    return overflows ? .max : product
  }

  /// Refuses sizes that cannot be made; an error is `bad-size`.
  func check(_ platform: WorldPlatform) throws(DataError) {
    func refuse(_ message: String, _ suggestion: String) throws(DataError) {
      throw DataError(code: "bad-size", message: message, suggestion: suggestion)
    }
    // Nobody meets an item twice, so there must be clearly more items than the 20 of the longest history.
    let (items, users) = (itemCount(platform), userCount(platform))
    if !(40...100_000).contains(items) {
      try refuse("a world of \(items) items cannot be made", "take 40 to 100,000 items")
    }
    if !(1...1_000_000).contains(users) {
      try refuse("a world of \(users) users cannot be made", "take 1 to 1,000,000 users")
    }
    if !(0...1_000_000).contains(testUsers) {
      try refuse("\(testUsers) users to test on cannot be made", "take 0 to 1,000,000")
    }
    if !(8...128).contains(imageSize) || patch < 1 || imageSize % patch != 0 {
      try refuse(
        "an image of \(imageSize) x \(imageSize) cannot be cut into patches of \(patch) x \(patch)",
        "take a side of 8 to 128 that is a multiple of the patch, such as image = 24, patch = 8")
    }
    if items * imageSize * imageSize * 3 > 1 << 30 {
      try refuse("the images of \(items) items of \(imageSize) x \(imageSize) take more than 1 GiB", "take fewer items")
    }
    if !(1...10_000).contains(fillers) {
      try refuse("texts with \(fillers) different fillers cannot be made", "take 1 to 10,000 fillers")
    }
  }
}
