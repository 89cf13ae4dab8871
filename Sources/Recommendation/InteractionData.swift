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
  /// What reading put in order without a warning, counted; a report of the data tells it.
  package let remarks: [DataWarning]
  /// SHA-256 over the contents of both files; equal contents give equal fingerprints, wherever they lie.
  package let fingerprint: String
  /// The same over items.csv alone: equal ones mean the same items in the same order.
  package let itemsFingerprint: String

  /// What was recognised.
  package let format: DataFormat
  /// What was recognised and assumed, in sentences; none for the project's own data folder.
  package let notes: [String]
  /// The files read, with their digests.
  package let files: [DataFile]

  package init(
    catalogue: Catalogue, userIDs: [String], sequences: [[Int32]], times: [[Double]] = [], warnings: [DataWarning] = [],
    remarks: [DataWarning] = [],
    fingerprint: String = "", itemsFingerprint: String = "", format: DataFormat = .folder,
    notes: [String] = [], files: [DataFile] = []
  ) {
    self.catalogue = catalogue
    self.userIDs = userIDs
    self.sequences = sequences
    self.times = times
    self.warnings = warnings
    self.remarks = remarks
    self.fingerprint = fingerprint
    self.itemsFingerprint = itemsFingerprint
    self.format = format
    self.notes = notes
    self.files = files
  }

  /// How many events all sequences hold.
  package var eventCount: Int { sequences.reduce(0) { $0 + $1.count } }
}
