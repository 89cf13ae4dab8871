import Checkpoint
import Diagnostics
import Interpreter
import NamedTensors
import Recommendation
import TensorCore
import TensorFiles

/// Reads what `CellWriter` wrote. The file may be anybody's: whatever does not fit is an error, never a wrong value.
struct CellReader {
  /// Why a file is none of ours, or no longer.
  struct Damage: Error { let what: String }

  private let call: Invocation
  private var tensors: [[String]: StoredTensor]
  private var objects: [Value] = []

  init(_ call: Invocation, objects: [JSONValue], tensors: [StoredTensor]) throws {
    self.call = call
    self.tensors = Dictionary(tensors.map { ($0.path, $0) }) { first, _ in first }
    for json in objects { self.objects.append(try object(json)) }
  }

  func value(_ json: JSONValue) throws -> Value {
    switch json {
    case .null: return .none
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .number: throw Damage(what: "a number is not written by its bits")
    case .string(let text): return .string(text)
    case .list(let values): return .list(try values.map { try value($0) })
    case .object(let fields):
      if let place = fields["object"]?.int {
        guard objects.indices.contains(place) else { throw Damage(what: "a value refers to nothing") }
        return objects[place]
      }
      if let numbers = fields["float"]?.string.flatMap({ Bits.numbers($0) }), numbers.count == 1 {
        return .float(numbers[0])
      }
      if let numbers = fields["floats"]?.string.flatMap({ Bits.numbers($0) }) {
        return .list(numbers.map { .float($0) })
      }
      if let all = fields["record"]?.list { return .record(Record(try named(all))) }
      if let ends = fields["range"]?.list?.compactMap(\.int), ends.count == 2 {
        return .range(WholeRange(ends[0], ends[1]))
      }
      if let steps = fields["path"]?.list {
        return .path(PathValue(try steps.map { try texts($0) }))
      }
      if let name = fields["axis"]?.string {
        guard case .axis(let axis)? = call.machine.preludeValue(name) else { throw Damage(what: "no axis `\(name)`") }
        let size = fields["size"]?.int
        if let size, !(1...AxisValue.largest).contains(size) { throw Damage(what: "an axis has no such size") }
        return .axis(AxisValue(axis.axis, size))
      }
      if let metric = try fields["metric"].map({ try self.metric($0) }) { return .object(MetricObject(metric)) }
      if let numbers = fields["mean"]?.string.flatMap({ Bits.numbers($0) }), numbers.count == 2,
        let count = fields["count"]?.int
      {
        return .object(Spread(mean: numbers[0], deviation: numbers[1], count: count))
      }
      throw Damage(what: "a value is of an unknown kind")
    }
  }

  private func named(_ pairs: [JSONValue]) throws -> [(String, Value)] {
    try pairs.map { pair in
      guard let both = pair.list, both.count == 2, let name = both[0].string else {
        throw Damage(what: "a field has no name")
      }
      return (name, try value(both[1]))
    }
  }

  private func texts(_ json: JSONValue?) throws -> [String] {
    guard let list = json?.list, case let texts = list.compactMap(\.string), texts.count == list.count else {
      throw Damage(what: "a list of names is none")
    }
    return texts
  }

  private func metric(_ json: JSONValue) throws -> RankingMetric {
    guard let facts = json.list, facts.count == 3, let name = facts[0].string,
      let head = facts[2].string.flatMap({ Bits.numbers($0) }), head.count == 1, head[0] > 0, head[0] <= 1,
      facts[1] == .null || facts[1].int ?? 0 >= 1,
      let metric = RankingMetric(name: name, k: facts[1].int, head: head[0])
    else { throw Damage(what: "a metric is unknown") }
    return metric
  }

  private func sources(_ json: JSONValue?) throws -> [Evidence.Source] {
    try (json?.list ?? []).map { pair in
      let both = try texts(pair)
      guard both.count == 2 else { throw Damage(what: "a data set has no fingerprint") }
      return Evidence.Source(name: both[0], fingerprint: both[1])
    }
  }

  // MARK: Objects

  private mutating func object(_ json: JSONValue) throws -> Value {
    switch json["kind"]?.string {
    case "model": return .module(try model(json), within: nil)
    case "run": return .object(try run(json))
    case "score": return .object(try score(json))
    case "table": return .object(try table(json))
    default: throw Damage(what: "an object is of an unknown kind")
    }
  }

  private func run(_ json: JSONValue) throws -> Run {
    guard case .module(let model, _)? = try json["model"].map({ try value($0) }),
      case .module(let last, _)? = try json["last"].map({ try value($0) }),
      case .object(let log as Table)? = try json["log"].map({ try value($0) }), let best = json["best_epoch"]?.int,
      let seed = json["seed"]?.string.flatMap({ UInt64($0) })
    else { throw Damage(what: "a run is not whole") }
    return Run(
      model: model, last: last, log: log, bestEpoch: best, seed: seed, sources: try sources(json["sources"]))
  }

