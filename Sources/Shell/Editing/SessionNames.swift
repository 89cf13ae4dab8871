import Diagnostics
import Foundation
package import Interpreter
import NamedTensors
import Semantics
import Syntax

/// What completion knows of a session. It looks at what is bound and at declarations, and runs nothing of the user's; numbers
/// stay where they are.
package final class SessionNames: CompletionNames {
  private let machine: Machine
  private lazy var library: [(module: String, names: [Candidate])] = HelpPages.libraryModules.map { module in
    guard let globals = try? machine.libraryModule(module) else { return (module, []) }
    // What a module imports is its own affair.
    let declared = globals.table.names.filter { name in
      guard !name.hasPrefix("_"), case .function(let function)? = globals.value(named: name) else { return false }
      return function.isDeclared(in: globals)
    }
    return (module, declared.map { Candidate($0, "from \(module) import \($0)") })
  }

  package init(_ machine: Machine) { self.machine = machine }

  private lazy var builtins = machine.builtins.values.map { Candidate($0.name, Self.firstSentence($0.summary)) }

  // MARK: Commands

  package var commands: [Candidate] { Command.all.map { Candidate($0.name, $0.help) } }

  package func arguments(of name: String) -> CommandArguments {
    // A name that is none, or may be of several commands, is complained about when the entry is run.
    guard let command = try? Command.named(name) else { return .words([]) }
    switch command.takes {
    case .code: return .code
    case .files: return .files
    case .names:
      return .words(
        machine.main.map(Self.bound)?.map { Candidate($0.name, Self.remark($0.value)) } ?? [])
    case .commands: return .words(commands)
    case .settings: return .words(Session.settings.map { Candidate($0.name, $0.help) })
    case .nothingKnown: return .words([])
    }
  }

  // MARK: Names

  private var scopes: [Globals] { [machine.main, machine.preludeGlobals].compactMap { $0 } }

  private var bound: [(name: String, value: Value)] { scopes.flatMap(Self.bound) }

  private static func bound(in globals: Globals) -> [(name: String, value: Value)] {
    globals.table.names.compactMap { name in
      name.hasPrefix("_") ? nil : globals.value(named: name).map { (name, $0) }
    }
  }

  package var names: [Candidate] {
    bound.map { Candidate($0.name, Self.remark($0.value)) }
      + builtins
  }

  package var axes: [Candidate] {
    bound.compactMap { name, value in
      if case .axis = value { Candidate(name, Self.remark(value)) } else { nil }
    }
  }

  package var importable: [Candidate] {
    let taken = Set(bound.map(\.name))
    return library.flatMap(\.names).filter { !taken.contains($0.text) }
  }

  package var modules: [Candidate] {
    HelpPages.libraryModules.map { Candidate($0, "standard library") }
      + files(in: "").filter { $0.text.hasSuffix(".pmm") }.map { Candidate(String($0.text.dropLast(4)), "file") }
  }

  package func exports(of module: String) -> [Candidate] {
    if let found = library.first(where: { $0.module == module }) {
      return found.names.map { Candidate($0.text) }
    }
    // A file of the user's is read, never run.
    guard let text = FileModuleLoader.read(module.split(separator: ".").joined(separator: "/") + ".pmm") else {
      return []
    }
    return Parser.parse(SourceText(name: module, text: text)).statements.flatMap(Self.declared)
      .filter { !$0.text.hasPrefix("_") }
  }

  private static func declared(_ statement: Statement) -> [Candidate] {
    switch statement.kind {
    case .model(let local, _): [Candidate(local.name.text, "model")]
    case .loss(let local, _): [Candidate(local.name.text, "loss")]
    case .define(let local, _): [Candidate(local.name.text, "function")]
    case .type(let local, _): [Candidate(local.name.text, "type")]
    case .bind(let local, _, _): [Candidate(local.name.text)]
    case .axis(let entries): entries.map { Candidate($0.variable.name.text, "axis") }
    case .importModule, .importNames, .update, .loop, .whileLoop, .returnValue, .expression: []
    }
  }

  // MARK: Values

  private func value(of chain: [String]) -> Value? {
    guard let first = chain.first else { return nil }
    var found: Value
    if let value = scopes.lazy.compactMap({ $0.value(named: first) }).first {
      found = value
    } else if let builtin = machine.builtins[first] {
      found = .function(builtin.function)
    } else {
      return nil
    }
    for name in chain.dropFirst() {
      guard let next = Self.atHand(name, of: found) else { return nil }
      found = next
    }
    return found
  }

  /// A field that is there already: making it might compute or read.
  private static func atHand(_ name: String, of value: Value) -> Value? {
    switch value {
    case .module(let module, _):
      if let index = module.memberIndex(name) { return module.members[index] }
      return module.definition.methods[name].map { .function(Function(.method($0, module, within: nil))) }
    case .record(let record):
      guard record.madeNames.contains(name) else { return nil }
      do { return try record.field(name) } catch { return nil }
    case .list(let values): return Int(name).flatMap { values.indices.contains($0) ? values[$0] : nil }
    case .object(let object): return (object as? any Browsable)?.fieldAtHand(name)
    case .none, .absent, .bool, .int, .float, .string, .range, .axis, .path, .tensor, .parameter, .function, .goal:
      return nil
    }
  }

  package func members(of chain: NameChain) -> [Candidate] {
    guard let value = value(of: chain.names) else { return [] }
    if chain.isCalled {
      guard case .function(let function) = value, case .model(let model) = function.kind else { return [] }
      return model.partIndices.map { Candidate(model.memberNames[$0], "part") }
        + model.methodOrder.map { Candidate($0, "method") }
    }
    switch value {
    case .module(let module, _):
      return module.definition.memberIndex.filter { module.members.indices.contains($0.value) }
        .map { Candidate($0.key, Self.remark(module.members[$0.value])) }
        + module.definition.methodOrder.filter { module.gone[$0] == nil }.map { Candidate($0, "method") }
        + module.facts.map { Candidate($0.key, Self.remark($0.value)) }
    case .record(let record):
      return record.names.map { name in Candidate(name, Self.atHand(name, of: value).map(Self.remark) ?? "") }
    case .object(let object):
      return object.fieldNames.map { name in Candidate(name, Self.atHand(name, of: value).map(Self.remark) ?? "") }
    case .list(let values): return values.indices.prefix(100).map { Candidate("\($0)", Self.remark(values[$0])) }
    case .axis: return [Candidate("size")]
    case .function(let function):
      guard case .model(let model) = function.kind else { return [] }
      return model.partIndices.map { Candidate(model.memberNames[$0], "part") }
    case .none, .absent, .bool, .int, .float, .string, .range, .path, .tensor, .parameter, .goal: return []
    }
  }

  package func keys(of chain: [String]) -> (axes: [Candidate], names: [Candidate]) {
    let found = value(of: chain)
    if case .tensor(let tensor) = found {
      return (tensor.tensor.dimensions.map { Candidate("\($0.axis) = ", "axis") }, [])
    }
    if case .record(let record) = found { return ([], record.names.map { Candidate($0) }) }
    if case .object(let object) = found { return ([], object.fieldNames.map { Candidate($0) }) }
    return ([], [])
  }

  package func parameters(of chain: [String]) -> [KnownParameter] {
    let found = value(of: chain)
    if case .function(let function) = found { return Self.parameters(of: function) }
    guard case .module(let module, _) = found, let method = module.definition.methods["forward"] else { return [] }
    return Self.parameters(of: method.parameters)
  }

  private static func parameters(of function: Function) -> [KnownParameter] {
    switch function.kind {
    case .builtin(let builtin):
      return builtin.signature.parameters.map { parameter in
        let type = builtin.types[parameter.name] ?? ""
        let standard =
          builtin.defaults[parameter.name].map { type.isEmpty ? $0 : ", \($0) where it is not given" } ?? ""
        return KnownParameter(parameter.name, remark: type + standard, isAxis: type.contains("axis"))
      }
    case .model(let model): return parameters(of: model.parameters)
    case .closure(let code, _, _), .method(let code, _, _): return parameters(of: code.parameters)
    // The first two are what a loss is taken of, and are not written in a goal.
    case .loss(let code): return parameters(of: Array(code.parameters.dropFirst(2)))
    case .missing: return []
    }
  }

  private static func parameters(of parameters: [ParameterCode]) -> [KnownParameter] {
    parameters.map {
      KnownParameter(
        $0.name, remark: $0.typeName ?? ($0.hasDefault ? "may be left out" : ""), isAxis: $0.typeName == "axis")
    }
  }

  // MARK: Files

  /// The most files of a folder that are looked at.
  private static let mostFiles = 5000

  package func files(in folder: String) -> [Candidate] {
    let place = folder.isEmpty ? "." : folder
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else { return [] }
    return names.prefix(Self.mostFiles).compactMap { name in
      // A name that cannot be typed on one line cannot be completed.
      guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { return nil }
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: place + "/" + name, isDirectory: &isFolder)
      return Candidate(isFolder.boolValue ? name + "/" : name)
    }
  }

  // MARK: Remarks

  private static func remark(_ value: Value) -> String {
    if case .module(let module, _) = value { return "\(module.definition.name), a model" }
    guard case .function(let function) = value else { return value.described }
    return function.documentation.map(firstSentence) ?? function.typeName
  }

  private static func firstSentence(_ text: String) -> String {
    let line = text.split(separator: "\n").joined(separator: " ")
    guard let end = line.firstRange(of: ". ") else { return line }
    return String(line[..<end.lowerBound]) + "."
  }
}

extension Function {
  /// Whether a module declares this itself and does not just import it.
  fileprivate func isDeclared(in globals: Globals) -> Bool {
    switch kind {
    case .closure(let code, _, _), .method(let code, _, _), .loss(let code): code.home === globals
    case .model(let model): model.home === globals
    case .builtin, .missing: false
    }
  }
}
