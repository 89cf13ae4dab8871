import Diagnostics

extension Parser {
  mutating func expression() throws -> Expression {
    try nested { parser in
      if let lambda = try parser.lambda() { return lambda }
      return try parser.pipe()
    }
  }

  /// One more link of a chain such as `a + b + c`, whose tree grows with its length.
  private mutating func link(_ kind: Expression.Kind, _ start: Int) throws -> Expression {
    let expression = Expression(kind, span(from: start))
    guard expression.height <= Self.highest else {
      throw tooDeep("this expression is a chain of more than \(Self.highest) links")
    }
    return expression
  }

  private mutating func lambda() throws -> Expression? {
    let start = current.start
    var names: [Name] = []
    if current.kind == .name, isSymbol("=>", 1) {
      names = [try name("")]
      index += 1
    } else if isSymbol("(") {
      var offset = 1
      while peek(offset).kind == .name, isSymbol(",", offset + 1) { offset += 2 }
      if peek(offset).kind == .name { offset += 1 }
      try wantMoreOfLambda(offset)
      guard isSymbol(")", offset), isSymbol("=>", offset + 1) else { return nil }
      index += 1
      while !take(")") {
        names.append(try name("of a parameter"))
        _ = take(",")
      }
      index += 1
    } else {
      return nil
    }
    let body = try expression()
    let whole = span(from: start)
    let tree = FunctionTree(
      name: Name(text: "lambda", span: whole),
      parameters: names.map { Parameter(variable: LocalName($0), type: nil, standard: nil) }, result: nil,
      body: Block(statements: [Statement(.expression(body), body.span)], span: body.span), documentation: nil,
      span: whole)
    return Expression(.lambda(tree), whole)
  }

  /// Where the text ends in `()`, `(a, ` or `(a, b)`, which only a lambda begins with, more is wanted.
  private mutating func wantMoreOfLambda(_ offset: Int) throws {
    guard offset == 1 || offset > 2, offset == 1 || isSymbol(",", 2) else { return }
    if offset > 1, peek(offset).kind == .end {
      index += offset
      throw fail("expected another parameter or `)`")
    }
    if isSymbol(")", offset), peek(offset + 1).kind == .end {
      index += offset + 1
      throw fail("expected `=>` after the parameters")
    }
  }

  private mutating func pipe() throws -> Expression {
    let start = current.start
    var left = try edit()
    while take("|>") {
      while current.kind == .newline { index += 1 }
      let right = try edit()
      checkPipeTarget(right)
      left = try link(.pipe(left, right), start)
    }
    return left
  }

  /// Rule S1.
  private mutating func checkPipeTarget(_ target: Expression) {
    func isPlace(_ expression: Expression) -> Bool {
      switch expression.kind {
      case .name: true
      case .field(let base, _): isPlace(base)
      default: false
      }
    }
    switch target.kind {
    case .lambda: return
    case .call(let callee, _) where isPlace(callee): return
    default:
      if isPlace(target) { return }
      report(
        .pipeTarget, "the right side of |> must be a name, a field, a call of one, or a lambda in parentheses",
        at: target.span, tries: ["|> (x => ...)"])
    }
  }

  private mutating func edit() throws -> Expression {
    let start = current.start
    var left = try or()
    while true {
      if takeKeyword("with") {
        let right = try or()
        left = try link(.with(left, right), start)
      } else if takeKeyword("without") {
        var drops: [Drop] = []
        if take("{") {
          while true {
            while current.kind == .newline { index += 1 }
            if take("}") { break }
            drops.append(try drop())
            if take(",") || current.kind == .newline || isSymbol("}") { continue }
            throw fail("expected another part or `}`")
          }
        } else {
          drops.append(try drop())
        }
        left = try link(.without(left, drops), start)
      } else {
        return left
      }
    }
  }

  private mutating func drop() throws -> Drop {
    let start = current.start
    var steps: [[Name]] = []
    if !isSymbol(".") { return Drop(steps: [[try name("of a part to drop")]], span: span(from: start)) }
    while take(".") { steps.append(try pathStep()) }
    return Drop(steps: steps, span: span(from: start))
  }

  /// One step of a path after its point: a name or several in braces.
  private mutating func pathStep() throws -> [Name] {
    guard take("{") else { return [try fieldName()] }
    var names: [Name] = []
    while !take("}") {
      names.append(try fieldName())
      if take(",") { continue }
      try expect("}", "after the names")
      break
    }
    return names
  }

