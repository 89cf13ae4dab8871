import Diagnostics
import Interpreter
import Semantics
import Syntax

/// What each name was made of and from, so that a session can say what is out of date.
struct Definitions {
  struct Definition {
    /// What makes the value, the first statement first: `x = 1` and `x = x + 1` are two.
    var statements: [Statement]
    /// The names that were read, with their versions then.
    var reads: [String: Int]
    /// Whether it looks up the names that it reads when it is called, and so is never out of date itself.
    let isCode: Bool
    /// Place of the first definition among all.
    let order: Int
    /// Whether it was made of the value of an earlier entry, which has no name.
    var readsOutputs: Bool
    /// What tells a new value from an equal one; nil where that is too much to look at.
    let digest: String?
  }

  /// A name that is out of date, and why.
  struct Stale {
    let name: String
    /// The name that it read.
    let cause: String
    /// Whether the cause is out of date itself; else it was bound again.
    let isIndirect: Bool
  }

  private(set) var all: [String: Definition] = [:]
  private var versions: [String: Int] = [:]
  private var next = 0

  /// Names in the order in which they were defined first.
  var names: [String] { all.sorted { $0.value.order < $1.value.order }.map(\.key) }

  /// Is told of a statement that ran.
  mutating func note(_ statement: Statement, in globals: Globals, _ machine: Machine, readsOutputs: Bool) {
    let bound = statement.boundNames
    let read = expanded(statement.namesRead.filter { globals.table.indices[$0] != nil })
    for name in bound {
      let old = all[name]
      // `x = x + 1` is made of what x was made of.
      let isChain = read[name] != nil && old != nil && !statement.bindsCode
      let digest =
        statement.bindsCode
        ? Self.tokens(statement) : globals.value(named: name).flatMap { Self.digest($0, machine) }
      if old == nil || digest == nil || old?.digest != digest { versions[name, default: 0] += 1 }
      var reads = isChain ? old?.reads ?? [:] : [:]
      for (other, version) in read where other != name { reads[other] = version }
      all[name] = Definition(
        statements: (isChain ? old?.statements ?? [] : []) + [statement], reads: reads, isCode: statement.bindsCode,
        order: old?.order ?? next, readsOutputs: readsOutputs || isChain && old?.readsOutputs ?? false, digest: digest)
      next += 1
    }
    for name in statement.namesUpdated where all[name] != nil {
      versions[name, default: 0] += 1
      all[name]?.statements.append(statement)
      for (other, version) in read where other != name { all[name]?.reads[other] = version }
    }
  }

  /// The names and what the code among them reads, through all code that it reaches, with versions.
  private func expanded(_ names: [String]) -> [String: Int] {
    var found: [String: Int] = [:]
    var open = names
    while let name = open.popLast() {
      guard found[name] == nil else { continue }
      found[name] = versions[name] ?? 0
      if let definition = all[name], definition.isCode { open += definition.reads.keys }
    }
    return found
  }

  mutating func forget(_ name: String) {
    all[name] = nil
    versions[name, default: 0] += 1
  }

  /// Names that are out of date, in the order in which they were defined first.
  func stale() -> [Stale] {
    var known: [String: Stale?] = [:]
    return names.compactMap { stale($0, &known) }
  }

  private func stale(_ name: String, _ known: inout [String: Stale?]) -> Stale? {
    if let found = known[name] { return found }
    known[name] = .some(nil)
    guard let definition = all[name], !definition.isCode else { return nil }
    let reads = definition.reads.sorted { (all[$0.key]?.order ?? -1) < (all[$1.key]?.order ?? -1) }
    var found: Stale?
    // What was forgotten took nothing with it: the value was made of what it was.
    if let changed = reads.first(where: { all[$0.key] != nil && versions[$0.key] ?? 0 != $0.value }) {
      found = Stale(name: name, cause: changed.key, isIndirect: false)
    } else if let cause = reads.first(where: { stale($0.key, &known) != nil }) {
      found = Stale(name: name, cause: cause.key, isIndirect: true)
    }
    known[name] = .some(found)
    return found
  }

  /// Stale names in the order in which they must be made again: in first-definition order, but nothing before what it
  /// reads.
  func refreshOrder(_ wanted: [String]) -> [String] {
    var order: [String] = []
    var open: Set<String> = []
    let stale = Set(stale().map(\.name))
    func add(_ name: String) {
      guard stale.contains(name), open.insert(name).inserted else { return }
      for read in names where all[name]?.reads[read] != nil { add(read) }
      order.append(name)
    }
    for name in names where wanted.contains(name) { add(name) }
    return order
  }

  /// What is written, without comments and blanks: what code reads is followed apart.
  private static func tokens(_ statement: Statement) -> String {
    Lexer(SourceText(name: "pmm", text: statement.span.text)).tokens.map(\.text).joined(separator: " ")
  }

  /// Numbers, texts and functions are compared, so that an equal value makes nothing stale.
  private static func digest(_ value: Value, _ machine: Machine) -> String? {
    switch value {
    case .none, .bool, .int, .float, .string, .range, .path, .function:
      try? Fingerprint(machine) { bytes in
        "\(bytes.reduce(Label64("value")) { $0.mixed(Int($1)) }.value)"
      }.digest(value)
    case .absent, .list, .record, .axis, .tensor, .parameter, .module, .goal, .object: nil
    }
  }
}
