import Diagnostics
import Interpreter
import NamedTensors
import TensorFiles
import Training

/// How a model is built again: its constructor with arguments, then its edits. Written as JSON into checkpoints.
struct ModelRecipe {
  let call: Invocation
  private var machine: Machine { call.machine }
  /// The user's files that declare models, by the name that the recipe uses.
  private(set) var sources: [String: Source] = [:]
  private var names: [ObjectIdentifier: String] = [:]
  private let opened = Opened()

  /// The text of a user's file, and the names of those that it imports, by dotted path.
  struct Source: Equatable {
    let text: String
    var imports: [String: String] = [:]
  }

  /// Files whose declarations were read; nil while that goes on.
  private final class Opened { var globals: [String: Globals?] = [:] }

  /// Files of the user that are loaded and need not be brought along, by the names under which they are found again.
  private let loaded: [String: Globals]

  init(_ call: Invocation, sources: [String: Source] = [:], loaded: [String: Globals] = [:]) {
    self.call = call
    self.sources = sources
    self.loaded = loaded
  }

  // MARK: To JSON

  mutating func json(_ module: ModuleInstance) throws -> JSONValue {
    var arguments: [JSONValue] = []
    for (name, value) in module.arguments {
      let what = "`\(name)` of \(module.definition.name)"
      arguments.append(.object(["name": .string(name), "value": try json(value, what)]))
    }
    var edits: [JSONValue] = []
    for edit in module.edits {
      switch edit {
      // Numbers stand in the file already, at the parameter's path.
      case .with(_, .tensor): break
      case .with(let path, let value):
        edits.append(
          .object([
            "with": .list(path.map { .string($0) }), "value": try json(value, "`\(path.joined(separator: "."))`"),
          ]))
      case .without(let path): edits.append(.object(["without": .list(path.map { .string($0) })]))
      }
    }
    return .object([
      "model": .string(module.definition.name), "home": .string(home(module.definition.home)),
      "arguments": .list(arguments), "edits": .list(edits),
    ])
  }

  /// The name of a file that declares something; the text of a user's file and those of its imports go along.
  private mutating func home(_ globals: Globals) -> String {
    guard globals.isUser, let source = globals.source else { return globals.moduleName }
    if let known = names[ObjectIdentifier(globals)] { return known }
    if let known = loaded.first(where: { $0.value === globals }) { return Self.loadedPrefix + known.key }
    let wanted: String
    if globals.moduleName.hasPrefix(Self.filePrefix) {
      wanted = globals.moduleName
    } else if globals.moduleName.isEmpty {
      wanted = "\(Self.filePrefix)\(source.name.split(separator: "/").last ?? "script.pmm")"
    } else {
      wanted = "\(Self.filePrefix)\(globals.moduleName.split(separator: ".").joined(separator: "/")).pmm"
    }
    // Two files may have one name: the script that runs, and an older form of it that a checkpoint brought along.
    var name = wanted
    var count = 1
    while sources[name] != nil {
      count += 1
      name = "\(wanted)#\(count)"
    }
    names[ObjectIdentifier(globals)] = name
    sources[name] = Source(text: source.text)
    for (path, module) in globals.imports.sorted(by: { $0.key < $1.key }) {
      let other = home(module)
      sources[name]?.imports[path] = other
    }
    return name
  }

  private static let filePrefix = "file:"
  private static let loadedPrefix = "loaded:"

  private mutating func json(_ value: Value, _ what: String) throws -> JSONValue {
    switch value {
    case .none: return .null
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .object(["float": .number(value)])
    case .string(let text): return .string(text)
    case .list(let values):
      var all: [JSONValue] = []
      for value in values { all.append(try json(value, what)) }
      return .list(all)
    case .axis(let axis):
      guard case .axis(let known)? = machine.preludeValue(axis.axis.name), known.axis == axis.axis else { break }
      return .object(["axis": .string(axis.axis.name), "size": axis.size.map { .int($0) } ?? .null])
    case .module(let module, _): return .object(["module": try json(module)])
    case .function(let function):
      switch function.kind {
      case .builtin(let builtin): return .object(["builtin": .string(builtin.name)])
      case .closure(let code, let captures, nil) where captures.isEmpty:
        guard case .function(let found)? = code.home.value(named: code.name), found === function else { break }
        return .object(["function": .string(code.name), "home": .string(home(code.home))])
      case .closure, .method, .model, .loss, .missing: break
      }
    case .object(let object):
      if let initialiser = object as? InitialiserObject { return Self.json(initialiser) }
    case .absent, .record, .range, .path, .tensor, .parameter, .goal: break
    }
    let tries: [String]
    if case .object(let object) = value, object is DataSet {
      tries = ["make the model of its data again: what is counted needs no checkpoint"]
    } else if case .axis = value {
      tries = ["an axis of the standard library with a size: d(8)", "`axis` within the model"]
    } else {
      tries = ["a function declared with `def` instead of a lambda"]
    }
    throw call.fail(
      .wrongType, "\(what) is \(value.described), which a checkpoint cannot keep", argument: 0, tries: tries)
  }

