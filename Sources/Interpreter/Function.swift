package import Diagnostics
import NamedTensors
package import Semantics
package import Syntax

typealias Code = (Frame) throws -> Value
/// Checks a value against an annotation; the text says what is wrong, or nil.
typealias TypeCheck = (Value, Frame) throws -> TypeFault?

/// How a value fails an annotation.
package struct TypeFault {
  let code: DiagnosticCode
  let needs: String
  let gets: String
  /// What might be written otherwise so that it would fit.
  var mends: [Mend] = []
}

/// A parameter of a function or model, compiled.
package struct ParameterCode {
  package let name: String
  let slot: Int
  let standard: Code?
  let check: TypeCheck?
  package let hasType: Bool
  /// The name of a declared record type, such as Batch.
  package let typeName: String?
  /// Shape of a typed tensor parameter for a run on shapes; nil when the type is no shape.
  let example: ((Frame) throws -> Value?)?
  package var hasDefault: Bool { standard != nil }
}

/// A function, compiled: what does not change between its values.
package final class FunctionCode {
  package let name: String
  package let parameters: [ParameterCode]
  package let documentation: String?
  package let span: Span
  let captures: [Binding]
  let slotCount: Int
  let label: Label64
  let globals: Globals
  /// The file that declares it.
  package var home: Globals { globals }
  var result: TypeCheck?
  /// What it was compiled from.
  var tree: FunctionTree?
  var body: Code = { _ in .none }

  init(
    name: String, parameters: [ParameterCode], documentation: String?, span: Span, captures: [Binding],
    slotCount: Int, globals: Globals
  ) {
    self.name = name
    self.parameters = parameters
    self.documentation = documentation
    self.span = span
    self.captures = captures
    self.slotCount = slotCount
    self.globals = globals
    label = Label64(name)
  }
}

/// Anything that can be called by name.
package final class Function {
  package enum Kind {
    case closure(FunctionCode, captures: [Value], module: ModuleInstance?)
    case method(FunctionCode, ModuleInstance, within: ModuleInstance?)
    case builtin(Builtin)
    case model(ModelDefinition)
    case loss(FunctionCode)
    /// What calls of something absent come to.
    case missing(Absence)
  }

  package let kind: Kind
  package init(_ kind: Kind) { self.kind = kind }

  package var name: String {
    switch kind {
    case .closure(let code, _, _), .method(let code, _, _), .loss(let code): code.name
    case .builtin(let builtin): builtin.name
    case .model(let model): model.name
    case .missing(let absence): absence.part
    }
  }

  package var typeName: String {
    switch kind {
    case .model: "model declaration"
    case .loss: "loss"
    case .closure, .method, .builtin, .missing: "function"
    }
  }

  package var label: UInt64 {
    switch kind {
    case .builtin(let builtin): Label64("builtin").mixed(builtin.name).value
    case .loss(let code): Label64(ObjectIdentifier(code)).value
    case .model(let model): Label64(ObjectIdentifier(model)).value
    case .method(let code, let module, _): Label64(ObjectIdentifier(module)).mixed(code.name).value
    case .missing(let absence): Label64("missing").mixed(absence.part).value
    case .closure(let code, let captures, let module):
      captures.reduce(Label64(ObjectIdentifier(code)).mixed(module.map { Label64(ObjectIdentifier($0)).value } ?? 0)) {
        $0.mixed($1.label)
      }.value
    }
  }

  /// Where it was written; nil for a builtin.
  package var span: Span? {
    switch kind {
    case .closure(let code, _, _), .method(let code, _, _), .loss(let code): code.span
    case .model(let model): model.span
    case .builtin, .missing: nil
    }
  }

  package var documentation: String? {
    switch kind {
    case .closure(let code, _, _), .method(let code, _, _), .loss(let code): code.documentation
    case .builtin(let builtin): builtin.summary
    case .model(let model): model.documentation
    case .missing: nil
    }
  }
}

