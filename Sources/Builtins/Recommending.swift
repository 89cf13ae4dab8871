import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import TensorFiles

/// What a model would offer next: the use of a model beside its evaluation.
struct Recommender {
  let platform: Platform
  private let scorer: any Scorer
  /// Where the items stand by their ids, which decides among equal scores, and whose place each is.
  private let places: [Int32]
  private let order: [Int32]
  /// Kept here, since some items make the list anew each time that they are asked.
  private let titles: [String]
  private let call: Invocation

  init(_ model: Value, _ platform: Platform, length: Int?, _ call: Invocation) throws {
    self.platform = platform
    self.call = call
    scorer = try Scorers.scorer(of: model, platform, length, call)
    let places = TopItems.places(of: platform.rawIDs)
    var order = places
    for (item, place) in places.enumerated() { order[Int(place)] = Int32(clamping: item) }
    (self.places, self.order) = (places, order)
    titles = platform.items.titles
  }

  struct Offer {
    let item: Int32
    let score: Float
  }

  /// Whose history it is, below 0 for nobody of the data, and what it holds, oldest first.
  typealias History = (user: Int, events: [Int32])

  /// The best items for each history, [history][rank]; what a history holds is not offered again unless `repeats`.
  func offers(_ histories: [History], k: Int, repeats: Bool) throws -> [[Offer]] {
    let cases = histories.map { DataPart.Case(user: $0.user, history: $0.events, targets: [], following: 0) }
    let scores = try scorer.scores(cases)
    let items = platform.itemCount
    guard scores.rows == cases.count, scores.candidates == items else {
      throw call.fail(
        .inside, "\(scorer.name) gave \(scores.rows) x \(scores.candidates) scores for \(cases.count) x \(items)")
    }
    var question = CandidateScores.Question()
    question.best = min(k, items)
    question.places = places
    if !repeats {
      var hidden = RowLists()
      for one in cases {
        hidden.append(Ranking.hidden(one.history.sorted(), targets: [], keepsTargets: false, itemCount: items))
      }
      question.hidden = hidden
    }
    let answer = try scores.rank(question)
    return try cases.indices.map { row in
      if answer.invalid[row] >= 0 {
        throw call.fail(
          .notFinite,
          "\(scorer.name) scores item \(platform.rawIDs[Int(answer.invalid[row])]) with a number that is none (nan)",
          argument: 0)
      }
      return answer.best(of: row).map { Offer(item: order[Int($0.place)], score: $0.score) }
    }
  }

  /// How many histories should be asked about at once.
  var historiesAtOnce: Int { scorer.casesAtOnce }

  func title(_ item: Int32) -> String {
    titles.indices.contains(Int(item)) ? titles[Int(item)] : ""
  }
}

/// Finding items and users by the ids that the files have.
struct IDIndex {
  private let rows: [String: Int32]
  private let platform: Platform

