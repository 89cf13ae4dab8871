/// What is to be read as a data set, and how where that should not be detected.
package struct DataRequest: Sendable {
  /// A folder, or the file of interactions itself.
  package var path: String
  /// Nil: told by names and first lines.
  package var format: DataFormat?
  /// Names of columns by what they mean: `user`, `item`, `timestamp`, `rating`, `title`, `description`, `image`.
  package var columns: [String: String] = [:]
  /// Which of several data sets of a folder: the beginning of its files' names.
  package var name: String?
  /// What the columns of a file without header mean, such as `["item", "user", "timestamp"]`.
  package var order: [String] = []
  /// The file of items, relative to the folder.
  package var items: String?
  /// Which column of an item file without header is the text: a number from 1, or `english` or `chinese`.
  package var text: String?
  /// Events with a lower rating are left out.
  package var minRating: Double?

  package init(path: String) { self.path = path }

  /// What of it changes the meaning of the files, as text; empty where nothing was asked for.
  package var settings: String {
    var parts: [String] = []
    if !columns.isEmpty {
      parts.append("columns \(columns.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })")
    }
    if !order.isEmpty { parts.append("order \(order)") }
    if let text { parts.append("text \(text)") }
    if let minRating { parts.append("rating \(minRating)") }
    return parts.joined(separator: "; ")
  }
}

/// One file that a data set was read from.
package struct DataFile: Sendable, Equatable {
  package let path: String
  /// SHA-256 of its contents, as 64 hexadecimal digits.
  package let digest: String
}

/// The kinds of data that can be read.
package enum DataFormat: String, CaseIterable, Sendable {
  case folder
  case table
  case recbole
  case unisrec
  case behaviour
  case pairs
  case pixelrec
  case microlens

  /// What its files are called and what stands in them.
  package var summary: String {
    switch self {
    case .folder:
      "interactions.csv with user, item, timestamp; items.csv with item, title, description, image, or no items.csv"
    case .table:
      "a CSV or TSV with a header that names a user and an item, in any order, or JSON lines; items in another one"
    case .recbole: "X.inter with a typed header such as user_id:token, X.item beside it"
    case .unisrec: "X.train.inter, X.valid.inter, X.test.inter with lists of items; X.text, X.item2index, X.user2index"
    case .behaviour: "a TSV without header: user, then all items in order; items as a TSV of texts, a CSV or a list"
    case .pairs: "a CSV without header: user and item in either order, perhaps a timestamp"
    case .pixelrec: "a CSV item_id,user_id,timestamp and a CSV of items with title, tag, description"
    case .microlens: "X_pairs.tsv or X_pairs.csv, X_titles.csv, X_likes_and_views.txt, X_covers/ID.jpg"
    }
  }

  /// Its name for readers.
  package var title: String {
    switch self {
    case .folder: "a data folder"
    case .table: "a table with named columns"
    case .recbole: "RecBole's atomic files"
    case .unisrec: "the sequences of UniSRec"
    case .behaviour: "lists of behaviour"
    case .pairs: "pairs without header"
    case .pixelrec: "PixelRec"
    case .microlens: "MicroLens"
    }
  }
}
