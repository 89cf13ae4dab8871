import Diagnostics
import NamedTensors
import Semantics

extension Machine {
  /// Runs a constructor. The outermost one then runs every method on shapes.
  func construct(_ definition: ModelDefinition, _ values: [Value], _ shape: CallShape) throws -> Value {
    try enter(shape) {
      let mapping = try shape.mapped(to: definition) {
        Signature(
          definition.name, definition.parameters.map { Signature.Parameter($0.name, isRequired: !$0.hasDefault) })
      }
      let members = [Value](repeating: .none, count: definition.memberNames.count)
      let building = ModuleInstance(definition, members: members, arguments: [], origin: Origin(span: shape.span))
      let frame = Frame(
        self, slots: definition.slotCount, module: building, globals: definition.home,
        place: Label64("construct").mixed(definition.name))
      constructing += 1
      defer { constructing -= 1 }
      var given = Set<Int>()
      for (index, target) in mapping.enumerated() where target >= 0 {
        building.members[definition.parameters[target].slot] = values[index].detachedFromWhole
        given.insert(target)
      }
      for (index, parameter) in definition.parameters.enumerated() {
        if !given.contains(index), let standard = parameter.standard {
          building.members[parameter.slot] = try standard(frame)
        }
        if let fault = try parameter.check?(building.members[parameter.slot], frame) {
          throw Failure(
            fault.code, "`\(parameter.name)` of `\(definition.name)` needs \(fault.needs), but gets \(fault.gets)",
            at: shape.span)
        }
      }
      for step in definition.steps { try step(frame) }
      let arguments = definition.parameters.map { (name: $0.name, value: building.members[$0.slot]) }
      let made = ModuleInstance(
        definition, members: building.members.map(\.detachedFromWhole), arguments: arguments,
        origin: Origin(span: shape.span))
      if constructing == 1 { try checkShapes(of: made) }
      return .module(made, within: nil)
    }
  }

  /// Runs each method once on tensors without numbers. After an edit, methods that need a dropped part are put down
  /// as gone; without one, any mistake is an error.
  func checkShapes(of module: ModuleInstance) throws {
    let context = try RunContext(root: module, mode: .shapes, seed: 0)
    module.gone = [:]
    let hasDropped = module.parts.contains { if case .absent = $0.value { true } else { false } }
    for name in module.definition.methodOrder {
      guard let code = module.definition.methods[name] else { continue }
      try within(context) {
        guard let values = try exampleArguments(of: code, in: module) else { return }
        let names = code.parameters.filter { !$0.hasDefault }.map { Optional($0.name) }
        do {
          let value = try callMethod(code, of: module, within: nil, values, .from(code.span, names: names))
          if case .absent(let absence) = value { module.gone[name] = absence.part } else { trace?.outlet(name, value) }
        } catch let failure as Failure where failure.diagnostic.code == .absentBranch && hasDropped {
          module.gone[name] = failure.subject ?? ""
        }
      }
    }
    if hasDropped { try dropUnreached(module, context) }
  }

  /// Example arguments without numbers; nil when the method only runs when others call it.
  private func exampleArguments(of code: FunctionCode, in module: ModuleInstance) throws -> [Value]? {
    let isRecommender = ["items", "users", "score"].contains { module.definition.methods[$0] != nil }
    let frame = Frame(self, slots: code.slotCount, module: module, globals: code.globals, place: Label64("example"))
    var values: [Value] = []
    for (index, parameter) in code.parameters.enumerated() where !parameter.hasDefault {
      if let example = parameter.example {
        guard let value = try example(frame) else { return nil }
        values.append(value)
      } else if index == 0, !parameter.hasType, isRecommender,
        ["items", "users", "score", "forward"].contains(code.name),
        let type = batchType
      {
        values.append(.record(shapes(of: type)))
      } else {
        return nil
      }
    }
    return values
  }

