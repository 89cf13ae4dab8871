/// Named values in order. Fields may be made when they are first read: a batch makes only those that a model reads.
package final class Record {
  package let names: [String]
  /// What errors call it: "record", "batch".
  package let kind: String
  private var made: [String: Value]
  private let make: ((String) throws -> Value?)?
  private var knownLabel: UInt64?
  private var knownStableLabel: UInt64?
  /// The same record cut along its items, for a catalogue that is too long to be worked on at once.
  package let chunks: (() throws -> [Record])?
  /// The fields of some rows of a catalogue, in the order asked for.
  package let rows: (([Int32]) throws -> Record)?

  package init(_ fields: [(String, Value)], kind: String = "record") {
    names = fields.map(\.0)
    made = Dictionary(fields.map { ($0.0, $0.1) }) { _, last in last }
    make = nil
    chunks = nil
    rows = nil
    self.kind = kind
  }

  /// A record whose fields are made on demand; `label` is its identity, and `stableLabel` the same in every run.
  package init(
    names: [String], kind: String, label: UInt64, stableLabel: UInt64? = nil, chunks: (() throws -> [Record])? = nil,
    rows: (([Int32]) throws -> Record)? = nil, make: @escaping (String) throws -> Value?
  ) {
    self.names = names
    self.chunks = chunks
    self.rows = rows
    self.kind = kind
    self.make = make
    made = [:]
    knownLabel = label
    knownStableLabel = stableLabel ?? label
  }

  /// The value of a field; nil when there is none.
  package func field(_ name: String) throws -> Value? {
    if let value = made[name] { return value }
    guard let make, names.contains(name), let value = try make(name) else { return nil }
    made[name] = value
    return value
  }

  /// The fields that were read or given so far.
  var madeFields: [Value] { names.compactMap { made[$0] } }

  package func fields() throws -> [(String, Value)] {
    try names.compactMap { name in try field(name).map { (name, $0) } }
  }

  /// Identity for memoised calls: the fields' labels, or what the maker said.
  package var label: UInt64 {
    if let knownLabel { return knownLabel }
    var label = Label64("record").mixed(names.count)
    for name in names { label = label.mixed(name).mixed(made[name]?.label ?? 0) }
    knownLabel = label.value
    return label.value
  }

  /// The same in every run, for keys of randomness.
  var stableLabel: UInt64 {
    if let knownStableLabel { return knownStableLabel }
    let label = names.reduce(Label64("record").mixed(names.count)) { $0.mixed($1).mixed(made[$1]?.stableLabel ?? 0) }
    knownStableLabel = label.value
    return label.value
  }

  /// A copy with fields replaced or added.
  package func with(_ changes: [(String, Value)]) -> Record {
    var order = names
    var (label, stable) = (Label64(raw: self.label), Label64(raw: stableLabel))
    for (name, value) in changes {
      if !order.contains(name) { order.append(name) }
      (label, stable) = (label.mixed(name).mixed(value.label), stable.mixed(name).mixed(value.stableLabel))
    }
    let changed = Dictionary(changes) { _, last in last }
    return Record(names: order, kind: kind, label: label.value, stableLabel: stable.value) { [self] name in
      try changed[name] ?? field(name)
    }
  }

  package func without(_ dropped: Set<String>) -> Record {
    let kept = names.filter { !dropped.contains($0) }
    func less(_ whole: UInt64) -> UInt64 {
      dropped.sorted().reduce(Label64(raw: whole).mixed("without")) { $0.mixed($1) }.value
    }
    return Record(names: kept, kind: kind, label: less(label), stableLabel: less(stableLabel)) { [self] name in
      try field(name)
    }
  }
}
