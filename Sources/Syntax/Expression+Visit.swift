extension Expression {
  /// Calls `body` for this expression and everything inside it, functions and blocks included.
  package func visit(_ body: (Expression) -> Void) {
    body(self)
    switch kind {
    case .none, .bool, .integer, .float, .string, .name, .path: break
    case .format(let pieces):
      for case .code(let inner) in pieces { inner.visit(body) }
    case .list(let elements):
      for element in elements { element.visit(body) }
    case .comprehension(let element, _, let source, let condition):
      element.visit(body)
      source.visit(body)
      condition?.visit(body)
    case .record(let fields):
      for field in fields {
        switch field {
        case .named(_, let value), .path(_, let value, _), .spread(let value): value.visit(body)
        }
      }
    case .lambda(let tree): tree.visit(body)
    case .pipe(let left, let right), .with(let left, let right), .binary(_, let left, let right),
      .and(let left, let right),
      .or(let left, let right), .range(let left, let right):
      left.visit(body)
      right.visit(body)
    case .without(let inner, _), .not(let inner), .negate(let inner), .field(let inner, _), .fields(let inner, _):
      inner.visit(body)
    case .call(let base, let arguments), .element(let base, let arguments):
      base.visit(body)
      for argument in arguments { argument.value.visit(body) }
    case .branch(let condition, let then, let otherwise):
      condition.visit(body)
      then.visit(body)
      otherwise?.visit(body)
    case .grid(let axes, let cell):
      for axis in axes { axis.source.visit(body) }
      cell.visit(body)
    case .attempt(let block, _, let handler):
      block.visit(body)
      handler.visit(body)
    }
  }
}

extension FunctionTree {
  /// Visits the defaults of the parameters and the body.
  package func visit(_ body: (Expression) -> Void) {
    for parameter in parameters { parameter.standard?.visit(body) }
    self.body.visit(body)
  }
}

extension Block {
  package func visit(_ body: (Expression) -> Void) {
    for statement in statements { statement.visit(body) }
  }
}

extension Statement {
  /// Visits the expressions of a statement; of a model those of its members and methods.
  package func visit(_ body: (Expression) -> Void) {
    switch kind {
    case .importModule, .importNames, .type: break
    case .axis(let entries): for entry in entries { entry.size?.visit(body) }
    case .model(_, let tree):
      for parameter in tree.parameters { parameter.standard?.visit(body) }
      for member in tree.members {
        switch member {
        case .part(_, _, let value, _), .bind(_, let value), .check(let value): value.visit(body)
        case .axis(let entries): for entry in entries { entry.size?.visit(body) }
        case .method(let method): method.visit(body)
        }
      }
    case .loss(_, let tree), .define(_, let tree): tree.visit(body)
    case .bind(_, _, let value), .expression(let value): value.visit(body)
    case .update(let target, let value):
      target.visit(body)
      value.visit(body)
    case .loop(_, let source, let block), .whileLoop(let source, let block):
      source.visit(body)
      block.visit(body)
    case .returnValue(let value): value?.visit(body)
    }
  }
}
