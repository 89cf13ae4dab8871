import Diagnostics
import NamedTensors
import Syntax
import TensorCore

/// Digests of values and of the code that they are made by, for telling whether something is still what it was. A function
/// counts by its tokens and by what all the names in it stand for, through every function, model and module that it reaches.
package final class Fingerprint {
  /// A value of which nobody can say whether it is the same in another run.
  package struct Unknown: Error {
    /// With its article: "a batch".
    package let what: String
  }

  private let machine: Machine
  private let hash: ([UInt8]) -> String
  /// Builtins that the code seen so far may call.
  package private(set) var builtins: Set<String> = []
  private var codes: [ObjectIdentifier: String] = [:]
  private var running: [ObjectIdentifier] = []
  /// Held, so that no other object comes to stand at the same place in memory.
  private var objects: [Known: (object: AnyObject, digest: String)] = [:]
  private struct Known: Hashable {
    let object: ObjectIdentifier
    let isPlan: Bool
  }
  /// True where numbers do not count: what an edit put into a model is there to say how it is built again, and its numbers
  /// are those of the parts.
  private var isPlan = false
  private var areAxesNames = false

  /// - Parameter hash: a digest of bytes that equal ones share and others do not.
  package init(_ machine: Machine, hash: @escaping ([UInt8]) -> String) {
    self.machine = machine
    self.hash = hash
  }

  package func digest(_ value: Value) throws -> String {
    var content = Content()
    try write(value, &content)
    return hash(content.bytes)
  }

  package func digest(_ content: Content) -> String { hash(content.bytes) }

  // MARK: Values

  package func write(_ value: Value, _ content: inout Content) throws {
    switch value {
    case .none: content.add("none")
    case .absent(let absence):
      content.add("absent")
      content.add(absence.part)
      content.add(absence.isFollowing)
      try write(absence.former ?? .none, &content)
    case .bool(let flag):
      content.add("bool")
      content.add(flag)
    case .int(let number):
      content.add("int")
      content.add(number)
    case .float(let number):
      content.add("float")
      content.add(number)
    case .string(let text):
      content.add("string")
      content.add(text)
    case .list(let values):
      content.add("list")
      content.add(values.count)
      for value in values { try write(value, &content) }
    case .record(let record):
      // A batch or a catalogue is made while it is read, and need not say all that it is.
      guard record.kind == "record" else { throw Unknown(what: "a \(record.kind)") }
      let fields = try record.fields()
      content.add("record")
      content.add(fields.count)
      for (name, value) in fields {
        content.add(name)
        try write(value, &content)
      }
    case .range(let range):
      content.add("range")
      content.add(range.low)
      content.add(range.high)
    case .axis(let axis):
      content.add("axis")
      if areAxesNames { content.add(axis.axis.name) } else { content.add(axis.axis) }
      content.add(axis.size ?? -1)
    case .path(let path):
      content.add("path")
      content.add(path.steps.count)
      for step in path.steps { content.add(step.joined(separator: "\0")) }
    case .tensor(let tensor): try write(tensor, &content)
    case .parameter(let parameter): try write(parameter, &content)
    case .module(let module, let within):
      content.add("module")
      content.add(try digest(module))
      if let within, within !== module {
        content.add(try digest(within))
        content.add((try within.placement().modulePaths[ObjectIdentifier(module)] ?? []).joined(separator: "."))
      }
    case .function(let function): try write(function, &content)
    case .goal(let goal):
      content.add("goal")
      content.add(goal.terms.count)
      for term in goal.terms {
        content.add(term.name)
        content.add(term.weight)
        try write(term.loss, &content)
        content.add(term.settings.count)
        for setting in term.settings {
          content.add(setting.name)
          try write(setting.value, &content)
        }
      }
    case .object(let object):
      content.add("object")
      content.add(
        try kept(object) { content in
          guard let stated = object as? any ContentStated else { throw Unknown(what: "a \(object.typeName)") }
          content.add(object.typeName)
          try stated.state(&content, self)
        })
    }
  }

  private func kept(_ object: AnyObject, _ body: (inout Content) throws -> Void) throws -> String {
    let place = Known(object: ObjectIdentifier(object), isPlan: isPlan)
    if let known = objects[place] { return known.digest }
    var content = Content()
    try body(&content)
    let digest = hash(content.bytes)
    objects[place] = (object, digest)
    return digest
  }

  private func write(_ value: TensorValue, _ content: inout Content) throws {
    let tensor = value.tensor
    if tensor.isShapeOnly { throw Unknown(what: "a tensor without numbers") }
    content.add("tensor \(tensor.kind)")
    for dimension in tensor.dimensions {
      content.add(dimension.axis)
      content.add(dimension.size.value ?? -1)
    }
    // Doubles hold every float and every whole number of a tensor exactly.
    content.add(tensor.doubleValues())
    try write(value.space, &content)
  }

  private func write(_ space: ItemSpace?, _ content: inout Content) throws {
    for catalogue in space?.catalogues ?? [] {
      content.add(catalogue.name)
      content.add(catalogue.fingerprint)
      content.add(catalogue.count)
    }
  }

  private func write(_ parameter: ParameterValue, _ content: inout Content) throws {
    content.add("parameter")
    for dimension in parameter.dimensions {
      content.add(dimension.axis)
      content.add(dimension.size.value ?? -1)
    }
    content.add(parameter.initialiser.printed)
    if let stated = parameter.initialiser as? any ContentStated { try stated.state(&content, self) }
    if isPlan { return }
    content.add(parameter.isFrozen)
    try write(parameter.space, &content)
    guard let numbers = try parameter.numbers() else { return content.add("recipe") }
    if numbers.dtype == .float32 { content.add(numbers.floats()) } else { content.add(numbers.doubles()) }
  }

  private func digest(_ module: ModuleInstance) throws -> String {
    try kept(module) { content in
      content.add(try code(of: module.definition))
      for value in module.members { try write(value, &content) }
      for edit in module.edits {
        switch edit {
        case .with(_, .tensor): break
        case .with(let path, let value):
          content.add("with " + path.joined(separator: "."))
          try plan { try write(value, &content) }
        case .without(let path): content.add("without " + path.joined(separator: "."))
        }
      }
      if isPlan { return }
      for (name, part) in module.gone.sorted(by: { $0.key < $1.key }) { content.add("\(name) \(part)") }
      for (name, value) in module.facts.sorted(by: { $0.key < $1.key }) {
        content.add(name)
        try write(value, &content)
      }
    }
  }

  private func plan(_ body: () throws -> Void) rethrows {
    let outer = isPlan
    isPlan = true
    defer { isPlan = outer }
    try body()
  }

  private func write(_ function: Function, _ content: inout Content) throws {
    content.add("function")
    switch function.kind {
    case .builtin(let builtin):
      builtins.insert(builtin.name)
      content.add(builtin.name)
    case .loss(let code): content.add(try self.code(of: code))
    case .model(let definition): content.add(try code(of: definition))
    case .method(let code, let module, let within):
      content.add(code.name)
      try write(.module(module, within: within), &content)
    case .missing(let absence): content.add(absence.part)
    case .closure(let code, let captures, let module):
      content.add(try self.code(of: code))
      for value in captures { try write(value, &content) }
      if let module { content.add(try digest(module)) }
    }
  }

  // MARK: Code

  /// What a model computes, apart from its numbers and its settings: the code of each of its parts, and what the names in it
  /// stand for. Axes count by their names, which are what a file keeps of them.
  package func program(of module: ModuleInstance) throws -> String {
    areAxesNames = true
    defer { areAxesNames = false }
    var content = Content()
    try writeProgram(of: .module(module, within: nil), &content)
    return hash(content.bytes)
  }

  private func writeProgram(of value: Value, _ content: inout Content) throws {
    switch value {
    case .module(let module, _):
      content.add(try code(of: module.definition))
      for part in module.parts { try writeProgram(of: part.value, &content) }
    case .list(let values): for value in values { try writeProgram(of: value, &content) }
    default: break
    }
  }

  private func code(of code: FunctionCode) throws -> String {
    try once(code) { content in
      content.add(code.name)
      tokens(code.span, &content)
      if let tree = code.tree { try names(code.globals, &content) { tree.visit($0) } }
    }
  }

  private func code(of definition: ModelDefinition) throws -> String {
    try once(definition) { content in
      content.add(definition.name)
      tokens(definition.span, &content)
      guard let tree = definition.tree, case let statement = Statement(.model(LocalName(tree.name), tree), tree.span)
      else { return }
      try names(definition.home, &content) { visit in
        statement.visit(visit)
        for case .axis(let entries) in tree.members { for entry in entries { visit(entry.outer) } }
      }
    }
  }

  /// What is recursive is named by how far up it stands.
  private func once(_ code: AnyObject, _ body: (inout Content) throws -> Void) throws -> String {
    let identity = ObjectIdentifier(code)
    if let known = codes[identity] { return known }
    if let place = running.lastIndex(of: identity) { return "up \(running.count - place)" }
    running.append(identity)
    defer { running.removeLast() }
    var content = Content()
    try body(&content)
    let digest = hash(content.bytes)
    codes[identity] = digest
    return digest
  }

  /// The tokens of a piece of a program: comments and layout are none.
  func tokens(_ span: Span, _ content: inout Content) {
    for token in Lexer(span.source, range: span.start..<span.end).tokens where token.kind != .end {
      content.add("\(token.kind)")
      content.add(token.text)
    }
  }

  /// What the names of a piece of a program stand for, in the order in which they are written.
  func names(
    _ globals: Globals, skipping skipped: Set<ObjectIdentifier> = [], _ content: inout Content,
    _ walk: ((Expression) -> Void) -> Void
  ) throws {
    var found: [(name: String, binding: Binding)] = []
    walk { expression in
      var all = [expression]
      if case .element(_, let arguments) = expression.kind { all += arguments.compactMap(\.key) }
      for expression in all where !skipped.contains(ObjectIdentifier(expression)) {
        guard let binding = expression.binding, case .name(let name) = expression.kind else { continue }
        found.append((name, binding))
      }
    }
    var seen: Set<String> = []
    for (name, binding) in found {
      switch binding {
      case .builtin:
        builtins.insert(name)
      case .global(let index):
        guard seen.insert(name).inserted else { continue }
        content.add(name)
        if let value = globals.value(index) { try write(value, &content) } else { content.add("unbound") }
      case .prelude(let index):
        guard seen.insert(name).inserted else { continue }
        content.add(name)
        try write(machine.preludeGlobals?.value(index) ?? .none, &content)
      case .local, .captured, .member, .method, .itself: break
      }
    }
  }
}
