import Content
import Diagnostics
import Interpreter
import Recommendation
import TensorCore

extension Catalog {
  static var dataLoading: [Builtin] {
    [
      Builtin(
        "dataset",
        """
        Reads a folder of interactions.csv and items.csv, or one of the other formats that `formats()` lists, which is \
        recognised by names and first lines; texts become hashed words, images patches. A note says what was recognised and \
        assumed. `format` forces one; `columns` says which column is what; `name` picks one of several data sets; `order` \
        names the columns of a file without header; `items` names the file of items, `text` the column of its texts; events \
        rated below `min_rating` are left out. `images` is a folder of ITEM.jpg or an LMDB file; `features` is a .npy file or \
        raw 32-bit floats of `dim` a row, one vector an item, of which `index` says whose each row is.
        """,
        BuiltinParameter<String>("path"), BuiltinParameter<Int>("words", default: 24, shown: "24"),
        BuiltinParameter<Int>("vocabulary", default: 4096, shown: "4096"),
        BuiltinParameter<Int>("image", default: 64, shown: "64"),
        BuiltinParameter<Int>("patch", default: 16, shown: "16"),
        BuiltinParameter<String?>("format", default: .none, shown: "none"),
        BuiltinParameter<Record?>("columns", default: .none, shown: "none"),
        BuiltinParameter<String?>("name", default: .none, shown: "none"),
        BuiltinParameter<[String]>("order", default: [], shown: "[]"),
        BuiltinParameter<String?>("items", default: .none, shown: "none"),
        BuiltinParameter<Value>("text", default: .none, shown: "none"),
        BuiltinParameter<Double?>("min_rating", default: .none, shown: "none"),
        BuiltinParameter<String?>("images", default: .none, shown: "none"),
        BuiltinParameter<String?>("features", default: .none, shown: "none"),
        BuiltinParameter<String?>("index", default: .none, shown: "none"),
        BuiltinParameter<Int?>("dim", default: .none, shown: "none"),
        examples: "pmm> try { dataset(\"no/such/folder\") } catch e { e.code }\ndata"
      ) {
        call, path, words, vocabulary, image, patch, format, columns, name, order, items, text, rating, images,
        features,
        index, dim -> Value in
        var request = DataRequest(path: path)
        request.format = try format.map { try Self.format($0, call) }
        request.columns = try columns.map { try Self.columns($0, call) } ?? [:]
        request.name = name
        request.order = order
        request.items = items
        switch text {
        case .none: break
        case .string(let text): request.text = text
        case .int(let number): request.text = "\(number)"
        default: throw call.fail(.wrongType, "`text` must be a number or a name, not \(text.described)", argument: 10)
        }
        request.minRating = rating
        let content = DataLoading.Content(
          words: words, vocabulary: vocabulary, image: image, patch: patch, images: images, features: features,
          index: index, dim: dim)
        return .object(try DataLoading(request, content, call).dataSet())
      },
      Builtin(
        "formats", "The formats that `dataset` reads, each with what its files look like.",
        examples: "pmm> formats()[\"recbole\"]\nX.inter with a typed header such as user_id:token, X.item beside it"
      ) { _ -> Value in
        .record(Record(DataFormat.allCases.map { ($0.rawValue, .string($0.summary)) }))
      },
    ]
  }

  private static func format(_ name: String, _ call: Invocation) throws -> DataFormat {
    guard let format = DataFormat(rawValue: name) else {
      let names = DataFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw call.fail(.outOfRange, "there is no format `\(name)`; there are \(names)", argument: 5)
    }
    return format
  }

  private static func columns(_ record: Record, _ call: Invocation) throws -> [String: String] {
    let roles = ["user", "item", "timestamp", "rating", "title", "description", "image"]
    var result: [String: String] = [:]
    for (role, value) in try record.fields() {
      guard roles.contains(role) else {
        throw call.fail(
          .outOfRange, "a column cannot be `\(role)`; it can be \(roles.joined(separator: ", "))", argument: 6)
      }
      guard case .string(let name) = value else {
        throw call.fail(.wrongType, "the column for `\(role)` must be a string, not \(value.described)", argument: 6)
      }
      result[role] = name
    }
    return result
  }
}

/// One call of `dataset`.
private struct DataLoading {
  /// What the items look like.
  struct Content {
    var words: Int
    var vocabulary: Int
    var image: Int
    var patch: Int
    var images: String?
    var features: String?
    var index: String?
    var dim: Int?
  }

  let request: DataRequest
  let content: Content
  let call: Invocation

  init(_ request: DataRequest, _ content: Content, _ call: Invocation) {
    self.request = request
    self.content = content
    self.call = call
  }

  /// The folder that paths are relative to, with a slash at its end.
  private var base: String {
    if FileBytes.isFolder(request.path) { return request.path.hasSuffix("/") ? request.path : request.path + "/" }
    return request.path.lastIndex(of: "/").map { String(request.path[...$0]) } ?? "./"
  }

