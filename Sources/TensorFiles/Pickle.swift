/// What a pickle builds. A pickle is a program; this one is only ever read: no name in it is looked up and nothing is called.
/// What it would call stands here as a record of the name and what was given to it.
///
/// Values that hold others are kept in one list and named by their places, as pickles may share them and put them into
/// themselves; whoever walks through them must bound how deep.
package struct Pickle: Sendable {
  package enum Value: Sendable, Equatable {
    case none
    case bool(Bool)
    case int(Int)
    /// A whole number too large for 64 bits, its bytes in hexadecimal digits, the last one first.
    case longInt(String)
    case float(Double)
    case text(String)
    /// Where the bytes stand in the pickle.
    case bytes(Range<Int>)
    /// A name such as `collections.OrderedDict`.
    case name(String)
    /// A place in `nodes`.
    case node(Int)
  }

  package struct Node: Sendable {
    package enum Kind: Sendable, Equatable {
      case tuple, list, dict
      /// What a name gives when it is called with `values`.
      case call(String)
      /// What stands outside of the pickle; `values` hold its id.
      case outside
    }
    package let kind: Kind
    package var values: [Value] = []
    /// Keys and values that were set, in order.
    package var pairs: [(key: Value, value: Value)] = []
    /// What was given to it last, as its state.
    package var state: Value?
  }

  package let root: Value
  package let nodes: [Node]
  /// Where the pickle ends.
  package let end: Int

  /// Reads a pickle of protocol 2 to 5 that starts at `start`.
  ///
  /// Throws `unsafe-name` for a name outside of those that `isAllowed` knows, and `broken-pickle` for anything damaged,
  /// too large, or of an operation that files of numbers do not need.
  /// - Parameter what: what the pickle belongs to, for errors.
  package static func read(
    _ bytes: [UInt8], from start: Int = 0, of what: String, isAllowed: (String) -> Bool
  ) throws(FileError) -> Pickle {
    var reader = PickleReader(bytes: bytes, at: start, what: what)
    return try reader.run(isAllowed)
  }

  /// The node that `value` leads to.
  package func node(_ value: Value) -> Node? {
    if case .node(let index) = value { return nodes[index] }
    return nil
  }

  /// The values of a tuple.
  package func tuple(_ value: Value) -> [Value]? {
    if let node = node(value), node.kind == .tuple { return node.values }
    return nil
  }
}

private struct PickleReader {
  let bytes: [UInt8]
  let what: String
  private var at: Int
  private var stack: [Pickle.Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Pickle.Value] = [:]
  private var nodes: [Pickle.Node] = []
  /// Values that were pushed so far.
  private var pushed = 0
  private static let most = 8_000_000
  private static let longestText = 1 << 24

  init(bytes: [UInt8], at: Int, what: String) {
    self.bytes = bytes
    self.at = at
    self.what = what
  }

  mutating func run(_ isAllowed: (String) -> Bool) throws(FileError) -> Pickle {
    while true {
      let place = at
      let code = try byte()
      if code == UInt8(ascii: ".") { return Pickle(root: try pop(), nodes: nodes, end: at) }
      try step(code, place, isAllowed)
      guard pushed < Self.most, memo.count < Self.most, marks.count < Self.most else { throw broken("it is too large") }
    }
  }

