import Diagnostics
import NamedTensors
import Semantics
import Syntax
import TensorCore

/// Turns resolved trees into closures.
struct Compiler {
  let globals: Globals
  let source: SourceText

  // MARK: Statements

  static func isDeclaration(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .model, .loss, .define: true
    case .importModule, .importNames, .axis, .type, .bind, .update, .loop, .whileLoop, .returnValue, .expression: false
    }
  }

  /// What a file must run so that its declarations can be used: not its bindings, trainings and tables.
  static func isNeededByDeclarations(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .importModule, .importNames, .axis, .type: true
    case .bind(_, _, let value): isPlain(value)
    case .model, .loss, .define, .update, .loop, .whileLoop, .returnValue, .expression: false
    }
  }

  /// Whether a value is made without calls, but for options: settings such as `width = 64` that models use.
  private static func isPlain(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .none, .bool, .integer, .float, .string, .name, .path, .lambda: true
    case .list(let elements): elements.allSatisfy { isPlain($0) }
    case .record(let fields):
      fields.allSatisfy { field in
        switch field {
        case .named(_, let value), .path(_, let value, _), .spread(let value): isPlain(value)
        }
      }
    case .binary(_, let a, let b), .and(let a, let b), .or(let a, let b), .range(let a, let b):
      isPlain(a) && isPlain(b)
    case .not(let inner), .negate(let inner): isPlain(inner)
    case .call(let callee, let arguments):
      callee.binding == .builtin("option") && arguments.allSatisfy { isPlain($0.value) }
    case .format, .comprehension, .pipe, .with, .without, .field, .fields, .element, .branch, .grid, .attempt: false
    }
  }

  /// A statement of the top level: errors of its own evaluation get its place.
  func topStatement(_ statement: Statement) throws -> Code {
    let code = statementCode(statement)
    let span = statement.span
    return { frame in
      do { return try code(frame) } catch let failure as Failure {
        throw failure.placed(at: span).mended(at: span)
      } catch let error as TensorError {
        throw Machine.failure(error, at: span)
      } catch let error as AxisError {
        throw Machine.failure(error, spans: [], at: span, doing: "this line")
      }
    }
  }

  func statementCode(_ statement: Statement) -> Code {
    switch statement.kind {
    case .importModule(let path, let local):
      let store = store(local)
      let names = path.map(\.text)
      let span = statement.span
      return { frame in
        let module = try frame.machine.module(names, span: span)
        if module.isUser { frame.globals.imports[names.joined(separator: ".")] = module }
        store(frame, .object(ModuleNamespace(module)))
        return .none
      }
    case .importNames(let path, let locals):
      let stores = locals.map { ($0.name, store($0)) }
      let names = path.map(\.text)
      let span = statement.span
      return { frame in
        let module = try frame.machine.module(names, span: span)
        if module.isUser { frame.globals.imports[names.joined(separator: ".")] = module }
        for (name, store) in stores {
          guard let value = module.value(named: name.text) else {
            throw Failure(.importFailed, "module `\(module.moduleName)` has no `\(name.text)`", at: name.span)
          }
          store(frame, value)
        }
        return .none
      }
    case .axis(let entries):
      let codes = entries.map { axisCode($0, owner: nil) }
      return { frame in
        for code in codes { try code(frame) }
        return .none
      }
    case .type(let local, let tree):
      let store = store(local)
      let type = recordType(tree, name: local.name.text)
      return { frame in
        store(frame, .object(try type(frame)))
        return .none
      }
    case .model(let local, let tree):
      let store = store(local)
      let definition = model(tree)
      let value = Value.function(Function(.model(definition)))
      return { frame in
        store(frame, value)
        return .none
      }
    case .loss(let local, let tree):
      let store = store(local)
      let value = Value.function(Function(.loss(function(tree))))
      return { frame in
        store(frame, value)
        return .none
      }
    case .define(let local, let tree):
      let store = store(local)
      let make = closure(tree)
      return { frame in
        store(frame, try make(frame))
        return .none
      }
    case .bind(let local, _, let value):
      let store = store(local)
      let code = expression(value)
      return { frame in
        store(frame, try code(frame))
        return .none
      }
    case .update(let target, let value):
      let code = expression(value)
      guard let binding = target.binding else { return code }
      let globals = globals
      switch binding {
      case .local(let slot):
        return { frame in
          frame.slots[slot] = try code(frame)
          return .none
        }
      case .global(let index):
        return { frame in
          globals.set(index, try code(frame))
          return .none
        }
      case .captured, .member, .method, .prelude, .builtin, .itself: return code
      }
    case .loop(let local, let sequence, let body): return loop(local, sequence, body)
    case .whileLoop(let condition, let body):
      let test = self.condition(condition)
      let code = block(body)
      return { frame in
        let place = frame.place
        defer { frame.place = place }
        var turn = 0
        while try test(frame) {
          try frame.machine.checkInterrupt()
          frame.place = place.mixed(turn)
          turn += 1
          _ = try code(frame)
        }
        return .none
      }
    case .returnValue(let value):
      let code = value.map { expression($0) }
      return { frame in
        frame.returned = try code?(frame) ?? .none
        throw ReturnSignal()
      }
    case .expression(let value): return expression(value)
    }
  }

  private func loop(_ local: LocalName, _ sequence: Expression, _ body: Block) -> Code {
    let store = store(local)
    let source = expression(sequence)
    let code = block(body)
    let span = sequence.span
    return { frame in
      let place = frame.place
      defer { frame.place = place }
      var turn = 0
      try Self.iterate(try source(frame), span) { value in
        try frame.machine.checkInterrupt()
        frame.place = place.mixed(turn)
        turn += 1
        store(frame, value)
        _ = try code(frame)
      }
      return .none
    }
  }

  static func iterate(_ value: Value, _ span: Span, _ body: (Value) throws -> Void) throws {
    switch value {
    case .list(let values): for value in values { try body(value) }
    case .range(let range):
      guard range.low <= range.high else { return }
      for index in range.low...range.high { try body(.int(index)) }
    case .record(let record): for name in record.names { try body(.string(name)) }
    default:
      throw Failure(
        .wrongType, "\(value.described) is no list, range or record, so there is nothing to go through", at: span)
    }
  }

  func store(_ local: LocalName) -> (Frame, Value) -> Void {
    let globals = globals
    let span = local.name.span
    switch local.binding {
    case .local(let slot): return { frame, value in frame.slots[slot] = value }
    case .global(let index):
      return { _, value in
        globals.set(index, value)
        globals.spans[index] = span
      }
    case .member(let index): return { frame, value in frame.module?.members[index] = value }
    case .captured, .method, .prelude, .builtin, .itself, nil: return { _, _ in }
    }
  }

  /// An axis that is visible already is that axis with a size; else it is a new one, made once for its declaration.
  func axisCode(_ entry: AxisEntry, owner: String?) -> (Frame) throws -> Void {
    let store = store(entry.variable)
    let size = entry.size.map { expression($0) }
    let sizeSpan = entry.size?.span
    let outer: Code? = entry.outer.binding == nil ? nil : expression(entry.outer)
    let own = globals.declaredAxis(entry.variable.name.text, owner: owner)
    let name = entry.variable.name
    return { frame in
      var axis = own
      if let outer, case .axis(let found)? = try? outer(frame) { axis = found.axis }
      guard let size else {
        store(frame, .axis(AxisValue(axis)))
        return
      }
      let value = try size(frame)
      guard case .int(let count) = value else {
        throw Failure(
          .wrongType, "the size of axis \(name.text) must be a whole number, not \(value.described)",
          at: sizeSpan ?? name.span)
      }
      guard (1...AxisValue.largest).contains(count) else {
        throw Failure(
          .outOfRange, "the size of axis \(name.text) runs from 1 to \(AxisValue.largest), not \(count)",
          at: sizeSpan ?? name.span)
      }
      store(frame, .axis(AxisValue(axis, count)))
    }
  }

  func block(_ block: Block) -> Code {
    let codes = block.statements.map { statementCode($0) }
    // The value of a block is its last statement, if that is an expression.
    if codes.count == 1 { return codes[0] }
    return { frame in
      var last = Value.none
      for code in codes { last = try code(frame) }
      return last
    }
  }

  // MARK: Functions

  func function(_ tree: FunctionTree) -> FunctionCode {
    let code = FunctionCode(
      name: tree.name.text, parameters: tree.parameters.map { parameter($0) }, documentation: tree.documentation,
      span: tree.span, captures: tree.captures, slotCount: tree.slotCount, globals: globals)
    code.tree = tree
    code.body = block(tree.body)
    code.result = tree.result.map { typeCheck($0) }
    return code
  }

  func closure(_ tree: FunctionTree) -> Code {
    let code = function(tree)
    let reads = code.captures.map { read($0, name: "", span: tree.span) }
    return { frame in
      .function(Function(.closure(code, captures: try reads.map { try $0(frame) }, module: frame.module)))
    }
  }

  private func parameter(_ parameter: Parameter) -> ParameterCode {
    var slot = 0
    switch parameter.variable.binding {
    case .local(let index), .member(let index): slot = index
    case .captured, .method, .global, .prelude, .builtin, .itself, nil: break
    }
    var typeName: String?
    if case .named(let name)? = parameter.type { typeName = name.text }
    return ParameterCode(
      name: parameter.name.text, slot: slot, standard: parameter.standard.map { expression($0) },
      check: parameter.type.map { typeCheck($0) }, hasType: parameter.type != nil, typeName: typeName,
      example: parameter.type.flatMap { example($0) })
  }

  // MARK: Models

  func model(_ tree: ModelTree) -> ModelDefinition {
    var parts: [Int] = []
    for case .part(let local, _, _, _) in tree.members {
      if case .member(let index)? = local.binding { parts.append(index) }
    }
    let definition = ModelDefinition(
      name: tree.name.text, source: source, span: tree.span, documentation: tree.documentation,
      parameters: tree.parameters.map { parameter($0) }, memberNames: tree.memberNames, partIndices: parts,
      slotCount: tree.slotCount, home: globals)
    definition.tree = tree
    for member in tree.members {
      switch member {
      case .part(let local, let type, let value, let span):
        let store = store(local)
        let code = expression(value)
        let check = type.map { typeCheck($0) }
        let name = local.name.text
        definition.steps.append { frame in
          let value = try code(frame)
          if let fault = try check?(value, frame) {
            throw Failure(fault.code, "part `\(name)` must be \(fault.needs), not \(fault.gets)", at: span)
          }
          store(frame, value)
        }
      case .bind(let local, let value):
        let store = store(local)
        let code = expression(value)
        definition.steps.append { frame in store(frame, try code(frame)) }
      case .axis(let entries):
        let codes = entries.map { axisCode($0, owner: tree.name.text) }
        definition.steps.append { frame in for code in codes { try code(frame) } }
      case .check(let value):
        let code = expression(value)
        definition.steps.append { frame in _ = try code(frame) }
      case .method(let method):
        definition.methods[method.name.text] = function(method)
        definition.methodOrder.append(method.name.text)
      }
    }
    return definition
  }
}

/// What `import layers` binds: the module's public names as fields.
final class ModuleNamespace: LanguageObject {
  let globals: Globals
  init(_ globals: Globals) { self.globals = globals }
  var typeName: String { "module" }
  var fieldNames: [String] { globals.table.names.filter { !$0.hasPrefix("_") }.sorted() }
  func field(_ name: String) -> Value? { name.hasPrefix("_") ? nil : globals.value(named: name) }
  var printed: String { "module \(globals.moduleName): \(fieldNames.joined(separator: ", "))" }
}
