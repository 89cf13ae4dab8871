package import Diagnostics

/// A name with the place where it was written.
package struct Name: Sendable {
  package let text: String
  package let span: Span

  package init(text: String, span: Span) {
    self.text = text
    self.span = span
  }
}

/// An expression. `site` is filled in by the resolver: the ordinal of a call within its function, for keys of
/// randomness.
package final class Expression {
  package let kind: Kind
  package let span: Span
  package var site = 0
  /// Where a name was found; filled in by the resolver.
  package var binding: Binding?
  /// How many expressions stand inside each other here, so that no walk through them exhausts the stack.
  let height: Int
  /// What a special form stands for; filled in by the resolver.
  package var lowered: Expression?

  /// A function without a name, made of an expression and the names that it takes.
  package static func lambda(_ names: [Name], _ body: Expression) -> Expression {
    let tree = FunctionTree(
      name: Name(text: "lambda", span: body.span),
      parameters: names.map { Parameter(variable: LocalName($0), type: nil, standard: nil) }, result: nil,
      body: Block(statements: [Statement(.expression(body), body.span)], span: body.span), documentation: nil,
      span: body.span)
    return Expression(.lambda(tree), body.span)
  }

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
    height = 1 + kind.innerHeight
  }

  package enum Kind {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    case format([FormatPiece])
    case name(String)
    case list([Expression])
    case comprehension(element: Expression, variable: LocalName, source: Expression, condition: Expression?)
    case record([RecordField])
    case path([Name])
    case lambda(FunctionTree)
    case pipe(Expression, Expression)
    case with(Expression, Expression)
    case without(Expression, [Drop])
    case binary(BinaryOperator, Expression, Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    case negate(Expression)
    case range(Expression, Expression)
    case field(Expression, Name)
    case fields(Expression, [Name])
    case call(Expression, [Argument])
    case element(Expression, [Argument])
    case branch(condition: Expression, then: Block, otherwise: Block?)
    case grid([GridAxis], FunctionTree)
    case attempt(Block, LocalName, Block)
  }
}

/// The operators that take two values.
package enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case contains = "in"
}

/// Where a name stands: filled in by the resolver.
package enum Binding: Equatable {
  /// A slot of the running function.
  case local(Int)
  /// A value that the running function took along when it was made.
  case captured(Int)
  /// A member of the model whose method runs.
  case member(Int)
  /// A method of the model whose method runs.
  case method(String)
  /// A name of the file.
  case global(Int)
  /// A name of the prelude.
  case prelude(Int)
  /// A builtin of the language.
  case builtin(String)
  /// The function that runs, for recursion.
  case itself
}

/// A name that is bound here; its slot is filled in by the resolver.
package final class LocalName {
  package let name: Name
  package var binding: Binding?
  package init(_ name: Name) { self.name = name }
}

package enum FormatPiece {
  case text(String)
  case code(Expression)
}

package enum RecordField {
  /// `name: value` or `"name": value`.
  case named(Name, Expression)
  /// `.path.to.part: value`; each step is one name or several.
  case path([[Name]], Expression, Span)
  /// `..other` puts the fields of another record here.
  case spread(Expression)
}

/// What `without` drops: a path of one step or more, each one name or several.
package struct Drop {
  package let steps: [[Name]]
  package let span: Span
}

package struct Argument {
  package let name: Name?
  /// In `x[axis = i]` the name is looked up: this is it as an expression.
  package let key: Expression?
  package let value: Expression

  /// The same argument with another value.
  package func with(_ value: Expression) -> Argument { Argument(name: name, key: key, value: value) }
}

/// One axis of a grid; its name is a parameter of the cell's function.
package struct GridAxis {
  package let name: Name
  package let source: Expression
}

/// Statements between braces; the value is that of the last expression.
package struct Block {
  package let statements: [Statement]
  package let span: Span
}

package struct Parameter {
  package let variable: LocalName
  package let type: TypeTree?
  package let standard: Expression?
  package var name: Name { variable.name }
}

/// A type annotation.
package indirect enum TypeTree {
  case named(Name)
  case shape(element: Name?, dimensions: [DimensionTree], Span)
  case record([(Name, TypeTree)], Span)
}

package enum DimensionTree {
  case rest(Span)
  /// `name` is looked up as an axis where the type is declared.
  case axis(Expression, size: Expression?)
}

/// Anything with parameters and a body: def, loss, lambda, method, grid cell.
package final class FunctionTree {
  package let name: Name
  package let parameters: [Parameter]
  package let result: TypeTree?
  package let body: Block
  package let documentation: String?
  package let span: Span
  /// Filled in by the resolver.
  package var slotCount = 0
  package var captures: [Binding] = []

  package init(
    name: Name, parameters: [Parameter], result: TypeTree?, body: Block, documentation: String?, span: Span
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.body = body
    self.documentation = documentation
    self.span = span
  }
}

package struct AxisEntry {
  package let variable: LocalName
  package let size: Expression?
  /// Where the same name already stands outside; filled in by the resolver through `outer.binding`.
  package let outer: Expression
}

/// A model: its members run in order when it is constructed, its methods are functions over the members.
package final class ModelTree {
  package let name: Name
  package let parameters: [Parameter]
  package let members: [Member]
  package let documentation: String?
  package let span: Span
  /// Names of the member slots: parameters, then axes, bindings and parts in order. Filled in by the resolver.
  package var memberNames: [String] = []
  /// Slots that the members' own expressions need for their locals.
  package var slotCount = 0

  package init(name: Name, parameters: [Parameter], members: [Member], documentation: String?, span: Span) {
    self.name = name
    self.parameters = parameters
    self.members = members
    self.documentation = documentation
    self.span = span
  }

  package enum Member {
    case part(LocalName, TypeTree?, Expression, Span)
    case bind(LocalName, Expression)
    case axis([AxisEntry])
    case method(FunctionTree)
    case check(Expression)
  }
}

package final class Statement {
  package let kind: Kind
  package let span: Span
  /// That of the highest expression inside.
  let height: Int

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
    height = kind.innerHeight
  }

  package enum Kind {
    case importModule(path: [Name], LocalName)
    case importNames(path: [Name], [LocalName])
    case axis([AxisEntry])
    case type(LocalName, TypeTree)
    case model(LocalName, ModelTree)
    case loss(LocalName, FunctionTree)
    case define(LocalName, FunctionTree)
    case bind(LocalName, isVariable: Bool, Expression)
    case update(Expression, Expression)
    case loop(LocalName, Expression, Block)
    case whileLoop(Expression, Block)
    case returnValue(Expression?)
    case expression(Expression)
  }
}

/// A parsed text.
package struct Program {
  package let source: SourceText
  package let statements: [Statement]
  package let diagnostics: [Diagnostic]
  package let isIncomplete: Bool
}