  private mutating func step(_ code: UInt8, _ place: Int, _ isAllowed: (String) -> Bool) throws(FileError) {
    switch code {
    case 0x80: _ = try byte()  // PROTO
    case 0x95: _ = try take(8)  // FRAME
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[try length(4)] = try top()
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    case UInt8(ascii: "h"): try get(Int(try byte()))
    case UInt8(ascii: "j"): try get(try length(4))
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "c"): try global(try line() + "." + line(), place, isAllowed)
    case 0x93:  // STACK_GLOBAL
      guard case .text(let own) = try pop(), case .text(let module) = try pop() else {
        throw broken("a name is no text", place)
      }
      try global(module + "." + own, place, isAllowed)
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): push(.tuple)
    case UInt8(ascii: "]"): push(.list)
    case UInt8(ascii: "}"): push(.dict)
    case UInt8(ascii: "t"): push(.tuple, try popToMark())
    case UInt8(ascii: "l"): push(.list, try popToMark())
    case UInt8(ascii: "d"):
      let values = try popToMark()
      push(.dict)
      try setItems(values, place)
    case 0x85...0x87: push(.tuple, try pop(Int(code - 0x84)))
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "X"): push(.text(try text(try length(4))))
    case 0x8C: push(.text(try text(Int(try byte()))))
    case 0x8D: push(.text(try text(try length(8))))
    case UInt8(ascii: "K"): push(.int(Int(try byte())))
    case UInt8(ascii: "M"): push(.int(try length(2)))
    case UInt8(ascii: "J"): push(.int(Int(Int32(truncatingIfNeeded: try length(4)))))
    case 0x8A: push(try whole(Int(try byte())))
    case UInt8(ascii: "G"): push(.float(Double(bitPattern: bytes[try take(8)].reduce(0) { $0 << 8 | UInt64($1) })))
    case UInt8(ascii: "B"): push(.bytes(try take(try length(4))))
    case UInt8(ascii: "C"): push(.bytes(try take(Int(try byte()))))
    case 0x8E: push(.bytes(try take(try length(8))))
    case UInt8(ascii: "Q"): push(.outside, [try pop()])
    case UInt8(ascii: "R"), 0x81: try call(place)
    case UInt8(ascii: "b"):
      let state = try pop()
      nodes[try container("a state is given to nothing", place) { if case .call = $0 { true } else { false } }].state =
        state
    case UInt8(ascii: "a"):
      let value = try pop()
      nodes[try list(place)].values.append(value)
    case UInt8(ascii: "e"):
      let values = try popToMark()
      nodes[try list(place)].values += values
    case UInt8(ascii: "s"): try setItems(try pop(2), place)
    case UInt8(ascii: "u"): try setItems(try popToMark(), place)
    default:
      throw broken("operation 0x\(String(code, radix: 16)) is none that is read", place)
    }
  }

  private mutating func global(_ name: String, _ place: Int, _ isAllowed: (String) -> Bool) throws(FileError) {
    guard isAllowed(name) else {
      throw FileError(
        code: "unsafe-name",
        message:
          "the pickle of \(what) names `\(printable(name))` (byte \(place)), which is neither needed nor ever run",
        place: what, suggestion: "save only numbers, lists and dictionaries, such as a state dict")
    }
    push(.name(name))
  }

  private mutating func call(_ place: Int) throws(FileError) {
    let given = try pop()
    guard case .node(let index) = given, nodes[index].kind == .tuple, case .name(let name) = try pop() else {
      throw broken("something is called that is no name", place)
    }
    push(.call(name), nodes[index].values)
  }

  private mutating func setItems(_ values: [Pickle.Value], _ place: Int) throws(FileError) {
    guard values.count % 2 == 0 else { throw broken("a key has no value", place) }
    let index = try container("entries are added to no dictionary", place) { kind in
      switch kind {
      case .dict, .call: true
      case .tuple, .list, .outside: false
      }
    }
    for at in stride(from: 0, to: values.count, by: 2) { nodes[index].pairs.append((values[at], values[at + 1])) }
  }

  private func list(_ place: Int) throws(FileError) -> Int {
    try container("values are added to no list", place) { $0 == .list }
  }

  /// The place of the node on top, which stays there.
  private func container(
    _ problem: String, _ place: Int, _ isRight: (Pickle.Node.Kind) -> Bool
  ) throws(FileError) -> Int {
    guard case .node(let index) = try top(), isRight(nodes[index].kind) else { throw broken(problem, place) }
    return index
  }

  private mutating func push(_ value: Pickle.Value) {
    pushed += 1
    stack.append(value)
  }

  private mutating func push(_ kind: Pickle.Node.Kind, _ values: [Pickle.Value] = []) {
    nodes.append(Pickle.Node(kind: kind, values: values))
    push(.node(nodes.count - 1))
  }

  private mutating func popToMark() throws(FileError) -> [Pickle.Value] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw broken("its stack has no mark") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func pop(_ count: Int) throws(FileError) -> [Pickle.Value] {
    guard count <= stack.count - (marks.last ?? 0) else { throw broken("its stack is empty") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func pop() throws(FileError) -> Pickle.Value {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw broken("its stack is empty") }
    return value
  }

  private func top() throws(FileError) -> Pickle.Value {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw broken("its stack is empty") }
    return value
  }

  private mutating func get(_ index: Int) throws(FileError) {
    guard let value = memo[index] else { throw broken("it asks for what it did not keep") }
    push(value)
  }

  private mutating func byte() throws(FileError) -> UInt8 { bytes[try take(1).lowerBound] }

  private mutating func take(_ count: Int) throws(FileError) -> Range<Int> {
    guard count >= 0, count <= bytes.count - at else {
      throw FileError(
        code: "truncated-pickle",
        message:
          "the pickle of \(what) cannot be read: it ends after \(bytes.count) bytes, where \(count) more were promised",
        place: what)
    }
    defer { at += count }
    return at..<at + count
  }

  /// A little-endian count; one that no file can have is an error where it is used.
  private mutating func length(_ count: Int) throws(FileError) -> Int {
    Int(clamping: bytes[try take(count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// A whole number of `count` bytes, little-endian, of either sign.
  private mutating func whole(_ count: Int) throws(FileError) -> Pickle.Value {
    let digits = bytes[try take(count)]
    guard count <= 8 else {
      return .longInt(digits.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
    let sign: UInt64 = digits.last.map { $0 & 0x80 != 0 } ?? false ? .max : 0
    return .int(Int(truncatingIfNeeded: digits.reversed().reduce(sign) { $0 << 8 | UInt64($1) }))
  }

  private mutating func text(_ count: Int) throws(FileError) -> String {
    guard count <= Self.longestText || count > bytes.count - at else { throw broken("a text is too long") }
    guard let text = String(validating: bytes[try take(count)], as: UTF8.self) else {
      throw broken("a text is not UTF-8")
    }
    return text
  }

  private mutating func line() throws(FileError) -> String {
    guard let end = bytes[at...].prefix(1024).firstIndex(of: 10) else {
      if bytes.count - at < 1024 { _ = try take(1025) }
      throw broken("a name does not end")
    }
    defer { at = end + 1 }
    return String(decoding: bytes[at..<end], as: UTF8.self)
  }

  private func broken(_ message: String, _ place: Int? = nil) -> FileError {
    FileError(
      code: "broken-pickle",
      message: "the pickle of \(what) cannot be read: \(message)\(place.map { " (byte \($0))" } ?? "")", place: what)
  }
}
