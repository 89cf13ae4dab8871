import Diagnostics

extension Parser {
  mutating func statement() throws -> Statement {
    let start = current.start
    let kind = try nested { try $0.statementKind(start) }
    return Statement(kind, span(from: start))
  }

  private mutating func statementKind(_ start: Int) throws -> Statement.Kind {
    if current.kind == .keyword {
      switch current.text {
      case "import":
        index += 1
        let path = try dotted()
        let last = path[path.count - 1]
        let name = takeKeyword("as") ? try name("after `as`") : last
        return .importModule(path: path, LocalName(name))
      case "from":
        index += 1
        let path = try dotted()
        guard takeKeyword("import") else { throw fail("expected `import` after the module's name") }
        var names = [LocalName(try name("to import"))]
        while take(",") { names.append(LocalName(try name("to import"))) }
        return .importNames(path: path, names)
      case "axis":
        return .axis(try axisEntries())
      case "type":
        index += 1
        let name = try name("of the type")
        try expect("=", "after the type's name")
        return .type(LocalName(name), try type())
      case "model":
        return try model(start)
      case "loss", "def":
        let isLoss = current.text == "loss"
        let function = try function(start, isLoss ? "loss" : "function")
        let local = LocalName(function.name)
        return isLoss ? .loss(local, function) : .define(local, function)
      case "for":
        index += 1
        let name = try name("after `for`")
        guard takeKeyword("in") else { throw fail("expected `in` after the name") }
        let source = try expression()
        return .loop(LocalName(name), source, try block("of the loop"))
      case "while":
        index += 1
        let condition = try expression()
        return .whileLoop(condition, try block("of the loop"))
      case "return":
        index += 1
        if current.kind == .newline || current.kind == .end || isSymbol("}") { return .returnValue(nil) }
        return .returnValue(try expression())
      case "var":
        index += 1
        let name = try name("after `var`")
        try expect("=", "after the name")
        return .bind(LocalName(name), isVariable: true, try expression())
      default:
        break
      }
    }
    if current.kind == .name, isSymbol("=", 1) {
      let name = try name("")
      index += 1
      return .bind(LocalName(name), isVariable: false, try expression())
    }
    if current.kind == .name, isSymbol(":=", 1) {
      let name = try name("")
      index += 1
      return .update(Expression(.name(name.text), name.span), try expression())
    }
    if current.kind == .keyword, isSymbol("=", 1) || isSymbol(":=", 1), Token.hardWords.contains(current.text),
      !["true", "false", "none"].contains(current.text)
    {
      report(
        .syntax, "`\(current.text)` is a reserved word, so it cannot be bound", at: span(of: current),
        tries: ["\(current.text)_ ="])
      throw Stop()
    }
    if isSymbol("%"), peek().kind == .name, !isInner {
      report(
        .syntax, "`%\(peek().text)` belongs to the shell and not to the language: a command stands after `pmm> `",
        at: span(of: current).through(span(of: peek())))
      throw Stop()
    }
    return .expression(try expression())
  }

  private mutating func dotted() throws -> [Name] {
    var path = [try name("of a module")]
    while take(".") { path.append(try fieldName()) }
    return path
  }

  mutating func axisEntries() throws -> [AxisEntry] {
    index += 1
    var entries: [AxisEntry] = []
    repeat {
      let name = try name("of an axis")
      let size = take("=") ? try expression() : nil
      entries.append(
        AxisEntry(variable: LocalName(name), size: size, outer: Expression(.name(name.text), name.span)))
    } while take(",")
    return entries
  }

  private mutating func model(_ start: Int) throws -> Statement.Kind {
    index += 1
    let name = try name("of the model")
    try expect("(", "after the model's name")
    let parameters = try parameters()
    try expect("{", "before the model's members")
    var members: [ModelTree.Member] = []
    while true {
      while current.kind == .newline { index += 1 }
      if take("}") { break }
      members.append(try nested { try $0.member() })
      try endOfStatement(closing: "}")
    }
    let tree = ModelTree(
      name: name, parameters: parameters, members: members, documentation: docs(above: start), span: span(from: start))
    return .model(LocalName(name), tree)
  }

  private mutating func member() throws -> ModelTree.Member {
    let start = current.start
    if takeKeyword("part") {
      let name = try name("of the part")
      let type = take(":") ? try type() : nil
      try expect("=", "after the part's name")
      return .part(LocalName(name), type, try expression(), span(from: start))
    }
    if isKeyword("def") { return .method(try function(start, "method")) }
    if isKeyword("axis") { return .axis(try axisEntries()) }
    if current.kind == .name, isSymbol("=", 1) {
      let name = try name("")
      index += 1
      return .bind(LocalName(name), try expression())
    }
    return .check(try expression())
  }

  private mutating func function(_ start: Int, _ what: String) throws -> FunctionTree {
    index += 1
    let name = try name("of the \(what)")
    try expect("(", "after the \(what)'s name")
    let parameters = try parameters()
    let result = take("->") ? try type() : nil
    let body: Block
    if take("=") {
      let value = try expression()
      body = Block(statements: [Statement(.expression(value), value.span)], span: value.span)
    } else {
      body = try block("of the \(what)")
    }
    return FunctionTree(
      name: name, parameters: parameters, result: result, body: body, documentation: docs(above: start),
      span: span(from: start))
  }

  /// Parameters up to and with the closing parenthesis.
  private mutating func parameters() throws -> [Parameter] {
    var list: [Parameter] = []
    while !take(")") {
      let name = try name("of a parameter")
      let type = take(":") ? try type() : nil
      let standard = take("=") ? try expression() : nil
      list.append(Parameter(variable: LocalName(name), type: type, standard: standard))
      if take(",") { continue }
      try expect(")", "after the parameters")
      break
    }
    return list
  }

  mutating func block(_ context: String) throws -> Block {
    let start = current.start
    try expect("{", "before the body \(context)")
    var statements: [Statement] = []
    while true {
      while current.kind == .newline { index += 1 }
      if take("}") { break }
      statements.append(try statement())
      try endOfStatement(closing: "}")
    }
    return Block(statements: statements, span: span(from: start))
  }

  // MARK: Types

  mutating func type() throws -> TypeTree { try nested { try $0.typeHere() } }

  private mutating func typeHere() throws -> TypeTree {
    let start = current.start
    if take("{") {
      var fields: [(Name, TypeTree)] = []
      while true {
        while current.kind == .newline { index += 1 }
        if take("}") { break }
        let name = try fieldName()
        try expect(":", "after the field's name")
        fields.append((name, try type()))
        if take(",") || current.kind == .newline || isSymbol("}") { continue }
        throw fail("expected another field or `}`")
      }
      return .record(fields, span(from: start))
    }
    let element = isSymbol("[") ? nil : try name("of a type")
    guard take("[") else {
      guard let element else { throw fail("expected a type") }
      return .named(element)
    }
    var dimensions: [DimensionTree] = []
    while !take("]") {
      if isSymbol("...") {
        dimensions.append(.rest(span(of: current)))
        index += 1
      } else {
        let axis = try name("of an axis, or `...`")
        let size = take("=") ? try expression() : nil
        dimensions.append(.axis(Expression(.name(axis.text), axis.span), size: size))
      }
      if take(",") { continue }
      try expect("]", "after the axes")
      break
    }
    return .shape(element: element, dimensions: dimensions, span(from: start))
  }
}