  init(_ platform: Platform) {
    self.platform = platform
    rows = Dictionary(
      platform.rawIDs.enumerated().map { ($1, Int32(clamping: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The row of an item, or an error that names near ids.
  func row(of value: Value, argument: Int, _ call: Invocation) throws -> Int32 {
    let text: String
    switch value {
    case .string(let id): text = id
    case .int(let number): text = "\(number)"
    default: throw call.fail(.wrongType, "an item is named by its id, not by \(value.described)", argument: argument)
    }
    if let row = rows[text] { return row }
    let near = NameSuggestion.near(text, among: rows.keys).map { "\"\($0)\"" }
    throw call.fail(
      .data, "\(platform.name) has no item \"\(text)\"", argument: argument,
      tries: near.isEmpty ? ["an id of the items, as in `data.items.raw_ids`"] : near)
  }
}

extension Catalog {
  static var recommending: [Builtin] {
    [
      Builtin(
        "recommend",
        """
        What a model offers next, as a table of rank, item, title and score. For a `history` of item ids, oldest first, of \
        anyone, also of a user who is not in the data; or for a `user` of the data, whose whole history is read. Items of \
        the history are not offered again unless `repeats`. Given a part such as `data.test`, a user's history ends before \
        it. With `to`, for all users at once, into a .csv or an .h5 file. A model of contents encodes the items of `data` \
        anew, so new items are offered too; a model of ids refuses items that it was not trained on.
        """,
        BuiltinParameter<Value>("model"), BuiltinParameter<Value>("data"),
        BuiltinParameter<[Value]?>("history", default: .none, shown: "none"),
        BuiltinParameter<Value>("user", default: .none, shown: "none"),
        BuiltinParameter<String?>("to", default: .none, shown: "none"),
        BuiltinParameter<Int>("k", default: 10, shown: "10"),
        BuiltinParameter<Bool>("repeats", default: false, shown: "false"),
        BuiltinParameter<Int?>("length", default: .none, shown: "the model's"),
        examples: """
          pmm> from counting import Pop
          pmm> w = world("tgtS", seed = 1)
          pmm> length(recommend(Pop(w), w, history = [w.items.raw_ids[0]], k = 3))
          3
          """
      ) { call, model, data, history, user, path, k, repeats, length -> Value in
        guard k >= 1 else { throw call.fail(.outOfRange, "1 item or more is offered, not \(k)", argument: 5) }
        let (platform, part) = try source(data, call)
        let asked = [history != nil, !user.isNone, path != nil].count { $0 }
        guard asked == 1 else {
          throw call.fail(
            .wrongArguments,
            asked == 0
              ? "`recommend` needs a history, a user, or a file to write for all users"
              : "`history`, `user` and `to` are three ways to ask, and \(asked) are given",
            tries: ["history = [\"\(platform.rawIDs.first ?? "id")\"]", "to = \"out/recommended.csv\""])
        }
        let recommender = try Recommender(model, platform, length: length, call)
        if let path {
          try RecommendationFile(recommender, k: k, repeats: repeats, call).write(part, to: path)
          return .none
        }
        let own: Recommender.History
        if let history {
          let index = IDIndex(platform)
          own = (-1, try history.map { try index.row(of: $0, argument: 2, call) })
        } else {
          own = try Self.events(of: user, platform, part, call)
        }
        guard !own.events.isEmpty else {
          throw call.fail(
            .data, "a history without events says nothing of what comes next", argument: 2,
            tries: ["history = [\"\(platform.rawIDs.first ?? "id")\"]"])
        }
        let offers = try recommender.offers([own], k: k, repeats: repeats)[0]
        return .object(table(offers.map { ($0.item, "score", $0.score) }, recommender.title, platform))
      },
      Builtin(
        "nearest",
        """
        The items whose vectors point where that of `item` points: a table of rank, item, title and cosine. Vectors are \
        those that `items` of the model gives.
        """,
        BuiltinParameter<ModuleInstance>("model"), BuiltinParameter<DataSetArgument>("data"),
        BuiltinParameter<Value>("item"), BuiltinParameter<Int>("k", default: 10, shown: "10"),
        examples: """
          pmm> from recommenders import SASRec
          pmm> w = world("tgtS", seed = 1)
          pmm> length(nearest(SASRec(400), w, w.items.raw_ids[7], k = 5))
          5
          """
      ) { call, model, data, item, k -> Value in
        guard k >= 1 else { throw call.fail(.outOfRange, "1 item or more is near, not \(k)", argument: 3) }
        let platform = data.data.platform
        let row = try IDIndex(platform).row(of: item, argument: 2, call)
        let cosines = try Self.cosines(model, platform, to: row, call)
        let titles = platform.items.titles
        let best = cosines.withUnsafeBufferPointer {
          TopItems.best(k, of: $0, excluded: [row], place: TopItems.places(of: platform.rawIDs))
        }
        return .object(
          table(
            best.map { ($0, "cosine", cosines[Int($0)]) },
            { titles.indices.contains(Int($0)) ? titles[Int($0)] : "" }, platform))
      },
    ]
  }

  /// The platform that is asked about, and the part where one was given.
  private static func source(_ data: Value, _ call: Invocation) throws -> (Platform, DataPart?) {
    if case .object(let object) = data {
      if let data = object as? DataSet { return (data.platform, nil) }
      if let part = object as? DataPart, part.kind != .train { return (part.platform, part) }
    }
    throw call.fail(
      .wrongType, "items are recommended from a data set, or for a validation or test part, not from \(data.described)",
      argument: 1, tries: ["data", "data.test"])
  }

  private static func events(
    of user: Value, _ platform: Platform, _ part: DataPart?, _ call: Invocation
  ) throws -> Recommender.History {
    let id = user.printed
    guard let index = platform.log.userIDs.firstIndex(of: id) else {
      let near = NameSuggestion.near(id, among: platform.log.userIDs).map { "\"\($0)\"" }
      throw call.fail(
        .data, "\(platform.name) has no user \"\(id)\"", argument: 3, tries: near + ["history = [\"item id\", ...]"])
    }
    guard let part else { return (index, platform.log.sequences[index]) }
    guard let one = part.cases.first(where: { $0.user == index }) else {
      throw call.fail(.data, "user \"\(id)\" has no case in \(part.printed)", argument: 3, tries: ["data"])
    }
    return (index, one.history)
  }

  private static func table(
    _ rows: [(item: Int32, name: String, value: Float)], _ title: (Int32) -> String, _ platform: Platform
  ) -> Table {
    let made = rows.enumerated().map { rank, row in
      let cells: [(name: String, value: Value)] = [
        ("item", .string(platform.rawIDs[Int(row.item)])), ("title", .string(title(row.item))),
        (row.name, .float(Double(row.value))),
      ]
      return Table.Row(keys: [.int(rank + 1)], cells: cells)
    }
    return Table(keyNames: ["rank"], rows: made, inherited: Evidence(sources: [platform.source]))
  }

  private static func cosines(
    _ model: ModuleInstance, _ platform: Platform, to row: Int32, _ call: Invocation
  ) throws -> [Float] {
    let vectors = try ModelScorer.vectors(of: model, Corpus([platform], call.machine), call)
    let (item, d) = (try Corpus([platform], call.machine).axis("item"), vectors.dimensions.last)
    guard vectors.dimensions.count == 2, vectors.carries(item), let width = d?.size.value, width > 0 else {
      throw call.fail(.wrongType, "the items' vectors are \(vectors.axesText), not one vector per item", argument: 0)
    }
    let axes = vectors.dimensions.map(\.axis).filter { $0 !== item }
    let values = try vectors.ordered([item] + axes).floatValues()
    let size = values.count / max(1, platform.itemCount)
    func dot(_ a: Int, _ b: Int) -> Double {
      (0..<size).reduce(0) { $0 + Double(values[a * size + $1]) * Double(values[b * size + $1]) }
    }
    let own = Int(row)
    let length = dot(own, own).squareRoot()
    return (0..<platform.itemCount).map { other in
      let product = length * dot(other, other).squareRoot()
      return product > 0 ? Float(dot(own, other) / product) : 0
    }
  }
}

/// Recommendations for all users in one file.
private struct RecommendationFile {
  let recommender: Recommender
  let k: Int
  let repeats: Bool
  let call: Invocation

  init(_ recommender: Recommender, k: Int, repeats: Bool, _ call: Invocation) {
    (self.recommender, self.k, self.repeats, self.call) = (recommender, k, repeats, call)
  }

  func write(_ part: DataPart?, to path: String) throws {
    let platform = recommender.platform
    let ids = platform.log.userIDs
    let users: [(id: String, history: Recommender.History)] =
      part.map { part in
        part.cases.map { (ids.indices.contains($0.user) ? ids[$0.user] : "\($0.user)", ($0.user, $0.history)) }
      } ?? ids.indices.map { (ids[$0], ($0, platform.log.sequences[$0])) }
    let ending = path.split(separator: ".").last?.lowercased()
    guard ending == "csv" || ending == "h5" else {
      throw call.fail(
        .file, "recommendations are written as .csv or .h5, and \(path) ends otherwise", argument: 4,
        tries: ["to = \"\(path.split(separator: ".").first ?? "recommended").csv\""])
    }
    var offers: [[Recommender.Offer]] = []
    offers.reserveCapacity(users.count)
    let together = recommender.historiesAtOnce
    for start in stride(from: 0, to: users.count, by: together) {
      guard !Interrupts.isPending else { throw Failure(.interrupted, "interrupted", at: call.span) }
      let block = users[start..<min(start + together, users.count)].map(\.history)
      offers += try recommender.offers(block, k: k, repeats: repeats)
      call.machine.progress?("recommending for user \(offers.count) of \(users.count)")
    }
    call.machine.progress?("")
    do throws(FileError) {
      if ending == "csv" {
        try AtomicFile.write(Array(csv(users.map(\.id), offers).utf8), to: path)
      } else {
        try TensorExport.write(path: path, tensors: tensors(users.map(\.id), offers))
      }
    } catch { throw error.failure(call, argument: 4) }
  }

  private func csv(_ users: [String], _ offers: [[Recommender.Offer]]) -> String {
    var text = "user,rank,item,title,score\n"
    for (user, offers) in zip(users, offers) {
      for (rank, offer) in offers.enumerated() {
        let item = recommender.platform.rawIDs[Int(offer.item)]
        text += TableFile.csv(user) + ",\(rank + 1)," + TableFile.csv(item) + ","
        text += TableFile.csv(recommender.title(offer.item)) + ",\(offer.score)\n"
      }
    }
    return text
  }

  /// Users with few candidates get fewer than k items; their rows end in empty ids and nan.
  private func tensors(
    _ users: [String], _ offers: [[Recommender.Offer]]
  ) -> [(name: String, StoredTensor)] {
    let width = offers.map(\.count).max() ?? 0
    var items: [String] = []
    var scores: [Float] = []
    for row in offers {
      items += row.map { recommender.platform.rawIDs[Int($0.item)] } + [String](repeating: "", count: width - row.count)
      scores += row.map(\.score) + [Float](repeating: .nan, count: width - row.count)
    }
    return [
      ("user", StoredTensor(path: ["user"], axes: ["case"], shape: [users.count], values: .strings(users))),
      (
        "item",
        StoredTensor(path: ["item"], axes: ["case", "rank"], shape: [users.count, width], values: .strings(items))
      ),
      (
        "score",
        StoredTensor(path: ["score"], axes: ["case", "rank"], shape: [users.count, width], values: .float32(scores))
      ),
    ]
  }
}
