import Diagnostics
import NamedTensors
import Semantics
import Syntax

extension Compiler {
  func expression(_ expression: Expression) -> Code {
    if let lowered = expression.lowered { return self.expression(lowered) }
    let span = expression.span
    switch expression.kind {
    case .none: return { _ in .none }
    case .bool(let value): return { _ in .bool(value) }
    case .integer(let value): return { _ in .int(value) }
    case .float(let value): return { _ in .float(value) }
    case .string(let text): return { _ in .string(text) }
    case .format(let pieces): return format(pieces)
    case .name(let name):
      guard let binding = expression.binding else {
        return { _ in throw Failure(.unknownName, "nothing here is called `\(name)`", at: span) }
      }
      return read(binding, name: name, span: span)
    case .list(let elements):
      let codes = elements.map { self.expression($0) }
      return { frame in .list(try codes.map { try $0(frame) }) }
    case .comprehension(let element, let variable, let sequence, let condition):
      return comprehension(element, variable, sequence, condition, site: expression.site)
    case .record(let fields): return record(fields)
    case .path(let names):
      let path = Value.path(PathValue([names.map(\.text)]))
      return { _ in path }
    case .lambda(let tree): return closure(tree)
    case .pipe(let left, let right): return pipe(left, right, expression)
    case .with(let left, let right):
      let base = self.expression(left)
      let changes = self.expression(right)
      let rightSpan = right.span
      return { frame in
        try frame.machine.edit(try base(frame), with: try changes(frame), at: span, changesAt: rightSpan)
      }
    case .without(let inner, let drops):
      let base = self.expression(inner)
      return { frame in try frame.machine.edit(try base(frame), without: drops, at: span) }
    case .binary(let op, let left, let right):
      let a = self.expression(left)
      let b = self.expression(right)
      let spans = [left.span, right.span]
      return { frame in
        do {
          let (x, y) = (try a(frame), try b(frame))
          let result = try frame.machine.operation(op.rawValue, at: span, x, y) { try Operators.apply(op, x, y) }
          frame.machine.trace?.derive(result, from: [x, y])
          return result
        } catch let error as AxisError {
          throw Machine.failure(error, spans: spans, at: span, doing: "`\(op.rawValue)`")
        } catch let fault as OperandFault { throw fault.failure(spans, span) }
      }
    case .and(let left, let right): return logic(left, right, stopsAt: false, span)
    case .or(let left, let right): return logic(left, right, stopsAt: true, span)
    case .not(let inner):
      let code = self.expression(inner)
      return { frame in
        switch try code(frame) {
        case .bool(let value): return .bool(!value)
        case .tensor(let value):
          do {
            let result = try frame.machine.operation("not", at: span, .tensor(value), .none) {
              .tensor(TensorValue(try NamedTensor.not(value.tensor), label: Label64("not").mixed(value.label).value))
            }
            frame.machine.trace?.derive(result, from: [.tensor(value)])
            return result
          } catch let error as AxisError {
            throw Machine.failure(error, spans: [inner.span], at: span, doing: "`not`")
          }
        case let value:
          throw Operators.fault(value, "`not` takes a bool").failure([inner.span], span)
        }
      }
    case .negate(let inner):
      let code = self.expression(inner)
      return { frame in
        do {
          let value = try code(frame)
          let result = try frame.machine.operation("-", at: span, value, .none) { try Operators.negate(value) }
          frame.machine.trace?.derive(result, from: [value])
          return result
        } catch let error as AxisError {
          throw Machine.failure(error, spans: [inner.span], at: span, doing: "`-`")
        } catch let fault as OperandFault { throw fault.failure([inner.span], span) }
      }
    case .range(let low, let high):
      let a = self.expression(low)
      let b = self.expression(high)
      return { frame in
        guard case .int(let from) = try a(frame) else {
          throw Failure(.wrongType, "a range begins with a whole number", at: low.span)
        }
        guard case .int(let to) = try b(frame) else {
          throw Failure(.wrongType, "a range ends with a whole number", at: high.span)
        }
        return .range(WholeRange(from, to))
      }
    case .field(let base, let name):
      let code = self.expression(base)
      return { frame in try frame.machine.field(name.text, of: try code(frame), at: name.span) }
    case .fields(let base, let names):
      let code = self.expression(base)
      return { frame in
        let value = try code(frame)
        if case .path(let path) = value { return .path(PathValue(path.steps + [names.map(\.text)])) }
        return .record(Record(try names.map { ($0.text, try frame.machine.field($0.text, of: value, at: $0.span)) }))
      }
    case .call(let callee, let arguments): return call(callee, arguments, expression)
    case .element(let base, let arguments): return element(base, arguments, span)
    case .branch(let condition, let then, let otherwise):
      let test = self.condition(condition)
      let first = block(then)
      let second = otherwise.map { block($0) }
      return { frame in try test(frame) ? try first(frame) : try second?(frame) ?? .none }
    case .grid(let axes, let cell): return grid(axes, cell, span)
    case .attempt(let body, let name, let handler): return attempt(body, name, handler)
    }
  }

