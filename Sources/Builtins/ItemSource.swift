import Content
import Diagnostics
import Interpreter
import Recommendation

/// What the items of a platform look like, wherever they come from.
protocol ItemSource: AnyObject {
  var rawIDs: [String] { get }
  /// Sizes of the axes that the items settle, by the axes' names.
  var sizes: [String: Int] { get }
  /// Numbers of words run from 0 to one less.
  var vocabulary: Int { get }
  var hasImages: Bool { get }
  /// What people call the items; empty text where nobody said.
  var titles: [String] { get }
  /// What is said of the items at length; empty text where nobody did.
  var descriptions: [String] { get }
  /// What else is known of the items, by name. [item] each
  var columns: [String: [String]] { get }
  /// What a report says of the items; every image is tried.
  /// - Parameter interrupted: is asked now and then whether to stop; images that were not tried then are not reported.
  func described(progress: (Double) -> Void, interrupted: @Sendable () -> Bool) -> DataReport.Items
  /// What could not be read so far.
  var warnings: [ContentWarning] { get }

  /// The row of an item's text. [word]
  func text(of item: Int32) -> (ids: [Int32], mask: [Bool])
  /// Side of the square images, and of the patches that they are cut into.
  var squares: (size: Int, patch: Int) { get }
  /// The images of items, empty without images. [item, row, column, channel]
  func pixels(of items: [Int32]) -> [UInt8]
  /// The picture of an item as a file, and how its name ends; nil for an item that names none.
  func picture(of item: Int32) throws(ContentError) -> (bytes: [UInt8], ending: String)?
  /// Vectors that were stored for items; nil where none were. [item, feature]
  func features(of items: [Int32]) -> [Float]?
}

extension ItemSource {
  func features(of items: [Int32]) -> [Float]? { nil }
  var hasFeatures: Bool { sizes["feature"] != nil }
}

/// The items of a folder: hashed words and pictures.
final class FolderItems: ItemSource {
  let rawIDs: [String]
  let sizes: [String: Int]
  private let catalogue: Catalogue
  private let words: HashedWords
  private let images: ImageStore?
  let squares: (size: Int, patch: Int)
  private let stored: ItemVectors?
  private var encoded: [Int32: (ids: [Int32], mask: [Bool])] = [:]

  init(
    _ catalogue: Catalogue, words: HashedWords, images: ImageStore?, imageSize: Int, patch: Int,
    stored: ItemVectors? = nil
  ) {
    rawIDs = catalogue.rawIDs
    self.catalogue = catalogue
    self.words = words
    self.images = images
    squares = (imageSize, patch)
    let side = patch > 0 ? imageSize / patch : 0
    var sizes = ["word": words.words, "patch": side * side, "px": 3 * patch * patch]
    if let stored { sizes["feature"] = stored.width }
    self.sizes = sizes
    self.stored = stored
  }

  func features(of items: [Int32]) -> [Float]? { stored?.rows(of: items) }

  var vocabulary: Int { words.vocabulary }
  var titles: [String] { catalogue.titles }
  var descriptions: [String] { catalogue.descriptions }
  var columns: [String: [String]] { catalogue.columns }
  var hasImages: Bool { images != nil }
  var warnings: [ContentWarning] { images?.warnings ?? [] }

  func text(of item: Int32) -> (ids: [Int32], mask: [Bool]) {
    if let known = encoded[item] { return known }
    let row = words.encode(catalogue.text(of: Int(item)))
    encoded[item] = row
    return row
  }

  func described(progress: (Double) -> Void, interrupted: @Sendable () -> Bool) -> DataReport.Items {
    func isFull(_ text: String) -> Bool { text.utf8.contains { $0 > 0x20 } }
    let problems = images?.problems(progress: progress, interrupted: interrupted) ?? []
    return DataReport.Items(
      ids: rawIDs, hasTitle: catalogue.titles.map(isFull), hasDescription: catalogue.descriptions.map(isFull),
      hasImage: rawIDs.indices.map { images?.hasImage(of: $0) ?? false },
      imageProblems: problems.map { ($0.item, $0.problem.message) })
  }

  func picture(of item: Int32) throws(ContentError) -> (bytes: [UInt8], ending: String)? {
    try images?.file(of: Int(item))
  }

  func pixels(of items: [Int32]) -> [UInt8] { images?.pixels(of: items) ?? [] }
}

/// The items of a synthetic world.
final class WorldItems: ItemSource {
  let rawIDs: [String]
  let sizes: [String: Int]
  private let world: World

  init(_ world: World) {
    self.world = world
    rawIDs = world.rawIDs
    let (size, patch) = (world.settings.imageSize, world.settings.patch)
    sizes = ["word": World.wordsPerItem, "patch": (size / patch) * (size / patch), "px": 3 * patch * patch]
  }

  var vocabulary: Int { world.vocabulary }
  var descriptions: [String] { rawIDs.map { _ in "" } }
  var titles: [String] { world.factors.indices.map { world.text(of: $0) } }
  var columns: [String: [String]] { ["late": world.isLate.map { $0 ? "true" : "false" }] }
  var hasImages: Bool { true }
  var warnings: [ContentWarning] { [] }

  func text(of item: Int32) -> (ids: [Int32], mask: [Bool]) {
    let row = Array(world.words(of: Int(item)))
    return (row, row.map { _ in true })
  }

  func picture(of item: Int32) throws(ContentError) -> (bytes: [UInt8], ending: String)? {
    let side = world.settings.imageSize
    return try RGBImage(width: side, height: side, pixels: Array(world.pixels(of: Int(item)))).map {
      image throws(ContentError) in
      (try image.png(), "png")
    }
  }

  var squares: (size: Int, patch: Int) { (world.settings.imageSize, world.settings.patch) }
  func pixels(of items: [Int32]) -> [UInt8] { Array(items.map { world.pixels(of: Int($0)) }.joined()) }

  func described(progress: (Double) -> Void, interrupted: @Sendable () -> Bool) -> DataReport.Items {
    let all = [Bool](repeating: true, count: rawIDs.count)
    return DataReport.Items(ids: rawIDs, hasTitle: all, hasDescription: all.map { _ in false }, hasImage: all)
  }
}
