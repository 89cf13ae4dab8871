import Diagnostics
import Syntax

/// The names of one function while it is resolved.
final class FunctionScope {
  enum Owner { case program, model(ModelScope), function(FunctionScope) }
  struct Local {
    let slot: Int
    let isVariable: Bool
    let isAxis: Bool
    let isParameter: Bool
    let span: Span
  }

  let owner: Owner
  /// Name by which a local function may call itself.
  let ownName: String?
  var blocks: [[String: Local]] = [[:]]
  var slotCount = 0
  var captureNames: [String: Int] = [:]
  var captures: [Binding] = []
  var siteCount = 0
  /// Names that were bound and that nothing has read yet, by slot.
  var unread: [Int: (name: String, span: Span)] = [:]

  /// Whether this is the file itself and no function of it.
  let isFile: Bool

  init(_ owner: Owner, ownName: String? = nil, isFile: Bool = false) {
    self.isFile = isFile
    self.owner = owner
    self.ownName = ownName
  }

  func local(_ name: String) -> Local? {
    for block in blocks.reversed() { if let found = block[name] { return found } }
    return nil
  }

  func declare(
    _ name: String, isVariable: Bool = false, isAxis: Bool = false, isParameter: Bool = false, span: Span
  ) -> Int {
    let slot = slotCount
    slotCount += 1
    blocks[blocks.count - 1][name] = Local(
      slot: slot, isVariable: isVariable, isAxis: isAxis, isParameter: isParameter, span: span)
    return slot
  }

  /// Where the name stands as seen from this function, not counting the file's names.
  func find(_ name: String) -> Binding? {
    if let local = local(name) {
      unread[local.slot] = nil
      return .local(local.slot)
    }
    if let capture = captureNames[name] { return .captured(capture) }
    if name == ownName { return .itself }
    switch owner {
    case .program: return nil
    case .model(let model):
      return model.find(name)
    case .function(let outer):
      guard let found = outer.find(name) else { return nil }
      switch found {
      case .local, .captured, .itself:
        captures.append(found)
        captureNames[name] = captures.count - 1
        return .captured(captures.count - 1)
      case .member, .method, .global, .prelude, .builtin:
        return found
      }
    }
  }

  /// Every name that can be seen from here inside functions, for suggestions.
  var visibleNames: [String] {
    let own = blocks.flatMap(\.keys)
    switch owner {
    case .program: return own
    case .model(let model): return own + model.names
    case .function(let outer): return own + outer.visibleNames
    }
  }

  /// Whether the name is an axis declared inside this function or around it.
  func isLocalAxis(_ name: String) -> Bool {
    if let local = local(name) { return local.isAxis }
    switch owner {
    case .program: return false
    case .model(let model): return model.axes.contains(name)
    case .function(let outer): return outer.isLocalAxis(name)
    }
  }
}

/// The members of a model while it is resolved.
final class ModelScope {
  private(set) var slots: [String: Int] = [:]
  private(set) var memberNames: [String] = []
  var methods: Set<String> = []
  var axes: Set<String> = []
  var spans: [String: Span] = [:]

  var names: [String] { Array(slots.keys) + Array(methods) }

  /// A later declaration of a name hides the earlier one: a part may take a parameter's name.
  func declare(_ name: String, span: Span) -> Int {
    memberNames.append(name)
    slots[name] = memberNames.count - 1
    spans[name] = span
    return memberNames.count - 1
  }

  func find(_ name: String) -> Binding? {
    if let slot = slots[name] { return .member(slot) }
    return methods.contains(name) ? .method(name) : nil
  }
}
