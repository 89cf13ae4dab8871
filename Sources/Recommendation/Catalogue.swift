/// The items of a data set, in the order of its items.csv; an item's index is its row.
package final class Catalogue: Sendable {
  /// Ids as the file gives them.
  package let rawIDs: [String]
  package let titles: [String]
  package let descriptions: [String]
  /// Paths of images relative to `folder`; empty for an item without one.
  package let images: [String]
  /// Any other columns of the file by name, such as genres joined by `|`. [item] each
  package let columns: [String: [String]]
  /// The folder the catalogue was read from, as it was given.
  package let folder: String

  /// Columns shorter than `rawIDs` are filled up with empty text, longer ones cut.
  package init(
    rawIDs: [String], titles: [String], descriptions: [String] = [], images: [String] = [],
    columns: [String: [String]] = [:], folder: String = ""
  ) {
    let fit = { (column: [String]) -> [String] in
      Array(column.prefix(rawIDs.count)) + Array(repeating: "", count: max(0, rawIDs.count - column.count))
    }
    self.rawIDs = rawIDs
    self.titles = fit(titles)
    self.descriptions = fit(descriptions)
    self.images = fit(images)
    self.columns = columns.mapValues(fit)
    self.folder = folder
  }

  /// How many items there are.
  package var count: Int { rawIDs.count }

  /// What a text encoder reads of an item: its title and description, joined by a blank.
  package func text(of item: Int) -> String {
    guard rawIDs.indices.contains(item) else { return "" }
    return descriptions[item].isEmpty ? titles[item] : titles[item] + " " + descriptions[item]
  }
}