  private func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : base + path }

  func dataSet() throws -> DataSet {
    let (machine, path) = (call.machine, request.path)
    do {
      let data = try InteractionData.load(request, interrupted: { Interrupts.isPending })
      for note in data.notes { machine.note(note) }
      for warning in data.warnings {
        machine.warn(.data, Catalog.text(warning.message, warning.count, warning.examples))
      }
      guard content.patch > 0, (1...8192).contains(content.image), content.image % content.patch == 0 else {
        throw call.fail(
          .outOfRange, "patches of \(content.patch) do not fill an image of \(content.image)",
          tries: ["patch = 16, image = 64"])
      }
      let hashed = try HashedWords(words: content.words, vocabulary: content.vocabulary)
      let (store, pictures) = try images(data)
      let vectors = try vectors(data)
      var name = path.split(separator: "/").last.map(String.init) ?? path
      if let part = request.name { name = part }
      let state = state(data, pictures)
      let items = FolderItems(
        data.catalogue, words: hashed, images: store, imageSize: content.image, patch: content.patch, stored: vectors)
      let platform = Platform(
        name: name, items: items,
        log: EventLog(
          userIDs: data.userIDs, sequences: data.sequences, times: data.times, itemCount: data.catalogue.count),
        fingerprint: data.fingerprint, state: "\(state) \(content.image) \(content.patch)",
        itemsFingerprint: data.itemsFingerprint, warnings: data.warnings + data.remarks)
      return DataSet(platform, machine)
    } catch let error as DataError {
      if error.code == "interrupted" { throw Failure(.interrupted, "interrupted", at: call.span) }
      machine.note(read: FileRead(kind: .folder, path: path, state: FileState.unreadable))
      let place = error.place.map { error.message.contains($0) ? "" : "\($0): " } ?? ""
      throw call.fail(.data, "\(place)\(error.message)", argument: 0, tries: error.suggestion.map { [$0] } ?? [])
    } catch let error as ContentError {
      let code: DiagnosticCode = error.place == nil ? .outOfRange : .data
      throw call.fail(code, error.message, tries: error.suggestion.map { [$0] } ?? [])
    }
  }

  /// Notes what was read; equal states mean that nothing was changed.
  private func state(_ data: InteractionData, _ pictures: [String]) -> String {
    let isPlain = data.format == .folder && request.settings.isEmpty
    var state = InteractionData.state(
      fingerprint: data.fingerprint, images: pictures, folder: isPlain ? request.path : base)
    if isPlain, content.images == nil {
      call.machine.note(read: FileRead(kind: .folder, path: request.path, state: state))
    } else {
      for file in data.files { call.machine.note(read: FileRead(kind: .file, path: file.path, state: file.digest)) }
    }
    for path in [content.images, content.features, content.index].compactMap({ $0 }).map(resolved) {
      let stamp = FileBytes.stamp(path) ?? FileState.unreadable
      call.machine.note(read: FileRead(kind: .stamp, path: path, state: stamp))
      state += " \(stamp)"
    }
    return state
  }

  // MARK: Pictures

  /// The pictures of the items, and their paths where each is a file.
  private func images(_ data: InteractionData) throws -> (store: ImageStore?, paths: [String]) {
    let catalogue = data.catalogue
    if let given = content.images {
      let path = resolved(given)
      if FileBytes.isFolder(path), !FileBytes.names(path).contains("data.mdb") { return try covers(given, catalogue) }
      let database = try ImageDatabase(path: path, ids: catalogue.rawIDs)
      call.machine.note(database.note)
      return (try ImageStore(database, size: content.image), [])
    }
    if catalogue.images.contains(where: { !$0.isEmpty }) {
      return (try ImageStore(folder: base, images: catalogue.images, size: content.image), catalogue.images)
    }
    guard data.format != .folder else { return (nil, []) }
    let beside = FileBytes.names(base).sorted().filter { name in
      ["covers", "images"].contains { name == $0 || name.hasSuffix("_" + $0) } && FileBytes.isFolder(base + name)
    }
    if let only = beside.first, beside.count == 1 { return try covers(only, catalogue) }
    return (nil, [])
  }

  /// Pictures that are named after the items.
  private func covers(_ folder: String, _ catalogue: Catalogue) throws -> (ImageStore?, [String]) {
    let path = resolved(folder)
    // H&M's pictures stand in folders by the first digits of their names.
    var places: [String: String] = [:]
    for name in FileBytes.names(path).sorted() {
      if FileBytes.isFolder("\(path)/\(name)") {
        for inner in FileBytes.names("\(path)/\(name)") where places[inner] == nil {
          places[inner] = "\(name)/\(inner)"
        }
      } else {
        places[name] = name
      }
    }
    var found = 0
    let paths = catalogue.rawIDs.map { id -> String in
      guard !id.contains("/") else { return "" }
      for ending in [".jpg", ".jpeg", ".png"] {
        guard let place = places[id + ending] else { continue }
        found += 1
        return place
      }
      return ""
    }
    guard found > 0 else {
      throw DataError(
        code: "wrong-ids",
        message: "none of \(catalogue.count) items, such as \(catalogue.rawIDs.first ?? ""), has a picture in \(path)",
        place: path,
        suggestion: "pictures are called ITEM.jpg, ITEM.jpeg or ITEM.png, with the items' ids as they stand")
    }
    call.machine.note("\(path) has pictures of \(found) of \(catalogue.count) items")
    let prefix = path.hasPrefix(base) ? String(path.dropFirst(base.count)) : path
    let slash = prefix.hasSuffix("/") ? prefix : prefix + "/"
    return (
      try ImageStore(folder: path, images: paths, size: content.image), paths.map { $0.isEmpty ? "" : slash + $0 }
    )
  }

  // MARK: Stored vectors

  private func vectors(_ data: InteractionData) throws -> ItemVectors? {
    guard let features = content.features else {
      if content.index != nil || content.dim != nil {
        throw call.fail(
          .wrongArguments, "`index` and `dim` are about `features`, which is not given",
          tries: ["features = \"text_feat.npy\""])
      }
      return nil
    }
    let path = resolved(features)
    let isRaw = !path.hasSuffix(".npy")
    let vectors = try ItemVectors(
      path: path, index: content.index.map(resolved), dim: content.dim, data: data, isRaw: isRaw)
    call.machine.note(vectors.note)
    if vectors.missing > 0 {
      call.machine.warn(
        .data, "\(ModuleInstance.grouped(vectors.missing)) items have no row in \(path); zeros stand for their vectors")
    }
    return vectors
  }
}
