package import Diagnostics
import Semantics
package import Syntax

/// The statements of a session that a value depends on: found backwards from the names that it is made of.
package struct Slice {
  /// A cell of a grid, whose other cells need not be computed again: axis and key, as written.
  package typealias Cell = [(axis: String, key: String)]

  /// In the order in which they stand in their files.
  package private(set) var statements: [Statement] = []
  /// Names whose statement was found.
  package private(set) var names: [String] = []
  /// Grids that were narrowed: the statement's place among `statements`, and its text.
  package private(set) var narrowed: [Int: String] = [:]
  /// The cell that is asked for; empty for anything else.
  package private(set) var cell: Cell = []

  private let globals: Globals
  private let history: [Statement]
  private var chosen: Set<Int> = []

  /// - Parameter text: what is asked for, such as `tuned.model` or `scores["tgtV", 1]`.
  /// - Throws: a `Failure` when the text names nothing of the session.
  package init(of text: String, in globals: Globals, at span: Span) throws {
    self.globals = globals
    history = globals.history
    let program = Parser.parse(SourceText(name: "why", text: text))
    guard program.diagnostics.isEmpty, program.statements.count == 1 else {
      throw Failure(.wrongType, "`why` takes a name of the top level or a cell of a table", at: span)
    }
    let root = program.statements[0]
    let wanted = Self.names(of: root).filter { globals.table.indices[$0] != nil }
    guard !wanted.isEmpty else {
      throw Failure(
        .unknownName, "`why` looks at names of the top level, and here stands none", at: span,
        tries: ["x = \(text)", "why(x)"])
    }
    for name in wanted { collect(name, before: history.count) }
    let order = chosen.sorted { a, b in
      let (x, y) = (history[a].span, history[b].span)
      // Declarations run first, but are read where they stand.
      return x.source === y.source ? x.start < y.start : a < b
    }
    statements = Self.readable(order.map { history[$0] })
    narrow(root)
  }

  // MARK: Names

  /// Names that a statement reads, as far as they may be those of the file.
  private static func names(of statement: Statement) -> [String] { statement.namesRead }

  private static func updates(_ name: String, _ statement: Statement) -> Bool {
    statement.namesUpdated.contains(name)
  }

  /// A function that reads what was bound after it stands behind that, since a file binds names before they are read.
  private static func readable(_ statements: [Statement]) -> [Statement] {
    var result = statements
    for statement in statements where Compiler.isDeclaration(statement) {
      let read = names(of: statement).filter { !statement.boundNames.contains($0) }
      guard let place = result.firstIndex(where: { $0 === statement }),
        let last = result.lastIndex(where: { other in
          !Compiler.isDeclaration(other) && other.boundNames.contains { read.contains($0) }
        }), last > place
      else { continue }
      result.remove(at: place)
      result.insert(statement, at: last)
    }
    return result
  }

  private mutating func collect(_ name: String, before limit: Int) {
    guard globals.table.indices[name] != nil,
      let index = history[..<limit].lastIndex(where: { $0.boundNames.contains(name) })
    else { return }
    if !names.contains(name) { names.append(name) }
    for place in index..<limit where place == index || Self.updates(name, history[place]) {
      guard chosen.insert(place).inserted else { continue }
      // A function looks its names up when it is called, which may be after they were bound again.
      let isDeclaration = Compiler.isDeclaration(history[place])
      for other in Self.names(of: history[place]) where other != name || !isDeclaration {
        collect(other, before: isDeclaration ? limit : place)
      }
    }
  }

  // MARK: Grids

  /// Of a cell that is named by its keys only that cell is needed, and of grids that it reads by the same keys likewise.
  private mutating func narrow(_ root: Statement) {
    guard case .expression(let expression) = root.kind, let (table, keys) = Self.cell(in: expression),
      let (place, axes) = grid(of: table), keys.count == axes.count
    else { return }
    let wanted = zip(axes, keys).map { (axis: $0.name.text, key: $1) }
    cell = wanted
    narrowed[place] = Self.text(statements[place], axes, wanted)
    for name in names where name != table {
      guard let (other, itsAxes) = grid(of: name), let used = self.keys(of: name) else { continue }
      let shared = zip(itsAxes, used).compactMap { axis, key in
        wanted.first { $0.axis == key }.map { (axis: axis.name.text, key: $0.key) }
      }
      if !shared.isEmpty { narrowed[other] = Self.text(statements[other], itsAxes, shared) }
    }
  }

  /// `t["a", 1]`, also deeper inside, with keys that are written out.
  private static func cell(in expression: Expression) -> (String, [String])? {
    switch expression.kind {
    case .element(let base, let arguments):
      if case .name(let name) = base.kind {
        var keys: [String] = []
        for argument in arguments {
          switch argument.value.kind {
          case .integer, .string, .float, .bool: keys.append(argument.value.span.text)
          default: return nil
          }
        }
        return (name, keys)
      }
      return cell(in: base)
    case .field(let base, _): return cell(in: base)
    default: return nil
    }
  }

  private func grid(of name: String) -> (Int, [GridAxis])? {
    for (place, statement) in statements.enumerated() {
      if case .bind(let local, _, let value) = statement.kind, local.name.text == name,
        case .grid(let axes, _) = value.kind
      {
        return (place, axes)
      }
    }
    return nil
  }

  /// The names by which every use of a table takes its elements; nil where one takes them otherwise.
  private func keys(of table: String) -> [String]? {
    var keys: [String]?
    var (uses, elements) = (0, 0)
    for statement in statements {
      statement.visit { expression in
        if case .name(table) = expression.kind { uses += 1 }
        guard case .element(let base, let arguments) = expression.kind, case .name(table) = base.kind else { return }
        let found = arguments.map(\.value.span.text)
        if keys == nil || keys == found { elements += 1 }
        keys = keys ?? found
      }
    }
    return uses == elements ? keys : nil
  }

  private static func text(_ statement: Statement, _ axes: [GridAxis], _ cell: Cell) -> String {
    var text = statement.span.text
    for axis in axes.reversed() {
      guard let key = cell.first(where: { $0.axis == axis.name.text })?.key else { continue }
      let start = axis.source.span.start - statement.span.start
      let bytes = Array(text.utf8)
      text = String(
        decoding: bytes[..<start] + Array("[\(key)]".utf8) + bytes[(start + axis.source.span.text.utf8.count)...],
        as: UTF8.self)
    }
    return text
  }

  /// The script: every statement as it was written, narrowed where that is enough.
  package var lines: [String] {
    statements.enumerated().map { index, statement in narrowed[index] ?? statement.span.text }
  }
}