  private mutating func or() throws -> Expression {
    let start = current.start
    var left = try and()
    while takeKeyword("or") { left = try link(.or(left, try and()), start) }
    return left
  }

  private mutating func and() throws -> Expression {
    let start = current.start
    var left = try not()
    while takeKeyword("and") { left = try link(.and(left, try not()), start) }
    return left
  }

  private mutating func not() throws -> Expression {
    let start = current.start
    guard takeKeyword("not") else { return try comparison() }
    let operand = try nested { try $0.not() }
    return Expression(.not(operand), span(from: start))
  }

  private mutating func binary(
    _ symbols: [String], _ next: (inout Parser) throws -> Expression
  ) throws -> Expression {
    let start = current.start
    var left = try next(&self)
    while current.kind == .symbol, symbols.contains(current.text), let op = BinaryOperator(rawValue: current.text) {
      index += 1
      left = try link(.binary(op, left, try next(&self)), start)
    }
    return left
  }

  private mutating func comparison() throws -> Expression {
    let start = current.start
    var left = try range()
    while true {
      if isKeyword("in") {
        index += 1
        left = try link(.binary(.contains, left, try range()), start)
      } else if current.kind == .symbol, ["==", "!=", "<", "<=", ">", ">="].contains(current.text),
        let op = BinaryOperator(rawValue: current.text)
      {
        index += 1
        left = try link(.binary(op, left, try range()), start)
      } else {
        return left
      }
    }
  }

  private mutating func range() throws -> Expression {
    let start = current.start
    let low = try sum()
    guard take("..") else { return low }
    return Expression(.range(low, try sum()), span(from: start))
  }

  private mutating func sum() throws -> Expression { try binary(["+", "-"]) { try $0.product() } }
  private mutating func product() throws -> Expression { try binary(["*", "/", "//", "%"]) { try $0.unary() } }

  private mutating func unary() throws -> Expression {
    let start = current.start
    guard take("-") else { return try power() }
    let operand = try nested { try $0.unary() }
    return Expression(.negate(operand), span(from: start))
  }

  private mutating func power() throws -> Expression {
    let start = current.start
    let base = try postfix()
    guard take("**") else { return base }
    let exponent = try nested { try $0.unary() }
    return Expression(.binary(.power, base, exponent), span(from: start))
  }

  private mutating func postfix() throws -> Expression {
    let start = current.start
    var base = try primary()
    while true {
      if isSymbol("."), isSymbol("{", 1) {
        index += 1
        let names = try pathStep()
        base = try link(.fields(base, names), start)
      } else if take(".") {
        let name = try fieldName()
        base = try link(.field(base, name), start)
      } else if take("(") {
        let arguments = try arguments(until: ")")
        base = try link(.call(base, arguments), start)
      } else if take("[") {
        let arguments = try arguments(until: "]")
        base = try link(.element(base, arguments), start)
      } else {
        return base
      }
    }
  }

  private mutating func arguments(until close: String) throws -> [Argument] {
    var list: [Argument] = []
    while !take(close) {
      if current.kind == .name || current.kind == .keyword, isSymbol("=", 1) {
        let name = try name("of an argument")
        index += 1
        let key = close == "]" ? Expression(.name(name.text), name.span) : nil
        list.append(Argument(name: name, key: key, value: try expression()))
      } else {
        list.append(Argument(name: nil, key: nil, value: try expression()))
      }
      if take(",") { continue }
      try expect(close, "after the arguments")
      break
    }
    return list
  }

  // MARK: Primaries

  private mutating func primary() throws -> Expression {
    let token = current
    let place = span(of: token)
    switch token.kind {
    case .integer:
      index += 1
      guard let value = Int(token.text) else {
        report(
          .overflow, "\(token.text) does not fit in a whole number of 64 bits", at: place, tries: ["\(token.text).0"])
        return Expression(.integer(0), place)
      }
      return Expression(.integer(value), place)
    case .float:
      index += 1
      return Expression(.float(Double(token.text) ?? .nan), place)
    case .string:
      index += 1
      return Expression(.string(token.text), place)
    case .format:
      index += 1
      return Expression(.format(try pieces(token)), place)
    case .name:
      index += 1
      return Expression(.name(token.text), place)
    case .keyword:
      return try keywordExpression(token, place)
    case .symbol:
      return try bracketed(token)
    case .newline, .end, .invalid:
      throw fail("expected an expression")
    }
  }

