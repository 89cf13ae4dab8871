import Autodiff
import NamedTensors
import TensorCore

/// How many bytes of tensors values hold; what several of them share counts once.
package struct HeldBytes {
  private var seen: Set<ObjectIdentifier> = []
  private var objects: [AnyObject] = []
  package init() {}

  /// The bytes that a value holds beside what was counted before. Nothing is read or computed to tell.
  package mutating func add(_ value: Value) -> Int {
    switch value {
    case .tensor(let tensor): return tensor.tensor.variable.map { add($0.tensor) } ?? 0
    case .parameter(let parameter): return parameter.numbersAtHand.map { add($0) } ?? 0
    case .list(let values): return values.reduce(0) { $0 + add($1) }
    case .record(let record): return isNew(record) ? record.madeFields.reduce(0) { $0 + add($1) } : 0
    case .module(let module, let within):
      return (isNew(module) ? module.members.reduce(0) { $0 + add($1) } : 0)
        + (within.map { add(.module($0, within: nil)) } ?? 0)
    case .function(let function):
      if case .closure(_, let captures, _) = function.kind { return captures.reduce(0) { $0 + add($1) } }
      return 0
    case .object(let object): return isNew(object) ? object.held.reduce(0) { $0 + add($1) } : 0
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .goal: return 0
    }
  }

  private mutating func add(_ tensor: Tensor) -> Int { isNew(tensor.storage) ? tensor.storage.bytes : 0 }

  private mutating func isNew(_ object: AnyObject) -> Bool {
    guard seen.insert(ObjectIdentifier(object)).inserted else { return false }
    // Held, so that nothing else comes to stand at the same place in memory.
    objects.append(object)
    return true
  }
}