extension Statement {
  /// The names that this binds at the top level.
  package var boundNames: [String] {
    switch kind {
    case .importModule(_, let local), .type(let local, _), .model(let local, _), .loss(let local, _),
      .define(let local, _), .bind(let local, _, _):
      [local.name.text]
    case .importNames(_, let locals): locals.map(\.name.text)
    case .axis(let entries): entries.map(\.variable.name.text)
    case .update, .loop, .whileLoop, .returnValue, .expression: []
    }
  }

  /// Names that this reads, as far as they may be those of the file.
  package var namesRead: [String] {
    var found: [String] = []
    func add(_ expression: Expression) {
      guard case .name(let name) = expression.kind, !found.contains(name) else { return }
      switch expression.binding {
      case .global, nil: found.append(name)
      case .local, .captured, .member, .method, .prelude, .builtin, .itself: break
      }
    }
    visit(add)
    visitTypes(add)
    return found
  }

  /// Each `var` that this changes, also deep inside of a loop.
  package var namesUpdated: [String] {
    switch kind {
    case .update(let target, _):
      if case .name(let name) = target.kind { [name] } else { [] }
    case .loop(_, _, let body), .whileLoop(_, let body): body.statements.flatMap(\.namesUpdated)
    case .expression(let value):
      if case .branch(_, let then, let otherwise) = value.kind {
        (then.statements + (otherwise?.statements ?? [])).flatMap(\.namesUpdated)
      } else {
        []
      }
    case .importModule, .importNames, .axis, .type, .model, .loss, .define, .bind, .returnValue: []
    }
  }

  /// A function, a model or a loss: these stand before anything of an entry runs.
  package var isDeclaration: Bool { Compiler.isDeclaration(self) }

  /// Whether what this binds looks up the names that it reads each time it is called: a declaration or a lambda.
  package var bindsCode: Bool {
    if isDeclaration { return true }
    if case .bind(_, _, let value) = kind, case .lambda = value.kind { return true }
    return false
  }

  /// Visits the axes and sizes in annotations.
  fileprivate func visitTypes(_ body: (Expression) -> Void) {
    switch kind {
    case .type(_, let tree): tree.visit(body)
    case .define(_, let tree), .loss(_, let tree): tree.visitTypes(body)
    case .model(_, let tree):
      for parameter in tree.parameters { parameter.type?.visit(body) }
      for member in tree.members {
        switch member {
        case .part(_, let type, _, _): type?.visit(body)
        case .method(let method): method.visitTypes(body)
        case .bind, .axis, .check: break
        }
      }
    case .importModule, .importNames, .axis, .bind, .update, .loop, .whileLoop, .returnValue, .expression: break
    }
  }
}

extension FunctionTree {
  fileprivate func visitTypes(_ body: (Expression) -> Void) {
    for parameter in parameters { parameter.type?.visit(body) }
    result?.visit(body)
  }
}

extension TypeTree {
  fileprivate func visit(_ body: (Expression) -> Void) {
    switch self {
    case .named(let name): body(Expression(.name(name.text), name.span))
    case .shape(_, let dimensions, _):
      for dimension in dimensions {
        switch dimension {
        case .rest: break
        case .axis(let name, let size):
          name.visit(body)
          size?.visit(body)
        }
      }
    case .record(let fields, _): for (_, type) in fields { type.visit(body) }
    }
  }
}
