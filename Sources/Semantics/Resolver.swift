package import Diagnostics
package import Syntax

/// What the resolver may ask about the world outside of the text.
package protocol NameSource: AnyObject {
  /// The signature of a builtin; nil when there is none of that name.
  func builtinSignature(_ name: String) -> Signature?
  var builtinNames: [String] { get }
  /// The names that every file sees.
  var prelude: GlobalTable? { get }
  /// What a module exports, with signatures where they are known; throws a `Failure` when it cannot be loaded.
  func exports(of path: [Name]) throws -> GlobalTable
}

/// Binds every name of a program to its place before anything runs, and reports what cannot be bound.
package final class Resolver {
  let globals: GlobalTable
  unowned let source: any NameSource
  package private(set) var diagnostics: [Diagnostic] = []
  /// Slots that the top level needs for names bound in its blocks.
  package private(set) var slotCount = 0

  package init(globals: GlobalTable, source: any NameSource) {
    self.globals = globals
    self.source = source
  }

  package func resolve(_ program: Program) {
    let main = FunctionScope(.program, isFile: true)
    declareHeads(program.statements)
    for statement in program.statements { resolve(statement, main, isTop: true, isLast: true) }
    slotCount = main.slotCount
    warnOfUnread(main)
  }

  /// What a block binds and nothing reads is most likely a slip. Names that begin with `_` say that they are not read.
  func warnOfUnread(_ scope: FunctionScope) {
    if diagnostics.contains(where: { $0.severity == .error }) { return }
    for (name, span) in scope.unread.values.sorted(by: { $0.span.start < $1.span.start })
    where !name.hasPrefix("_") && diagnostics.count < 20 {
      diagnostics.append(
        Diagnostic(
          .warning, .unusedBinding, "`\(name)` is bound here and never read", labels: [Label(span)],
          tries: ["_\(name) = ... where that is meant"]))
    }
  }

  func report(
    _ code: DiagnosticCode, _ message: String, at span: Span, label: String = "", others: [Label] = [],
    tries: [String] = []
  ) {
    guard diagnostics.count < 20 else { return }
    diagnostics.append(Diagnostic(.error, code, message, labels: [Label(span, label)] + others, tries: tries))
  }

  /// Functions, models and losses may be used above their declaration.
  private func declareHeads(_ statements: [Statement]) {
    var counts: [String: Int] = [:]
    for statement in statements {
      switch statement.kind {
      case .model(let name, let tree):
        counts[name.name.text, default: 0] += 1
        _ = globals.index(for: name.name.text)
        globals.signatures[name.name.text] = Self.signature(tree.name.text, tree.parameters, isLoss: false)
      case .define(let name, let tree), .loss(let name, let tree):
        counts[name.name.text, default: 0] += 1
        _ = globals.index(for: name.name.text)
        var isLoss = false
        if case .loss = statement.kind { isLoss = true }
        globals.signatures[name.name.text] = Self.signature(tree.name.text, tree.parameters, isLoss: isLoss)
      case .bind(let name, _, _): counts[name.name.text, default: 0] += 1
      case .importModule, .importNames, .axis, .type, .update, .loop, .whileLoop, .returnValue, .expression: break
      }
    }
    // A name with two meanings in one file is checked when it is called.
    for (name, count) in counts where count > 1 { globals.signatures[name] = nil }
  }

  package static func signature(_ name: String, _ parameters: [Parameter], isLoss: Bool) -> Signature {
    Signature(
      name, parameters.map { Signature.Parameter($0.name.text, isRequired: $0.standard == nil) }, isLoss: isLoss)
  }

  // MARK: Names

  func bind(_ local: LocalName, _ scope: FunctionScope, isTop: Bool, isVariable: Bool = false, isBinding: Bool = false)
  {
    let name = local.name.text
    if isAxis(name, scope) {
      report(
        .boundAxis, "`\(name)` is an axis here, so it cannot be bound to something else", at: local.name.span,
        tries: ["\(name)_count = ...", "axis \(name) = ... to give it a size"])
    }
    if isTop {
      let isNew = globals.indices[name] == nil
      local.binding = .global(globals.index(for: name))
      if isVariable { globals.variables.insert(name) } else { globals.variables.remove(name) }
      if !isNew, globals.signatures[name] != nil { globals.signatures[name] = nil }
      return
    }
    if isBinding, scope.isFile, globals.indices[name] != nil, scope.local(name) == nil {
      // Silently making a second `n` in a block of the top level would lose what the loop counts.
      report(
        .boundTwice, "`\(name)` stands outside of this block, which cannot bind it again", at: local.name.span,
        tries: globals.variables.contains(name)
          ? ["\(name) := ..."] : ["var \(name) = ... outside, then \(name) := ...", "another name"])
    }
    if let earlier = scope.local(name), earlier.isParameter {
      report(
        .boundTwice, "`\(name)` is a parameter, so it cannot be bound again", at: local.name.span,
        others: [Label(earlier.span, "the parameter")], tries: ["another name"])
    } else if let earlier = scope.local(name) {
      report(
        .boundTwice, "`\(name)` is bound twice in one function", at: local.name.span, label: "here again",
        others: [Label(earlier.span, "first here")],
        tries: earlier.isVariable ? ["\(name) := ..."] : ["var \(name) = ... first, then \(name) := ..."])
    }
    let slot = scope.declare(name, isVariable: isVariable, span: local.name.span)
    if isBinding { scope.unread[slot] = (name, local.name.span) }
    local.binding = .local(slot)
  }

  func isAxis(_ name: String, _ scope: FunctionScope) -> Bool {
    if scope.isLocalAxis(name) { return true }
    if scope.find(name) != nil { return false }
    if globals.indices[name] != nil { return globals.axes.contains(name) }
    return source.prelude?.axes.contains(name) ?? false
  }

  func lookup(_ name: String, _ scope: FunctionScope) -> Binding? {
    if let found = scope.find(name) { return found }
    if let index = globals.indices[name] { return .global(index) }
    if let index = source.prelude?.indices[name] { return .prelude(index) }
    if source.builtinSignature(name) != nil { return .builtin(name) }
    return nil
  }

  func bindUse(_ expression: Expression, _ name: String, _ scope: FunctionScope) {
    expression.binding = lookup(name, scope)
    if expression.binding == nil {
      var candidates = scope.visibleNames + globals.names + source.builtinNames
      candidates += source.prelude?.names ?? []
      let near = NameSuggestion.near(name, among: candidates.filter { !$0.hasPrefix("_") || name.hasPrefix("_") })
      report(
        .unknownName, "nothing here is called `\(name)`", at: expression.span,
        tries: near.map { expression.span.edited(to: $0) })
    }
  }

  // MARK: Statements

  func resolve(_ block: Block, _ scope: FunctionScope) {
    scope.blocks.append([:])
    for (index, statement) in block.statements.enumerated() {
      resolve(statement, scope, isTop: false, isLast: index == block.statements.count - 1)
    }
    scope.blocks.removeLast()
  }

  func resolve(_ statement: Statement, _ scope: FunctionScope, isTop: Bool, isLast: Bool) {
    switch statement.kind {
    case .importModule(let path, let local):
      guard requireTop(isTop, "an import", statement) else { return }
      do { _ = try source.exports(of: path) } catch { add(error, at: statement.span) }
      bind(local, scope, isTop: true)
    case .importNames(let path, let locals):
      guard requireTop(isTop, "an import", statement) else { return }
      importNames(path, locals, statement, scope)
    case .axis(let entries):
      for entry in entries { resolveAxis(entry, scope, isTop: isTop) }
    case .type(let local, let tree):
      guard requireTop(isTop, "a type", statement) else { return }
      local.binding = .global(globals.index(for: local.name.text))
      resolve(tree, scope)
    case .model(let local, let tree):
      guard requireTop(isTop, "a model", statement) else { return }
      local.binding = .global(globals.index(for: local.name.text))
      resolve(tree)
    case .loss(let local, let tree):
      guard requireTop(isTop, "a loss", statement) else { return }
      if tree.parameters.count < 2 {
        report(
          .lossForm, "a loss takes a model and a batch first", at: tree.name.span,
          tries: ["loss \(tree.name.text)(m, x)"])
      }
      local.binding = .global(globals.index(for: local.name.text))
      resolve(tree, FunctionScope(.program))
    case .define(let local, let tree):
      if isTop {
        local.binding = .global(globals.index(for: local.name.text))
        resolve(tree, FunctionScope(.program))
      } else {
        resolve(tree, FunctionScope(.function(scope), ownName: tree.name.text))
        bind(local, scope, isTop: false)
      }
    case .bind(let local, let isVariable, let value):
      resolve(value, scope)
      bind(local, scope, isTop: isTop, isVariable: isVariable, isBinding: true)
    case .update(let target, let value):
      resolve(value, scope)
      resolveUpdate(target, scope)
    case .loop(let local, let sequence, let body):
      resolve(sequence, scope)
      scope.blocks.append([:])
      bind(local, scope, isTop: false)
      resolve(body, scope)
      scope.blocks.removeLast()
    case .whileLoop(let condition, let body):
      resolve(condition, scope)
      resolve(body, scope)
    case .returnValue(let value):
      if scope.isFile {
        report(.syntax, "`return` stands outside of a function", at: statement.span)
      }
      if let value { resolve(value, scope) }
    case .expression(let value):
      resolve(value, scope)
      if !isTop, !isLast, !Self.acts(value) {
        report(
          .unusedValue, "the value of this line is used by nothing", at: statement.span,
          tries: ["name = ...", "an operator at the end of the line before, to go on with it"])
      }
    }
  }

  private func requireTop(_ isTop: Bool, _ what: String, _ statement: Statement) -> Bool {
    if !isTop { report(.syntax, "\(what) may only stand at the top level of a file", at: statement.span) }
    return isTop
  }

  func add(_ error: any Error, at span: Span) {
    switch error {
    case let failure as Failure: diagnostics.append(failure.placed(at: span).diagnostic)
    case let rejection as Rejection: diagnostics += rejection.diagnostics
    default: report(.inside, "\(error)", at: span)
    }
  }

  private func importNames(_ path: [Name], _ locals: [LocalName], _ statement: Statement, _ scope: FunctionScope) {
    let exports: GlobalTable?
    do { exports = try source.exports(of: path) } catch {
      exports = nil
      add(error, at: statement.span)
    }
    for local in locals {
      let name = local.name.text
      bind(local, scope, isTop: true)
      guard let exports else { continue }
      if exports.indices[name] == nil || name.hasPrefix("_") {
        let near = NameSuggestion.near(name, among: exports.names.filter { !$0.hasPrefix("_") })
        report(
          .importFailed, "module `\(path.map(\.text).joined(separator: "."))` has no `\(name)`", at: local.name.span,
          tries: near.map { local.name.span.edited(to: $0) })
      }
      globals.signatures[name] = exports.signatures[name]
      if exports.axes.contains(name) { globals.axes.insert(name) }
    }
  }

  private func resolveAxis(_ entry: AxisEntry, _ scope: FunctionScope, isTop: Bool) {
    if let size = entry.size { resolve(size, scope) }
    let name = entry.variable.name.text
    // The same declaration outside, if there is one, is the same axis.
    entry.outer.binding = lookup(name, scope)
    if isTop {
      if case .global = entry.outer.binding, globals.axes.contains(name) {
      } else if case .global = entry.outer.binding {
        entry.outer.binding = nil
      }
      entry.variable.binding = .global(globals.index(for: name))
      globals.axes.insert(name)
      globals.signatures[name] = nil
    } else {
      if let earlier = scope.local(name) {
        report(
          .boundTwice, "`\(name)` is bound twice in one function", at: entry.variable.name.span,
          others: [Label(earlier.span, "first here")])
      }
      entry.variable.binding = .local(scope.declare(name, isAxis: true, span: entry.variable.name.span))
    }
  }

  private func resolveUpdate(_ target: Expression, _ scope: FunctionScope) {
    guard case .name(let name) = target.kind else { return }
    bindUse(target, name, scope)
    switch target.binding {
    case .local:
      if let local = scope.local(name), !local.isVariable {
        report(
          .boundTwice, "`\(name)` was not declared with `var`, so it cannot change", at: target.span,
          others: [Label(local.span, "bound here")], tries: ["var \(name) = ..."])
      }
    case .global:
      if scope.isFile {
        if !globals.variables.contains(name) {
          report(
            .boundTwice, "`\(name)` was not declared with `var`, so it cannot be updated", at: target.span,
            tries: ["var \(name) = ...", "\(name) = ... binds it again"])
        }
      } else {
        report(.boundTwice, "a function cannot change `\(name)`, which stands outside of it", at: target.span)
      }
    case .captured, .member, .method, .prelude, .builtin, .itself:
      report(.boundTwice, "`\(name)` stands outside of this function and cannot be changed here", at: target.span)
    case nil: break
    }
  }
}