  private static func json(_ initialiser: InitialiserObject) -> JSONValue {
    switch initialiser.initialiser {
    case .xavierNormal: .object(["init": .string("xavier_normal")])
    case .normal(let std): .object(["init": .string("normal"), "std": .number(std)])
    case .zeros: .object(["init": .string("zeros")])
    case .ones: .object(["init": .string("ones")])
    }
  }

  // MARK: From JSON

  private func damaged(_ what: String) -> Failure {
    call.fail(.file, "the checkpoint's description of the model is damaged: \(what)", argument: 0)
  }

  func module(_ json: JSONValue) throws -> ModuleInstance {
    guard let name = json["model"]?.string, let home = json["home"]?.string, let arguments = json["arguments"]?.list,
      let edits = json["edits"]?.list
    else { throw damaged("a model has no name or arguments") }
    let globals = try self.globals(home)
    guard let constructor = globals.value(named: name), case .function(let function) = constructor,
      case .model(let definition) = function.kind
    else { throw damaged("`\(home)` declares no model `\(name)`") }
    let known = Set(definition.parameters.map(\.name))
    var names: [String?] = []
    var values: [Value] = []
    for argument in arguments {
      guard let name = argument["name"]?.string, let value = argument["value"] else {
        throw damaged("an argument has no name")
      }
      guard known.contains(name) else {
        throw damaged("\(definition.name) has no parameter `\(name)`; the model was changed since it was saved")
      }
      names.append(name)
      values.append(try self.value(value))
    }
    let made = try machine.call(constructor, values, names: names, at: call.span, place: Label64("open"))
    guard case .module(var module, _) = made else { throw damaged("`\(name)` makes no model") }
    for edit in edits {
      if let path = edit["with"]?.list?.compactMap(\.string), !path.isEmpty, let value = edit["value"] {
        module = try machine.edit(
          module, with: [("." + path.joined(separator: "."), try self.value(value))], at: call.span)
      } else if let path = edit["without"]?.list?.compactMap(\.string), !path.isEmpty {
        module = try machine.edit(module, withoutPath: path, at: call.span)
      } else {
        throw damaged("an edit is neither `with` nor `without`")
      }
    }
    return module
  }

  private func globals(_ home: String) throws -> Globals {
    if home.hasPrefix(Self.loadedPrefix) {
      guard let known = loaded[String(home.dropFirst(Self.loadedPrefix.count))] else {
        throw damaged("`\(home)` is not loaded")
      }
      return known
    }
    guard home.hasPrefix(Self.filePrefix) else { return try machine.libraryModule(home) }
    if let known = opened.globals[home] {
      guard let known else { throw damaged("`\(home)` imports itself") }
      return known
    }
    guard let source = sources[home] else { throw damaged("the text of `\(home)` is missing") }
    opened.globals[home] = .some(nil)
    let text = SourceText(name: String(home.dropFirst(Self.filePrefix.count)), text: source.text)
    let made = try machine.declarations(
      of: text, name: home, importing: try source.imports.mapValues { try globals($0) })
    opened.globals[home] = made
    return made
  }

  private func value(_ json: JSONValue) throws -> Value {
    switch json {
    case .null: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .number(let value): return .float(value)
    case .string(let text): return .string(text)
    case .list(let values): return .list(try values.map { try value($0) })
    case .object(let fields):
      if let number = fields["float"]?.double { return .float(number) }
      if let name = fields["axis"]?.string {
        guard case .axis(let axis)? = machine.preludeValue(name) else { throw damaged("there is no axis `\(name)`") }
        return .axis(AxisValue(axis.axis, fields["size"]?.int))
      }
      if let inner = fields["module"] { return .module(try module(inner), within: nil) }
      if let name = fields["builtin"]?.string {
        guard let builtin = machine.builtins[name] else { throw damaged("there is no builtin `\(name)`") }
        return .function(builtin.function)
      }
      if let name = fields["function"]?.string, let home = fields["home"]?.string {
        guard let found = try globals(home).value(named: name) else { throw damaged("`\(home)` declares no `\(name)`") }
        return found
      }
      switch fields["init"]?.string {
      case "xavier_normal": return .object(InitialiserObject(.xavierNormal))
      case "normal": return .object(InitialiserObject(.normal(std: fields["std"]?.double ?? 0)))
      case "zeros": return .object(InitialiserObject(.zeros))
      case "ones": return .object(InitialiserObject(.ones))
      default: throw damaged("an argument is of an unknown kind")
      }
    }
  }
}
