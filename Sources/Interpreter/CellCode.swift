import Syntax

/// What the value of a grid's cell depends on, beside its keys and its seed: its code, and what the names in it stand for.
/// Where the cell looks something up by its keys, as in `pretrained[seed]`, it depends on what it finds and not on the rest.
package struct CellCode {
  /// `base[keys]` in a cell, each key one of the cell's own or written out.
  private struct Lookup {
    enum Key {
      case own(Int)
      case written(Value)
    }
    let name: String
    let base: Value
    let keys: [Key]
  }

  package let digest: String
  private let lookups: [Lookup]
  private let fingerprint: Fingerprint

  /// Nil for a function that is no cell of a grid.
  package init?(_ function: Function, _ fingerprint: Fingerprint) throws {
    guard case .closure(let code, let captures, let module) = function.kind, let tree = code.tree else { return nil }
    self.fingerprint = fingerprint
    var lookups: [Lookup] = []
    var skipped: Set<ObjectIdentifier> = []
    tree.visit { expression in
      guard case .element(let base, let arguments) = expression.kind, case .name(let name) = base.kind,
        case .global(let index)? = base.binding, let value = code.globals.value(index),
        let keys = Self.keys(arguments, tree)
      else { return }
      skipped.insert(ObjectIdentifier(base))
      lookups.append(Lookup(name: name, base: value, keys: keys))
    }
    self.lookups = lookups
    var content = Content()
    for name in code.parameters.map(\.name) { content.add(name) }
    fingerprint.tokens(tree.body.span, &content)
    for value in captures { try fingerprint.write(value, &content) }
    if let module { try fingerprint.write(.module(module, within: nil), &content) }
    try fingerprint.names(code.globals, skipping: skipped, &content) { tree.visit($0) }
    digest = fingerprint.digest(content)
  }

  private static func keys(_ arguments: [Argument], _ tree: FunctionTree) -> [Lookup.Key]? {
    var keys: [Lookup.Key] = []
    for argument in arguments {
      guard argument.key == nil else { return nil }
      switch argument.value.kind {
      case .string(let text): keys.append(.written(.string(text)))
      case .integer(let number): keys.append(.written(.int(number)))
      case .name:
        guard let binding = argument.value.binding,
          let place = tree.parameters.firstIndex(where: { $0.variable.binding == binding })
        else { return nil }
        keys.append(.own(place))
      default: return nil
      }
    }
    return keys.isEmpty ? nil : keys
  }

  /// What a cell depends on beside the code.
  package func write(_ keys: [Value], _ content: inout Content) throws {
    for key in keys { try fingerprint.write(key, &content) }
    for lookup in lookups {
      content.add(lookup.name)
      let wanted = lookup.keys.map { key in
        switch key {
        case .own(let place): keys[place]
        case .written(let value): value
        }
      }
      if let found = try Self.found(wanted, in: lookup.base) {
        content.add("found")
        try fingerprint.write(found, &content)
      } else {
        try fingerprint.write(lookup.base, &content)
      }
    }
  }

  private static func found(_ keys: [Value], in base: Value) throws -> Value? {
    switch base {
    case .object(let table as Table): return try table.element(keys)
    case .record(let record):
      guard keys.count == 1, case .string(let name) = keys[0] else { return nil }
      return try record.field(name)
    default: return nil
    }
  }
}