  /// A condition must be one plain bool.
  func condition(_ expression: Expression) -> (Frame) throws -> Bool {
    let code = self.expression(expression)
    let span = expression.span
    return { frame in
      let value = try code(frame)
      if case .bool(let flag) = value { return flag }
      if case .absent(let absence) = value { throw Machine.absent(absence.facts, usedBy: "this condition", at: span) }
      if case .tensor(let tensor) = value {
        throw Failure(
          tensor.tensor.isShapeOnly ? .valueInShapeRun : .notBool,
          "a condition must be one plain bool, not \(value.described)", at: span,
          tries: ["where(condition, a, b) to choose entry by entry"])
      }
      throw Failure(.notBool, "a condition must be one plain bool, not \(value.described)", at: span)
    }
  }

  func read(_ binding: Binding, name: String, span: Span) -> Code {
    let globals = globals
    switch binding {
    case .local(let slot): return { frame in frame.slots[slot] }
    case .captured(let index): return { frame in frame.captures[index] }
    case .itself: return { frame in frame.function.map { .function($0) } ?? .none }
    case .member(let index):
      return { frame in
        guard let module = frame.module else { return .none }
        return try frame.machine.member(index, of: module)
      }
    case .method(let name):
      return { frame in
        guard let module = frame.module, let code = module.definition.methods[name] else { return .none }
        return .function(Function(.method(code, module, within: nil)))
      }
    case .global(let index):
      return { _ in
        guard let value = globals.value(index) else {
          throw Failure(.unknownName, "`\(name)` is used before it is bound", at: span)
        }
        return value
      }
    case .prelude(let index):
      return { frame in
        guard let value = frame.machine.preludeGlobals?.value(index) else {
          throw Failure(.unknownName, "`\(name)` is used before it is bound", at: span)
        }
        return value
      }
    case .builtin(let name):
      return { frame in
        guard let builtin = frame.machine.builtins[name] else { return .none }
        return .function(builtin.function)
      }
    }
  }

  private func format(_ pieces: [FormatPiece]) -> Code {
    let codes: [Code] = pieces.map { piece in
      switch piece {
      case .text(let text): { _ in .string(text) }
      case .code(let inner): expression(inner)
      }
    }
    return { frame in
      var text = ""
      for code in codes { text += try code(frame).printed }
      return .string(text)
    }
  }

  private func logic(_ left: Expression, _ right: Expression, stopsAt: Bool, _ span: Span) -> Code {
    let a = expression(left)
    let b = expression(right)
    let op: BinaryOp = stopsAt ? .or : .and
    let word = stopsAt ? "or" : "and"
    return { frame in
      let first = try a(frame)
      if case .bool(let value) = first, value == stopsAt { return first }
      let second = try b(frame)
      if case .bool = first, case .bool = second { return second }
      do {
        let result = try frame.machine.operation(word, at: span, first, second) {
          try Operators.logic(op, word, first, second)
        }
        frame.machine.trace?.derive(result, from: [first, second])
        return result
      } catch let error as AxisError {
        throw Machine.failure(error, spans: [left.span, right.span], at: span, doing: "`\(word)`")
      } catch let fault as OperandFault { throw fault.failure([left.span, right.span], span) }
    }
  }

  private func comprehension(
    _ element: Expression, _ variable: LocalName, _ sequence: Expression, _ condition: Expression?, site: Int
  ) -> Code {
    let store = store(variable)
    let source = expression(sequence)
    let test = condition.map { self.condition($0) }
    let code = expression(element)
    return { frame in
      let place = frame.place
      defer { frame.place = place }
      var result: [Value] = []
      var turn = 0
      try Self.iterate(try source(frame), sequence.span) { value in
        try frame.machine.checkInterrupt()
        frame.place = place.mixed(site).mixed(turn)
        turn += 1
        store(frame, value)
        if try test?(frame) ?? true { result.append(try code(frame)) }
        if result.count > Value.longest {
          throw Failure(.memory, "a list is at most \(Value.longest) long", at: sequence.span)
        }
      }
      return .list(result)
    }
  }

