/// Who met what in which order: the interactions of a folder, with its catalogue.
package final class InteractionData: Sendable {
  package let catalogue: Catalogue
  /// Ids of users as the file gives them, in order of first appearance.
  package let userIDs: [String]
  /// Item indices of each user, oldest first: file order after a stable sort by time. [user][event]
  package let sequences: [[Int32]]
  /// Moments of the same events, as the file gives them; empty where it gives none. [user][event]
  package let times: [[Double]]
  /// What was odd in the files, counted.
  package let warnings: [DataWarning]
  /// SHA-256 over the contents of both files; equal contents give equal fingerprints, wherever they lie.
  package let fingerprint: String
  /// The same over items.csv alone: equal ones mean the same items in the same order.
  package let itemsFingerprint: String

  package init(
    catalogue: Catalogue, userIDs: [String], sequences: [[Int32]], times: [[Double]] = [], warnings: [DataWarning] = [],
    fingerprint: String = "", itemsFingerprint: String = ""
  ) {
    self.catalogue = catalogue
    self.userIDs = userIDs
    self.sequences = sequences
    self.times = times
    self.warnings = warnings
    self.fingerprint = fingerprint
    self.itemsFingerprint = itemsFingerprint
  }

  /// How many events all sequences hold.
  package var eventCount: Int { sequences.reduce(0) { $0 + $1.count } }

  /// Reads the two files of a folder: `interactions.csv` with user, item, timestamp and `items.csv` with item, title,
  /// description, image and any other columns.
  ///
  /// Columns are found by name. An event with an item that items.csv does not list is skipped and counted as a warning;
  /// whatever makes the meaning of a row doubtful is an error with its place.
  /// - Parameters:
  ///   - progress: is told the fraction done, 0 to 1, now and then.
  ///   - interrupted: is asked now and then whether to give up; then an error `interrupted` is thrown.
  package static func load(
    folder: String, progress: (Double) -> Void = { _ in }, interrupted: () -> Bool = { false }
  ) throws(DataError) -> InteractionData {
    try checkFolder(folder)
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    let itemsPath = base + "items.csv"
    let eventsPath = base + "interactions.csv"
    let itemBytes = try FileBytes.read(itemsPath, interrupted: interrupted)
    var items = CatalogueReader()
    try items.read(file: itemsPath, bytes: itemBytes, interrupted: interrupted)
    progress(0.1)
    let eventBytes = try FileBytes.read(eventsPath, interrupted: interrupted)
    var events = EventReader(items: items.index)
    try events.read(file: eventsPath, bytes: eventBytes, progress: progress, interrupted: interrupted)
    let itemsDigest = SHA256.hex(itemBytes)
    let digests = itemsDigest + SHA256.hex(eventBytes)
    progress(1)
    return InteractionData(
      catalogue: items.catalogue(folder: folder), userIDs: events.userIDs, sequences: events.sequences,
      times: events.times,
      warnings: items.warnings + events.warnings, fingerprint: SHA256.hex(Array(digests.utf8)),
      itemsFingerprint: itemsDigest)
  }

  private static func checkFolder(_ folder: String) throws(DataError) {
    let found = FileBytes.folder(folder)
    guard found.exists else {
      throw DataError(code: "missing-folder", message: "there is no folder \(folder)", place: folder)
    }
    guard found.isFolder else {
      throw DataError(
        code: "missing-folder", message: "\(folder) is not a folder that can be read", place: folder,
        suggestion: "give the folder that holds interactions.csv and items.csv")
    }
    guard !found.names.isEmpty else {
      throw DataError(
        code: "empty-folder", message: "the folder \(folder) is empty", place: folder,
        suggestion: "put interactions.csv and items.csv there")
    }
    for name in ["interactions.csv", "items.csv"] where !found.names.contains(name) && found.names.count < 1000 {
      let shown = found.names.prefix(5).joined(separator: ", ") + (found.names.count > 5 ? ", …" : "")
      throw DataError(
        code: "missing-file", message: "the folder \(folder) has no \(name); it holds \(shown)", place: folder,
        suggestion: "a data set is a folder with interactions.csv and items.csv")
    }
  }
}
