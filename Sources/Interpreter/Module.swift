import Autodiff
package import Diagnostics
package import NamedTensors
import Syntax
package import TensorCore

/// Where a value came from, as blame says it: a line, or a file on disk.
package struct Origin {
  /// What the text of an origin that is a training begins with; the place follows.
  package static let ofTraining = "the training at "

  package let text: String
  package let span: Span?
  package init(_ text: String, span: Span? = nil) {
    self.text = text
    self.span = span
  }
  package init(span: Span) {
    text = "\(span.place)"
    self.span = span
  }
}

/// Numbers that are read when they are first needed, such as those of a model in a file.
package final class DeferredNumbers {
  private var read: (() throws -> Tensor)?
  private var known: Tensor?

  /// - Parameter read: is called once; after an error again.
  package init(_ read: @escaping () throws -> Tensor) { self.read = read }

  /// The numbers, where they were read already.
  var atHand: Tensor? { known }

  package func tensor() throws -> Tensor {
    if let known { return known }
    guard let read else { throw Failure(.inside, "numbers were lost") }
    let tensor = try read()
    (known, self.read) = (tensor, nil)
    return tensor
  }
}

/// A trainable tensor of a model: numbers, or the recipe for its first numbers.
package final class ParameterValue {
  package enum Numbers {
    /// None yet: the initialiser draws them.
    case recipe
    case here(Tensor)
    case deferred(DeferredNumbers)
  }

  package let dimensions: [Dimension]
  package let initialiser: any InitialiserValue
  private let content: Numbers
  package let isFrozen: Bool
  package let origin: Origin?
  /// Whose items its rows are, once it was trained by their ids.
  package let space: ItemSpace?
  /// What the recipe gave, so that a model that is called again is not drawn again.
  private var drawn: (key: UInt64, precision: Precision, numbers: Tensor)?

  package init(
    _ dimensions: [Dimension], initialiser: any InitialiserValue, numbers: Numbers = .recipe, isFrozen: Bool = false,
    origin: Origin? = nil, space: ItemSpace? = nil
  ) {
    self.dimensions = dimensions
    self.initialiser = initialiser
    content = numbers
    self.isFrozen = isFrozen
    self.origin = origin
    self.space = space
  }

  /// Whether it is more than a recipe; nothing is read to tell.
  package var hasNumbers: Bool {
    if case .recipe = content { return false }
    return true
  }

  /// The recipe's numbers for a key; with `keeping` they stay here for the next call.
  func drawn(shape: [Int], key: UInt64, keeping: Bool) throws -> Tensor {
    if let drawn, drawn.key == key, drawn.precision == Precision.active { return drawn.numbers }
    let numbers = try initialiser.numbers(shape: shape, key: key)
    drawn = keeping ? (key, Precision.active, numbers) : nil
    return numbers
  }

  /// The numbers that are in memory; nothing is read or drawn for it.
  var numbersAtHand: Tensor? {
    switch content {
    case .recipe: drawn?.numbers
    case .here(let tensor): tensor
    case .deferred(let numbers): numbers.atHand
    }
  }

  /// Numbers in the order of `dimensions`, nil while it is a recipe; throws where a file does not give them.
  package func numbers() throws -> Tensor? {
    switch content {
    case .recipe: nil
    case .here(let tensor): tensor
    case .deferred(let numbers): try numbers.tensor()
    }
  }

  package func with(numbers: Tensor, origin: Origin? = nil) -> ParameterValue {
    with(.here(numbers), origin: origin, space: space)
  }

  package func with(deferred: DeferredNumbers, origin: Origin? = nil) -> ParameterValue {
    with(.deferred(deferred), origin: origin, space: space)
  }

  /// The recipe alone: it has no rows yet, so it belongs to nobody's items.
  package func fresh(origin: Origin?) -> ParameterValue { with(.recipe, origin: origin, space: nil) }

  private func with(_ numbers: Numbers, origin: Origin?, space: ItemSpace?) -> ParameterValue {
    ParameterValue(
      dimensions, initialiser: initialiser, numbers: numbers, isFrozen: isFrozen, origin: origin ?? self.origin,
      space: space)
  }

  package func with(isFrozen: Bool) -> ParameterValue {
    ParameterValue(
      dimensions, initialiser: initialiser, numbers: content, isFrozen: isFrozen, origin: origin, space: space)
  }
  package func with(space: ItemSpace?) -> ParameterValue {
    ParameterValue(
      dimensions, initialiser: initialiser, numbers: content, isFrozen: isFrozen, origin: origin, space: space)
  }
}

/// How a parameter gets its first numbers: a pure function of a key.
package protocol InitialiserValue: LanguageObject {
  func numbers(shape: [Int], key: UInt64) throws -> Tensor
}