  private func record(_ fields: [RecordField]) -> Code {
    enum Piece { case field(String, Code), spread(Code, Span) }
    let pieces: [Piece] = fields.map { field in
      switch field {
      case .named(let name, let value): .field(name.text, expression(value))
      case .path(let steps, let value, _):
        .field(PathValue(steps.map { $0.map(\.text) }).description, expression(value))
      case .spread(let value): .spread(expression(value), value.span)
      }
    }
    return { frame in
      var result: [(String, Value)] = []
      func put(_ name: String, _ value: Value) {
        if let index = result.firstIndex(where: { $0.0 == name }) {
          result[index].1 = value
        } else {
          result.append((name, value))
        }
      }
      for piece in pieces {
        switch piece {
        case .field(let name, let code): put(name, try code(frame))
        case .spread(let code, let span):
          let value = try code(frame)
          guard case .record(let other) = value else {
            throw Failure(.wrongType, "`..` takes a record, not \(value.described)", at: span)
          }
          for (name, value) in try other.fields() { put(name, value) }
        }
      }
      return .record(Record(result))
    }
  }

  // MARK: Calls

  func call(_ callee: Expression, _ arguments: [Argument], _ whole: Expression, piped: Expression? = nil) -> Code {
    let shape = CallShape(
      span: whole.span, calleeSpan: callee.span,
      argumentSpans: (piped.map { [$0.span] } ?? []) + arguments.map(\.value.span),
      names: (piped.map { _ in [nil] } ?? []) + arguments.map { $0.name?.text }, site: whole.site)
    let codes = (piped.map { [expression($0)] } ?? []) + arguments.map { expression($0.value) }
    let site = whole.site
    if case .builtin(let name)? = callee.binding {
      return { frame in
        let values = try codes.map { try $0(frame) }
        guard let builtin = frame.machine.builtins[name] else { return .none }
        return try frame.machine.call(builtin, values, shape, place: frame.place.mixed(site))
      }
    }
    let target = expression(callee)
    return { frame in
      let function = try target(frame)
      var values: [Value] = []
      values.reserveCapacity(codes.count)
      for code in codes { values.append(try code(frame)) }
      return try frame.machine.call(function, values, shape, place: frame.place.mixed(site))
    }
  }

  private func pipe(_ left: Expression, _ right: Expression, _ whole: Expression) -> Code {
    if case .call(let callee, let arguments) = right.kind {
      return call(callee, arguments, right, piped: left)
    }
    return call(right, [], whole, piped: left)
  }

  private func element(_ base: Expression, _ arguments: [Argument], _ span: Span) -> Code {
    let code = expression(base)
    let keys = arguments.map { argument in (argument.key.map { expression($0) }, expression(argument.value)) }
    let spans = arguments.map(\.value.span)
    return { frame in
      let value = try code(frame)
      var axes: [(axis: Value?, value: Value)] = []
      for (key, index) in keys { axes.append((try key?(frame), try index(frame))) }
      return try frame.machine.operation("[ ]", at: span, value, .none) {
        try frame.machine.element(axes, of: value, spans: spans, at: span)
      }
    }
  }

  // MARK: Grids and attempts

  private func grid(_ axes: [GridAxis], _ cell: FunctionTree, _ span: Span) -> Code {
    let sources = axes.map { (name: $0.name.text, code: expression($0.source), span: $0.source.span) }
    let make = closure(cell)
    return { frame in
      var columns: [(name: String, values: [Value])] = []
      for source in sources {
        var values: [Value] = []
        try Self.iterate(try source.code(frame), source.span) { value in
          values.append(value)
          if values.count > Machine.mostCells { throw Machine.tooManyCells(at: source.span) }
        }
        columns.append((source.name, values))
      }
      return try frame.machine.grid(columns, cell: try make(frame), at: span)
    }
  }

  private func attempt(_ body: Block, _ name: LocalName, _ handler: Block) -> Code {
    let run = block(body)
    let store = store(name)
    let rescue = block(handler)
    return { frame in
      let machine = frame.machine
      let depth = machine.depth
      let contexts = machine.contexts.count
      do { return try run(frame) } catch let failure as Failure where failure.diagnostic.code != .interrupted {
        machine.depth = depth
        machine.contexts.removeLast(max(0, machine.contexts.count - contexts))
        let diagnostic = failure.diagnostic
        store(
          frame,
          .record(
            Record([
              ("code", .string(diagnostic.code.rawValue)), ("message", .string(diagnostic.message)),
              ("where", .string(diagnostic.labels.first?.span.place ?? "")),
            ])))
        return try rescue(frame)
      }
    }
  }
}
