import Diagnostics
import Syntax

extension Resolver {
  /// Whether an expression does something besides having a value: it calls.
  static func acts(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .call, .grid, .attempt, .branch: true
    case .pipe, .with, .without: true
    case .none, .bool, .integer, .float, .string, .format, .name, .list, .comprehension, .record, .path, .lambda,
      .binary, .and, .or, .not, .negate, .range, .field, .fields, .element:
      false
    }
  }

  func resolve(_ expression: Expression, _ scope: FunctionScope) {
    switch expression.kind {
    case .none, .bool, .integer, .float, .string, .path: break
    case .format(let pieces):
      for case .code(let inner) in pieces { resolve(inner, scope) }
    case .name(let name): bindUse(expression, name, scope)
    case .list(let elements):
      for element in elements { resolve(element, scope) }
    case .comprehension(let element, let variable, let sequence, let condition):
      resolve(sequence, scope)
      expression.site = nextSite(scope)
      scope.blocks.append([:])
      bind(variable, scope, isTop: false)
      if let condition { resolve(condition, scope) }
      resolve(element, scope)
      scope.blocks.removeLast()
    case .record(let fields):
      for field in fields {
        switch field {
        case .named(_, let value), .path(_, let value, _), .spread(let value): resolve(value, scope)
        }
      }
    case .lambda(let tree):
      resolve(tree, FunctionScope(.function(scope)))
    case .pipe(let left, let right):
      resolve(left, scope)
      expression.site = nextSite(scope)
      switch right.kind {
      case .call(let callee, let arguments):
        resolve(callee, scope)
        right.site = nextSite(scope)
        for argument in arguments { resolve(argument.value, scope) }
        checkCall(callee, arguments, piped: 1, scope)
      default:
        resolve(right, scope)
        checkCall(right, [], piped: 1, scope)
      }
    case .with(let left, let right), .binary(_, let left, let right), .and(let left, let right),
      .or(let left, let right), .range(let left, let right):
      resolve(left, scope)
      resolve(right, scope)
    case .without(let inner, _), .not(let inner), .negate(let inner), .field(let inner, _), .fields(let inner, _):
      resolve(inner, scope)
    case .call(let callee, let arguments):
      resolve(callee, scope)
      if let lowered = Self.lowered(expression, callee, arguments) {
        expression.lowered = lowered
        resolve(lowered, scope)
        return
      }
      expression.site = nextSite(scope)
      for argument in arguments { resolve(argument.value, scope) }
      checkCall(callee, arguments, piped: 0, scope)
    case .element(let base, let arguments):
      resolve(base, scope)
      for argument in arguments {
        if let key = argument.key, case .name(let name) = key.kind { bindUse(key, name, scope) }
        resolve(argument.value, scope)
      }
    case .branch(let condition, let then, let otherwise):
      resolve(condition, scope)
      resolve(then, scope)
      if let otherwise { resolve(otherwise, scope) }
    case .grid(let axes, let cell):
      for axis in axes {
        resolve(axis.source, scope)
        if isAxis(axis.name.text, scope) {
          report(
            .boundAxis, "`\(axis.name.text)` is an axis here, so a grid cannot bind it", at: axis.name.span,
            tries: ["\(axis.name.text)_ in ..."])
        }
      }
      expression.site = nextSite(scope)
      resolve(cell, FunctionScope(.function(scope)))
    case .attempt(let body, let name, let handler):
      resolve(body, scope)
      scope.blocks.append([:])
      bind(name, scope, isTop: false)
      resolve(handler, scope)
      scope.blocks.removeLast()
    }
  }

  private func nextSite(_ scope: FunctionScope) -> Int {
    scope.siteCount += 1
    return scope.siteCount
  }

  // MARK: Functions, models, types

  func resolve(_ tree: FunctionTree, _ scope: FunctionScope) {
    var seen: Set<String> = []
    for parameter in tree.parameters {
      if !seen.insert(parameter.name.text).inserted {
        report(.boundTwice, "the parameter `\(parameter.name.text)` stands twice", at: parameter.name.span)
      }
      // A default may use the parameters before it.
      if let standard = parameter.standard { resolve(standard, scope) }
      if let type = parameter.type { resolve(type, scope) }
      parameter.variable.binding = .local(
        scope.declare(parameter.name.text, isParameter: true, span: parameter.name.span))
    }
    if let result = tree.result { resolve(result, scope) }
    resolve(tree.body, scope)
    tree.slotCount = scope.slotCount
    tree.captures = scope.captures
    warnOfUnread(scope)
  }

  func resolve(_ type: TypeTree, _ scope: FunctionScope) {
    switch type {
    case .named: break
    case .shape(_, let dimensions, _):
      for dimension in dimensions {
        switch dimension {
        case .rest: break
        case .axis(let name, let size):
          if case .name(let text) = name.kind { bindUse(name, text, scope) }
          if let size { resolve(size, scope) }
        }
      }
    case .record(let fields, _):
      for (_, type) in fields { resolve(type, scope) }
    }
  }

  func resolve(_ tree: ModelTree) {
    let model = ModelScope()
    for member in tree.members {
      if case .method(let method) = member {
        if !model.methods.insert(method.name.text).inserted {
          report(.boundTwice, "the method `\(method.name.text)` stands twice", at: method.name.span)
        }
      }
    }
    let scope = FunctionScope(.model(model))
    for parameter in tree.parameters {
      if let standard = parameter.standard { resolve(standard, scope) }
      if let type = parameter.type { resolve(type, scope) }
      if let earlier = model.spans[parameter.name.text] {
        report(
          .boundTwice, "the parameter `\(parameter.name.text)` stands twice", at: parameter.name.span,
          others: [Label(earlier, "first here")])
      }
      if model.methods.contains(parameter.name.text) {
        report(.boundTwice, "`\(parameter.name.text)` is a parameter and a method", at: parameter.name.span)
      }
      parameter.variable.binding = .member(model.declare(parameter.name.text, span: parameter.name.span))
    }
    var declared: [String: Span] = [:]
    func declare(_ local: LocalName, as kind: String) {
      if let earlier = declared[local.name.text] {
        report(
          .boundTwice, "`\(local.name.text)` is bound twice in one model", at: local.name.span,
          others: [Label(earlier, "first here")])
      }
      if model.methods.contains(local.name.text) {
        report(.boundTwice, "`\(local.name.text)` is \(kind) and a method", at: local.name.span)
      }
      declared[local.name.text] = local.name.span
      local.binding = .member(model.declare(local.name.text, span: local.name.span))
    }
    for member in tree.members {
      switch member {
      case .part(let local, let type, let value, _):
        if let type { resolve(type, scope) }
        resolve(value, scope)
        declare(local, as: "a part")
      case .bind(let local, let value):
        resolve(value, scope)
        if isAxis(local.name.text, scope) {
          report(
            .boundAxis, "`\(local.name.text)` is an axis here", at: local.name.span,
            tries: ["axis \(local.name.text) = ..."])
        }
        declare(local, as: "a value")
      case .axis(let entries):
        for entry in entries {
          if let size = entry.size { resolve(size, scope) }
          entry.outer.binding = lookup(entry.variable.name.text, scope)
          declare(entry.variable, as: "an axis")
          model.axes.insert(entry.variable.name.text)
        }
      case .check(let value): resolve(value, scope)
      case .method: break
      }
    }
    tree.memberNames = model.memberNames
    tree.slotCount = scope.slotCount
    for member in tree.members {
      if case .method(let method) = member { resolve(method, FunctionScope(.model(model))) }
    }
  }

  // MARK: Calls

  private func checkCall(_ callee: Expression, _ arguments: [Argument], piped: Int, _ scope: FunctionScope) {
    guard case .name(let name) = callee.kind, let binding = callee.binding else { return }
    let signature: Signature?
    switch binding {
    case .builtin: signature = source.builtinSignature(name)
    case .global: signature = globals.signatures[name]
    case .prelude: signature = source.prelude?.signatures[name]
    case .local, .captured, .member, .method, .itself: signature = nil
    }
    guard let signature else { return }
    check(arguments, piped: piped, signature, callee.span)
  }

  private func check(_ arguments: [Argument], piped: Int, _ signature: Signature, _ span: Span) {
    var taken: Set<String> = []
    let positional = arguments.filter { $0.name == nil }.count + piped
    let names = signature.parameters.map(\.name)
    for name in names.prefix(positional) { taken.insert(name) }
    if positional > names.count, !signature.takesAnyCount {
      report(
        .wrongArguments,
        "`\(signature.name)` takes \(names.count) argument\(names.count == 1 ? "" : "s"), not \(positional)",
        at: span, tries: ["\(signature.name)(\(names.joined(separator: ", ")))"])
    }
    // A term of a goal gets its first two arguments later, and may get a name.
    let isTerm = signature.isLoss && positional == 0
    let allowed = isTerm ? Array(names.dropFirst(2)) : names
    var isKeyword = false
    var isMisspelt = false
    for argument in arguments {
      guard let name = argument.name else {
        if isKeyword {
          report(.wrongArguments, "a positional argument stands after a keyword", at: argument.value.span)
        }
        continue
      }
      isKeyword = true
      if !names.contains(name.text) {
        if signature.takesAnyKeyword || (isTerm && name.text == "name") { continue }
        isMisspelt = true
        let near = NameSuggestion.near(name.text, among: allowed)
        report(
          .unknownKeyword, "`\(signature.name)` has no keyword `\(name.text)`", at: name.span,
          tries: near.isEmpty
            ? (allowed.isEmpty ? [] : ["one of \(allowed.joined(separator: ", "))"])
            : near.map { name.span.edited(to: $0) })
      } else if !taken.insert(name.text).inserted {
        report(.wrongArguments, "`\(name.text)` is given twice", at: name.span)
      }
    }
    let missing = signature.parameters.filter { $0.isRequired && !taken.contains($0.name) }.map(\.name)
    if missing.isEmpty || isMisspelt { return }
    if signature.isLoss, positional == 0, missing.allSatisfy({ names.prefix(2).contains($0) }) { return }
    if signature.isLoss, positional == 1 {
      report(
        .lossForm, "the loss `\(signature.name)` takes a model and a batch, or keywords only", at: span,
        tries: ["\(signature.name)(m, x)", "\(signature.name)()"])
      return
    }
    report(
      .wrongArguments,
      "`\(signature.name)` also needs \(missing.map { "`\($0)`" }.joined(separator: " and "))", at: span,
      tries: ["\(signature.name)(\(names.joined(separator: ", ")))"])
  }
}