/// The values of one file's names.
package final class Globals {
  /// Path of the import, such as "layers" or "recommenders.sasrec"; empty for a script or the prompt.
  package let moduleName: String
  package let table: GlobalTable
  /// False for files of the standard library.
  package let isUser: Bool
  /// Text that declares everything that models here need: the file, or what the entries at the prompt declared.
  package private(set) var source: SourceText?
  /// The user's modules that this file imports, by dotted path.
  package internal(set) var imports: [String: Globals] = [:]
  private var declarations: [String] = []
  /// How many axes were declared, by file, model and name.
  private var declaredAxes: [UInt64: Int] = [:]
  var values: [Value?] = []
  /// The statements of the top level that were run, in order: what `why` reads.
  package internal(set) var history: [Statement] = []
  /// Where each name was bound.
  package internal(set) var spans: [Int: Span] = [:]

  package init(moduleName: String, table: GlobalTable = GlobalTable(), isUser: Bool) {
    self.moduleName = moduleName
    self.table = table
    self.isUser = isUser
  }

  func remember(_ program: Program) {
    for statement in program.statements
    where Compiler.isDeclaration(statement) || Compiler.isNeededByDeclarations(statement) {
      declarations.append(statement.span.text)
    }
    let isFirst = source == nil
    source =
      isFirst
      ? program.source : SourceText(name: program.source.name, text: declarations.joined(separator: "\n"))
  }

  /// A new axis, known by its file, model and name, and by how many of that name were declared there before.
  func declaredAxis(_ name: String, owner: String?) -> Axis {
    let place = Label64("axis").mixed(moduleName).mixed(owner ?? "").mixed(name).value
    let earlier = declaredAxes[place, default: 0]
    declaredAxes[place] = earlier + 1
    return Axis(name, owner: owner, label: Label64(raw: place).mixed(earlier).value)
  }

  func value(_ index: Int) -> Value? { index < values.count ? values[index] : nil }

  func set(_ index: Int, _ value: Value) {
    while values.count <= index { values.append(nil) }
    values[index] = value
  }

  /// All that was bound and run so far, so that it can be put back: values do not change, so this is a list of references.
  package struct State {
    fileprivate let table: GlobalTable.State
    fileprivate let source: SourceText?
    fileprivate let imports: [String: Globals]
    fileprivate let declarations: [String]
    fileprivate let declaredAxes: [UInt64: Int]
    fileprivate var values: [Value?]
    fileprivate let history: [Statement]
    fileprivate let spans: [Int: Span]

    /// Holds the value of a name no longer, so that its memory is free.
    package mutating func release(_ name: String, of globals: Globals) {
      guard let index = globals.table.indices[name], index < values.count else { return }
      values[index] = nil
    }
  }

  package var state: State {
    get {
      State(
        table: table.state, source: source, imports: imports, declarations: declarations, declaredAxes: declaredAxes,
        values: values, history: history, spans: spans)
    }
    set {
      table.state = newValue.table
      source = newValue.source
      imports = newValue.imports
      declarations = newValue.declarations
      declaredAxes = newValue.declaredAxes
      values = newValue.values
      history = newValue.history
      spans = newValue.spans
    }
  }

  /// Makes a name unknown and frees its value.
  package func forget(_ name: String) {
    if let index = table.indices[name], index < values.count { values[index] = nil }
    table.forget(name)
  }

  /// Puts something else in the place of every value.
  func mapValues(_ body: (Value) -> Value) { values = values.map { $0.map(body) } }

  /// The value of a name; nil when it is not bound.
  package func value(named name: String) -> Value? { table.indices[name].flatMap { value($0) } }
  package func bind(_ name: String, _ value: Value) { set(table.index(for: name), value) }
}

/// The running call of one function.
package final class Frame {
  var slots: [Value]
  let captures: [Value]
  let module: ModuleInstance?
  let function: Function?
  let globals: Globals
  unowned let machine: Machine
  /// Running hash of call sites and loop turns: the key of random operations.
  var place: Label64
  var returned: Value = .none

  init(
    _ machine: Machine, slots: Int, captures: [Value] = [], module: ModuleInstance? = nil, function: Function? = nil,
    globals: Globals, place: Label64
  ) {
    self.machine = machine
    self.slots = [Value](repeating: .none, count: slots)
    self.captures = captures
    self.module = module
    self.function = function
    self.globals = globals
    self.place = place
  }
}

/// Unwinds to the call that a `return` ends.
struct ReturnSignal: Error {}

extension Function {
  /// Names of the parameters, in order.
  package var parameterNames: [String] {
    switch kind {
    case .closure(let code, _, _), .method(let code, _, _), .loss(let code): code.parameters.map(\.name)
    case .model(let model): model.parameters.map(\.name)
    case .builtin(let builtin): builtin.signature.parameters.map(\.name)
    case .missing: []
    }
  }
}
