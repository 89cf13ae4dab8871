/// A tree as text without places, for comparing what two texts mean to the parser.
package struct TreeOutline {
  package private(set) var text = ""
  private var depth = 0

  /// The outline of a whole program, a node a line, its depth in front.
  package init(_ program: Program) {
    for statement in program.statements { add(statement) }
  }

  private mutating func node(_ head: String, _ body: (inout TreeOutline) -> Void = { _ in }) {
    text += "\(depth) \(head)\n"
    depth += 1
    body(&self)
    depth -= 1
  }

  private func quoted(_ text: String) -> String { text.debugDescription }
  private func joined(_ names: [Name]) -> String { names.map { quoted($0.text) }.joined(separator: " ") }
  private func joined(_ steps: [[Name]]) -> String { steps.map { "{\(joined($0))}" }.joined(separator: ".") }

  // MARK: Statements

  private mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .importModule(let path, let local): node("import \(joined(path)) as \(local.name.text)")
    case .importNames(let path, let locals): node("from \(joined(path)) import \(joined(locals.map(\.name)))")
    case .axis(let entries): add(entries)
    case .type(let local, let type): node("type \(local.name.text)") { $0.add(type) }
    case .model(let local, let tree): node("model \(local.name.text)") { $0.add(tree) }
    case .loss(_, let tree): node("loss") { $0.add(tree) }
    case .define(_, let tree): node("def") { $0.add(tree) }
    case .bind(let local, let isVariable, let value):
      node("\(isVariable ? "var" : "bind") \(local.name.text)") { $0.add(value) }
    case .update(let target, let value):
      node("update") {
        $0.add(target)
        $0.add(value)
      }
    case .loop(let local, let source, let block):
      node("for \(local.name.text)") {
        $0.add(source)
        $0.add(block)
      }
    case .whileLoop(let condition, let block):
      node("while") {
        $0.add(condition)
        $0.add(block)
      }
    case .returnValue(let value): node("return") { if let value { $0.add(value) } }
    case .expression(let value): node("value") { $0.add(value) }
    }
  }

  private mutating func add(_ block: Block) {
    node("block") { for statement in block.statements { $0.add(statement) } }
  }

  private mutating func add(_ entries: [AxisEntry]) {
    node("axis") {
      for entry in entries {
        $0.node(entry.variable.name.text) { if let size = entry.size { $0.add(size) } }
      }
    }
  }

  private mutating func add(_ parameters: [Parameter]) {
    for parameter in parameters {
      node("parameter \(parameter.name.text)") {
        if let type = parameter.type { $0.add(type) }
        if let standard = parameter.standard { $0.node("default") { $0.add(standard) } }
      }
    }
  }

  private mutating func add(_ tree: FunctionTree) {
    node("function \(tree.name.text) \(quoted(tree.documentation ?? "-"))") {
      $0.add(tree.parameters)
      if let result = tree.result { $0.node("gives") { $0.add(result) } }
      $0.add(tree.body)
    }
  }

  private mutating func add(_ tree: ModelTree) {
    node("documented \(quoted(tree.documentation ?? "-"))")
    add(tree.parameters)
    for member in tree.members {
      switch member {
      case .part(let local, let type, let value, _):
        node("part \(local.name.text)") {
          if let type { $0.add(type) }
          $0.add(value)
        }
      case .bind(let local, let value): node("bind \(local.name.text)") { $0.add(value) }
      case .axis(let entries): add(entries)
      case .method(let function): add(function)
      case .check(let value): node("check") { $0.add(value) }
      }
    }
  }

  private mutating func add(_ type: TypeTree) {
    switch type {
    case .named(let name): node("type \(name.text)")
    case .shape(let element, let dimensions, _):
      node("shape \(element?.text ?? "")") {
        for dimension in dimensions {
          switch dimension {
          case .rest: $0.node("...")
          case .axis(let name, let size):
            $0.node("dimension") {
              $0.add(name)
              if let size { $0.add(size) }
            }
          }
        }
      }
    case .record(let fields, _):
      node("fields") { for (name, type) in fields { $0.node($0.quoted(name.text)) { $0.add(type) } } }
    }
  }

  // MARK: Expressions

  private mutating func add(_ expressions: Expression...) { for expression in expressions { add(expression) } }

  private mutating func add(_ arguments: [Argument]) {
    for argument in arguments {
      node("argument \(argument.name?.text ?? "")\(argument.key == nil ? "" : " looked up")") { $0.add(argument.value) }
    }
  }

  private mutating func add(_ expression: Expression) {
    switch expression.kind {
    case .none: node("none")
    case .bool(let value): node("\(value)")
    case .integer(let value): node("integer \(value)")
    case .float(let value): node("float \(value)")
    case .string(let value): node("string \(quoted(value))")
    case .name(let name): node("name \(name)")
    case .path(let names): node("path \(joined(names))")
    case .format(let pieces):
      node("format") {
        for piece in pieces {
          switch piece {
          case .text(let text): $0.node("text \($0.quoted(text))")
          case .code(let value): $0.add(value)
          }
        }
      }
    case .list(let elements): node("list") { for element in elements { $0.add(element) } }
    case .comprehension(let element, let variable, let source, let condition):
      node("each \(variable.name.text)") {
        $0.add(element, source)
        if let condition { $0.add(condition) }
      }
    case .record(let fields):
      node("record") {
        for field in fields {
          switch field {
          case .named(let name, let value): $0.node($0.quoted(name.text)) { $0.add(value) }
          case .path(let steps, let value, _): $0.node("at \($0.joined(steps))") { $0.add(value) }
          case .spread(let value): $0.node("spread") { $0.add(value) }
          }
        }
      }
    case .lambda(let tree): node("lambda") { $0.add(tree) }
    case .pipe(let left, let right): node("|>") { $0.add(left, right) }
    case .with(let left, let right): node("with") { $0.add(left, right) }
    case .without(let base, let drops):
      node("without \(drops.map { joined($0.steps) }.joined(separator: ", "))") { $0.add(base) }
    case .binary(let op, let left, let right): node(op.rawValue) { $0.add(left, right) }
    case .and(let left, let right): node("and") { $0.add(left, right) }
    case .or(let left, let right): node("or") { $0.add(left, right) }
    case .not(let operand): node("not") { $0.add(operand) }
    case .negate(let operand): node("negate") { $0.add(operand) }
    case .range(let low, let high): node("..") { $0.add(low, high) }
    case .field(let base, let name): node("field \(quoted(name.text))") { $0.add(base) }
    case .fields(let base, let names): node("fields \(joined(names))") { $0.add(base) }
    case .call(let base, let arguments):
      node("call") {
        $0.add(base)
        $0.add(arguments)
      }
    case .element(let base, let arguments):
      node("element") {
        $0.add(base)
        $0.add(arguments)
      }
    case .branch(let condition, let then, let otherwise):
      node("if") {
        $0.add(condition)
        $0.add(then)
        if let otherwise { $0.add(otherwise) }
      }
    case .grid(let axes, let cell):
      node("grid") {
        for axis in axes { $0.node(axis.name.text) { $0.add(axis.source) } }
        $0.add(cell)
      }
    case .attempt(let block, let local, let handler):
      node("try, catch \(local.name.text)") {
        $0.add(block)
        $0.add(handler)
      }
    }
  }
}
