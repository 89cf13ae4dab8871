import NamedTensors
/// A 64-bit hash that is the same in every run: identities for memoised calls, keys for randomness.
package struct Label64 {
  package private(set) var value: UInt64

  package init(_ text: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    value = Self.mix(hash)
  }

  package init(raw value: UInt64) { self.value = value }

  /// Spreads every bit of a word over the whole word.
  private static func mix(_ word: UInt64) -> UInt64 {
    var x = word
    x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
    return x ^ (x >> 31)
  }
  /// Not the same in every run: for objects whose identity is their place in memory; never a key of randomness.
  package init(_ identity: ObjectIdentifier) { value = Self.mix(UInt64(UInt(bitPattern: identity.hashValue))) }

  package func mixed(_ other: UInt64) -> Label64 {
    Label64(raw: Self.mix((value ^ (other &+ 0x9e37_79b9_7f4a_7c15)) &* 0xff51_afd7_ed55_8ccd))
  }
  package func mixed(_ other: Int) -> Label64 { mixed(UInt64(bitPattern: Int64(other))) }
  package func mixed(_ text: String) -> Label64 { mixed(Label64(text).value) }
}

extension Value {
  /// Identity of a value for memoised calls: tensors by what they are, everything else by value.
  package var label: UInt64 {
    switch self {
    case .none: return 0x6e6f_6e65
    case .absent(let absence): return Label64("absent").mixed(absence.part).value
    case .bool(let value): return value ? 0x7472_7565 : 0x6661_6c73
    case .int(let value): return Label64(raw: 11).mixed(value).value
    case .float(let value): return Label64(raw: 12).mixed(value.bitPattern).value
    case .string(let text): return Label64(raw: 13).mixed(text).value
    case .list(let values):
      return values.reduce(Label64(raw: 14).mixed(values.count)) { $0.mixed($1.label) }.value
    case .record(let record): return record.label
    case .range(let range): return Label64(raw: 15).mixed(range.low).mixed(range.high).value
    case .axis(let axis): return Label64(raw: 16).mixed(axis.axis.label).mixed(axis.size ?? -1).value
    case .path(let path): return Label64(raw: 17).mixed(path.description).value
    case .tensor(let tensor): return tensor.label
    case .parameter(let parameter): return Label64(ObjectIdentifier(parameter)).value
    case .module(let module, _): return Label64(ObjectIdentifier(module)).value
    case .function(let function): return function.label
    case .goal(let goal): return goal.label
    case .object(let object): return object.label
    }
  }
}

extension Value {
  /// A label that is the same in every run, for keys of randomness: modules, functions and objects count by name only.
  var stableLabel: UInt64 {
    switch self {
    case .list(let values):
      return values.reduce(Label64(raw: 14).mixed(values.count)) { $0.mixed($1.stableLabel) }.value
    case .parameter: return Label64("parameter").value
    case .module(let module, _): return Label64("module").mixed(module.definition.name).value
    case .function(let function): return Label64("function").mixed(function.name).value
    case .object(let object): return Label64("object").mixed(object.typeName).value
    case .record(let record): return record.stableLabel
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .tensor, .goal: return label
    }
  }
}
