import Interpreter

/// Which data a model was trained on last, as a fact of the model: `model.trained_on`, a list of records with `name` and
/// `fingerprint`. It stays with the model in checkpoints.
enum TrainedOn {
  static func value(_ sources: [Evidence.Source]) -> Value {
    .list(sources.map { .record(Record([("name", .string($0.name)), ("fingerprint", .string($0.fingerprint))])) })
  }

  /// Nil for what is no such list.
  static func value(json: JSONValue?) -> Value? {
    guard let list = json?.list else { return nil }
    let sources = list.compactMap { one -> Evidence.Source? in
      guard let name = one["name"]?.string, let fingerprint = one["fingerprint"]?.string else { return nil }
      return Evidence.Source(name: name, fingerprint: fingerprint)
    }
    return sources.count == list.count ? value(sources) : nil
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
