extension Expression.Kind {
  /// The height of the highest expression directly inside.
  var innerHeight: Int {
    switch self {
    case .none, .bool, .integer, .float, .string, .name, .path: return 0
    case .format(let pieces):
      return pieces.reduce(0) { if case .code(let inner) = $1 { max($0, inner.height) } else { $0 } }
    case .list(let elements): return elements.reduce(0) { max($0, $1.height) }
    case .comprehension(let element, _, let source, let condition):
      return max(element.height, source.height, condition?.height ?? 0)
    case .record(let fields):
      return fields.reduce(0) { height, field in
        switch field {
        case .named(_, let value), .path(_, let value, _), .spread(let value): max(height, value.height)
        }
      }
    case .lambda(let tree): return tree.height
    case .pipe(let left, let right), .with(let left, let right), .binary(_, let left, let right),
      .and(let left, let right), .or(let left, let right), .range(let left, let right):
      return max(left.height, right.height)
    case .without(let inner, _), .not(let inner), .negate(let inner), .field(let inner, _), .fields(let inner, _):
      return inner.height
    case .call(let base, let arguments), .element(let base, let arguments):
      return arguments.reduce(base.height) { max($0, $1.value.height) }
    case .branch(let condition, let then, let otherwise):
      return max(condition.height, then.height, otherwise?.height ?? 0)
    case .grid(let axes, let cell): return axes.reduce(cell.height) { max($0, $1.source.height) }
    case .attempt(let block, _, let handler): return max(block.height, handler.height)
    }
  }
}

extension Statement.Kind {
  /// The height of the highest expression inside.
  var innerHeight: Int {
    switch self {
    case .importModule, .importNames, .type: 0
    case .axis(let entries): entries.height
    case .model(_, let tree):
      tree.members.reduce(tree.parameters.height) { height, member in
        switch member {
        case .part(_, _, let value, _), .bind(_, let value), .check(let value): max(height, value.height)
        case .axis(let entries): max(height, entries.height)
        case .method(let method): max(height, method.height)
        }
      }
    case .loss(_, let tree), .define(_, let tree): tree.height
    case .bind(_, _, let value), .expression(let value): value.height
    case .update(let target, let value): max(target.height, value.height)
    case .loop(_, let source, let block), .whileLoop(let source, let block): max(source.height, block.height)
    case .returnValue(let value): value?.height ?? 0
    }
  }
}

extension Block {
  fileprivate var height: Int { statements.reduce(0) { max($0, $1.height) } }
}

extension FunctionTree {
  fileprivate var height: Int { max(parameters.height, body.height) }
}

extension [Parameter] {
  fileprivate var height: Int { reduce(0) { Swift.max($0, $1.standard?.height ?? 0) } }
}

extension [AxisEntry] {
  fileprivate var height: Int { reduce(0) { Swift.max($0, $1.size?.height ?? 0) } }
}
