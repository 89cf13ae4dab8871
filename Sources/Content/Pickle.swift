/// The few things that the pickles of image stores hold. A pickle is a program; this one is only ever read: no name in it
/// is looked up, and anything but the operations of these stores is an error.
enum PickleValue {
  case int(Int)
  case text(String)
  /// Where the bytes stand in the pickle.
  case bytes(Range<Int>)
  case tuple([PickleValue])
  case list([PickleValue])
  case dict([String: PickleValue])
  case name(String)
  case object(String, [String: PickleValue])
  case mark

  /// Reads a pickle of protocol 2 to 5.
  static func read(_ bytes: [UInt8], _ name: String) throws(ContentError) -> PickleValue {
    var reader = PickleReader(bytes: bytes, name: name)
    return try reader.run()
  }
}

private struct PickleReader {
  let bytes: [UInt8]
  let name: String
  private var at = 0
  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private var containers = 0
  private static let largest = 100_000
  /// Values inside of values are let go of one inside the other, so there must not be too many.
  private static let mostContainers = 1000

  init(bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  mutating func run() throws(ContentError) -> PickleValue {
    while true {
      let place = at
      let code = try byte()
      if code == UInt8(ascii: ".") { return try pop() }
      try step(code, place)
      if [0x86, UInt8(ascii: "u"), UInt8(ascii: "s"), UInt8(ascii: "e"), UInt8(ascii: "b")].contains(code) {
        containers += 1
      }
      guard stack.count < Self.largest, memo.count < Self.largest, containers < Self.mostContainers else {
        throw broken("it is too large")
      }
    }
  }

  private mutating func step(_ code: UInt8, _ place: Int) throws(ContentError) {
    switch code {
    case 0x80: _ = try byte()  // PROTO
    case 0x95: _ = try take(8)  // FRAME
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[try length(4)] = try top()
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    case UInt8(ascii: "h"): try get(Int(try byte()))
    case UInt8(ascii: "j"): try get(try length(4))
    case UInt8(ascii: "c"): stack.append(.name(try line() + "." + line()))
    case 0x93:  // STACK_GLOBAL
      guard case .text(let own) = try pop(), case .text(let module) = try pop() else {
        throw broken("a name is no text", place)
      }
      stack.append(.name(module + "." + own))
    case UInt8(ascii: ")"): stack.append(.tuple([]))
    case UInt8(ascii: "}"): stack.append(.dict([:]))
    case UInt8(ascii: "]"): stack.append(.list([]))
    case UInt8(ascii: "("): stack.append(.mark)
    case 0x81:  // NEWOBJ
      guard case .tuple(let arguments) = try pop(), arguments.isEmpty, case .name(let type) = try pop() else {
        throw broken("an object is made with arguments", place)
      }
      guard type == "__main__.LMDB_Image" || type.hasSuffix(".LMDB_Image") else {
        throw broken("it makes a `\(type.prefix(80))`; only LMDB_Image is read", place)
      }
      stack.append(.object(type, [:]))
    case UInt8(ascii: "X"): stack.append(.text(try text(try length(4))))
    case 0x8c: stack.append(.text(try text(Int(try byte()))))
    case UInt8(ascii: "K"): stack.append(.int(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.int(try length(2)))
    case UInt8(ascii: "J"): stack.append(.int(Int(Int32(truncatingIfNeeded: try length(4)))))
    case UInt8(ascii: "B"): stack.append(.bytes(try take(try length(4))))
    case UInt8(ascii: "C"): stack.append(.bytes(try take(Int(try byte()))))
    case 0x8e: stack.append(.bytes(try take(try length(8))))
    case 0x86:  // TUPLE2
      let second = try pop()
      stack.append(.tuple([try pop(), second]))
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try setItems([try pop(), value])
    case UInt8(ascii: "e"):
      let values = try popToMark()
      guard case .list(let list) = try pop() else { throw broken("values are added to no list", place) }
      stack.append(.list(list + values))
    case UInt8(ascii: "b"):  // BUILD
      guard case .dict(let state) = try pop(), case .object(let type, _) = try pop() else {
        throw broken("a state is given to no object", place)
      }
      stack.append(.object(type, state))
    default:
      throw broken("operation 0x\(String(code, radix: 16)) does not belong in an image store", place)
    }
  }

  private mutating func setItems(_ values: [PickleValue]) throws(ContentError) {
    guard case .dict(var dict) = try pop(), values.count % 2 == 0 else { throw broken("entries are added to no table") }
    for index in stride(from: 0, to: values.count, by: 2) {
      guard case .text(let key) = values[index] else { throw broken("a key is no text") }
      dict[key] = values[index + 1]
    }
    stack.append(.dict(dict))
  }

  private mutating func popToMark() throws(ContentError) -> [PickleValue] {
    var values: [PickleValue] = []
    while true {
      let value = try pop()
      if case .mark = value { return values.reversed() }
      values.append(value)
    }
  }

  private mutating func get(_ index: Int) throws(ContentError) {
    guard let value = memo[index] else { throw broken("it asks for what it did not keep") }
    stack.append(value)
  }

  private func top() throws(ContentError) -> PickleValue {
    guard let value = stack.last else { throw broken("its stack is empty") }
    return value
  }

  private mutating func pop() throws(ContentError) -> PickleValue {
    guard let value = stack.popLast() else { throw broken("its stack is empty") }
    return value
  }

  private mutating func byte() throws(ContentError) -> UInt8 { bytes[try take(1).lowerBound] }

  private mutating func take(_ count: Int) throws(ContentError) -> Range<Int> {
    guard count >= 0, count <= bytes.count - at else {
      throw broken("it ends after \(bytes.count) bytes, where \(count) more were promised")
    }
    defer { at += count }
    return at..<at + count
  }

  /// A little-endian count; one that no file can have is an error where it is used.
  private mutating func length(_ count: Int) throws(ContentError) -> Int {
    let value = bytes[try take(count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(clamping: value)
  }

  private mutating func text(_ count: Int) throws(ContentError) -> String {
    guard count <= 1 << 20, let text = String(validating: bytes[try take(count)], as: UTF8.self) else {
      throw broken("a text is not UTF-8")
    }
    return text
  }

  private mutating func line() throws(ContentError) -> String {
    guard let end = bytes[at...].prefix(1024).firstIndex(of: 10) else { throw broken("a name does not end") }
    defer { at = end + 1 }
    return String(decoding: bytes[at..<end], as: UTF8.self)
  }

  private func broken(_ what: String, _ place: Int? = nil) -> ContentError {
    ContentError(
      code: "broken-image",
      message: "the pickle of \(name) cannot be read: \(what)\(place.map { " (byte \($0))" } ?? "")",
      place: name)
  }
}