/// One instance of a model: its members' values in the order of their declaration.
package final class ModuleInstance {
  package let definition: ModelDefinition
  package internal(set) var members: [Value] {
    didSet { knownPlacement = nil }
  }
  /// Values of the constructor's parameters, as given or by default.
  package let arguments: [(name: String, value: Value)]
  /// What was changed since the constructor ran, in order: enough to build it again.
  package internal(set) var edits: [ModuleEdit] = []
  package internal(set) var origin: Origin
  /// Methods that an edit made impossible, each with the dropped part that it needs.
  package internal(set) var gone: [String: String] = [:]
  /// Facts that travel with a trained model, such as its length.
  package internal(set) var facts: [String: Value] = [:]
  private var knownPlacement: Placement?

  package init(
    _ definition: ModelDefinition, members: [Value], arguments: [(name: String, value: Value)], origin: Origin
  ) {
    self.definition = definition
    self.members = members
    self.arguments = arguments
    self.origin = origin
  }

  /// A copy to edit before it is shown to anyone.
  func copied() -> ModuleInstance {
    let copy = ModuleInstance(definition, members: members, arguments: arguments, origin: origin)
    copy.edits = edits
    copy.gone = gone
    copy.facts = facts
    return copy
  }

  /// Paths of all modules and parameters below this one; throws when a parameter stands at two paths.
  package func placement() throws -> Placement {
    if let knownPlacement { return knownPlacement }
    let made = try Placement(of: self)
    knownPlacement = made
    return made
  }

  package func with(facts: [String: Value]) -> ModuleInstance {
    let copy = copied()
    copy.facts.merge(facts) { _, new in new }
    return copy
  }

  /// Index of the member that a name means from outside: the latest declaration.
  package func memberIndex(_ name: String) -> Int? { definition.memberIndex[name] }

  /// The parts that are modules, parameters or lists of them, with their names.
  package var parts: [(name: String, value: Value)] {
    definition.partIndices.map { (definition.memberNames[$0], members[$0]) }
  }
}

/// A change of a module, kept so that a saved model can be built again.
package enum ModuleEdit {
  case with(path: [String], Value)
  case without(path: [String])
}

/// Where everything in a whole model stands.
package final class Placement {
  package private(set) var moduleLabels: [ObjectIdentifier: Label64] = [:]
  package private(set) var modulePaths: [ObjectIdentifier: [String]] = [:]
  package private(set) var parameters: [(path: [String], parameter: ParameterValue)] = []
  package private(set) var parameterIndex: [ObjectIdentifier: Int] = [:]

  init(of root: ModuleInstance) throws {
    try add(root, [], Label64("module"))
  }

  private func add(_ module: ModuleInstance, _ path: [String], _ label: Label64) throws {
    let identity = ObjectIdentifier(module)
    if modulePaths[identity] == nil {
      modulePaths[identity] = path
      moduleLabels[identity] = label
    }
    for (name, value) in module.parts { try add(value, path + [name], label.mixed(name)) }
  }

  private func add(_ value: Value, _ path: [String], _ label: Label64) throws {
    switch value {
    case .module(let module, _): try add(module, path, label)
    case .parameter(let parameter):
      let identity = ObjectIdentifier(parameter)
      if let earlier = parameterIndex[identity] {
        throw Failure(
          .partTwice,
          "one parameter stands at `\(parameters[earlier].path.joined(separator: "."))` "
            + "and at `\(path.joined(separator: "."))`",
          tries: ["pass it in the call instead of placing it twice"])
      }
      parameterIndex[identity] = parameters.count
      parameters.append((path, parameter))
    case .list(let values):
      for (index, value) in values.enumerated() { try add(value, path + ["\(index)"], label.mixed("\(index)")) }
    case .none, .absent, .bool, .int, .float, .string, .record, .range, .axis, .path, .tensor, .function, .goal,
      .object:
      break
    }
  }
}

/// A declared model, compiled.
package final class ModelDefinition {
  package let name: String
  package let source: SourceText
  package let span: Span
  package let documentation: String?
  package let parameters: [ParameterCode]
  package let memberNames: [String]
  package let memberIndex: [String: Int]
  package let partIndices: [Int]
  package internal(set) var methods: [String: FunctionCode] = [:]
  package internal(set) var methodOrder: [String] = []
  /// The module file that declares it, as an import would name it.
  package let home: Globals
  var steps: [(Frame) throws -> Void] = []
  /// What it was compiled from.
  var tree: ModelTree?
  let slotCount: Int

  init(
    name: String, source: SourceText, span: Span, documentation: String?, parameters: [ParameterCode],
    memberNames: [String], partIndices: [Int], slotCount: Int, home: Globals
  ) {
    self.name = name
    self.source = source
    self.span = span
    self.documentation = documentation
    self.parameters = parameters
    self.memberNames = memberNames
    // The later of two declarations of a name is the one that is seen.
    memberIndex = Dictionary(memberNames.enumerated().map { ($1, $0) }) { _, last in last }
    self.partIndices = partIndices
    self.slotCount = slotCount
    self.home = home
  }
}