  private func score(_ json: JSONValue) throws -> Score {
    func numbers(_ name: String, _ count: Int) throws -> [Double] {
      guard let found = json[name]?.string.flatMap({ Bits.numbers($0) }), found.count == count else {
        throw Damage(what: "a score has not the numbers it should")
      }
      return found
    }
    guard let metrics = try json["metrics"]?.list?.map({ try metric($0) }), !metrics.isEmpty,
      let count = json["cases"]?.int, count >= 1, let users = json["users"]?.int, let text = json["protocol"]?.string,
      case .bool(let isValidation)? = json["validation"], let source = try sources(json["source"]).first,
      let part = json["part"], count <= part["places"]?.list?.count ?? 0
    else { throw Damage(what: "a score is not whole") }
    let values = try numbers("values", count * metrics.count)
    let ties = json["ties"] ?? .null
    guard ties == .null || ties.int != nil else { throw Damage(what: "the ties of a score are no number") }
    let candidates = try numbers("candidates", 1)[0]
    guard candidates >= 0, candidates < 1e15 else { throw Damage(what: "a score has no such number of candidates") }
    return Score(
      metrics: metrics, values: try numbers("means", metrics.count), chances: try numbers("chances", metrics.count),
      ceilings: json["ceilings"] == .null ? nil : try numbers("ceilings", metrics.count),
      perCase: (0..<count).map { Array(values[$0 * metrics.count..<($0 + 1) * metrics.count]) },
      cases: try cases(part, count), users: users, candidates: candidates, ties: ties.int,
      seconds: json["seconds"] == .null ? nil : try numbers("seconds", 1)[0], protocolText: text,
      isValidation: isValidation, source: source)
  }

  private func cases(_ json: JSONValue, _ count: Int) throws -> ScoredCases {
    guard let name = json["name"]?.string, let identity = json["identity"]?.string, let whole = json["whole"]?.int,
      let places = json["places"]?.list?.compactMap(\.int), places.count == count,
      places.allSatisfy({ $0 >= 0 && $0 < whole }), zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }),
      let targets = try json["targets"]?.list?.map({ try texts($0) }), targets.count == count,
      case let users = try texts(json["users"]), users.count == count
    else { throw Damage(what: "the cases of a score are not whole") }
    return ScoredCases(part: name, identity: identity, whole: whole, places: places, users: users, targets: targets)
  }

  private func table(_ json: JSONValue) throws -> Table {
    let names = try texts(json["keys"])
    let rows = try (json["rows"]?.list ?? []).map { row -> Table.Row in
      guard let keys = try row["keys"]?.list?.map({ try value($0) }), keys.count == names.count,
        let value = try row["value"].map({ try self.value($0) })
      else { throw Damage(what: "a row of a table is not whole") }
      guard let cells = row["cells"]?.list else {
        return Table.Row(keys: keys, value: value, cells: try Table.cells(of: value))
      }
      return Table.Row(keys: keys, value: value, cells: try named(cells).map { (name: $0.0, value: $0.1) })
    }
    let origin = Evidence(
      seeds: (json["seeds"]?.list ?? []).compactMap(\.int), protocols: try texts(json["protocols"]),
      sources: try sources(json["sources"]))
    return Table(keyNames: names, rows: rows, inherited: origin)
  }

  // MARK: Models

  private mutating func model(_ json: JSONValue) throws -> ModuleInstance {
    guard let number = json["number"]?.int, let recipe = json["recipe"],
      let parameters = json["parameters"]?.list, let facts = json["facts"]?.list
    else { throw Damage(what: "a model is not whole") }
    var sources: [String: ModelRecipe.Source] = [:]
    if case .object(let texts)? = json["sources"] {
      sources = texts.compactMapValues(ModelRecipe.Source.init(json:))
    }
    let built: ModuleInstance
    do {
      built = try ModelRecipe(call, sources: sources, loaded: call.machine.ownModules).module(recipe)
    } catch let failure as Failure where failure.diagnostic.code != .interrupted {
      throw Damage(what: failure.diagnostic.message)
    }
    var stored: [[String]: JSONValue] = [:]
    for parameter in parameters { stored[try texts(parameter["path"])] = parameter }
    let count = stored.count
    var seen = 0
    let filled = try built.mappingParameters { path, parameter in
      guard let facts = stored[path], case .bool(let isFrozen)? = facts["frozen"] else {
        throw Damage(what: "the parameter `\(path.joined(separator: "."))` is missing")
      }
      seen += 1
      return try numbered(parameter, facts, number, path).with(isFrozen: isFrozen)
    }
    guard seen == count else { throw Damage(what: "a model has other parameters than its recipe") }
    let noted = filled.with(notes: try notes(json))
    return noted.with(facts: Dictionary(try named(facts)) { first, _ in first })
  }

  private func numbered(
    _ parameter: ParameterValue, _ facts: JSONValue, _ number: Int, _ path: [String]
  ) throws -> ParameterValue {
    let origin = facts["origin"]?.string.map { Origin($0) }
    guard facts["numbers"] == .bool(true) else { return parameter.fresh(origin: origin) }
    guard let tensor = tensors[["model\(number)"] + path], case .float32(let values) = tensor.values,
      tensor.shape == parameter.dimensions.map({ $0.size.value ?? 0 })
    else { throw Damage(what: "the numbers of `\(path.joined(separator: "."))` do not fit") }
    let filled = parameter.with(numbers: try Tensor(values, shape: tensor.shape, as: .float32), origin: origin)
    guard let items = facts["items"], items != .null else { return filled.with(space: nil) }
    guard let space = ItemSpace(json: items) else { throw Damage(what: "the items of a table are none") }
    return filled.with(space: space)
  }

  private func notes(_ json: JSONValue) throws -> (modules: [ModuleNote], absences: [AbsenceNote]) {
    let modules = try (json["origins"]?.list ?? []).map { pair in
      guard let both = pair.list, both.count == 2, let origin = both[1].string else {
        throw Damage(what: "a part has no origin")
      }
      return ModuleNote(path: try texts(both[0]), origin: origin)
    }
    let absences = try (json["absences"]?.list ?? []).map { note in
      guard let part = note["part"]?.string, case .bool(let isFollowing)? = note["following"] else {
        throw Damage(what: "a dropped part has no name")
      }
      let former = try value(note["former"] ?? .null)
      return AbsenceNote(
        path: try texts(note["path"]), part: part, isFollowing: isFollowing, place: note["place"]?.string,
        former: former.isNone ? nil : former)
    }
    return (modules, absences)
  }
}
