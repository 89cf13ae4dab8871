import Diagnostics
import Interpreter
import Syntax

/// The values of the last entries: `it` is the last of them, `out[n]` that of entry n.
struct Outputs {
  /// A place where an entry reads an earlier value.
  struct Read {
    /// Bytes of the entry's text.
    let range: Range<Int>
    /// The entry whose value it is; nil where that is computed.
    let number: Int?
  }

  private static let names = ["it", "out"]
  private var values: [Int: Value] = [:]
  private(set) var latest: Int?
  private var count = 0
  /// Names that are lent to the entry that runs.
  private var lent: [String] = []

  /// Keeps the value of an entry, and forgets the oldest where there are more than `most`; gives the entry's number.
  mutating func keep(_ value: Value, most: Int) -> Int {
    count += 1
    values[count] = value
    latest = count
    for number in values.keys.sorted().dropLast(most) { values[number] = nil }
    return count
  }

  /// Counts a value that was not computed again.
  mutating func skip() { count += 1 }

  /// Holds a value no longer that a name held.
  mutating func release(_ value: Value) {
    guard let identity = value.identity else { return }
    values = values.filter { $0.value.identity != identity }
  }

  /// Binds `it` and `out` while an entry runs that reads them and has no names of its own that are called so.
  mutating func offer(to program: Program, _ globals: Globals, _ definitions: Definitions) -> [Read] {
    lent = []
    guard let latest else { return [] }
    var reads: [Read] = []
    var bare: Set<Int> = []
    for statement in program.statements {
      statement.visit { expression in
        switch expression.kind {
        case .element(let base, let arguments):
          guard case .name("out") = base.kind, arguments.count == 1, case .integer(let number) = arguments[0].value.kind
          else { return }
          bare.insert(base.span.start)
          reads.append(Read(range: expression.span.start..<expression.span.end, number: number))
        case .name("it"): reads.append(Read(range: expression.span.start..<expression.span.end, number: latest))
        case .name("out") where !bare.contains(expression.span.start):
          reads.append(Read(range: expression.span.start..<expression.span.end, number: nil))
        default: break
        }
      }
    }
    let source = program.source
    let tokens = Lexer(source).tokens
    for name in Self.names {
      let own = zip(tokens, tokens.dropFirst()).contains { token, next in
        token.text == name && token.kind == .name && next.kind == .symbol && ["=", ":=", "=>"].contains(next.text)
      }
      let isRead = reads.contains { source.slice($0.range).hasPrefix(name) }
      guard isRead, !own, definitions.all[name] == nil else {
        reads.removeAll { source.slice($0.range).hasPrefix(name) }
        continue
      }
      globals.bind(name, name == "it" ? values[latest] ?? .none : .object(OutputList(values)))
      lent.append(name)
    }
    return reads
  }

  /// Takes the names back after the entry.
  mutating func withdraw(from globals: Globals) {
    for name in lent { globals.forget(name) }
    lent = []
  }
}

/// What `out` is: the values of earlier entries by their numbers.
private final class OutputList: LanguageObject {
  private let values: [Int: Value]
  init(_ values: [Int: Value]) { self.values = values }

  var typeName: String { "list of outputs" }
  var printed: String {
    values.sorted { $0.key < $1.key }.map { "out[\($0.key)]  \($0.value.typeName)  \($0.value.outline)" }
      .joined(separator: "\n")
  }

  func element(_ keys: [Value]) throws -> Value? {
    guard keys.count == 1, case .int(let number) = keys[0] else {
      throw Failure(.wrongType, "`out` takes the number of one value, such as out[1]")
    }
    if let value = values[number] { return value }
    let known = values.keys.sorted()
    throw Failure(
      .outOfRange, "there is no out[\(number)]; kept are \(known.first ?? 0) to \(known.last ?? 0)",
      tries: known.last.map { ["out[\($0)]"] } ?? [])
  }
}

extension Value {
  /// What tells an object from equal ones; nil for plain values.
  var identity: ObjectIdentifier? {
    switch self {
    case .tensor(let tensor): ObjectIdentifier(tensor)
    case .module(let module, _): ObjectIdentifier(module)
    case .record(let record): ObjectIdentifier(record)
    case .object(let object): ObjectIdentifier(object)
    case .none, .absent, .bool, .int, .float, .string, .list, .range, .axis, .path, .parameter, .function, .goal: nil
    }
  }

  /// One line of at most 60 characters.
  var outline: String {
    let text: String
    switch self {
    case .function(let function): text = function.usage
    case .module(let module, _):
      let count = (try? module.placement().parameterCount).map { ModuleInstance.grouped($0) } ?? "?"
      text = "\(module.definition.name), \(count) parameters"
    case .object(let object):
      text = object.printed.split(separator: "\n").first.map(String.init) ?? object.brief
    case .tensor: text = quoted.hasPrefix("tensor ") ? String(quoted.dropFirst("tensor ".count)) : quoted
    case .none, .absent, .bool, .int, .float, .string, .list, .record, .range, .axis, .path, .parameter, .goal:
      text = quoted
    }
    let line = text.split(separator: "\n").first.map(String.init) ?? ""
    return line.count > 60 ? line.prefix(57) + "..." : line
  }
}

extension Function {
  /// `f(x, y)`.
  var usage: String {
    if case .builtin(let builtin) = kind { return builtin.usage }
    return "\(name)(\(parameterNames.joined(separator: ", ")))"
  }
}
