/// What a column may mean, with the names under which it is known.
enum ColumnRole: String, CaseIterable {
  case user, item, timestamp, rating, title, description, image, prefix

  /// In lower case; the first one is this program's own.
  var names: [String] {
    switch self {
    case .user: ["user", "user_id", "userid", "uid", "reviewerid", "customer_id", "u_id"]
    case .item:
      [
        "item", "item_id", "itemid", "iid", "asin", "parent_asin", "movieid", "movie_id", "business_id", "product_id",
        "article_id", "artist_id", "video_id", "book_id", "i_id",
      ]
    case .timestamp: ["timestamp", "time", "unixreviewtime", "datetime", "date", "ts", "t_dat"]
    case .rating: ["rating", "overall", "stars", "score"]
    case .title: ["title", "name", "item_title", "movie_title", "text"]
    case .description: ["description", "desc"]
    case .image: ["image", "image_path", "cover"]
    case .prefix: ["item_id_list"]
    }
  }
}

/// The header of a table: which column means what.
struct Header {
  let file: String
  /// In lower case, without types.
  let columns: [String]
  /// Names that readers of the program gave, by role.
  let given: [String: String]
  let usesSynonyms: Bool

  init(_ records: TextRecords, given: [String: String] = [:], usesSynonyms: Bool = true) {
    file = records.file
    columns = (0..<records.fieldCount).map { Self.columnName(records.text($0).text) }
    self.given = given
    self.usesSynonyms = usesSynonyms
  }

  init(file: String, columns: [String], given: [String: String] = [:]) {
    self.file = file
    self.columns = columns.map(Self.columnName)
    self.given = given
    usesSynonyms = true
  }

  /// A column's name without the blanks around it and RecBole's type after it, in lower case.
  static func columnName(_ text: String) -> String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let front = text.drop(while: isBlank)
    var name = String(front.prefix(front.count - front.reversed().prefix(while: isBlank).count)).lowercased()
    for type in [":token", ":token_seq", ":float", ":float_seq"] where name.hasSuffix(type) {
      name = String(name.dropLast(type.count))
      break
    }
    return name
  }

  /// The column of a role, or nil where there is none; two of one name are an error.
  func find(_ role: ColumnRole) throws(DataError) -> Int? {
    if let name = given[role.rawValue] {
      guard let index = columns.firstIndex(of: Self.columnName(name)) else {
        throw missing("`\(name)`, which `columns` gives as the \(role.rawValue)", role)
      }
      return try single(index)
    }
    for name in usesSynonyms ? role.names : [role.rawValue] {
      if let index = columns.firstIndex(of: name) { return try single(index) }
    }
    return nil
  }

  func require(_ role: ColumnRole) throws(DataError) -> Int {
    if let index = try find(role) { return index }
    throw missing("`\(role.rawValue)`", role)
  }

  private func single(_ index: Int) throws(DataError) -> Int {
    guard columns.lastIndex(of: columns[index]) == index else {
      throw DataError(
        code: "doubled-column", message: "\(file) has two columns `\(columns[index])`",
        place: "\(file):1, column \((columns.lastIndex(of: columns[index]) ?? index) + 1)",
        suggestion: "rename the one that is not meant")
    }
    return index
  }

  private func missing(_ what: String, _ role: ColumnRole) -> DataError {
    let have = columns.prefix(30).map { "`\($0)`" }.joined(separator: ", ")
    var suggestion = "columns = {\(role.rawValue): \"NAME\"} says which column it is"
    if columns.count == 1, let only = columns.first, only.contains(where: { ";\t|".contains($0) }) {
      suggestion = "separate the columns by commas"
    }
    return DataError(
      code: "missing-column", message: "\(file) has no column \(what); its columns are \(have)",
      place: "\(file):1", suggestion: suggestion)
  }

  /// The roles found under another name than the program's own, as `reviewerID as user`.
  func renamed(_ roles: [(role: ColumnRole, column: Int?)]) -> [String] {
    roles.compactMap { role, column in
      column.flatMap { columns[$0] == role.rawValue ? nil : "`\(columns[$0])` as \(role.rawValue)" }
    }
  }

  /// Whether the names say that rows are events.
  var isOfEvents: Bool { has(.user) && has(.item) }
  /// Whether the names say that rows are items.
  var isOfItems: Bool { !has(.user) && has(.item) && columns.count > 1 }
  func has(_ role: ColumnRole) -> Bool {
    if let name = given[role.rawValue], columns.contains(Self.columnName(name)) { return true }
    return role.names.contains { columns.contains($0) }
  }
}
