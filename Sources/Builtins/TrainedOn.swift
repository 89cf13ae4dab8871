import Interpreter
import Recommendation
import TensorFiles

/// Which data a model was trained on last, as a fact of the model: `model.trained_on`, a list of records with `name` and
/// `fingerprint`. It stays with the model in checkpoints.
enum TrainedOn {
  /// What is said of a platform: its name, its fingerprint, and that of the data as they were read (`read`).
  static func value(_ platforms: [Platform]) -> Value {
    .list(platforms.map { value(name: $0.name, fingerprint: $0.fingerprint, read: $0.read) })
  }

  private static func value(name: String, fingerprint: String, read: String) -> Value {
    .record(Record([("name", .string(name)), ("fingerprint", .string(fingerprint)), ("read", .string(read))]))
  }

  /// The same as names and texts, one list a platform.
  static func facts(_ value: Value?) -> [[(name: String, text: String)]] {
    guard case .list(let list)? = value else { return [] }
    return list.map { one in
      guard case .record(let record) = one, let fields = try? record.fields() else { return [] }
      return fields.map { (name: $0.0, text: $0.1.printed) }
    }
  }

  /// Nil for what is no such list.
  static func value(json: JSONValue?) -> Value? {
    guard let list = json?.list else { return nil }
    let records = list.compactMap { one -> Value? in
      guard let name = one["name"]?.string, let fingerprint = one["fingerprint"]?.string else { return nil }
      return value(name: name, fingerprint: fingerprint, read: one["read"]?.string ?? fingerprint)
    }
    return records.count == list.count ? .list(records) : nil
  }

  static func json(_ value: Value?) throws -> JSONValue {
    guard case .list(let list)? = value else { return .null }
    return .list(
      try list.map { one in
        guard case .record(let record) = one else { return .null }
        return .object(
          Dictionary(try record.fields().map { ($0.0, .string($0.1.printed)) }, uniquingKeysWith: { first, _ in first })
        )
      })
  }
}

extension TrainedOn {
  /// Keeps the data of a training for as long as the machine runs, so that evaluations can look for their targets there.
  static func keep(_ platforms: [Platform], _ machine: Machine) {
    for platform in platforms { machine.kept[key(platform.fingerprint)] = platform }
  }

  private static func key(_ fingerprint: String) -> String { "trained on \(fingerprint)" }

  /// What a protocol line must say of a model that was trained on the same data split or prepared otherwise: how many of
  /// the cases have a target that the training held. Empty where nothing has to be said.
  ///
  /// A cold start by the paper's protocol takes positions that were trained on, and says so itself.
  static func phrase(_ model: ModuleInstance, _ part: DataPart, _ cases: [DataPart.Case], _ machine: Machine) throws
    -> String
  {
    if case .cold(_, .paper, _) = part.selection { return "" }
    let platform = part.platform
    guard case .list(let list)? = model.facts["trained_on"] else { return "" }
    for case .record(let record) in list {
      guard case .string(let read)? = try record.field("read"), read == platform.read,
        case .string(let fingerprint)? = try record.field("fingerprint"), fingerprint != platform.fingerprint
      else { continue }
      guard let trained = machine.kept[key(fingerprint)] as? Platform else {
        return "trained on these data split or prepared otherwise, so targets may have been trained on"
      }
      let count = leaked(trained, part, cases)
      if count > 0 {
        return
          "\(ModuleInstance.grouped(count)) of \(ModuleInstance.grouped(cases.count)) cases have a target that was trained on"
      }
    }
    return ""
  }

  /// Cases with a target that the training events of the same user hold more often than the history of the case does.
  private static func leaked(_ trained: Platform, _ part: DataPart, _ cases: [DataPart.Case]) -> Int {
    let users = Dictionary(
      trained.log.userIDs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = Dictionary(
      trained.rawIDs.enumerated().map { ($1, Int32(clamping: $0)) }, uniquingKeysWith: { first, _ in first })
    let (split, ids) = (trained.split, part.platform.rawIDs)
    return cases.count { one in
      guard let user = users[part.rawUser(one.user)] else { return false }
      let events = split.historyBeforeValidation(user)
      return one.targets.contains { target in
        guard ids.indices.contains(Int(target)), let row = rows[ids[Int(target)]] else { return false }
        return events.count { $0 == row } > one.history.count { $0 == target }
      }
    }
  }
}