  private mutating func keywordExpression(_ token: Token, _ place: Span) throws -> Expression {
    switch token.text {
    case "true", "false":
      index += 1
      return Expression(.bool(token.text == "true"), place)
    case "none":
      index += 1
      return Expression(.none, place)
    case "if":
      return try branch()
    case "grid":
      return try grid()
    case "try":
      index += 1
      let body = try block("of `try`")
      guard takeKeyword("catch") else { throw fail("expected `catch` after the block") }
      let name = try name("after `catch`")
      let handler = try block("of `catch`")
      return Expression(.attempt(body, LocalName(name), handler), span(from: token.start))
    default:
      throw fail("expected an expression")
    }
  }

  private mutating func branch() throws -> Expression {
    let start = current.start
    index += 1
    let condition = try expression()
    let then = try block("of `if`")
    var otherwise: Block?
    if takeKeyword("else") {
      if isKeyword("if") {
        let inner = try nested { try $0.branch() }
        otherwise = Block(statements: [Statement(.expression(inner), inner.span)], span: inner.span)
      } else {
        otherwise = try block("of `else`")
      }
    }
    return Expression(.branch(condition: condition, then: then, otherwise: otherwise), span(from: start))
  }

  private mutating func grid() throws -> Expression {
    let start = current.start
    index += 1
    var axes: [GridAxis] = []
    repeat {
      let name = try name("of a grid axis")
      guard takeKeyword("in") else { throw fail("expected `in` after the name") }
      axes.append(GridAxis(name: name, source: try expression()))
    } while take(",")
    let body = try block("of the grid")
    let whole = span(from: start)
    let cell = FunctionTree(
      name: Name(text: "grid", span: whole),
      parameters: axes.map { Parameter(variable: LocalName($0.name), type: nil, standard: nil) }, result: nil,
      body: body,
      documentation: nil, span: whole)
    return Expression(.grid(axes, cell), whole)
  }

  private mutating func bracketed(_ token: Token) throws -> Expression {
    switch token.text {
    case "(":
      index += 1
      let inner = try expression()
      try expect(")", "to close the parenthesis")
      return inner
    case "[":
      return try list()
    case "{":
      return try record()
    case ".":
      index += 1
      return Expression(.path(try pathStep()), span(from: token.start))
    default:
      throw fail("expected an expression")
    }
  }

  private mutating func list() throws -> Expression {
    let start = current.start
    index += 1
    if take("]") { return Expression(.list([]), span(from: start)) }
    let first = try expression()
    if takeKeyword("for") {
      let name = try name("after `for`")
      guard takeKeyword("in") else { throw fail("expected `in` after the name") }
      let source = try expression()
      let condition = takeKeyword("if") ? try expression() : nil
      try expect("]", "after the comprehension")
      return Expression(
        .comprehension(element: first, variable: LocalName(name), source: source, condition: condition),
        span(from: start))
    }
    var elements = [first]
    while !take("]") {
      try expect(",", "or `]` after an element")
      if take("]") { break }
      elements.append(try expression())
    }
    return Expression(.list(elements), span(from: start))
  }

  private mutating func record() throws -> Expression {
    let start = current.start
    index += 1
    var fields: [RecordField] = []
    while true {
      while current.kind == .newline { index += 1 }
      if take("}") { break }
      fields.append(try recordField())
      if take(",") || current.kind == .newline || isSymbol("}") { continue }
      throw fail("expected another field or `}`")
    }
    return Expression(.record(fields), span(from: start))
  }

  private mutating func recordField() throws -> RecordField {
    let start = current.start
    if take("..") { return .spread(try expression()) }
    if isSymbol(".") {
      var steps: [[Name]] = []
      while take(".") { steps.append(try pathStep()) }
      let place = span(from: start)
      try expect(":", "after the path")
      return .path(steps, try expression(), place)
    }
    let key: Name
    if current.kind == .string {
      key = Name(text: current.text, span: span(of: current))
      index += 1
    } else {
      key = try fieldName("expected the name of a field")
    }
    try expect(":", "after the field's name")
    return .named(key, try expression())
  }

  private mutating func pieces(_ token: Token) throws -> [FormatPiece] {
    var result: [FormatPiece] = []
    for piece in token.pieces {
      switch piece {
      case .text(let text): result.append(.text(text))
      case .code(let range):
        var inner = Parser(source, range: range)
        inner.depth = depth
        do {
          let value = try inner.expression()
          if inner.current.kind != .end { throw inner.fail("expected `}` after the expression") }
          result.append(.code(value))
        } catch {
          diagnostics += inner.diagnostics
          throw Stop()
        }
        diagnostics += inner.diagnostics
      }
    }
    return result
  }
}