  /// Parts that no method reaches any more go too, and are named.
  private func dropUnreached(_ module: ModuleInstance, _ context: RunContext) throws {
    for index in module.definition.partIndices where !context.reaches(module.members[index]) {
      let name = module.definition.memberNames[index]
      switch module.members[index] {
      // An empty list of modules hands its argument on.
      case .list(let values) where values.isEmpty: break
      case .module, .parameter, .list:
        module.members[index] = .absent(
          Absence(part: name, span: nil, isFollowing: true, former: module.members[index]))
      case .none, .absent, .bool, .int, .float, .string, .record, .range, .axis, .path, .tensor, .function, .goal,
        .object:
        break
      }
    }
  }
}

extension Value {
  /// A module that is put somewhere forgets the whole that it was read from.
  var detachedFromWhole: Value {
    switch self {
    case .module(let module, _): .module(module, within: nil)
    case .list(let values): .list(values.map(\.detachedFromWhole))
    default: self
    }
  }
}

extension ModuleInstance {
  /// A model with some parameters changed; modules that stay as they are are shared, the others get the origin given.
  /// - Parameter ofFreshOnly: gives the origin only to modules all of whose parameters are recipes now.
  package func mappingParameters(
    origin: Origin? = nil, ofFreshOnly: Bool = false,
    _ change: (_ path: [String], _ parameter: ParameterValue) throws -> ParameterValue
  ) rethrows -> ModuleInstance {
    let named = origin.map { NewOrigin(origin: $0, ofFreshOnly: ofFreshOnly) }
    return try mapped([], named, change) ?? self
  }

  private struct NewOrigin {
    let origin: Origin
    let ofFreshOnly: Bool
  }

  private var isFresh: Bool {
    ((try? placement().parameters) ?? []).allSatisfy { !$0.parameter.hasNumbers }
  }

  private func mapped(
    _ path: [String], _ origin: NewOrigin?,
    _ change: (_ path: [String], _ parameter: ParameterValue) throws -> ParameterValue
  ) rethrows -> ModuleInstance? {
    var changed: ModuleInstance?
    for index in definition.partIndices {
      let name = definition.memberNames[index]
      if let value = try Self.mapped(members[index], path + [name], origin, change) {
        let copy = changed ?? copied()
        copy.members[index] = value
        changed = copy
      }
    }
    if let origin, let changed, !origin.ofFreshOnly || changed.isFresh { changed.origin = origin.origin }
    return changed
  }

  private static func mapped(
    _ value: Value, _ path: [String], _ origin: NewOrigin?,
    _ change: (_ path: [String], _ parameter: ParameterValue) throws -> ParameterValue
  ) rethrows -> Value? {
    switch value {
    case .parameter(let parameter):
      let new = try change(path, parameter)
      return new === parameter ? nil : .parameter(new)
    case .module(let module, _):
      return try module.mapped(path, origin, change).map { .module($0, within: nil) }
    case .list(let values):
      var isChanged = false
      let result = try values.enumerated().map { index, value in
        guard let new = try mapped(value, path + ["\(index)"], origin, change) else { return value }
        isChanged = true
        return new
      }
      return isChanged ? .list(result) : nil
    default: return nil
    }
  }
}

extension Machine {
  /// Builds every model of a file that needs no argument, so that its methods run on shapes.
  package func checkModels(of globals: Globals) throws {
    var found: [Diagnostic] = []
    for name in globals.table.names.sorted() {
      guard case .function(let function)? = globals.value(named: name), case .model(let definition) = function.kind,
        definition.home === globals, definition.parameters.allSatisfy(\.hasDefault)
      else { continue }
      do { _ = try construct(definition, [], .from(definition.span, names: [])) } catch let failure as Failure {
        // Names are bound, so one without a value is a setting that only a run of the file knows.
        if failure.diagnostic.code != .unknownName { found.append(failure.diagnostic) }
      }
    }
    if !found.isEmpty { throw Rejection(found) }
  }
}
